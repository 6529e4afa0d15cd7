import type { Position } from "./core/problem.ts";

/** Where a part of a definition was written: in the playbook, or in a store's override of it. */
export interface Written extends Position {
  readonly file: string;
}

/** Finds the place that decided a part, by the part's own name. */
export interface Places {
  top(key: string): Written;
  promise(rule: string, key?: string): Written;
  /** Of either kind: to one customer, or to everybody. */
  notice(kind: string, key?: string): Written;
  /** Where a trigger names the promise that it waits for. */
  awaited(rule: string): Written;
}

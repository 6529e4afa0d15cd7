import type { Tree } from "./tree.ts";

/** One broken rule at one place, with what its author should do about it. */
export interface Violation {
  /** The rule's short name, such as `front-door`. */
  readonly rule: string;
  /** Path from the root of the tree, with forward slashes. */
  readonly file: string;
  /** First line is 1. */
  readonly line: number;
  readonly what: string;
  readonly next: string;
}

/** What a check found, and how many things it looked at: a check that saw nothing has proved nothing. */
export interface Findings {
  readonly seen: number;
  readonly violations: readonly Violation[];
  /** Said in the summary: why part of the check could not be judged. */
  readonly note?: string;
}

/** A rule of the house that a program can enforce. */
export interface Check {
  readonly name: string;
  /** Every rule that it can report; each has an example that breaks it. */
  readonly rules: readonly string[];
  /** One sentence for people: what holds when this check passes. */
  readonly holds: string;
  /** What `seen` counts, for the summary: "modules", "files". */
  readonly counts: string;
  /** Runs in a thread of its own, beside the others. */
  readonly heavy?: boolean;
  run(tree: Tree): Findings | Promise<Findings>;
}

/** A file that a program writes from another source, committed so that people can read it and reviews show its changes. */
export interface Generated {
  /** Path from the root of the repository. */
  readonly file: string;
  /** What it is generated from, for the reader of a failure. */
  readonly from: string;
  /** The text that the file should hold. Imports what it needs when called, so that one broken source stops one file. */
  make(): Promise<string>;
}

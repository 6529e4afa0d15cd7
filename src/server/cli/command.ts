import type { ParseArgsOptionsConfig } from "node:util";
import type { Dns } from "../../outreach/index.ts";

/** What a command may use of the machine. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly dns: Dns;
  out(line: string): void;
  err(line: string): void;
  /** Aborted when the operator asks to stop (Ctrl-C, SIGTERM). */
  readonly stopping: AbortSignal;
}

export interface Arguments {
  readonly values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly positionals: readonly string[];
}

/** One subcommand of `makegood`. */
export interface Command {
  readonly summary: string;
  /** After `makegood`, such as `replay <folder> --store ID`. */
  readonly usage: string;
  readonly options: ParseArgsOptionsConfig;
  /** Returns the exit status: 0 done, 1 not so, 2 asked wrongly. */
  run(args: Arguments, terminal: Terminal): Promise<number>;
}

/** Options that every command takes which opens the database. */
export const COMMON_OPTIONS = { config: { type: "string" } } as const satisfies ParseArgsOptionsConfig;

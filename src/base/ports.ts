import type { Db } from "./db.ts";
import type { Random } from "./ids.ts";
import type { Clock } from "./time.ts";

/** Structured log without personal data: ids, counts and kinds only. */
export interface Log {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** What every verb may reach of the outside world. A stage that needs more adds its own ports to these. */
export interface Ports {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

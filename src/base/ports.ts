import type { Db } from "./db.ts";
import type { Random } from "./ids.ts";
import type { Clock, Milliseconds } from "./time.ts";

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

/** HTTP as a port: what may be asked of a vendor. Who really asks gives up after `within`, the whole answer included. */
export type Fetch = (
  url: string,
  init: { method?: "POST"; headers: Record<string, string>; body?: string; redirect?: "manual"; within?: Milliseconds; signal?: AbortSignal },
) => Promise<Response>;

import { join } from "node:path";
import { Refusal } from "../../base/errors.ts";
import type { Clock } from "../../base/time.ts";
import { createLog } from "../log.ts";
import { dataFolder } from "./with-opened.ts";
import { open, readConfig, type Opened } from "../runtime/open.ts";
import type { Arguments, Terminal } from "./command.ts";

/** Opens configuration and database for a process that stays. It owns no database: it needs to be told of one. */
export async function openService(args: Arguments, terminal: Terminal, clock: Clock): Promise<Opened> {
  const path = args.values["config"];
  const databaseUrl = terminal.env["DATABASE_URL"];
  if (typeof path !== "string") throw new Refusal({ code: "config", status: 400, what: "No configuration was named.", next: "Add --config makegood.yaml." });
  if (databaseUrl === undefined) {
    throw new Refusal({ code: "database", status: 400, what: "DATABASE_URL is not set.", next: "Set it to your PostgreSQL, such as postgres://user:password@host/makegood, and run `makegood migrate` once." });
  }
  const config = await readConfig(path, terminal.env);
  return open({ config, databaseUrl, clock, log: createLog(terminal.env["LOG_LEVEL"]), sample: false, journalFolder: join(dataFolder(terminal), "journal") });
}

/** Resolves when the operator asks the process to stop. */
export function untilStopped(terminal: Terminal): Promise<void> {
  return new Promise((resolve) => (terminal.stopping.aborted ? resolve() : terminal.stopping.addEventListener("abort", () => resolve(), { once: true })));
}

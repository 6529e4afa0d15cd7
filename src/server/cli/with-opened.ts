import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Refusal } from "../../base/errors.ts";
import { parseStoreId } from "../../base/ids.ts";
import type { Clock } from "../../base/time.ts";
import { sampleConfig } from "../../../sample/config.ts";
import { systemClock } from "../clock.ts";
import { migrate } from "../database/index.ts";
import { createLog } from "../log.ts";
import { startPostgres } from "../postgres/index.ts";
import { MIGRATIONS, open, parseConfig, readConfig, type Opened } from "../runtime/open.ts";
import type { StoreRuntime } from "../runtime/store-runtime.ts";
import { SAMPLE_MACHINE } from "../sample/secrets.ts";
import { sampleTime } from "../sample/store-clock.ts";
import type { Arguments, Terminal } from "./command.ts";

/** Where `makegood start` leaves the address of the database it runs, for the other commands on this machine. Readable by its owner only. */
function noteFile(terminal: Terminal): string {
  return join(dataFolder(terminal), "database-url");
}

export function dataFolder(terminal: Terminal): string {
  return resolve(terminal.cwd, terminal.env["MAKEGOOD_DATA"] ?? ".data");
}

/** Leaves a note of a running embedded database; returns how to take it back. */
export async function noteDatabase(terminal: Terminal, url: string): Promise<() => Promise<void>> {
  await mkdir(dataFolder(terminal), { recursive: true });
  await writeFile(noteFile(terminal), url, { mode: 0o600 });
  return () => rm(noteFile(terminal), { force: true });
}

/**
 * Opens configuration and database for one command. Without --config it is the sample store; without DATABASE_URL
 * the database of the `makegood start` that runs here, or else the embedded one for as long as the command takes.
 */
export async function withOpened<T>(args: Arguments, terminal: Terminal, work: (opened: Opened) => Promise<T>): Promise<T> {
  const log = createLog(terminal.env["LOG_LEVEL"] ?? "warn");
  const path = args.values["config"];
  const sample = typeof path !== "string";
  const config = sample ? parseConfig(sampleConfig(SAMPLE_MACHINE), "the sample store", {}) : await readConfig(path, terminal.env);
  const running = terminal.env["DATABASE_URL"] ?? (await readFile(noteFile(terminal), "utf8").catch(() => undefined));
  const server = running === undefined ? await startPostgres({ dataFolder: join(dataFolder(terminal), "postgres"), log }) : undefined;
  try {
    const databaseUrl = running ?? server?.url ?? "";
    await migrate(databaseUrl, MIGRATIONS, systemClock.now());
    const clock = sample ? await standingClock(databaseUrl) : systemClock;
    const opened = await open({ config, databaseUrl, clock, log, sample });
    try {
      return await work(opened);
    } finally {
      await opened.close();
    }
  } finally {
    await server?.stop();
  }
}

/** The sample store's own time, which stands still for as long as a command takes. */
async function standingClock(databaseUrl: string): Promise<Clock> {
  const now = await sampleTime(databaseUrl);
  return { now: () => now };
}

/** The store that --store names, or the only one there is. Throws a Refusal that lists them. */
export function storeOf(args: Arguments, opened: Opened): StoreRuntime {
  const named = args.values["store"];
  const [only, ...others] = opened.stores;
  if (named === undefined && only && others.length === 0) return only;
  const id = typeof named === "string" ? parseStoreId(named) : undefined;
  const found = opened.stores.find((store) => store.id === id);
  if (found) return found;
  const known = opened.stores.map((store) => store.id).join(", ");
  throw new Refusal({ code: "store", status: 400, what: named === undefined ? "There are several stores." : `There is no store "${String(named)}".`, next: `Name one with --store: ${known}.` });
}

/** Who gives a command, for the audit: the account of this machine. */
export function actor(terminal: Terminal): string {
  return terminal.env["MAKEGOOD_ACTOR"] ?? terminal.env["SUDO_USER"] ?? terminal.env["USER"] ?? "operator";
}

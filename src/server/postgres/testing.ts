import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import type { Log } from "../../base/ports.ts";
import { removeWhenWeEnd, startDisposablePostgres } from "./disposable.ts";
import { startPostgres } from "./start-postgres.ts";

/** A log that a test can read back and wait on. */
export interface RecordedLog extends Log {
  readonly lines: string[];
  /** Resolves when a line containing `words` is written after the call. */
  next(words: string): Promise<void>;
}

export function recordLog(): RecordedLog {
  const lines: string[] = [];
  const waiting = new Set<{ words: string; resolve: () => void }>();
  const take = (fields: Record<string, unknown>, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
    for (const one of waiting) if (message.includes(one.words)) one.resolve();
  };
  return { lines, info: take, warn: take, error: take, next: (words) => new Promise((resolve) => waiting.add({ words, resolve })) };
}

let seed: Promise<string> | undefined;

/** A folder with a new, empty cluster in it, copied from one that is created once: a third of the time. */
export async function freshDataFolder(): Promise<string> {
  const from = await (seed ??= createSeed());
  const to = emptyFolder();
  copyFolder(from, to);
  return to;
}

/** A temporary folder that others may pass through, removed, with the server that may run in it, when the test process ends. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mg-"));
  chmodSync(folder, 0o755);
  removeWhenWeEnd(folder, [folder]);
  return folder;
}

/** With owners and modes, as a backup would. */
export function copyFolder(from: string, to: string): void {
  const copied = spawnSync("cp", ["-a", `${from}/.`, to], { encoding: "utf8" });
  if (copied.status !== 0) throw new Error(copied.stderr);
}

async function createSeed(): Promise<string> {
  const folder = emptyFolder();
  const server = await startPostgres({ dataFolder: folder, log: recordLog() });
  await server.stop();
  return folder;
}

/** Another Node process that owns a server and reports, line by line, what it does. */
export interface OtherOwner {
  readonly pid: number;
  line(): Promise<string>;
  /** SIGKILL, as the kernel does when memory runs out. Resolves when the process is gone. */
  kill(): Promise<void>;
}

/** Runs this very file as a process of its own, as another user where one is given. */
export function startOtherOwner(dataFolder: string, mode: "insert" | "disposable" | "once", uid?: number): OtherOwner {
  const child = spawn(process.execPath, [import.meta.filename, dataFolder, mode], {
    stdio: ["ignore", "pipe", "inherit"],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const gone = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid as number,
    line: async () => {
      const next = await lines.next();
      if (next.done) throw new Error("The other owner ended early; its error is above");
      return next.value;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** Whether that process runs; one that has ended and that nobody has reaped yet does not. */
export function isRunning(pid: number): boolean {
  if (process.platform === "linux") return existsSync(`/proc/${pid}`) && !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  const asked = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return asked.status === 0 && !asked.stdout.startsWith("Z");
}

/** Resolves once nothing is at that path any more. */
export async function untilGone(path: string): Promise<void> {
  while (existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 20));
}

if (import.meta.main) {
  const [, , dataFolder = "", mode] = process.argv;
  if (mode === "insert") await insertForEver(dataFolder);
  if (mode === "disposable") await beDisposable();
  if (mode === "once") await startOnce(dataFolder);
}

/** Writes the id of every row after its commit was acknowledged. */
async function insertForEver(dataFolder: string): Promise<void> {
  const server = await startPostgres({ dataFolder, log: recordLog() });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query("CREATE TABLE kept (id int PRIMARY KEY)");
  console.log(server.pid());
  for (let id = 1; ; id++) {
    await client.query("INSERT INTO kept VALUES ($1)", [id]);
    console.log(id);
  }
}

async function beDisposable(): Promise<void> {
  const server = await startDisposablePostgres(recordLog());
  console.log(server.folder);
  setInterval(() => {}, 1_000_000);
}

async function startOnce(dataFolder: string): Promise<void> {
  const server = await startPostgres({ dataFolder, log: recordLog() });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const { rows } = await client.query("SELECT current_user AS role");
  await client.end();
  await server.stop();
  console.log(rows[0].role);
}

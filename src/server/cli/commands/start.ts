import { join } from "node:path";
import { createLog } from "../../log.ts";
import { systemClock } from "../../clock.ts";
import { migrate } from "../../database/index.ts";
import { startPostgres, type PostgresServer } from "../../postgres/index.ts";
import { MIGRATIONS, open, readConfig } from "../../runtime/open.ts";
import { startWorker } from "../../runtime/worker.ts";
import { startWeb } from "../../http/server.ts";
import { startSample } from "../../sample/start-sample.ts";
import { COMMON_OPTIONS, type Command, type Terminal } from "../command.ts";
import { dataFolder, noteDatabase } from "../with-opened.ts";

/**
 * `makegood start`: everything in one process. Without a configuration it runs the sample store; without
 * DATABASE_URL it runs the PostgreSQL that comes with Makegood.
 */
export const command: Command = {
  summary: "Start everything on this machine: the database if none is given, the web server and a worker. Without --config, the sample store.",
  usage: "start [--config makegood.yaml]",
  options: COMMON_OPTIONS,
  async run({ values }, terminal) {
    const log = createLog(terminal.env["LOG_LEVEL"] ?? "warn");
    const say = progress(terminal);
    say("Makegood starts");
    const database = await openDatabase(terminal, log, say);
    try {
      const done = await migrate(database.url, MIGRATIONS, systemClock.now());
      say(done.length > 0 ? `Database brought up to date (${done.join(", ")})` : "Database is up to date");
      const path = values["config"];
      const running = typeof path === "string" ? await startConfigured(path, database.url, terminal, log) : await startSample({ databaseUrl: database.url, env: terminal.env, log, say });
      for (const line of running.greeting) terminal.out(line);
      await Promise.race([stopAsked(terminal.stopping), running.ended, database.lost]);
      say("Stopping: what is under way is finished first");
      await running.stop();
    } finally {
      await database.stop();
    }
    say("Stopped. Nothing is lost; start again to carry on");
    return 0;
  },
};

async function startConfigured(path: string, databaseUrl: string, terminal: Terminal, log: ReturnType<typeof createLog>) {
  const config = await readConfig(path, terminal.env);
  const opened = await open({ config, databaseUrl, clock: systemClock, log, sample: false, journalFolder: join(dataFolder(terminal), "journal") });
  const port = Number(terminal.env["PORT"] ?? config.port);
  const web = await startWeb(opened, { port, host: "0.0.0.0" });
  const worker = await startWorker(opened, { pace: 1 });
  return {
    greeting: ["", `Makegood serves ${opened.stores.map((store) => store.id).join(", ")} on port ${web.port}. Public address: ${config.publicUrl}`],
    ended: worker.fenced,
    stop: async () => {
      await web.stop();
      await worker.stop();
      await opened.close();
    },
  };
}

type OwnedDatabase = Pick<PostgresServer, "url" | "stop" | "lost">;

async function openDatabase(terminal: Terminal, log: ReturnType<typeof createLog>, say: (line: string) => void): Promise<OwnedDatabase> {
  const given = terminal.env["DATABASE_URL"];
  if (given !== undefined) {
    say("Using the database at DATABASE_URL");
    return { url: given, lost: new Promise(() => {}), stop: async () => {} };
  }
  const folder = dataFolder(terminal);
  say(`Starting PostgreSQL in ${folder} (the first time takes a few seconds)`);
  const server = await startPostgres({ dataFolder: join(folder, "postgres"), log });
  const takeBack = await noteDatabase(terminal, server.url);
  return {
    url: server.url,
    lost: server.lost,
    stop: async () => {
      await takeBack();
      await server.stop();
    },
  };
}

function stopAsked(signal: AbortSignal): Promise<void> {
  return new Promise((done) => (signal.aborted ? done() : signal.addEventListener("abort", () => done(), { once: true })));
}

/** Lines with the seconds since the start, so that a slow step shows. */
function progress(terminal: Terminal): (line: string) => void {
  const began = systemClock.now();
  return (line) => terminal.out(`${((systemClock.now() - began) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
}

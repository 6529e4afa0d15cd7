// A process of its own that owns a server, for the tests that kill it.
import pg from "pg";
import type { Log } from "../../base/ports.ts";
import { startDisposablePostgres } from "./disposable.ts";
import { startPostgres } from "./start-postgres.ts";

const [, , dataFolder = "", mode = ""] = process.argv;
const log: Log = { info: () => {}, warn: () => {}, error: () => {} };

if (mode === "insert") await insertForEver();
if (mode === "disposable") await beDisposable();
if (mode === "once") await startOnce();

/** Writes the id of every row after its commit was acknowledged. */
async function insertForEver(): Promise<void> {
  const server = await startPostgres({ dataFolder, log });
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
  const server = await startDisposablePostgres(log);
  console.log(server.folder);
  setInterval(() => {}, 1_000_000);
}

async function startOnce(): Promise<void> {
  const server = await startPostgres({ dataFolder, log });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const { rows } = await client.query("SELECT current_user AS role");
  await client.end();
  await server.stop();
  console.log(rows[0].role);
}

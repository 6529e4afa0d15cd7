import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import pg from "pg";
import type { Log } from "../../base/ports.ts";
import { instant } from "../../base/time.ts";
import { type PostgresServer, startDisposablePostgres } from "../postgres/index.ts";
import { connect, type ConnectOptions, type Database } from "./connect.ts";
import { migrate } from "./migrate.ts";
import { readMigrations } from "./migration-files.ts";

/** A migrated database that belongs to one test suite. */
export interface TestDatabase {
  readonly url: string;
  readonly db: Database;
  /** Closes its connections and removes it. */
  drop(): Promise<void>;
}

export const MIGRATIONS = join(import.meta.dirname, "../../../db/migrations");

/** Two suites in two processes build the template one after the other. */
const TEMPLATE_LOCK = 7_261_734_502;
const CONNECTIONS = 8;
const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {} };

let ownServer: Promise<PostgresServer> | undefined;

/**
 * A fresh database with the whole schema, copied from a template that is built once per server and schema.
 * Uses the server at MAKEGOOD_TEST_DATABASE_URL, or starts one that ends with this process.
 */
export async function testDatabase(options: Pick<ConnectOptions, "isPatient"> = {}): Promise<TestDatabase> {
  const server = process.env["MAKEGOOD_TEST_DATABASE_URL"] ?? (await (ownServer ??= startDisposablePostgres(SILENT))).url;
  const name = `test_${randomBytes(8).toString("hex")}`;
  await withAdmin(server, async (admin) => {
    const template = await ensureTemplate(admin, server);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY wal_log`);
  });
  const url = databaseUrl(server, name);
  const db = connect(url, { ...options, max: CONNECTIONS, name: "makegood test", allowExitOnIdle: true });
  return {
    url,
    db,
    drop: async () => {
      await db.end();
      await withAdmin(server, (admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

async function ensureTemplate(admin: pg.Client, server: string): Promise<string> {
  const checksums = readMigrations(MIGRATIONS).map((step) => step.checksum);
  const name = `template_${createHash("sha256").update(checksums.join()).digest("hex").slice(0, 16)}`;
  await admin.query("SELECT pg_advisory_lock($1)", [TEMPLATE_LOCK]);
  const known = await admin.query("SELECT FROM pg_database WHERE datname = $1", [name]);
  if (known.rowCount === 0) {
    const unfinished = `${name}_unfinished`;
    await admin.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${unfinished}`);
    await migrate(databaseUrl(server, unfinished), MIGRATIONS, instant(0));
    await admin.query(`ALTER DATABASE ${unfinished} RENAME TO ${name}`);
  }
  await admin.query("SELECT pg_advisory_unlock($1)", [TEMPLATE_LOCK]);
  return name;
}

async function withAdmin<T>(server: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

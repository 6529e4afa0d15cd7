import pg from "pg";
import { Refusal } from "../../base/errors.ts";
import { type Instant, iso } from "../../base/time.ts";
import { sessionConfig } from "./connect.ts";
import { type Migration, readMigrations } from "./migration-files.ts";

/** Any constant number of ours, the same in every program that migrates. */
const MIGRATION_LOCK = 7_261_734_501;

interface Applied {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
  readonly breaking: boolean;
}

/** The names of the steps that were applied now, such as `0002_statements`. */
export type MigrationReport = readonly string[];

/**
 * Brings the database up to the steps in `folder`, each in a transaction of its own; programs that start together
 * take turns. Throws a Refusal when a newer Makegood made a breaking step here, or when an applied step was edited.
 */
export async function migrate(url: string, folder: string, now: Instant): Promise<MigrationReport> {
  const wanted = readMigrations(folder);
  const client = new pg.Client(sessionConfig(url, { name: "makegood migrate" }));
  await client.connect();
  try {
    // Moving rows may take longer than any statement of the running program.
    await client.query("SET statement_timeout = 0");
    await client.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await client.query(`CREATE TABLE IF NOT EXISTS schema_migrations (
      version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, breaking boolean NOT NULL, applied_at timestamptz NOT NULL)`);
    const applied = await readApplied(client);
    requireCompatible(wanted, applied);
    const missing = wanted.slice(applied.filter((step) => step.version <= wanted.length).length);
    for (const step of missing) await apply(client, step, now);
    return missing.map(label);
  } finally {
    await client.end();
  }
}

async function readApplied(client: pg.Client): Promise<Applied[]> {
  return (await client.query<Applied>("SELECT version, name, checksum, breaking FROM schema_migrations ORDER BY version")).rows;
}

function requireCompatible(wanted: readonly Migration[], applied: readonly Applied[]): void {
  for (const step of applied) {
    const ours = wanted[step.version - 1];
    if (ours === undefined) requireHarmless(step);
    else if (ours.checksum !== step.checksum) refuseEdited(ours, step);
  }
}

/** Steps that only add leave the previous program running, so that an upgrade can be rolled back. */
function requireHarmless(step: Applied): void {
  if (!step.breaking) return;
  throw new Refusal({
    code: "database-is-newer",
    status: 500,
    what: `This database was migrated by a newer Makegood (${label(step)}), and this program would damage it.`,
    next: "Run the newer Makegood, or restore the backup from before the upgrade.",
  });
}

function refuseEdited(ours: Migration, step: Applied): never {
  throw new Refusal({
    code: "migration-edited",
    status: 500,
    what: `The migration ${label(ours)} was changed after this database applied it (as ${label(step)}).`,
    next: "Put the file back as it was and write the change as a new migration.",
  });
}

async function apply(client: pg.Client, step: Migration, now: Instant): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(step.sql);
    await client.query("INSERT INTO schema_migrations (version, name, checksum, breaking, applied_at) VALUES ($1, $2, $3, $4, $5)", [step.version, step.name, step.checksum, step.breaking, iso(now)]);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw new Error(`Migration ${label(step)} failed and was undone: ${(error as Error).message}`, { cause: error });
  }
}

function label(step: { version: number; name: string }): string {
  return `${String(step.version).padStart(4, "0")}_${step.name}`;
}

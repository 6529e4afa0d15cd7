import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import pg from "pg";
import { sql } from "../../base/db.ts";
import { InvariantError, Refusal } from "../../base/errors.ts";
import { instant } from "../../base/time.ts";
import { connect, type Database } from "./connect.ts";
import { dumpSchema } from "./dump-schema.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS, testDatabase } from "./testing.ts";

const NOW = instant(Date.UTC(2026, 2, 1));
const server = await testDatabase();
const cleanUps: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
  await server.drop();
});

/** An empty database and a folder with these files. */
async function scene(files: Record<string, string>): Promise<{ url: string; folder: string; db: Database; write(name: string, text: string): void; remove(name: string): void }> {
  const name = `${new URL(server.url).pathname.slice(1)}_${cleanUps.length}`;
  await server.db.rows(sql(`CREATE DATABASE ${name}`));
  const folder = mkdtempSync(join(tmpdir(), "migrations-"));
  const url = new URL(server.url);
  url.pathname = name;
  const db = connect(url.href, { max: 2 });
  const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);
  for (const [file, text] of Object.entries(files)) write(file, text);
  cleanUps.push(async () => {
    await db.end();
    await server.db.rows(sql(`DROP DATABASE ${name} WITH (FORCE)`));
    rmSync(folder, { recursive: true });
  });
  return { url: url.href, folder, db, write, remove: (file) => rmSync(join(folder, file)) };
}

const refusal = (code: string) => (error: unknown) => error instanceof Refusal && error.code === code;

test("steps are applied once, in order, and recorded with the moment they are given", async () => {
  const { url, folder, db, write } = await scene({ "0002_two.sql": "INSERT INTO a VALUES (1)", "0001_one.sql": "CREATE TABLE a (id int)" });
  assert.deepEqual(await migrate(url, folder, NOW), ["0001_one", "0002_two"]);
  assert.deepEqual(await migrate(url, folder, NOW), []);
  write("0003_three.sql", "INSERT INTO a VALUES (2)");
  assert.deepEqual(await migrate(url, folder, NOW), ["0003_three"]);
  assert.deepEqual(await db.rows(sql("SELECT id FROM a")), [{ id: 1 }, { id: 2 }]);
  assert.deepEqual(await db.rows(sql("SELECT DISTINCT applied_at FROM schema_migrations")), [{ applied_at: NOW }]);
});

test("programs that start together take turns", async () => {
  const { url, folder, db } = await scene({ "0001_one.sql": "CREATE TABLE a (id int); INSERT INTO a VALUES (1)" });
  const reports = await Promise.all(Array.from({ length: 5 }, () => migrate(url, folder, NOW)));
  assert.deepEqual(reports.flat(), ["0001_one"]);
  assert.deepEqual(await db.rows(sql("SELECT id FROM a")), [{ id: 1 }]);
});

test("parcels that were kept before their states had histories keep what was known of them", async () => {
  const { url, folder, db, write } = await scene({});
  const steps = readdirSync(MIGRATIONS).sort();
  const copy = (names: readonly string[]): void => names.forEach((name) => write(name, readFileSync(join(MIGRATIONS, name), "utf8")));
  copy(steps.filter((name) => name < "0015"));
  await migrate(url, folder, NOW);
  const parcel = { value: { parcelId: "s/8", status: "moving", carrier: "DHL" }, at: 5, event: "e", source: "s" };
  await db.rows(sql("insert into stores (store_id, sample, epoch, alive_at, created_at) values ('acme', true, 1, ms(1), ms(1))"));
  for (const [id, parcels] of [["s/1", { "s/8": parcel }], ["s/2", {}]] as const) {
    await db.rows(sql("insert into orders (store_id, order_id, reference, spoken_ref, token_hash, doc, page_expires_at, first_seen_at, touched_at) values ('acme', $1, $1, $1, $1, $2, ms(1), ms(1), ms(1))"), [id, JSON.stringify({ payments: {}, parcels })]);
  }
  copy(steps);
  await migrate(url, folder, NOW);
  const of = { at: 5, event: "e", source: "s" };
  const kept = { since: 5, first: { moving: 5 }, latest: { value: { status: "moving" }, ...of }, scans: [], carrier: { value: "DHL", ...of } };
  assert.deepEqual(await db.rows(sql("select doc from orders order by order_id")), [
    { doc: { payments: {}, parcels: { "s/8": kept }, fulfilments: {} } },
    { doc: { payments: {}, parcels: {}, fulfilments: {} } },
  ]);
});

test("a step that fails is undone and named, those before it stay", async () => {
  const { url, folder, db } = await scene({ "0001_one.sql": "CREATE TABLE a (id int)", "0002_bad.sql": "INSERT INTO a VALUES (1); SELECT nonsense" });
  await assert.rejects(migrate(url, folder, NOW), /0002_bad failed and was undone.*nonsense/);
  assert.deepEqual(await db.rows(sql("SELECT version FROM schema_migrations")), [{ version: 1 }]);
  assert.deepEqual(await db.rows(sql("SELECT id FROM a")), []);
});

test("a step that was edited after it was applied is refused", async () => {
  const { url, folder, write } = await scene({ "0001_one.sql": "CREATE TABLE a (id int)" });
  await migrate(url, folder, NOW);
  write("0001_one.sql", "CREATE TABLE a (id bigint)");
  await assert.rejects(migrate(url, folder, NOW), refusal("migration-edited"));
});

test("an older program runs on a newer database, unless a newer step is breaking", async () => {
  const { url, folder, write, remove } = await scene({ "0001_one.sql": "CREATE TABLE a (id int)", "0002_more.sql": "CREATE TABLE b (id int)" });
  await migrate(url, folder, NOW);
  remove("0002_more.sql");
  assert.deepEqual(await migrate(url, folder, NOW), []);
  write("0002_more.sql", "CREATE TABLE b (id int)");
  write("0003_drop.sql", "-- breaking\nDROP TABLE a");
  await migrate(url, folder, NOW);
  remove("0003_drop.sql");
  await assert.rejects(migrate(url, folder, NOW), refusal("database-is-newer"));
});

test("a gap in the numbers and a name out of form are found before anything is applied", async () => {
  const gap = await scene({ "0001_one.sql": "CREATE TABLE a (id int)", "0003_three.sql": "" });
  await assert.rejects(migrate(gap.url, gap.folder, NOW), InvariantError);
  const form = await scene({ "0001_one.sql": "CREATE TABLE a (id int)", "2-two.sql": "" });
  await assert.rejects(migrate(form.url, form.folder, NOW), InvariantError);
  assert.deepEqual(await form.db.rows(sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")), []);
});

test("the committed db/schema.sql is what the migrations add up to (else run: node scripts/dump-schema.ts)", async () => {
  const migrated = await testDatabase();
  cleanUps.unshift(() => migrated.drop());
  const committed = readFileSync(join(MIGRATIONS, "../schema.sql"), "utf8");
  const dumped = await dumpSchema(migrated.url);
  // The two files whole would drown what differs.
  const [first, last] = [committed, dumped].map((text) => text.split("\n")) as [string[], string[]];
  const line = last.findIndex((text, index) => text !== first[index]);
  assert.deepEqual({ line: line + 1, text: first[line] }, { line: line + 1, text: last[line] });
  assert.ok(committed === dumped, "the committed file has more lines than the schema");
});

test("what the schema dump does not know is refused rather than left out", async () => {
  const { url } = await scene({});
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("CREATE VIEW seen AS SELECT 1 AS one");
  await client.end();
  await assert.rejects(dumpSchema(url), (error) => error instanceof InvariantError && error.message.includes("seen"));
});

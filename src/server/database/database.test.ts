import assert from "node:assert/strict";
import { after, test } from "node:test";
import { isUndone, prepared, sql, type Tx } from "../../base/db.ts";
import { InvariantError } from "../../base/errors.ts";
import { connect } from "./connect.ts";
import { testDatabase } from "./testing.ts";

const database = await testDatabase();
const { db } = database;
after(() => database.drop());

await db.rows(sql("CREATE TABLE notes (id int PRIMARY KEY, text text)"));
const ids = async (): Promise<number[]> => (await db.rows<{ id: number }>(sql("SELECT id FROM notes ORDER BY id"))).map((row) => row.id);
const insert = (tx: Tx, id: number) => tx.rows(sql("INSERT INTO notes VALUES ($1, '')"), [id]);
const endConnectionOf = (name: string) => db.rows(sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1"), [name]);

test("columns come back as the types that the program counts with", async () => {
  const [row] = await db.rows<Record<string, unknown>>(
    sql(`SELECT 9007199254740991 AS big, timestamptz '2026-03-01 13:00:00.123456+01' AS at, ms(1772366400123) AS from_ms,
      ARRAY[timestamptz '1969-12-31 23:59:59.5Z', NULL] AS moments, date '2026-03-01' AS day, ARRAY[1, 2]::bigint[] AS bigs,
      jsonb '{"a": [1]}' AS doc, bytea '\\x00ff' AS raw, 1.10 AS decimal, NULL::timestamptz AS never`),
  );
  assert.deepEqual(row, {
    big: 9007199254740991, at: 1772366400123, from_ms: 1772366400123, moments: [-500, null], day: "2026-03-01", bigs: [1, 2],
    doc: { a: [1] }, raw: Buffer.from([0, 255]), decimal: "1.10", never: null,
  });
});

test("a statement with a name is prepared once per connection", async () => {
  await db.transaction(async (tx) => {
    const byId = prepared("notes.byId", "SELECT id FROM notes WHERE id = $1");
    await tx.rows(byId, [1]);
    await tx.rows(byId, [2]);
    const [known] = await tx.rows<{ runs: number }>(sql("SELECT generic_plans + custom_plans AS runs FROM pg_prepared_statements WHERE name = 'notes.byId'"));
    assert.equal(known?.runs, 2);
  });
});

test("a transaction leaves all or nothing", async () => {
  await db.transaction(async (tx) => void (await insert(tx, 1), await insert(tx, 2)));
  await assert.rejects(db.transaction(async (tx) => {
    await insert(tx, 3);
    throw new Error("changed my mind");
  }), { message: "changed my mind" });
  await assert.rejects(db.transaction(async (tx) => void (await insert(tx, 4), await insert(tx, 1))), { code: "23505" });
  assert.deepEqual(await ids(), [1, 2]);
});

test("a swallowed error is not taken for a commit", async () => {
  await assert.rejects(db.transaction(async (tx) => {
    await insert(tx, 5);
    await insert(tx, 1).catch(() => {});
  }), InvariantError);
  assert.deepEqual(await ids(), [1, 2]);
});

test("a transaction cannot be used after its end", async () => {
  let leaked: Tx | undefined;
  await db.transaction(async (tx) => void (leaked = tx));
  assert.throws(() => leaked && insert(leaked, 6), InvariantError);
});

test("a connection that breaks in the middle fails that transaction alone", async () => {
  const fragile = connect(database.url, { max: 1, name: "fragile", allowExitOnIdle: true });
  await assert.rejects(fragile.transaction(async (tx) => {
    await insert(tx, 7);
    await endConnectionOf("fragile");
    await insert(tx, 8);
  }));
  assert.deepEqual(await fragile.rows(sql("SELECT 1 AS one")), [{ one: 1 }]);
  await fragile.rows(sql("SELECT pg_terminate_backend(pg_backend_pid())")).catch(() => {});
  assert.deepEqual(await fragile.rows(sql("SELECT 1 AS one")), [{ one: 1 }]);
  await fragile.end();
  assert.deepEqual(await ids(), [1, 2]);
});

test("the loser of a deadlock is told that trying again may help; a duplicate key is not such a case", async () => {
  const both = Promise.withResolvers<void>();
  let holding = 0;
  const lockBoth = (first: number, second: number) => db.transaction(async (tx) => {
    await tx.rows(sql("SELECT FROM notes WHERE id = $1 FOR UPDATE"), [first]);
    if (++holding === 2) both.resolve();
    await both.promise;
    await tx.rows(sql("SELECT FROM notes WHERE id = $1 FOR UPDATE"), [second]);
  });
  const results = await Promise.allSettled([lockBoth(1, 2), lockBoth(2, 1)]);
  const failed = results.filter((result) => result.status === "rejected");
  assert.equal(failed.length, 1);
  assert.ok(isUndone(failed[0]?.reason));
  assert.ok(!isUndone(await insert(db, 1).catch((error: unknown) => error)));
});

test("a serialization failure may be tried again", async () => {
  const update = sql("UPDATE notes SET text = text || 'x' WHERE id = 1");
  const failure = await db.transaction(async (tx) => {
    await tx.rows(sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
    await tx.rows(sql("SELECT 1"));
    await db.rows(update);
    await tx.rows(update);
  }).catch((error: unknown) => error);
  assert.ok(isUndone(failure));
});

test("a listener hears each notification, and is told when it may have missed some", async () => {
  const heard: string[] = [];
  let wake = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<void>();
  const listening = await connect(database.url, { max: 1, name: "listener" }).listen("Some channel", {
    notified: (payload) => {
      heard.push(payload);
      wake.resolve();
    },
    resumed: resumed.resolve,
  });
  const notify = async (payload: string): Promise<void> => {
    wake = Promise.withResolvers();
    await db.rows(sql("SELECT pg_notify('Some channel', $1)"), [payload]);
    await wake.promise;
  };
  await notify("one");
  await endConnectionOf("listener");
  await resumed.promise;
  await notify("two");
  assert.deepEqual(heard, ["one", "two"]);
  await listening.stop();
});

test("each test database starts from the schema alone", async () => {
  const other = await testDatabase();
  assert.deepEqual(await other.db.rows(sql("SELECT 1 FROM pg_tables WHERE tablename = 'notes'")), []);
  assert.equal((await other.db.rows(sql("SELECT 1 FROM pg_tables WHERE tablename = 'stores'"))).length, 1);
  await other.drop();
  await assert.rejects(connect(other.url, { max: 1 }).rows(sql("SELECT 1")), { code: "3D000" });
});

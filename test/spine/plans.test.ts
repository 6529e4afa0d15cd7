import assert from "node:assert/strict";
import { after, test } from "node:test";
import { sql } from "../../src/base/db.ts";
import { HOUR, plus } from "../../src/base/time.ts";
import { SAMPLE_SECRETS } from "../../src/server/sample/secrets.ts";
import { scenesOfFate } from "../../sample/story.ts";
import { MONDAY, startSpine } from "./harness.ts";

/** Enough that reading a table whole stands out from going to its rows by key, few enough for a test. */
const GROWN = 1_200;
const BATCH = 10;

type Spine = Awaited<ReturnType<typeof startSpine>>;
let spine: Spine | undefined;
after(() => spine?.stop());

test("a store that grew in its first minutes, before any analyze, is not read whole for each batch", async () => {
  spine = await startSpine();
  // A plan that is kept is kept from here: it is made for tables of a few rows.
  for (let order = 0; order < 8; order += 1) await cancel(spine, order, 1);
  await cancel(spine, 8, GROWN);
  const before = await rowsRead(spine);
  await cancel(spine, 8 + GROWN, BATCH);
  const now = await rowsRead(spine);
  const readWhole = [...now].flatMap(([table, { rows, read }]) => {
    const readNow = read - (before.get(table)?.read ?? 0);
    return rows >= GROWN && readNow >= rows ? [`${table}: ${readNow} rows read of ${rows}`] : [];
  });
  assert.deepEqual(readWhole, []);
});

/** Orders that the store cancels: their customers are told. */
async function cancel(on: Spine, first: number, count: number): Promise<void> {
  for (let order = first; order < first + count; order += 1) {
    const scenes = scenesOfFate(order, MONDAY, { kind: "cancelled", reason: "inventory", refundAfter: 20 * HOUR }, SAMPLE_SECRETS.secrets);
    await Promise.all(scenes.filter((scene) => scene.at < plus(MONDAY, 2 * HOUR)).map((scene) => on.deliver(scene.deliver(on.now()))));
  }
  await on.work();
}

/** Rows there are and rows read so far, by table. A whole look at an index counts like one at its table. */
async function rowsRead({ db }: Spine): Promise<ReadonlyMap<string, { readonly rows: number; readonly read: number }>> {
  // Each connection reports what it did when its next statement ends.
  await Promise.all(Array.from({ length: 16 }, () => db.rows(sql("select pg_stat_force_next_flush(), pg_sleep(0.05)"))));
  const tables = await db.rows<{ name: string; rows: number; read: number }>(sql(
    `select t.relname as name, t.n_live_tup as rows, t.seq_tup_read + coalesce((select sum(i.idx_tup_read) from pg_stat_user_indexes i where i.relid = t.relid), 0)::bigint as read
     from pg_stat_user_tables t`,
  ));
  return new Map(tables.map(({ name, rows, read }) => [name, { rows, read }]));
}

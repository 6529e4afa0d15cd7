import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { sql } from "../base/db.ts";
import { parseInstant } from "../base/time.ts";
import { type TestDatabase, testDatabase } from "../server/database/testing.ts";

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
});
after(() => database.drop());

test("every moment comes back from the database as it went in, to the millisecond", async () => {
  const [first, last] = ["1900-01-01T00:00:00Z", "2300-01-01T00:00:00Z"].map((text) => parseInstant(text) ?? 0);
  const moments = fc.sample(fc.integer({ min: first ?? 0, max: last ?? 0 }), 5_000);
  const rows = await database.db.rows<{ at: number }>(sql("select ms(given) as at from unnest($1::bigint[]) with ordinality as g(given, place) order by place"), [moments]);
  assert.deepEqual(rows.map(({ at }) => at), moments);
});

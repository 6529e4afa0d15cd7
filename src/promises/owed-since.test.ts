import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql } from "../base/db.ts";
import { uuidOf, type StoreId } from "../base/ids.ts";
import { DAY, HOUR, plus } from "../base/time.ts";
import { testDatabase } from "../server/database/testing.ts";
import { makePromises, owedSince, type StorePromise } from "./index.ts";
import { MONDAY } from "./testing.ts";

const store = "shop" as StoreId;
const database = await testDatabase();
after(() => database.drop());

/** A promise to a customer that broke so long before Monday. */
const broken = (name: string, before: number, more: Partial<StorePromise> = {}): StorePromise => {
  const at = plus(MONDAY, -before);
  return {
    id: uuidOf("owed", name), kind: "refund_by", orderId: `shop/${name}`, thing: "cancelled", rule: "refund-48h", playbook: "refund-idle", owedTo: "customer",
    owner: "finance", basis: { kind: "policy" }, restsOn: [], madeAt: at, dueAt: at, state: "broken", settledAt: at, because: "the time ran out", ...more,
  };
};

before(async () => {
  await database.db.rows(sql("insert into stores (store_id, sample, epoch, alive_at, created_at) values ($1, false, 1, ms($2), ms($2))"), [store, MONDAY]);
  const promises = [
    broken("today", HOUR),
    broken("a-week-ago", 7 * DAY),
    broken("longer", 7 * DAY + 1),
    broken("longest", 90 * DAY),
    // It failed before its time: owed since then, and due later.
    broken("failed", DAY, { dueAt: plus(MONDAY, DAY) }),
    broken("made-good", DAY, { madeGoodAt: MONDAY }),
    broken("waived", 8 * DAY, { waivedAt: MONDAY, waivedBy: "Ines" }),
    broken("to-the-team", DAY, { owedTo: "team" }),
    broken("kept", DAY, { state: "kept" }),
  ];
  await database.db.transaction((tx) => makePromises(tx, store, promises));
});

test("what is owed is told apart by whether it broke within the week, the longest overdue first", async () => {
  const { fresh, older } = await owedSince(database.db, store, plus(MONDAY, -7 * DAY), 10);
  assert.deepEqual([fresh.count, fresh.first.map((each) => each.orderId)], [3, ["shop/a-week-ago", "shop/today", "shop/failed"]]);
  assert.deepEqual([older.count, older.first.map((each) => each.orderId)], [2, ["shop/longest", "shop/longer"]]);
});

test("a long list is cut, its number is not", async () => {
  const { older } = await owedSince(database.db, store, plus(MONDAY, -7 * DAY), 1);
  assert.deepEqual([older.count, older.first.length], [2, 1]);
});

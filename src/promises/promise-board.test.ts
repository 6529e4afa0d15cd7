import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { StoreId } from "../base/ids.ts";
import { uuidOf } from "../base/ids.ts";
import { DAY, HOUR, plus } from "../base/time.ts";
import { type TestDatabase, testDatabase } from "../server/database/testing.ts";
import { makePromises, promiseBoard, type StorePromise } from "./index.ts";
import { MONDAY } from "./testing.ts";

describe("the board of promises", () => {
  const store = "shop" as StoreId;
  let database: TestDatabase;

  const owing = (name: string, dueIn: number, more: Partial<StorePromise> = {}): StorePromise => ({
    id: uuidOf("board", name),
    kind: "refund_by",
    orderId: `shop/${name}`,
    thing: "cancelled",
    rule: "refund-48h",
    playbook: "refund-idle",
    owedTo: "customer",
    owner: "finance",
    basis: { kind: "policy" },
    restsOn: ["shop"],
    madeAt: MONDAY,
    dueAt: plus(MONDAY, dueIn),
    state: "open",
    ...more,
  });
  const broken = (name: string, dueIn: number, more: Partial<StorePromise> = {}) => owing(name, dueIn, { state: "broken", settledAt: plus(MONDAY, dueIn), because: "the time ran out", ...more });

  before(async () => {
    database = await testDatabase();
    await database.db.rows({ text: "insert into stores (store_id, sample, epoch, alive_at, created_at) values ($1, false, 1, ms($2), ms($2))" }, [store, MONDAY]);
    const promises = [
      owing("soon", 2 * HOUR),
      owing("later", 3 * DAY),
      owing("much-later", 9 * DAY),
      owing("late-but-open", -HOUR),
      owing("team", HOUR, { owedTo: "team" }),
      owing("kept", DAY, { state: "kept", settledAt: MONDAY }),
      broken("long-ago", -9 * DAY),
      broken("just-now", -HOUR),
      broken("made-good", -2 * HOUR, { madeGoodAt: MONDAY }),
      broken("waived", -3 * HOUR, { waivedAt: MONDAY, waivedBy: "Ines" }),
    ];
    await database.db.transaction((tx) => makePromises(tx, store, promises));
  });
  after(() => database.drop());

  test("counts what is owed to customers: due, at risk, kept, broken, made good", async () => {
    const { counts } = await promiseBoard(database.db, store, MONDAY, 12 * HOUR, 10);
    assert.deepEqual(counts, { open: 4, atRisk: 2, kept: 1, broken: 4, madeGood: 1 });
  });

  test("lists what is due next, the nearest first, and what broke and is still owed, the last broken first", async () => {
    const { nearest, owed } = await promiseBoard(database.db, store, MONDAY, 12 * HOUR, 2);
    assert.deepEqual(nearest.map((each) => each.orderId), ["shop/soon", "shop/later"]);
    assert.deepEqual(owed.map((each) => each.orderId), ["shop/just-now", "shop/long-ago"]);
  });
});

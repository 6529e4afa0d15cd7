import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type StoreId, uuidOf } from "../base/ids.ts";
import { money } from "../base/money.ts";
import { DAY, instant, plus } from "../base/time.ts";
import type { Contact, Fact, StoreEvent } from "../intake/index.ts";
import { type TestDatabase, testDatabase } from "../server/database/testing.ts";
import { contactsSince, mergeEvents, redactPerson, sentSince } from "./index.ts";

const NOW = instant(Date.UTC(2026, 2, 2, 12));
const STORE = "shop" as StoreId;
let database: TestDatabase;
before(async () => {
  database = await testDatabase();
  await database.db.rows({ text: "insert into stores (store_id, sample, epoch, alive_at, created_at) values ($1, false, 1, ms($2), ms($2))" }, [STORE, NOW]);
});
after(() => database.drop());

function event(fact: Fact, orderId?: string): StoreEvent {
  const id = uuidOf(orderId ?? "", JSON.stringify(fact));
  return { id, inboxId: uuidOf("inbox", id), source: "shop", at: NOW, receivedAt: NOW, ...(orderId !== undefined && { orderId }), refs: [], fact };
}
const order = (orderId: string, contact: Contact): StoreEvent =>
  event({ kind: "order.recorded", reference: orderId, placedAt: NOW, contact, total: money(5000, "EUR"), lines: [], test: false }, orderId);
const merge = (events: StoreEvent[], at = NOW) => database.db.transaction((tx) => mergeEvents(tx, STORE, events, at, "a secret of the store"));

test("an order counts as addressed when it or its customer's own record has an e-mail address", async () => {
  assert.deepEqual(await contactsSince(database.db, STORE, plus(NOW, -DAY)), { orders: 0, unaddressed: 0 });
  await merge([order("old", {})], plus(NOW, -3 * DAY));
  await merge([
    order("1", { email: "mira@mail.example" }),
    order("2", { customerId: "7" }),
    order("3", { customerId: "8", firstName: "Ada" }),
    order("4", {}),
    order("5", { email: "" }),
    event({ kind: "customer.recorded", customerId: "7", contact: { email: "paul@mail.example" } }),
    event({ kind: "payment.recorded", paymentId: "p", status: "captured", amount: money(5000, "EUR") }, "6"),
  ]);
  assert.deepEqual(await contactsSince(database.db, STORE, plus(NOW, -DAY)), { orders: 5, unaddressed: 3 });
});

test("a person who was forgotten is no missing address", async () => {
  const before = await contactsSince(database.db, STORE, plus(NOW, -DAY));
  await database.db.transaction((tx) => redactPerson(tx, STORE, { orderIds: ["4"] }, NOW));
  assert.deepEqual(await contactsSince(database.db, STORE, plus(NOW, -DAY)), { orders: before.orders - 1, unaddressed: before.unaddressed - 1 });
});

test("an order counts as sent when its warehouse or a carrier says so; a label that failed and open work send nothing", async () => {
  assert.equal(await sentSince(database.db, STORE, plus(NOW, -DAY)), 0);
  await merge([
    event({ kind: "fulfilment.recorded", fulfilmentId: "f1", status: "shipped" }, "1"),
    event({ kind: "fulfilment.recorded", fulfilmentId: "f2", status: "open" }, "2"),
    event({ kind: "parcel.recorded", parcelId: "p3", status: "label_failed" }, "3"),
    event({ kind: "parcel.recorded", parcelId: "p5", status: "label" }, "5"),
    event({ kind: "fulfilment.recorded", fulfilmentId: "fo", status: "shipped" }, "old"),
  ]);
  assert.equal(await sentSince(database.db, STORE, plus(NOW, -DAY)), 2);
});

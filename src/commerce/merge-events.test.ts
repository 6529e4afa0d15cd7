import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import type { Tx } from "../base/db.ts";
import { type StoreId, uuidOf } from "../base/ids.ts";
import { money } from "../base/money.ts";
import { DAY, instant } from "../base/time.ts";
import type { Contact, Fact, FulfilmentStatus, StoreEvent } from "../intake/index.ts";
import { type TestDatabase, testDatabase } from "../server/database/testing.ts";
import { exportPerson, findOrders, heldWork, lockOrders, lockOrdersIfFree, mergeEvents, orderByReference, orderByToken, orderHistory, pageToken, redactPerson } from "./index.ts";
import type { Merged } from "./index.ts";

const DEADLOCK = "40P01";
const SECRET = "a secret of the store";
const NOW = instant(Date.UTC(2026, 2, 2, 12));

interface Saying { orderId?: string; refs?: string[]; at?: number; source?: string; inbox?: string }

function said(fact: Fact, { orderId, refs = [], at = NOW, source = "shop", inbox }: Saying = {}): StoreEvent {
  const id = uuidOf(source, at, orderId ?? "", refs.join(" "), JSON.stringify(fact));
  return { id, inboxId: inbox ?? uuidOf("inbox", id), source, at: instant(at), receivedAt: instant(at), ...(orderId !== undefined && { orderId }), refs, fact };
}

const recorded = (orderId: string, contact: Contact = {}, at: number = NOW, refs: string[] = []) =>
  said({ kind: "order.recorded", reference: `#${orderId}`, placedAt: NOW, contact, country: "DE", total: money(5000, "EUR"), lines: [], test: false }, { orderId, at, refs });
const captured = (paymentId: string, refs: string[], at: number = NOW) =>
  said({ kind: "payment.recorded", paymentId, status: "captured", amount: money(5000, "EUR") }, { refs, at, source: "pay" });
const refunded = (refundId: string, refs: string[], at: number = NOW) =>
  said({ kind: "refund.recorded", refundId, view: "processor", status: "succeeded", amount: money(5000, "EUR") }, { refs, at, source: "pay" });
const customer = (customerId: string, contact: Contact, at: number = NOW) => said({ kind: "customer.recorded", customerId, contact }, { at });

describe("merging events on PostgreSQL", () => {
  let database: TestDatabase;
  let stores = 0;

  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  async function newStore(): Promise<StoreId> {
    const store = `store-${(stores += 1)}` as StoreId;
    await database.db.rows({ text: "insert into stores (store_id, sample, epoch, alive_at, created_at) values ($1, false, 1, ms($2), ms($2))" }, [store, NOW]);
    return store;
  }

  /** One unit of work, done anew when the database undid it for another one's sake, as a worker does. */
  async function unit<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await database.db.transaction(work);
      } catch (error) {
        if ((error as { code?: string }).code !== DEADLOCK) throw error;
      }
    }
  }

  const merge = (store: StoreId, events: StoreEvent[], now: number = NOW): Promise<Merged> => unit((tx) => mergeEvents(tx, store, events, instant(now), SECRET));

  async function linkNames(store: StoreId): Promise<readonly string[]> {
    return (await database.db.rows<{ ref: string }>({ text: "select ref from order_links where store_id = $1 order by ref" }, [store])).map(({ ref }) => ref);
  }

  test("a tracker's parcel finds the order by its number, whoever comes first, and no link holds the number", async () => {
    const scan = said({ kind: "parcel.recorded", parcelId: "t/1", status: "moving", tracking: "JD0001" }, { refs: ["tracking/JD0001"], source: "tracker" });
    const shipped = said({ kind: "parcel.recorded", parcelId: "s/1", status: "label", tracking: "JD0001" }, { orderId: "shop/1", refs: ["tracking/JD0001"] });
    for (const events of [[scan, shipped], [shipped, scan]]) {
      const store = await newStore();
      for (const event of events) await merge(store, [event]);
      const [order] = await findOrders(database.db, store, ["shop/1"]);
      assert.deepEqual(Object.keys(order?.doc.parcels ?? {}), ["s/1", "t/1"]);
      const [link, ...others] = await linkNames(store);
      assert.ok(link !== undefined && others.length === 0 && /^tracking\/[\w-]{32}$/.test(link));
    }
    const [first, second] = [await newStore(), await newStore()];
    for (const store of [first, second]) await merge(store, [shipped]);
    assert.notDeepEqual(await linkNames(first), await linkNames(second), "no two stores' links can be compared");
  });

  test("a checkout and the order that it became stay two subjects and end the same, whatever is heard first", async () => {
    const failed = said({ kind: "payment.recorded", paymentId: "pay/1", status: "failed", amount: money(5000, "EUR") }, { refs: ["shop/checkout/t"], at: NOW - 30, source: "pay" });
    const begun = said({ kind: "checkout.recorded", reference: "#9", startedAt: NOW, contact: { email: "ada@mail.example" }, total: money(5000, "EUR"), lines: [] }, { orderId: "shop/checkout/t", refs: ["shop/checkout/t", "shop/cart/c"], at: NOW - 60 });
    const completed = said({ kind: "checkout.completed" }, { refs: ["shop/cart/c"], at: NOW - 10 });
    const events = [begun, failed, completed, recorded("shop/1", {}, NOW, ["pay/charge/1"]), captured("pay/1", ["pay/charge/1"])];
    const ends = new Set<string>();
    await fc.assert(fc.asyncProperty(fc.shuffledSubarray(events, { minLength: events.length }), fc.integer({ min: 0, max: events.length }), async (order, cut) => {
      const store = await newStore();
      await merge(store, order.slice(0, cut));
      for (const event of order.slice(cut)) await merge(store, [event]);
      ends.add(await docs(store));
    }), { numRuns: 25 });
    assert.equal(ends.size, 1);
    const [order, basket] = [...ends].join().split("\n");
    assert.match(order ?? "", /^shop\/1\{.*"status": "captured"/);
    assert.match(basket ?? "", /^shop\/checkout\/t\{.*"status": "failed".*"completedAt"/);
  });

  async function docs(store: StoreId): Promise<string> {
    const rows = await database.db.rows<{ line: string }>({ text: "select order_id || doc::text || reference || coalesce(customer_id, '') as line from orders where store_id = $1 order by order_id" }, [store]);
    return rows.map((row) => row.line).join("\n");
  }

  test("an order has a row, a spoken reference and a page from its first event, whatever that is", async () => {
    const store = await newStore();
    const { orders } = await merge(store, [said({ kind: "order.cancelled", reason: "inventory" }, { orderId: "shop/1" })]);
    assert.equal(orders[0]?.doc.cancellation?.value.reason, "inventory");
    assert.match(orders[0]?.spokenRef ?? "", /^[0-9A-HJKMNP-TV-Z]{8}$/);
    const opened = await orderByToken(database.db, pageToken(SECRET, store, "shop/1"), NOW);
    assert.deepEqual([opened?.store, opened?.order.orderId], [store, "shop/1"]);
  });

  test("only orders that really changed are reported", async () => {
    const store = await newStore();
    const first = recorded("shop/1");
    const second = recorded("shop/2");
    await merge(store, [first]);
    const again = await merge(store, [first, second]);
    assert.deepEqual(again.orders.map((order) => order.orderId), ["shop/2"]);
  });

  test("an event waits until a later one tells whose name it carries, and is adopted then", async () => {
    const store = await newStore();
    const charge = captured("pay/ch_1", ["pay/charge/ch_1"]);
    const first = await merge(store, [charge]);
    assert.deepEqual([[...first.waiting], first.orders.length], [[charge.inboxId], 0]);
    const later = await merge(store, [recorded("shop/1", {}, NOW, ["pay/charge/ch_1"])]);
    assert.equal(later.orders[0]?.doc.payments["pay/ch_1"]?.value.status, "captured");
    assert.deepEqual([[...later.adopted], later.waiting.size], [[charge.inboxId], 0]);
    assert.deepEqual((await orderHistory(database.db, store, "shop/1")).map((entry) => entry.fact.kind).sort(), ["order.recorded", "payment.recorded"]);
  });

  test("names are followed through events that waited: order, payment, charge, refund", async () => {
    const store = await newStore();
    await merge(store, [refunded("pay/re_1", ["re_1", "ch_1"])]);
    await merge(store, [captured("pay/ch_1", ["ch_1", "pi_1"])]);
    const { orders } = await merge(store, [recorded("shop/1", {}, NOW, ["pi_1"])]);
    assert.deepEqual(Object.keys(orders[0]?.doc.refunds ?? {}), ["processor:pay/re_1"]);
    const { orders: later } = await merge(store, [refunded("pay/re_1", ["re_1"], NOW + 1)]);
    assert.equal(later[0]?.orderId, "shop/1");
  });

  test("a delivery waits only while none of its events has found its order, and customers wait for nothing", async () => {
    const store = await newStore();
    const known = { ...captured("pay/ch_1", ["ch_1"]), inboxId: uuidOf("both") };
    const unknown = { ...captured("pay/ch_2", ["ch_2"]), inboxId: uuidOf("both") };
    const merged = await merge(store, [recorded("shop/1", {}, NOW, ["ch_1"]), known, unknown, customer("shop/7", {})]);
    assert.equal(merged.waiting.size, 0);
  });

  test("any arrival, in any batches, by two workers at once, leaves the same rows", async () => {
    const story = [
      recorded("shop/1", { customerId: "shop/7", email: "a@example.com" }, NOW, ["pi_1"]),
      recorded("shop/1", { customerId: "shop/7", email: "b@example.com" }, NOW + 5),
      captured("pay/ch_1", ["pi_1", "ch_1"], NOW + 1),
      refunded("pay/re_1", ["ch_1", "re_1"], NOW + 2),
      refunded("pay/re_1", ["re_1"], NOW + 3),
      said({ kind: "order.cancelled", reason: "inventory" }, { orderId: "shop/1", at: NOW + 1 }),
      recorded("shop/2", {}, NOW, ["pi_2"]),
      captured("pay/ch_2", ["pi_2", "ch_2"], NOW + 1),
    ];
    const expected = await newStore();
    await merge(expected, story);
    const arrivals = fc.record({ order: fc.shuffledSubarray(story, { minLength: story.length }), repeated: fc.subarray(story), cut: fc.integer({ min: 0, max: story.length }) });
    await fc.assert(
      fc.asyncProperty(arrivals, async ({ order, repeated, cut }) => {
        const store = await newStore();
        const one = async (): Promise<void> => { for (const event of order.slice(0, cut)) await merge(store, [event]); };
        const other = async (): Promise<void> => { await merge(store, order.slice(cut)); await merge(store, repeated); };
        await Promise.all([one(), other()]);
        assert.equal(await docs(store), await docs(expected));
        const left = await database.db.rows({ text: "select 1 from events where store_id = $1 and order_id is null" }, [store]);
        assert.equal(left.length, 0, "nobody waits for a name that is known");
        const adopted = await database.db.rows<{ n: number }>({ text: "select count(*) as n from events where store_id = $1" }, [store]);
        assert.equal(adopted[0]?.n, story.length);
      }),
      { numRuns: 40 },
    );
  });

  test("an event that is about to wait and the link that is about to appear never miss each other", async () => {
    const store = await newStore();
    const waiting = captured("pay/ch_1", ["ch_1"]);
    const linking = recorded("shop/1", {}, NOW, ["ch_1"]);
    for (const [first, second] of [[waiting, linking], [linking, waiting]] as const) {
      const fresh = await newStore();
      let secondDone: Promise<Merged> | undefined;
      await database.db.transaction(async (tx) => {
        await mergeEvents(tx, fresh, [first], NOW, SECRET);
        secondDone = merge(fresh, [second]);
        await blockedSession(database);
      });
      assert.equal((await secondDone)?.orders[0]?.doc.payments["pay/ch_1"]?.value.status, "captured");
    }
    assert.equal(await docs(store), "");
  });

  test("two workers that first hear of an order at once make one row", async () => {
    const store = await newStore();
    const events = Array.from({ length: 20 }, (_, n) => [recorded(`shop/${n}`), said({ kind: "order.cancelled", reason: "fraud" }, { orderId: `shop/${n}` })] as const);
    await Promise.all([merge(store, events.map(([order]) => order)), merge(store, events.map(([, cancelled]) => cancelled).reverse())]);
    const orders = await database.db.transaction((tx) => findOrders(tx, store, events.map((_, n) => `shop/${n}`)));
    assert.equal(orders.filter((order) => order.doc.details && order.doc.cancellation).length, 20);
  });

  test("an order whose spoken reference is taken gets another one", async () => {
    const store = await newStore();
    const { orders } = await merge(await newStore(), [recorded("shop/1")]);
    assert.equal(orders.length, 1);
    const probe = await merge(store, [recorded("shop/1")]);
    const taken = probe.orders[0]?.spokenRef ?? "";
    await database.db.rows({ text: "update orders set order_id = 'shop/other', token_hash = 'other' where store_id = $1" }, [store]);
    const { orders: [second] } = await merge(store, [recorded("shop/1", {}, NOW + 1)]);
    assert.notEqual(second?.spokenRef, taken);
    assert.equal((await orderByToken(database.db, pageToken(SECRET, store, "shop/1"), NOW))?.order.spokenRef, second?.spokenRef);
  });

  test("the contact follows the customer's newest record, whichever worker writes it last", async () => {
    const store = await newStore();
    const newest = customer("shop/7", { email: "new@example.com" }, NOW + 9);
    await merge(store, [recorded("shop/1", { customerId: "shop/7", email: "old@example.com" }), newest]);
    await merge(store, [customer("shop/7", { email: "middle@example.com" }, NOW + 5)]);
    const [order] = await database.db.transaction((tx) => lockOrders(tx, store, ["shop/1", "shop/none"]));
    assert.equal(order?.contact.email, "new@example.com");
  });

  test("the sweep's lock passes over orders that somebody holds", async () => {
    const store = await newStore();
    await merge(store, [recorded("shop/1"), recorded("shop/2")]);
    await database.db.transaction(async (tx) => {
      await lockOrders(tx, store, ["shop/1"]);
      const free = await database.db.transaction((other) => lockOrdersIfFree(other, store, ["shop/1", "shop/2"]));
      assert.deepEqual(free.map((order) => order.orderId), ["shop/2"]);
    });
  });

  test("work is held until its newest word says otherwise; each look draws anew from a source's own, and nothing is asked of who is forgotten", async () => {
    const store = await newStore();
    const work = (id: string, status: FulfilmentStatus, at: number, source = "shop") => said({ kind: "fulfilment.recorded", fulfilmentId: `shop/${id}`, status }, { orderId: `shop/${id}`, at, source });
    const held = async (limit = 9, at: number = NOW) => heldWork(database.db, store, "shop", limit, instant(at));
    await merge(store, [work("1", "held", NOW), work("2", "open", NOW + 5), work("2", "held", NOW), work("3", "held", NOW), work("4", "held", NOW, "other"), work("5", "held", NOW)]);
    assert.deepEqual((await held()).toSorted(), ["shop/1", "shop/3", "shop/5"]);
    const drawn = new Set<string>();
    for (let look = 0; look < 40; look += 1) for (const id of await held(1, NOW + look)) drawn.add(id);
    assert.deepEqual([...drawn].toSorted(), ["shop/1", "shop/3", "shop/5"]);
    await merge(store, [work("1", "shipped", NOW + 9)]);
    await database.db.transaction((tx) => redactPerson(tx, store, { orderIds: ["shop/3"] }, NOW));
    assert.deepEqual(await held(), ["shop/5"]);
  });

  test("a page closes 180 days after the last thing that happened on its order", async () => {
    const store = await newStore();
    await merge(store, [recorded("shop/1")]);
    await merge(store, [recorded("shop/1", {}, NOW + 1)], NOW + 10 * DAY);
    const token = pageToken(SECRET, store, "shop/1");
    assert.notEqual(await orderByToken(database.db, token, instant(NOW + 190 * DAY - 1)), undefined);
    assert.equal(await orderByToken(database.db, token, instant(NOW + 190 * DAY)), undefined);
  });

  test("the spoken reference opens an order only together with one of its addresses", async () => {
    const store = await newStore();
    const { orders: [order] } = await merge(store, [recorded("shop/1", { customerId: "shop/7", email: "Then@Example.com" }), customer("shop/7", { email: "now@example.com" }, NOW + 1)]);
    const spoken = order?.spokenRef ?? "";
    const look = async (ref: string, email: string) => (await orderByReference(database.db, store, ref, email, NOW))?.orderId;
    assert.equal(await look(spoken.toLowerCase(), " then@example.com"), "shop/1");
    assert.equal(await look(spoken, "now@example.com"), "shop/1");
    assert.equal(await look(spoken, "other@example.com"), undefined);
    assert.equal(await look(spoken, ""), undefined);
    assert.equal(await look("00000000", "now@example.com"), undefined);
  });

  test("the history holds no contact", async () => {
    const store = await newStore();
    await merge(store, [recorded("shop/1", { email: "ada@example.com", firstName: "Ada" }), customer("shop/7", { email: "ada@example.com" })]);
    const [stored] = await database.db.rows<{ all: string }>({ text: "select string_agg(fact::text, '') as all from events where store_id = $1" }, [store]);
    assert.doesNotMatch(stored?.all ?? "", /ada/i);
  });

  test("a person who is forgotten leaves counts, references and amounts, and late deliveries bring nothing back", async () => {
    const store = await newStore();
    const contact = { customerId: "shop/7", email: "ada@example.com", firstName: "Ada" };
    const parcel = said({ kind: "parcel.recorded", parcelId: "p", status: "moving", tracking: "JD0001" }, { orderId: "shop/1" });
    const first = [recorded("shop/1", contact), parcel, customer("shop/7", contact), recorded("shop/2", { email: "bea@example.com" })];
    await merge(store, first);
    const asked = said({ kind: "privacy.redact", customerId: "shop/7", orderIds: ["shop/1"], email: "ada@example.com" }, { at: NOW + 1 });
    const { orders, erasures } = await merge(store, [asked], NOW + DAY);
    assert.deepEqual([orders[0]?.redacted, orders[0]?.contact, orders[0]?.recipient], [true, { customerId: "shop/7" }, "customer/shop/7"]);
    const spoke = [...first, asked].filter((each) => each.fact.kind !== "order.recorded" || each.orderId === "shop/1").map((each) => each.inboxId).sort();
    assert.deepEqual(erasures, [{ kind: "person", customerId: "shop/7", orderIds: ["shop/1"], inboxIds: spoke }]);
    await merge(store, [recorded("shop/1", contact, NOW + 2), recorded("shop/3", contact, NOW - 5), customer("shop/7", contact, NOW + 3)], NOW + 2 * DAY);
    const left = await database.db.rows<{ row: string }>(
      { text: "select o::text as row from orders o where store_id = $1 union all select c::text from customers c where store_id = $1 union all select e::text from events e where store_id = $1" }, [store]);
    assert.doesNotMatch(left.map((row) => row.row).join("\n"), /ada@|Ada|JD0001/);
    assert.equal((await findOrders(database.db, store, ["shop/1", "shop/2", "shop/3"])).length, 3);
    assert.equal((await findOrders(database.db, store, ["shop/2"]))[0]?.contact.email, "bea@example.com");
  });

  test("an address alone names only the guest orders that were placed with it", async () => {
    const store = await newStore();
    const guest = recorded("shop/1", { email: "ada@example.com" });
    await merge(store, [guest, recorded("shop/2", { customerId: "shop/7", email: "ada@example.com" })]);
    const erasure = await database.db.transaction((tx) => redactPerson(tx, store, { orderIds: [], email: "ADA@example.com" }, NOW));
    assert.deepEqual(erasure, { kind: "person", orderIds: ["shop/1"], inboxIds: [guest.inboxId] });
  });

  test("a shop that leaves takes every person's data with it", async () => {
    const store = await newStore();
    await merge(store, [recorded("shop/1", { email: "ada@example.com" }), customer("shop/7", { email: "ada@example.com" })]);
    const { erasures } = await merge(store, [said({ kind: "privacy.redactStore" }, { at: NOW + 1 })], NOW + 2);
    assert.deepEqual(erasures, [{ kind: "store" }]);
    assert.equal((await findOrders(database.db, store, ["shop/1"]))[0]?.contact.email, undefined);
  });

  test("a person is shown everything that is held of them, and nothing of others", async () => {
    const store = await newStore();
    await merge(store, [recorded("shop/1", { customerId: "shop/7", email: "ada@example.com" }), customer("shop/7", { email: "ada@example.com" }), recorded("shop/2", { email: "bea@example.com" })]);
    const shown = await exportPerson(database.db, store, { customerId: "shop/7", orderIds: [] });
    assert.equal(shown.contact?.email, "ada@example.com");
    assert.deepEqual(shown.orders.map((order) => [order.orderId, order.history.length]), [["shop/1", 1]]);
  });
});

/** Resolves once some session of the database waits for another one's lock. */
async function blockedSession(database: TestDatabase): Promise<void> {
  for (;;) {
    const blocked = await database.db.rows({ text: "select 1 from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0" });
    if (blocked.length > 0) return;
  }
}

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { uuidOf } from "../../base/ids.ts";
import { money } from "../../base/money.ts";
import { instant } from "../../base/time.ts";
import type { Fact, FactOf, StoreEvent } from "../../intake/index.ts";
import { EMPTY_ORDER, isOfOrder, mergeCustomer, mergeEvent, type OrderEvent, type OrderFact } from "./merge.ts";

const eur = (minor: number) => money(minor, "EUR");

function event<F extends Fact>(fact: F, at: number, source = "shop"): StoreEvent & { readonly fact: F } {
  return { id: uuidOf(source, at, JSON.stringify(fact)), inboxId: uuidOf("inbox", at), source, at: instant(at), receivedAt: instant(at), orderId: "shop/1", refs: [], fact };
}

const imported = <E extends StoreEvent>(told: E, at: number): E => ({ ...told, history: true, receivedAt: instant(at) });

const recorded = (reference: string): OrderFact => ({ kind: "order.recorded", reference, placedAt: instant(1), contact: { email: "ada@example.com" }, country: "DE", total: eur(100), lines: [], test: false });
const refund = (status: "requested" | "pending" | "succeeded" | "failed" | "cancelled", view: "shop" | "processor" = "processor"): OrderFact => ({ kind: "refund.recorded", refundId: "p/re_1", view, status, amount: eur(100) });
const paid = (status: "pending" | "authorized" | "captured" | "failed" | "voided"): OrderFact => ({ kind: "payment.recorded", paymentId: "p/ch_1", status, amount: eur(100) });

const basket = (reference: string): OrderFact => ({ kind: "checkout.recorded", reference, startedAt: instant(1), contact: { email: "ada@example.com" }, total: eur(100), lines: [] });
const tried = (attempt: string): OrderFact => ({ ...(paid("failed") as FactOf<"payment.recorded">), attempt });

const merge = (...events: OrderEvent[]) => events.reduce(mergeEvent, EMPTY_ORDER);

const anyFact: fc.Arbitrary<OrderFact> = fc.oneof(
  fc.constantFrom("#1", "#2").map(recorded),
  fc.constantFrom("#1", "#2").map(basket),
  fc.constant<OrderFact>({ kind: "checkout.completed" }),
  fc.constantFrom("ch_1", "ch_2", "__proto__").map(tried),
  fc.constantFrom("customer", "inventory", "unstated").map((reason): OrderFact => ({ kind: "order.cancelled", reason: reason as "customer" })),
  fc.constantFrom("pending", "authorized", "captured", "failed", "voided").map((status) => paid(status as "pending")),
  fc.record({ status: fc.constantFrom("requested", "pending", "succeeded", "failed", "cancelled"), view: fc.constantFrom("shop", "processor") }).map(({ status, view }) => refund(status as "pending", view as "shop")),
  fc.record({ id: fc.constantFrom("p1", "p2", "10", "9", "__proto__"), status: fc.constantFrom("label", "moving", "delivered", "failed"), tracking: fc.constantFrom("JD1", "JD2", undefined), scanned: fc.constantFrom(true as const, undefined) }).map(
    ({ id, status, tracking, scanned }): OrderFact => ({ kind: "parcel.recorded", parcelId: id, status: status as "label", ...(tracking && { tracking }), ...(scanned && { scanned }) }),
  ),
  fc.constantFrom("open", "held", "shipped").map((status): OrderFact => ({ kind: "fulfilment.recorded", fulfilmentId: "f1", status: status as "held" })),
  fc.constantFrom("d1", "d2").map((id): OrderFact => ({ kind: "dispute.opened", disputeId: id, amount: eur(5), reason: "fraudulent" })),
  fc.record({ choice: fc.constantFrom("cancel", "wait"), terms: fc.constantFrom("unknown", "2026-12-01T00:00:00Z") }).map(({ choice, terms }): OrderFact => ({ kind: "choice.made", choice: choice as "cancel", terms })),
  fc.constant<OrderFact>({ kind: "withdrawal.declared" }),
  fc.constantFrom(5, 9).map((by): OrderFact => ({ ...recorded("#1"), shipBy: instant(by) }) as OrderFact),
  fc.constantFrom("cancellation", "refund").map((about): OrderFact => ({ kind: "words.said", about: about as "refund", channel: "email" })),
);
// Few moments and two sources, so that events often share one.
const anyEvent = fc.tuple(anyFact, fc.integer({ min: 1, max: 4 }), fc.constantFrom("shop", "pay"), fc.constantFrom(undefined, 7, 9)).map(([fact, at, source, importedAt]) =>
  importedAt === undefined ? event(fact, at, source) : imported(event(fact, at, source), importedAt),
);

test("an order's document is the same bytes whatever the order, repetition and grouping of arrival", () => {
  const arrivals = fc.array(anyEvent, { minLength: 1, maxLength: 14 }).chain((events) =>
    fc.record({
      events: fc.constant(events),
      shuffled: fc.shuffledSubarray(events, { minLength: events.length }),
      repeated: fc.array(fc.constantFrom(...events), { maxLength: 8 }),
      stored: fc.boolean(),
    }),
  );
  fc.assert(
    fc.property(arrivals, ({ events, shuffled, repeated, stored }) => {
      const first = merge(...events);
      // Storage gives documents back with their keys in another order.
      const reload = (doc: typeof first) => (stored ? (JSON.parse(JSON.stringify(doc)) as typeof first) : doc);
      const second = [...shuffled, ...repeated].reduce((doc, next) => mergeEvent(reload(doc), next), EMPTY_ORDER);
      assert.equal(JSON.stringify(second), JSON.stringify(first));
    }),
    { numRuns: 500 },
  );
});

test("what is known already changes nothing, so that nobody is woken by a repetition", () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 10 }), (events) => {
      const doc = merge(...events);
      for (const repeated of events) assert.equal(mergeEvent(doc, repeated), doc);
    }),
  );
});

test("what imports alone told of is marked with the first of them, until a live word tells of it as well", () => {
  const cancelled: OrderFact = { kind: "order.cancelled", reason: "inventory" };
  const twice = merge(imported(event(cancelled, 1), 9), imported(event(cancelled, 2), 7));
  assert.equal(twice.cancellation?.importedAt, 7);
  const live = mergeEvent(twice, event(cancelled, 3));
  assert.deepEqual([live.cancellation?.at, live.cancellation && "importedAt" in live.cancellation], [1, false]);
  assert.equal(mergeEvent(live, imported(event(cancelled, 1), 9)), live);
});

test("each try that failed is kept once, by the first word of it, and a later success hides none", () => {
  const doc = merge(event(tried("ch_1"), 3), event(tried("ch_1"), 2), event(tried("ch_2"), 4), event(paid("captured"), 6), event(paid("captured"), 5));
  const payment = doc.payments["p/ch_1"];
  assert.deepEqual([payment?.value.status, payment?.tries, payment?.succeededAt], ["captured", { ch_1: 2, ch_2: 4 }, 5]);
});

test("an import of the past tells of a payment that failed, and of no try: nobody is written to about last year's basket", () => {
  const payment = merge(imported(event(tried("ch_1"), 3), 9)).payments["p/ch_1"];
  assert.deepEqual([payment?.value.status, payment?.tries], ["failed", undefined]);
});

test("the later word wins, however late the earlier one arrives", () => {
  const doc = merge(event(paid("captured"), 5), event(paid("pending"), 2));
  assert.equal(doc.payments["p/ch_1"]?.value.status, "captured");
});

test("of two states in the same second the one that comes later in a payment's or refund's life wins", () => {
  for (const events of [[paid("failed"), paid("captured")], [paid("captured"), paid("failed")]]) {
    assert.equal(merge(...events.map((fact) => event(fact, 5))).payments["p/ch_1"]?.value.status, "captured");
  }
  for (const events of [[refund("succeeded"), refund("pending")], [refund("pending"), refund("succeeded")]]) {
    assert.equal(merge(...events.map((fact) => event(fact, 5))).refunds["processor:p/re_1"]?.latest.value.status, "succeeded");
  }
});

test("a scan that names no tracking number, carrier or estimate leaves what was said of them", () => {
  const parcel = (rest: Partial<FactOf<"parcel.recorded">>): OrderFact => ({ kind: "parcel.recorded", parcelId: "p1", status: "label", ...rest });
  const { parcels } = merge(event(parcel({ tracking: "JD1", carrier: "DHL", expectedBy: instant(90) }), 1), event(parcel({ status: "delayed", why: "weather" }), 5), event(parcel({ expectedBy: instant(95) }), 3));
  const known = parcels["p1"];
  assert.deepEqual([known?.tracking?.value, known?.carrier?.value, known?.expectedBy?.value], ["JD1", "DHL", 95]);
  assert.deepEqual(merge(...[7, 3, 5, 3].map((at) => event(parcel({ status: "moving", scanned: true }), at))).parcels["p1"]?.scans, [3, 5, 7]);
  assert.deepEqual([known?.latest.value, known?.first, known?.since], [{ status: "delayed", why: "weather" }, { delayed: 5, label: 1 }, 1]);
});

test("an estimate that is revised without another scan is the later one, whichever is heard first", () => {
  const expected = (by: number): OrderFact => ({ kind: "parcel.recorded", parcelId: "p1", status: "moving", expectedBy: instant(by) });
  for (const order of [[90, 95], [95, 90]]) assert.equal(merge(...order.map((by) => event(expected(by), 5))).parcels["p1"]?.expectedBy?.value, 95);
});

test("a refund's clock starts at the first word of it, and each status keeps the moment it was first said", () => {
  const doc = merge(event(refund("succeeded"), 9), event(refund("succeeded"), 7), event(refund("pending"), 3), event(refund("requested"), 2));
  const known = doc.refunds["processor:p/re_1"];
  assert.equal(known?.since, 2);
  assert.deepEqual(known?.first, { pending: 3, requested: 2, succeeded: 7 });
  assert.equal(known?.latest.at, 9);
});

test("asking for a refund again does not undo what has become of it", () => {
  for (const status of ["pending", "succeeded", "failed", "cancelled"] as const) {
    const { refunds } = merge(event(refund(status, "shop"), 3), event(refund("requested", "shop"), 9));
    assert.deepEqual([refunds["shop:p/re_1"]?.latest.value.status, refunds["shop:p/re_1"]?.since], [status, 3]);
  }
});

test("every date that was told is kept, the first told first, and the first time that money was tendered", () => {
  const dated = (by: number): OrderFact => ({ ...recorded("#1"), shipBy: instant(by) }) as OrderFact;
  const doc = merge(event(dated(90), 5), event(dated(30), 2), event(dated(30), 7), event(paid("captured"), 8), event(paid("authorized"), 3));
  assert.deepEqual(doc.dates, { ship: [{ at: 2, by: 30 }, { at: 5, by: 90 }, { at: 7, by: 30 }] });
  assert.equal(doc.payments["p/ch_1"]?.succeededAt, 3);
});

test("an order is cancelled once: saying it again moves no clock, a reason that is stated later is heard", () => {
  const cancelled = (reason: "unstated" | "inventory", at: number) => event({ kind: "order.cancelled", reason }, at);
  for (const events of [[cancelled("unstated", 2), cancelled("inventory", 5)], [cancelled("inventory", 5), cancelled("unstated", 2)]]) {
    const { cancellation } = merge(...events);
    assert.deepEqual([cancellation?.at, cancellation?.value.reason], [2, "inventory"]);
  }
  assert.equal(merge(cancelled("unstated", 2), cancelled("unstated", 9)).cancellation?.at, 2);
});

test("the shop's and the processor's view of a refund stand apart", () => {
  const doc = merge(event(refund("succeeded", "shop"), 1), event(refund("failed", "processor"), 2));
  assert.deepEqual(Object.keys(doc.refunds), ["processor:p/re_1", "shop:p/re_1"]);
});

test("a customer's newest record stands", () => {
  const record = (email: string, at: number) => event({ kind: "customer.recorded", customerId: "shop/7", contact: { email } }, at);
  const newest = [record("new@example.com", 9), record("old@example.com", 3)].reduce(mergeCustomer, {});
  assert.equal(newest.contact?.value.email, "new@example.com");
});

test("customers and privacy requests wait for no order", () => {
  assert.equal(isOfOrder(event({ kind: "privacy.redactStore" }, 1)), false);
  assert.equal(isOfOrder(event({ kind: "customer.recorded", customerId: "c", contact: {} }, 1)), false);
  assert.equal(isOfOrder(event(paid("captured"), 1)), true);
});

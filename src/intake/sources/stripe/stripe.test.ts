import assert from "node:assert/strict";
import { test } from "node:test";
import { instant, MINUTE } from "../../../base/time.ts";
import type { Delivery, Normalised } from "../../core/delivery.ts";
import type { StoreEvent } from "../../core/event.ts";
import { NOON, rowOf, signed, STRIPE, STRIPE_SECRET } from "../../testing.ts";
import { sourceContract } from "../contract.ts";
import { createSource } from "../create-source.ts";
import { stripeMoney } from "./payloads.ts";

const CREATED = 1_772_452_800;
const AT = instant(CREATED * 1_000);

const LINKED = createSource({ name: "stripe", type: "stripe", config: { secrets: [STRIPE_SECRET], orderIdsFrom: "shopify" } });

function normalise(type: string, object: Record<string, unknown>, source = STRIPE): Normalised {
  const body = { id: "evt_1", object: "event", type, created: CREATED, data: { object } };
  return source.adapter.normalise(rowOf(source, signed(source.adapter, "", body)));
}

function eventsOf(type: string, object: Record<string, unknown>, source = STRIPE): readonly StoreEvent[] {
  const said = normalise(type, object, source);
  assert.equal(said.kind, "events", said.kind === "events" ? "" : said.why);
  return said.kind === "events" ? said.events : [];
}

const refund = (changes: Record<string, unknown> = {}) => ({
  id: "re_1", object: "refund", amount: 4990, currency: "eur", status: "pending", created: CREATED, charge: "ch_1", payment_intent: "pi_1", ...changes,
});
const intent = (changes: Record<string, unknown> = {}) => ({ id: "pi_1", object: "payment_intent", amount: 4990, currency: "eur", status: "succeeded", latest_charge: "ch_1", ...changes });
const charge = (changes: Record<string, unknown> = {}) => ({ id: "ch_1", object: "charge", amount: 4990, currency: "eur", status: "succeeded", captured: true, payment_intent: "pi_1", ...changes });

const refundUpdated = { id: "evt_1", object: "event", type: "refund.updated", created: CREATED, data: { object: refund({ status: "succeeded" }) } };

sourceContract({
  type: "stripe",
  config: (secrets) => ({ secrets }),
  secrets: [STRIPE_SECRET, "another-secret-0123456789abcdef"],
  good: { kind: "refund.updated", deliveryId: "evt_1", body: Buffer.from(JSON.stringify(refundUpdated)) },
  signature: /stripe-signature/,
  tolerance: 5 * MINUTE,
});

test("a signature made elsewhere is accepted (vector computed with Python's hmac)", () => {
  const account = createSource({ name: "stripe", type: "stripe", config: { secrets: ["whsec_test"] } });
  const headers = { "content-type": "application/json", "stripe-signature": "t=1700000000,v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925" };
  assert.equal(account.adapter.verify({ headers, body: Buffer.from('{"id":"evt_1"}') }, instant(1_700_000_000_000)).ok, true);
});

test("a refund's state is the processor's view, with the reason why it waits or failed", () => {
  const cases = [
    [{ status: "pending", pending_reason: "insufficient_funds" }, "pending", "insufficient_funds"],
    [{ status: "requires_action" }, "pending", undefined],
    [{ status: "succeeded" }, "succeeded", undefined],
    [{ status: "failed", failure_reason: "lost_or_stolen_card" }, "failed", "lost_or_stolen_card"],
    [{ status: "canceled" }, "cancelled", undefined],
  ] as const;
  for (const [changes, status, why] of cases) {
    const [event] = eventsOf("refund.updated", refund(changes));
    assert.deepEqual(event?.fact, { kind: "refund.recorded", refundId: "stripe/re_1", view: "processor", status, amount: { minor: 4990, currency: "EUR" }, ...(why && { why }) });
    assert.equal(event?.at, AT);
  }
});

test("without configured metadata an object waits for the processor's names; with it, it names the shop's order", () => {
  const metadata = { order_id: "1001" };
  assert.equal(eventsOf("refund.created", refund({ metadata }))[0]?.orderId, undefined);
  assert.deepEqual(eventsOf("refund.created", refund())[0]?.refs, ["stripe/payment_intent/pi_1", "stripe/charge/ch_1", "stripe/refund/re_1"]);
  assert.equal(eventsOf("refund.created", refund({ metadata }), LINKED)[0]?.orderId, "shopify/1001");
  assert.equal(eventsOf("refund.created", refund(), LINKED)[0]?.orderId, undefined);
});

test("a refund heard of late was asked for when Stripe made it", () => {
  const events = eventsOf("refund.failed", refund({ status: "failed", created: CREATED - 86_400 }));
  assert.deepEqual(events.map(({ at, fact }) => [at, fact.kind === "refund.recorded" && fact.status]), [[AT - 86_400_000, "requested"], [AT, "failed"]]);
});

test("a payment is known by its intent, whichever object speaks of it", () => {
  const cases = [
    ["payment_intent.succeeded", intent(), "captured"],
    ["payment_intent.created", intent({ status: "requires_payment_method" }), "pending"],
    ["payment_intent.amount_capturable_updated", intent({ status: "requires_capture" }), "authorized"],
    ["payment_intent.canceled", intent({ status: "canceled" }), "voided"],
    ["charge.succeeded", charge(), "captured"],
    ["charge.succeeded", charge({ captured: false }), "authorized"],
    ["charge.pending", charge({ status: "pending" }), "pending"],
    ["charge.expired", charge({ captured: false }), "voided"],
  ] as const;
  for (const [type, object, status] of cases) {
    const [event] = eventsOf(type, object);
    assert.ok(event?.fact.kind === "payment.recorded");
    assert.deepEqual([event.fact.paymentId, event.fact.status], ["stripe/pi_1", status], type);
    assert.deepEqual([...event.refs].sort(), ["stripe/charge/ch_1", "stripe/payment_intent/pi_1"]);
  }
});

test("a failed payment says why", () => {
  const failed = eventsOf("payment_intent.payment_failed", intent({ status: "requires_payment_method", last_payment_error: { code: "card_declined", decline_code: "insufficient_funds" } }));
  assert.ok(failed[0]?.fact.kind === "payment.recorded" && failed[0].fact.status === "failed" && failed[0].fact.why === "insufficient_funds");
  const [declined] = eventsOf("charge.failed", charge({ status: "failed", captured: false, failure_code: "card_declined", outcome: { reason: "generic_decline" } }));
  assert.ok(declined?.fact.kind === "payment.recorded" && declined.fact.why === "generic_decline");
});

test("charge.refunded tells the refunds that it carries, as refund events would", () => {
  const events = eventsOf("charge.refunded", charge({ refunds: { data: [refund({ status: "succeeded" })] } }));
  assert.deepEqual(events.map(({ fact }) => fact.kind), ["payment.recorded", "refund.recorded"]);
  assert.deepEqual(events[1], eventsOf("refund.updated", refund({ status: "succeeded" }))[0]);
});

test("checkouts: paid, waiting for the bank, failed later, expired", () => {
  const session = (changes: Record<string, unknown>) => ({ id: "cs_1", object: "checkout.session", amount_total: 4990, currency: "eur", payment_status: "unpaid", payment_intent: null, ...changes });
  const status = (type: string, changes: Record<string, unknown>) => {
    const [event] = eventsOf(type, session(changes));
    return event?.fact.kind === "payment.recorded" ? [event.fact.paymentId, event.fact.status] : [];
  };
  assert.deepEqual(status("checkout.session.completed", { payment_status: "paid", payment_intent: "pi_1" }), ["stripe/pi_1", "captured"]);
  assert.deepEqual(status("checkout.session.completed", { payment_intent: "pi_1" }), ["stripe/pi_1", "pending"]);
  assert.deepEqual(status("checkout.session.async_payment_failed", { payment_intent: "pi_1" }), ["stripe/pi_1", "failed"]);
  assert.deepEqual(status("checkout.session.expired", {}), ["stripe/cs_1", "voided"]);
  assert.equal(normalise("checkout.session.completed", session({ amount_total: null })).kind, "ignored");
});

test("a dispute is opened by its charge", () => {
  const [event] = eventsOf("charge.dispute.created", { id: "dp_1", object: "dispute", amount: 100, currency: "usd", reason: "fraudulent", charge: { id: "ch_1", object: "charge" } });
  assert.deepEqual(event?.fact, { kind: "dispute.opened", disputeId: "stripe/dp_1", amount: { minor: 100, currency: "USD" }, reason: "fraudulent" });
  assert.deepEqual(event?.refs, ["stripe/charge/ch_1"]);
});

test("a type or a status that no release knows is kept in quarantine under its name", () => {
  const type = normalise("customer.created", { id: "cus_1" });
  assert.ok(type.kind === "quarantined" && type.code === "unknown_kind" && type.why.includes("customer.created"));
  const status = normalise("refund.updated", refund({ status: "teleported" }));
  assert.ok(status.kind === "quarantined" && status.code === "unreadable" && status.why.includes("teleported"));
});

test("Stripe's amounts become ours, also where it counts differently from ISO 4217", () => {
  assert.deepEqual(stripeMoney(4990, "eur"), { minor: 4990, currency: "EUR" });
  assert.deepEqual(stripeMoney(500, "jpy"), { minor: 500, currency: "JPY" });
  assert.deepEqual(stripeMoney(500, "isk"), { minor: 5, currency: "ISK" });
  assert.deepEqual(stripeMoney(5000, "kwd"), { minor: 5000, currency: "KWD" });
  assert.throws(() => stripeMoney(501, "isk"));
});

test("any of several v1 signatures counts, other schemes never do", () => {
  const delivery = signed(STRIPE.adapter, "", refundUpdated);
  const given = delivery.headers["stripe-signature"] ?? "";
  const [time, v1] = given.split(",");
  const withHeader = (header: string): Delivery => ({ ...delivery, headers: { ...delivery.headers, "stripe-signature": header } });
  assert.equal(answer(withHeader(`${time},v1=${"0".repeat(64)},${v1}`)), "taken");
  assert.equal(answer(withHeader(`${time},v0=${v1?.slice(3)}`)), "wrong_signature");
  assert.equal(answer(withHeader(`t=1,${v1}`)), "wrong_signature");
  for (const broken of ["", "t=,v1=", "v1", `t=99999999999999,${v1}`, `t=1e9,${v1}`]) assert.notEqual(answer(withHeader(broken)), "taken", broken);
});

function answer(delivery: Delivery): string {
  const verified = STRIPE.adapter.verify(delivery, NOON);
  return verified.ok ? "taken" : verified.error.code;
}

test("a try that failed has one name, whichever of Stripe's objects tells of it", () => {
  const [ofIntent] = eventsOf("payment_intent.payment_failed", intent({ status: "requires_payment_method", last_payment_error: { charge: "ch_9", decline_code: "do_not_honor" } }));
  const [ofCharge] = eventsOf("charge.failed", charge({ id: "ch_9", status: "failed", captured: false }));
  const tryOf = (event: StoreEvent | undefined) => (event?.fact.kind === "payment.recorded" ? [event.fact.paymentId, event.fact.status, event.fact.attempt] : []);
  assert.deepEqual(tryOf(ofIntent), ["stripe/pi_1", "failed", "ch_9"]);
  assert.deepEqual(tryOf(ofCharge), ["stripe/pi_1", "failed", "ch_9"]);
});

test("a payment is told to the checkout that its metadata names, apart from its own names, which are its order's", () => {
  const [own, atCheckout, ...others] = eventsOf("payment_intent.succeeded", intent({ metadata: { checkout_token: "tok" } }), LINKED);
  assert.deepEqual([own?.orderId, own?.refs.includes("shopify/checkout/tok")], [undefined, false]);
  assert.deepEqual([atCheckout?.orderId, atCheckout?.refs, atCheckout?.fact, others], [undefined, ["shopify/checkout/tok"], own?.fact, []]);
  assert.equal(eventsOf("payment_intent.succeeded", intent({ metadata: { checkout_token: "tok" } })).length, 1, "only where it is configured whose checkouts they are");
});

test("a failed payment of an order that the shop has not told of says whom it is about", () => {
  const failed = charge({ status: "failed", captured: false, metadata: { order_id: "1001" }, billing_details: { email: "ada@example.com", address: { country: "US" } } });
  const [, basket] = eventsOf("charge.failed", failed, LINKED);
  assert.equal(basket?.orderId, "shopify/1001");
  assert.deepEqual(basket?.fact.kind === "checkout.recorded" && [basket.fact.contact, basket.fact.country, basket.fact.total.minor], [{ email: "ada@example.com" }, "US", 4990]);
  assert.equal(eventsOf("charge.succeeded", { ...failed, status: "succeeded" }, LINKED).length, 1);
  const session = { id: "cs_1", object: "checkout.session", amount_total: 4990, currency: "eur", payment_status: "unpaid", metadata: { order_id: "7" }, customer_details: { email: "ada@example.com" }, consent: { promotions: "opt_in" }, locale: "de" };
  const [, ofSession] = eventsOf("checkout.session.async_payment_failed", session, LINKED);
  assert.deepEqual(ofSession?.fact.kind === "checkout.recorded" && [ofSession.fact.contact, ofSession.fact.marketing], [{ email: "ada@example.com", locale: "de" }, true]);
  assert.equal(eventsOf("checkout.session.expired", session, LINKED).length, 1, "a session that nobody paid for is no failed payment");
});

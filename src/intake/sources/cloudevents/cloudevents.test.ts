import assert from "node:assert/strict";
import { test } from "node:test";
import { MINUTE, parseInstant } from "../../../base/time.ts";
import type { Delivery, VerifiedDelivery } from "../../core/delivery.ts";
import type { FactKind, StoreEvent } from "../../core/event.ts";
import { API_KEY, ERP, NOON, rowOf, signed } from "../../testing.ts";
import { sourceContract } from "../contract.ts";
import { createSource } from "../create-source.ts";
import { FACT_SCHEMAS } from "./facts.ts";
import { MAX_EVENTS } from "./envelope.ts";

const event = (changes: Record<string, unknown> = {}) => ({
  specversion: "1.0", id: "e-1", source: "/erp", type: "com.makegood.order.cancelled", subject: "1001", time: "2026-03-02T11:59:00Z", data: { reason: "inventory" }, ...changes,
});

sourceContract({
  type: "cloudevents",
  config: (secrets) => ({ secrets }),
  secrets: [API_KEY, "another-secret-0123456789abcdef"],
  good: { kind: "", deliveryId: "", body: Buffer.from(JSON.stringify(event())) },
  signature: /authorization/,
  refused: { unsigned: "wrong_key", wrong: "wrong_key" },
  refusesMalformed: true,
  bodyIsNotSigned: true,
});

const WHSEC = `whsec_${Buffer.alloc(24, "a key for tests").toString("base64")}`;
const signing = (...signingSecrets: readonly string[]) => createSource({ name: "erp", type: "cloudevents", config: { signingSecrets } });

sourceContract({
  type: "cloudevents",
  config: (signingSecrets) => ({ signingSecrets }),
  secrets: [WHSEC, `whsec_${Buffer.alloc(32, "another").toString("base64")}`],
  good: { kind: "", deliveryId: "msg_1", body: Buffer.from(JSON.stringify(event())) },
  signature: /webhook-signature/,
  tolerance: 5 * MINUTE,
  refusesMalformed: true,
});

test("a Standard Webhooks signature made elsewhere is accepted, also in plain JSON and beside others (vector computed with Python's hmac)", () => {
  const body = Buffer.from(JSON.stringify(event()));
  const headers = { "content-type": "application/json", "webhook-id": "msg_1", "webhook-timestamp": "1772452800", "webhook-signature": "v1a,AAAA v1,09GfMQ/rbadDZBB4wuC8FKh0ilL0k4YdTJQ+xv2nKi0=" };
  assert.equal(signing(WHSEC).adapter.verify({ headers, body }, NOON).ok, true);
  for (const changed of [{ "webhook-id": "msg_2" }, { "webhook-timestamp": "1772452801" }, { "webhook-timestamp": "now" }]) {
    assert.partialDeepStrictEqual(signing(WHSEC).adapter.verify({ headers: { ...headers, ...changed }, body }, NOON), { error: { code: "wrong_signature" } });
  }
});

test("a store may take keys and signatures beside each other, and one of them at least", () => {
  const both = createSource({ name: "erp", type: "cloudevents", config: { secrets: [API_KEY], signingSecrets: [WHSEC] } });
  const body = Buffer.from(JSON.stringify(event()));
  const answer = (headers: Record<string, string>) => {
    const verified = both.adapter.verify({ headers: { "content-type": "application/cloudevents+json", ...headers }, body }, NOON);
    return verified.ok ? "taken" : verified.error.code;
  };
  assert.deepEqual([answer({ authorization: `Bearer ${API_KEY}` }), answer(signing(WHSEC).adapter.sign?.({ kind: "", deliveryId: "m", body }, NOON).headers ?? {}), answer({})], ["taken", "taken", "wrong_key"]);
  assert.equal(answer({ authorization: `Bearer ${API_KEY}`, "webhook-id": "m", "webhook-timestamp": "1772452800", "webhook-signature": "v1,AAAA" }), "wrong_signature");
  assert.throws(() => signing(), /secrets.*signingSecrets/);
  assert.throws(() => signing("whsec_short"), /whsec_/);
});

function sent(contentType: string, body: unknown, headers: Record<string, string> = {}): Delivery {
  return { headers: { "content-type": contentType, authorization: `Bearer ${API_KEY}`, ...headers }, body: Buffer.from(JSON.stringify(body)) };
}

const structured = (body: unknown): Delivery => sent("application/cloudevents+json; charset=utf-8", body);

function kept(delivery: Delivery): readonly VerifiedDelivery[] {
  const verified = ERP.adapter.verify(delivery, NOON);
  assert.ok(verified.ok, verified.ok ? "" : verified.error.what);
  return verified.value;
}

function refused(delivery: Delivery): string {
  const verified = ERP.adapter.verify(delivery, NOON);
  assert.ok(!verified.ok);
  assert.equal(verified.error.status, 400);
  return verified.error.what;
}

function eventOf(delivery: Delivery): StoreEvent | undefined {
  const said = ERP.adapter.normalise(rowOf(ERP, delivery));
  assert.equal(said.kind, "events", said.kind === "events" ? "" : said.why);
  return said.kind === "events" ? said.events[0] : undefined;
}

test("the three modes of the HTTP binding tell the same event", () => {
  const { data: stated, ...attributes } = event();
  const binary = sent("application/json", stated, Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, encodeURIComponent(String(value))])));
  const batched = sent("application/cloudevents-batch+json", [event()]);
  const expected = eventOf(structured(event()));
  assert.deepEqual(eventOf(binary), expected);
  assert.deepEqual(eventOf(batched), expected);
  assert.deepEqual([expected?.orderId, expected?.at, expected?.fact], ["erp/1001", parseInstant("2026-03-02T11:59:00Z"), { kind: "order.cancelled", reason: "inventory" }]);
});

test("a withdrawal is of the moment of its declaration, and says nothing of how late its sender is: a letter is read days after it was written", () => {
  const letter = structured(event({ type: "com.makegood.withdrawal.declared", time: "2026-02-27T11:59:00Z", data: {} }));
  assert.deepEqual([kept(letter)[0]?.triggeredAt, eventOf(letter)?.at], [undefined, parseInstant("2026-02-27T11:59:00Z")]);
  assert.equal(kept(structured(event()))[0]?.triggeredAt, parseInstant("2026-03-02T11:59:00Z"));
});

test("source and id together are what makes a duplicate", () => {
  const key = (changes: Record<string, unknown>) => kept(structured(event(changes)))[0]?.dedupeKey;
  assert.equal(key({}), key({ data: { reason: "fraud" } }));
  assert.notEqual(key({}), key({ source: "/crm" }));
  assert.notEqual(key({}), key({ id: "e-2" }));
});

test("a batch is kept event by event, each with its own bytes, or not at all", () => {
  const batch = kept(sent("application/cloudevents-batch+json", [event(), event({ id: "e-2" })]));
  assert.deepEqual(batch.map(({ body }) => JSON.parse(Buffer.from(body).toString())), [event(), event({ id: "e-2" })]);
  assert.match(refused(sent("application/cloudevents-batch+json", [event(), event({ id: "e-2", specversion: "2.0" })])), /event 1: specversion/);
  assert.match(refused(sent("application/cloudevents-batch+json", event())), /array/);
  assert.match(refused(sent("application/cloudevents-batch+json", Array.from({ length: MAX_EVENTS + 1 }, (_, id) => event({ id: `${id}` })))), /at most/);
});

test("an empty batch is taken and keeps nothing", () => {
  assert.deepEqual(kept(sent("application/cloudevents-batch+json", [])), []);
});

test("an event without a time happened when it was received", () => {
  assert.equal(eventOf(structured(event({ time: undefined })))?.at, NOON);
});

test("the subject is an order of the sender's own, or of the source that it names; refs are its other names", () => {
  assert.equal(eventOf(structured(event({ subject: "shopify/1001" })))?.orderId, "shopify/1001");
  assert.deepEqual(eventOf(structured(event({ refs: "stripe/charge/ch_1, stripe/refund/re_1" })))?.refs, ["stripe/charge/ch_1", "stripe/refund/re_1"]);
});

test("a type that only a later release reads is kept and waits in quarantine", () => {
  const said = ERP.adapter.normalise(rowOf(ERP, structured(event({ type: "com.makegood.weather.changed", subject: undefined }))));
  assert.ok(said.kind === "quarantined" && said.code === "unknown_kind");
});

const money = { minor: 4990, currency: "EUR" };
const EXAMPLES: Record<FactKind, [stated: unknown, fact: unknown]> = {
  "order.recorded": [
    { reference: "#1001", placedAt: "2026-03-01T10:00:00Z", contact: { customerId: "77", phone: "+49 30 123456" }, country: "DE", total: money, lines: [{ id: "5", title: "Lamp", quantity: 1 }] },
    { reference: "#1001", placedAt: parseInstant("2026-03-01T10:00:00Z"), contact: { customerId: "erp/77", phone: "+4930123456" }, country: "DE", total: money, lines: [{ id: "5", title: "Lamp", quantity: 1 }], test: false },
  ],
  "order.cancelled": [{ reason: "fraud" }, { reason: "fraud" }],
  "checkout.recorded": [
    { reference: "C-7", startedAt: "2026-03-01T10:00:00Z", contact: { email: "ada@example.com" }, total: money, lines: [], marketing: false, retryUrl: "https://shop.example/basket/7" },
    { reference: "C-7", startedAt: parseInstant("2026-03-01T10:00:00Z"), contact: { email: "ada@example.com" }, total: money, lines: [], marketing: false, retryUrl: "https://shop.example/basket/7" },
  ],
  "checkout.completed": [{}, {}],
  "payment.recorded": [{ paymentId: "p1", status: "captured", amount: money }, { paymentId: "erp/p1", status: "captured", amount: money }],
  "refund.recorded": [
    { refundId: "r1", view: "shop", status: "pending", amount: money, processorRef: "stripe/re_1" },
    { refundId: "erp/r1", view: "shop", status: "pending", amount: money, processorRef: "stripe/re_1" },
  ],
  "parcel.recorded": [
    { parcelId: "8", status: "delayed", why: "weather", expectedBy: "2026-03-04T22:59:59Z" },
    { parcelId: "erp/8", status: "delayed", why: "weather", expectedBy: parseInstant("2026-03-04T22:59:59Z") },
  ],
  "fulfilment.recorded": [{ fulfilmentId: "f1", status: "held", why: "inventory" }, { fulfilmentId: "erp/f1", status: "held", why: "inventory" }],
  "dispute.opened": [{ disputeId: "d1", amount: money, reason: "fraudulent" }, { disputeId: "erp/d1", amount: money, reason: "fraudulent" }],
  "choice.made": [{ choice: "wait", terms: "2026-12-01T22:59:59Z" }, { choice: "wait", terms: "2026-12-01T22:59:59Z" }],
  "withdrawal.declared": [{}, {}],
  "customer.recorded": [{ customerId: "77", contact: { email: "ada@example.com" } }, { customerId: "erp/77", contact: { email: "ada@example.com", customerId: "erp/77" } }],
  "words.said": [{ about: "refund", channel: "email" }, { about: "refund", channel: "email" }],
  "privacy.requested": [{ customerId: "77", orderIds: ["1001"] }, { customerId: "erp/77", orderIds: ["erp/1001"] }],
  "privacy.redact": [{ email: "ada@example.com" }, { email: "ada@example.com", orderIds: [] }],
  "privacy.redactStore": [{}, {}],
};

test("every kind of fact can be told, and ids without a source belong to the sender", () => {
  assert.deepEqual(Object.keys(EXAMPLES), Object.keys(FACT_SCHEMAS));
  for (const [kind, [stated, fact]] of Object.entries(EXAMPLES)) {
    assert.deepEqual(eventOf(structured(event({ type: `com.makegood.${kind}`, data: stated })))?.fact, { kind, ...(fact as object) }, kind);
  }
});

test("a parcel's tracking number is a name of its order, beside those that the sender gives", () => {
  const told = eventOf(structured(event({ type: "com.makegood.parcel.recorded", refs: "wms/parcel/8", data: { parcelId: "8", status: "moving", tracking: "jd 01" } })));
  assert.deepEqual(told?.refs, ["wms/parcel/8", "tracking/JD01"]);
});

test("the key may also come as X-Api-Key", () => {
  const delivery = signed(ERP.adapter, "", event());
  assert.ok(ERP.adapter.verify({ ...delivery, headers: { "content-type": "application/cloudevents+json", "x-api-key": API_KEY } }, NOON).ok);
});

test("what is not an event that can be kept is refused at once, and the place is named", () => {
  const cases: Record<string, [unknown, RegExp]> = {
    "no JSON": ["{", /JSON/],
    "wrong version": [event({ specversion: "0.3" }), /specversion/],
    "no id": [event({ id: "" }), /id/],
    "no time zone": [event({ time: "2026-03-02T11:59:00" }), /time/],
    "no order": [event({ subject: undefined }), /subject/],
    "a fact that is none": [event({ data: { reason: "boredom" } }), /data\.reason/],
    "a way back that is not encrypted": [event({ type: "com.makegood.checkout.recorded", data: { reference: "C", startedAt: "2026-03-01T10:00:00Z", contact: {}, total: money, lines: [], retryUrl: "http://shop.example/" } }), /data\.retryUrl/],
    "a field too many": [event({ data: { reason: "fraud", extra: 1 } }), /data/],
    "binary data": [event({ data: undefined, data_base64: "e30=" }), /data_base64/],
  };
  for (const [what, [body, place]] of Object.entries(cases)) {
    const verified = ERP.adapter.verify(signed(ERP.adapter, "", body), NOON);
    assert.ok(!verified.ok && verified.error.status === 400, what);
    assert.match(verified.error.what, place, what);
  }
});

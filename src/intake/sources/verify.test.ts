import assert from "node:assert/strict";
import { test } from "node:test";
import { MINUTE, plus } from "../../base/time.ts";
import type { ConfiguredSource } from "../adapter.ts";
import type { Delivery, Normalised } from "../core/delivery.ts";
import { API_KEY, ERP, NOON, rowOf, SHOP_SECRET, shopOrder, SHOPIFY, signed, STRIPE, STRIPE_SECRET } from "../testing.ts";
import { createSource } from "./registry.ts";

const cloudEvent = (changes: Record<string, unknown> = {}) => ({
  specversion: "1.0", id: "e-1", source: "/erp", type: "com.makegood.order.cancelled", subject: "1001", time: "2026-03-02T11:59:00Z", data: { reason: "inventory" }, ...changes,
});
const stripeEvent = (changes: Record<string, unknown> = {}) => ({
  id: "evt_1", object: "event", type: "refund.updated", created: 1772452740, data: { object: { id: "re_12345678", object: "refund", amount: 500, currency: "eur", status: "succeeded", created: 1772452740, charge: "ch_12345678" } }, ...changes,
});

/** Each vendor with a delivery that is good, and how its secret is configured. */
const VENDORS = [
  { source: SHOPIFY, good: () => signed(SHOPIFY.adapter, "orders/create", shopOrder()), type: "shopify", secret: SHOP_SECRET, unsigned: "no_signature", wrong: "wrong_signature" },
  { source: STRIPE, good: () => signed(STRIPE.adapter, "", stripeEvent()), type: "stripe", secret: STRIPE_SECRET, unsigned: "no_signature", wrong: "wrong_signature" },
  { source: ERP, good: () => signed(ERP.adapter, "", cloudEvent()), type: "cloudevents", secret: API_KEY, unsigned: "wrong_key", wrong: "wrong_key" },
] as const;

function refusal(source: ConfiguredSource, delivery: Delivery, now = NOON): string {
  const verified = source.adapter.verify(delivery, now);
  return verified.ok ? "taken" : verified.error.code;
}

const without = (delivery: Delivery, names: RegExp): Delivery => ({
  ...delivery,
  headers: Object.fromEntries(Object.entries(delivery.headers).filter(([name]) => !names.test(name))),
});

for (const { source, good, type, secret, unsigned, wrong } of VENDORS) {
  test(`${type}: a delivery that is signed with any of the store's secrets is taken, also during a rotation`, () => {
    const rotating = createSource({ name: source.name, type, config: { secrets: ["the-new-secret-0123456789abcdef", secret] } });
    assert.equal(refusal(source, good()), "taken");
    assert.equal(refusal(rotating, good()), "taken");
  });

  test(`${type}: a wrong secret or a missing signature is refused with 401 and what to do`, () => {
    const other = createSource({ name: source.name, type, config: { secrets: ["another-secret-0123456789abcdef"] } });
    const verified = other.adapter.verify(good(), NOON);
    assert.ok(!verified.ok && verified.error.status === 401 && verified.error.next.length > 20);
    assert.equal(verified.error.code, wrong);
    assert.equal(refusal(source, without(good(), /hmac|stripe-signature|authorization/)), unsigned);
  });

  test(`${type}: another content type is refused and says which is expected`, () => {
    const delivery = good();
    const verified = source.adapter.verify({ ...delivery, headers: { ...delivery.headers, "content-type": "text/plain" } }, NOON);
    assert.ok(!verified.ok && verified.error.status === 415 && verified.error.what.includes("json"));
  });

  test(`${type}: no API key, secret or header of the signature is kept`, () => {
    const kept = JSON.stringify({ ...rowOf(source, good()), body: "" });
    assert.ok(!kept.includes(secret) && !/hmac|signature|bearer/i.test(kept));
  });
}

for (const { source, good, type } of VENDORS.slice(0, 2)) {
  test(`${type}: one byte changed, cut off or added anywhere breaks the signature`, () => {
    const delivery = good();
    for (let at = 0; at < delivery.body.length; at += 7) {
      const changed = Uint8Array.from(delivery.body);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.equal(refusal(source, { ...delivery, body: changed }), "wrong_signature");
      assert.equal(refusal(source, { ...delivery, body: delivery.body.subarray(0, at) }), "wrong_signature");
    }
    assert.equal(refusal(source, { ...delivery, body: Buffer.concat([delivery.body, Buffer.from(" ")]) }), "wrong_signature");
  });

  test(`${type}: what is signed but no JSON we can trust is kept in quarantine with the reason, never refused`, () => {
    const hostile: Record<string, [string | Buffer, RegExp]> = {
      "duplicate keys": ['{"id":"evt_1","type":"refund.updated","created":1772452740,"data":{},"data":{}}', /stands twice/],
      "deep nesting": [`{"id":"evt_1","type":"refund.updated","created":1772452740,"x":${"[".repeat(2_000)}${"]".repeat(2_000)}}`, /nested deeper/],
      "a number for an object": ['{"id":"evt_1","type":"refund.updated","created":1772452740,"data":7}', /data|name/],
    };
    for (const [what, [body, reason]] of Object.entries(hostile)) {
      const said = quarantined(source.adapter.normalise(rowOf(source, signed(source.adapter, "orders/create", body))));
      assert.match(said, reason, what);
    }
  });

  test(`${type}: bytes that are not UTF-8, and a megabyte of brackets, are quarantined and not a crash`, () => {
    for (const body of [Buffer.from([0x7b, 0xff, 0xfe]), Buffer.alloc(1_048_576, "[")]) {
      const delivery = source.adapter.sign({ kind: "orders/create", deliveryId: "d", triggeredAt: NOON, body }, NOON);
      quarantined(source.adapter.normalise(rowOf(source, delivery)));
    }
  });
}

function quarantined(said: Normalised): string {
  assert.equal(said.kind, "quarantined");
  assert.equal(said.kind === "quarantined" && said.code, "unreadable");
  return said.kind === "quarantined" ? said.why : "";
}

test("shopify: both header families are read, with and without X-", () => {
  const delivery = signed(SHOPIFY.adapter, "orders/create", shopOrder(), { deliveryId: "w-1" });
  const newer = { ...delivery, headers: Object.fromEntries(Object.entries(delivery.headers).map(([name, value]) => [name.replace(/^x-/, ""), value])) };
  assert.ok("shopify-hmac-sha256" in newer.headers && !("x-shopify-topic" in newer.headers));
  assert.deepEqual(SHOPIFY.adapter.verify(newer, NOON), SHOPIFY.adapter.verify(delivery, NOON));
});

test("shopify: without its topic or its delivery id a signed delivery is malformed, and the header is named", () => {
  for (const header of ["x-shopify-topic", "x-shopify-webhook-id"]) {
    const verified = SHOPIFY.adapter.verify(without(signed(SHOPIFY.adapter, "orders/create", shopOrder()), new RegExp(header)), NOON);
    assert.ok(!verified.ok && verified.error.status === 400 && verified.error.what.toLowerCase().includes(header));
  }
});

test("stripe: a signature is good for five minutes, in either direction of a clock's error", () => {
  const delivery = signed(STRIPE.adapter, "", stripeEvent());
  assert.equal(refusal(STRIPE, delivery, plus(NOON, 5 * MINUTE)), "taken");
  assert.equal(refusal(STRIPE, delivery, plus(NOON, 5 * MINUTE + 1)), "stale_signature");
  assert.equal(refusal(STRIPE, delivery, plus(NOON, -5 * MINUTE - 1)), "stale_signature");
});

test("stripe: any of several v1 signatures counts, other schemes never do", () => {
  const delivery = signed(STRIPE.adapter, "", stripeEvent());
  const given = delivery.headers["stripe-signature"] ?? "";
  const [time, v1] = given.split(",");
  const withHeader = (header: string): Delivery => ({ ...delivery, headers: { ...delivery.headers, "stripe-signature": header } });
  assert.equal(refusal(STRIPE, withHeader(`${time},v1=${"0".repeat(64)},${v1}`)), "taken");
  assert.equal(refusal(STRIPE, withHeader(`${time},v0=${v1?.slice(3)}`)), "wrong_signature");
  assert.equal(refusal(STRIPE, withHeader(`t=1,${v1}`)), "wrong_signature");
  for (const broken of ["", "t=,v1=", "v1", `t=99999999999999,${v1}`, `t=1e9,${v1}`]) assert.notEqual(refusal(STRIPE, withHeader(broken)), "taken", broken);
});

test("cloudevents: the key may also come as X-Api-Key", () => {
  const delivery = signed(ERP.adapter, "", cloudEvent());
  assert.equal(refusal(ERP, { ...delivery, headers: { "content-type": "application/cloudevents+json", "x-api-key": API_KEY } }), "taken");
});

test("cloudevents: what is not an event that can be kept is refused at once, and the place is named", () => {
  const cases: Record<string, [unknown, RegExp]> = {
    "no JSON": ["{", /JSON/],
    "wrong version": [cloudEvent({ specversion: "0.3" }), /specversion/],
    "no id": [cloudEvent({ id: "" }), /id/],
    "no time zone": [cloudEvent({ time: "2026-03-02T11:59:00" }), /time/],
    "no order": [cloudEvent({ subject: undefined }), /subject/],
    "a fact that is none": [cloudEvent({ data: { reason: "boredom" } }), /data\.reason/],
    "a field too many": [cloudEvent({ data: { reason: "fraud", extra: 1 } }), /data/],
    "binary data": [cloudEvent({ data: undefined, data_base64: "e30=" }), /data_base64/],
  };
  for (const [what, [body, place]] of Object.entries(cases)) {
    const verified = ERP.adapter.verify(signed(ERP.adapter, "", body), NOON);
    assert.ok(!verified.ok && verified.error.status === 400, what);
    assert.match(verified.error.what, place, what);
  }
});

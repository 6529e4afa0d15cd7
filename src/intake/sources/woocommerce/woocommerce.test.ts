import assert from "node:assert/strict";
import { test } from "node:test";
import { uuidOf } from "../../../base/ids.ts";
import { parseInstant } from "../../../base/time.ts";
import type { Renewal } from "../../adapter.ts";
import type { Normalised } from "../../core/delivery.ts";
import type { Fact, FactKind, FactOf, StoreEvent } from "../../core/event.ts";
import { NOON, rowOf, signed, WOO_SECRET, WOOCOMMERCE } from "../../testing.ts";
import { sourceContract } from "../contract.ts";
import { createSource } from "../create-source.ts";
import { shopMoney } from "./payloads.ts";
import { wooOrder } from "./testing.ts";

const at = (text: string) => parseInstant(text);

function normalise(topic: string, body: unknown): Normalised {
  return WOOCOMMERCE.adapter.normalise(rowOf(WOOCOMMERCE, signed(WOOCOMMERCE.adapter, topic, body)));
}

function eventsOf(topic: string, body: unknown): readonly StoreEvent[] {
  const said = normalise(topic, body);
  assert.equal(said.kind, "events", said.kind === "events" ? "" : said.why);
  return said.kind === "events" ? said.events : [];
}

const told = (changes: Record<string, unknown> = {}) => eventsOf("order.updated", wooOrder(changes));

function factsOf<K extends FactKind>(events: readonly StoreEvent[], kind: K): readonly FactOf<K>[] {
  return events.map(({ fact }) => fact).filter((fact: Fact): fact is FactOf<K> => fact.kind === kind);
}

const detailsOf = (changes: Record<string, unknown>) => factsOf(told(changes), "order.recorded")[0];
const meta = (key: string, value: unknown) => ({ id: 1, key, value });

sourceContract({
  type: "woocommerce",
  config: (secrets) => ({ secrets }),
  secrets: [WOO_SECRET, "another-secret-0123456789abcdef"],
  good: { kind: "order.updated", deliveryId: "d-1", body: Buffer.from(JSON.stringify(wooOrder())) },
  signature: /signature/,
});

test("a signature made elsewhere is accepted (vector computed with Python's hmac)", () => {
  const shop = createSource({ name: "woocommerce", type: "woocommerce", config: { secrets: ['hush & "quiet"'] } });
  const headers = { "content-type": "application/json", "x-wc-webhook-topic": "order.updated", "x-wc-webhook-signature": "UPjSJ+e6mlSZis9OprflBJqTkCou55s2aycSyTHDuJA=" };
  assert.equal(shop.adapter.verify({ headers, body: Buffer.from('{"id":1}') }, NOON).ok, true);
});

test("saving a webhook in the shop succeeds, and nothing that is not signed is kept", () => {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  assert.deepEqual(WOOCOMMERCE.adapter.verify({ headers, body: Buffer.from("webhook_id=42") }, NOON), { ok: true, value: [] });
  for (const body of ["webhook_id=", "webhook_id=42&order=7", JSON.stringify(wooOrder())]) {
    const refused = WOOCOMMERCE.adapter.verify({ headers, body: Buffer.from(body) }, NOON);
    assert.ok(!refused.ok && refused.error.code === "no_signature", body);
  }
});

test("deliveries are told apart by what they say, since two of one second share their delivery id", () => {
  const keyOf = (topic: string, body: unknown) => {
    const verified = WOOCOMMERCE.adapter.verify(signed(WOOCOMMERCE.adapter, topic, body, { deliveryId: "shared" }), NOON);
    return verified.ok ? verified.value[0]?.dedupeKey : undefined;
  };
  assert.match(keyOf("order.updated", wooOrder()) ?? "", /^order:723:/);
  assert.equal(keyOf("order.created", wooOrder()), keyOf("order.updated", wooOrder()));
  assert.notEqual(keyOf("order.updated", wooOrder({ status: "completed" })), keyOf("order.updated", wooOrder()));
  assert.notEqual(keyOf("order.deleted", { id: 7 }), keyOf("customer.deleted", { id: 7 }));
});

test("an order that changed long before its webhook came shows that the shop's queue stands", () => {
  const triggered = (topic: string, body: unknown) => rowOf(WOOCOMMERCE, signed(WOOCOMMERCE.adapter, topic, body)).triggeredAt;
  assert.equal(triggered("order.updated", wooOrder()), at("2026-03-01T10:05:00Z"));
  assert.equal(triggered("customer.updated", { id: 26, date_modified_gmt: "2020-01-01T00:00:00" }), undefined);
  assert.equal(triggered("order.deleted", { id: 723 }), undefined);
});

test("an order's snapshot tells the order and its payment, as of its last change in UTC", () => {
  const events = told();
  assert.deepEqual(events.map(({ fact, at: when, orderId }) => [fact.kind, when, orderId]), [
    ["order.recorded", at("2026-03-01T10:05:00Z"), "woocommerce/723"],
    ["payment.recorded", at("2026-03-01T10:05:00Z"), "woocommerce/723"],
  ]);
  const [order] = factsOf(events, "order.recorded");
  assert.deepEqual([order?.reference, order?.placedAt, order?.total], ["#INV-9", at("2026-03-01T10:00:00Z"), { minor: 4990, currency: "EUR" }]);
  assert.deepEqual(order?.contact, { customerId: "woocommerce/26", firstName: "Ada", lastName: "L", email: "ada@example.com", phone: "+4930123456" });
  assert.deepEqual(order?.lines, [{ id: "315", title: "Lamp – black & gold", quantity: 2 }]);
});

test("the parcel's address is the one it is sent to, and its recipient is never the contact", () => {
  assert.deepEqual(detailsOf({})?.shipTo, { name: "Gift Recipient", lines: ["Ring 4", "Top 2"], city: "Wien", region: "W", postalCode: "1010", country: "AT" });
  assert.equal(detailsOf({})?.country, "AT");
  const nothing = { first_name: "", last_name: "", address_1: "", address_2: "", city: "", state: "", postcode: "", country: "" };
  assert.deepEqual([detailsOf({ shipping: nothing })?.shipTo, detailsOf({ shipping: nothing })?.country], [undefined, "DE"]);
  assert.equal(detailsOf({ billing: null })?.contact.firstName, undefined);
});

test("a guest has no customer id, and a phone number that cannot be dialled from anywhere is none", () => {
  assert.deepEqual(detailsOf({ customer_id: 0, billing: { email: "g@example.com", phone: "(555) 555-5555" } })?.contact, { email: "g@example.com" });
});

test("the language is that of the translation plugins, and none where no plugin names one", () => {
  const locale = (key: string, value: unknown) => detailsOf({ meta_data: [meta(key, value)] })?.contact.locale;
  assert.equal(locale("wpml_language", "pt-br"), "pt-BR");
  assert.equal(locale("trp_language", "de_DE"), "de-DE");
  assert.equal(locale("weglot_language", "fr"), "fr");
  assert.equal(locale("wpml_language", "???"), undefined);
  assert.equal(locale("_locale_of_something", "de"), undefined);
});

test("amounts have the decimals that the shop chose, and are read in those of the currency", () => {
  const cases: [string, string, number][] = [["500.00", "JPY", 500], ["543.50", "JPY", 544], ["12.3456", "EUR", 1235], ["0.995", "EUR", 100], ["1.5", "KWD", 1500], ["1.2345", "KWD", 1235], ["7", "EUR", 700]];
  for (const [text, currency, minor] of cases) assert.deepEqual(shopMoney(text, currency), { minor, currency }, `${text} ${currency}`);
  for (const text of ["49,90", "1.2.3", "12.34x", "", "-"]) assert.throws(() => shopMoney(text, "EUR"), /is not an amount/, text);
});

test("an order is paid once the shop has a date for it, whatever its status says later", () => {
  const paid = { date_paid_gmt: "2026-03-01T10:01:00" };
  const cases: [Record<string, unknown>, string | undefined][] = [
    [{ status: "pending", date_paid_gmt: null }, "pending"],
    [{ status: "on-hold", date_paid_gmt: null }, "pending"],
    [{ status: "processing", date_paid_gmt: null, payment_method: "cod" }, "pending"],
    [{ status: "failed", date_paid_gmt: null }, "failed"],
    [{ status: "cancelled", date_paid_gmt: null }, "voided"],
    [{ status: "packed", date_paid_gmt: null }, undefined],
    [{ status: "completed", date_paid_gmt: null, date_completed_gmt: "2026-03-01T10:04:00" }, "captured"],
    ...["pending", "on-hold", "processing", "completed", "cancelled", "refunded", "packed"].map((status): [Record<string, unknown>, string] => [{ status, ...paid }, "captured"]),
  ];
  for (const [changes, status] of cases) assert.equal(factsOf(told(changes), "payment.recorded")[0]?.status, status, JSON.stringify(changes));
});

test("an order that somebody counts on is cancelled for a reason that nobody states", () => {
  const unpaid = { status: "cancelled", date_paid_gmt: null, transaction_id: "" };
  for (const changes of [{ status: "cancelled" }, { ...unpaid, transaction_id: "ch_3OabcDEF12345678" }, ...["bacs", "cheque", "cod"].map((payment_method) => ({ ...unpaid, payment_method }))]) {
    assert.deepEqual(factsOf(told(changes), "order.cancelled"), [{ kind: "order.cancelled", reason: "unstated" }], JSON.stringify(changes));
  }
});

test("a basket that was held for a payment which never came is no cancelled order: nobody is sorry, nothing is owed", () => {
  const events = told({ status: "cancelled", date_paid_gmt: null, transaction_id: "", refunds: [{ id: 724, reason: "", total: "-49.90" }] });
  assert.deepEqual(events.map(({ fact }) => fact.kind), ["order.recorded", "payment.recorded"]);
  assert.deepEqual(factsOf(events, "payment.recorded")[0], { kind: "payment.recorded", paymentId: "woocommerce/723", status: "voided", amount: { minor: 4990, currency: "EUR" }, why: "never_paid" });
});

const refunded = { status: "processing", refunds: [{ id: 726, reason: "late", total: "-10.00" }, { id: 724, reason: "", total: "-0.00" }] };
const record = (changes: Record<string, unknown> = {}) => ({ id: 726, date_created_gmt: "2026-03-01T10:03:00", amount: "10.00", refunded_payment: false, meta_data: [], ...changes });
const pulled = (...refunds: unknown[]) => eventsOf("order.pulled", { order: wooOrder(refunded), refunds });

test("an order names only that a refund exists: it is asked for, and one of nothing is none", () => {
  const refunds = told(refunded).filter(({ fact }) => fact.kind === "refund.recorded");
  assert.deepEqual(refunds.map(({ at: when, fact }) => [when, fact]), [
    [at("2026-03-01T10:05:00Z"), { kind: "refund.recorded", refundId: "woocommerce/726", view: "shop", status: "requested", amount: { minor: 1000, currency: "EUR" } }],
  ]);
});

test("the refund's own record says since when, and whether the gateway took it or somebody is to send it by hand", () => {
  const said = (changes: Record<string, unknown>) => pulled(record(changes)).filter(({ fact }) => fact.kind === "refund.recorded").map(({ at: when, fact }) => [when, fact.kind === "refund.recorded" && fact.status]);
  assert.deepEqual(said({ refunded_payment: true }), [[at("2026-03-01T10:03:00Z"), "succeeded"]]);
  assert.deepEqual(said({ refunded_payment: false }), [[at("2026-03-01T10:03:00Z"), "requested"]]);
});

test("a processor's refund that the record names is the same refund, where it is only one", () => {
  const named = (...ids: string[]) => pulled(record({ meta_data: ids.map((id) => meta("_some_refund_id", id)) })).find(({ fact }) => fact.kind === "refund.recorded");
  const one = named("re_3OabcDEF12345678");
  assert.deepEqual([one?.refs, one?.fact.kind === "refund.recorded" && one.fact.processorRef], [["stripe/refund/re_3OabcDEF12345678"], "stripe/re_3OabcDEF12345678"]);
  const two = named("re_3OabcDEF12345678", "re_3OabcDEF87654321");
  assert.equal(two?.fact.kind === "refund.recorded" && two.fact.processorRef, undefined);
});

test("a pull and a webhook that tell the same order are the same events", () => {
  assert.deepEqual(eventsOf("order.pulled", { order: wooOrder(), refunds: [] }), told());
});

test("the processors' objects lead to the order, wherever the gateway's plugin left their names", () => {
  const changes = { transaction_id: "ch_3OabcDEF12345678", meta_data: [meta("_intent", { a: [{ id: "pi_3OabcDEF12345678" }] }), meta("_note", "pi_3OabcDEF12345678 was fine")] };
  assert.deepEqual(told(changes)[0]?.refs, ["stripe/charge/ch_3OabcDEF12345678", "stripe/payment_intent/pi_3OabcDEF12345678"]);
  const named = createSource({ name: "woocommerce", type: "woocommerce", config: { secrets: [WOO_SECRET], processor: "cards" } });
  const said = named.adapter.normalise(rowOf(named, signed(named.adapter, "order.updated", wooOrder(changes))));
  assert.deepEqual(said.kind === "events" && said.events[0]?.refs, ["cards/charge/ch_3OabcDEF12345678", "cards/payment_intent/pi_3OabcDEF12345678"]);
});

test("tracking numbers of the Shipment Tracking extension are parcels that were handed over on the stated day", () => {
  const midnight = Date.UTC(2026, 2, 1) / 1_000;
  const items = [
    { tracking_provider: "DHL", custom_tracking_provider: "", tracking_number: "00340", date_shipped: String(midnight + 36_120), tracking_id: "abc" },
    { tracking_provider: "", custom_tracking_provider: "Two Wheels", tracking_number: 4711, date_shipped: midnight },
    { tracking_provider: "DHL", tracking_number: "00341", date_shipped: "2026-03-01" },
    { tracking_provider: "DHL" },
    "nonsense",
  ];
  const events = told({ meta_data: [meta("_wc_shipment_tracking_items", items)] }).filter(({ fact }) => fact.kind === "parcel.recorded");
  assert.deepEqual(events.map(({ at: when, fact }) => [when, fact]), [
    [at("2026-03-01T10:02:00Z"), { kind: "parcel.recorded", parcelId: "woocommerce/723/abc", status: "label", carrier: "DHL", tracking: "00340" }],
    [at("2026-03-01T10:00:00Z"), { kind: "parcel.recorded", parcelId: `woocommerce/723/${uuidOf("parcel", "tracking/4711")}`, status: "label", carrier: "Two Wheels", tracking: "4711" }],
    [at("2026-03-01T10:05:00Z"), { kind: "parcel.recorded", parcelId: `woocommerce/723/${uuidOf("parcel", "tracking/00341")}`, status: "label", carrier: "DHL", tracking: "00341" }],
  ]);
  assert.deepEqual(events.map(({ refs }) => refs), [["tracking/00340"], ["tracking/4711"], ["tracking/00341"]]);
});

test("an order from which the shop removed the person is forgotten here too", () => {
  const billing = { first_name: "[deleted]", last_name: "[deleted]", email: "deleted@site.invalid", phone: "0000000000", country: "DE" };
  const events = told({ customer_id: 0, billing, shipping: { ...billing, address_1: "[deleted]" }, meta_data: [meta("_anonymized", "yes")] });
  assert.deepEqual(factsOf(events, "privacy.redact"), [{ kind: "privacy.redact", orderIds: ["woocommerce/723"] }]);
  assert.doesNotMatch(JSON.stringify(events), /deleted/);
});

test("a customer's record outlives the order", () => {
  const body = { id: 26, email: "ada@example.com", first_name: "Ada", last_name: "L", billing: { phone: "+49 30 123456" }, date_modified_gmt: "2026-03-01T11:00:00" };
  const [event] = eventsOf("customer.updated", body);
  assert.equal(event?.at, at("2026-03-01T11:00:00Z"));
  const contact = { customerId: "woocommerce/26", firstName: "Ada", lastName: "L", email: "ada@example.com", phone: "+4930123456" };
  assert.deepEqual(event?.fact, { kind: "customer.recorded", customerId: "woocommerce/26", contact });
});

test("what is no order yet, or lies in the trash, tells nothing and says why", () => {
  for (const status of ["checkout-draft", "auto-draft", "draft", "trash"]) assert.equal(normalise("order.updated", wooOrder({ status })).kind, "ignored", status);
  const trashed = normalise("order.deleted", { id: 723 });
  assert.ok(trashed.kind === "ignored" && /stays promised/.test(trashed.why));
  assert.equal(normalise("customer.deleted", { id: 26 }).kind, "ignored");
  assert.equal(normalise("order.restored", wooOrder()).kind, "events");
});

test("the shop's own error in place of an order says whom to ask", () => {
  const problem = (code: string, status: number) => normalise("order.updated", { code, message: "Sorry.", data: { status } });
  const forbidden = problem("woocommerce_rest_cannot_view", 401);
  assert.ok(forbidden.kind === "quarantined" && forbidden.code === "unreadable" && /shop manager or administrator/.test(forbidden.why));
  assert.equal(problem("woocommerce_rest_shop_order_invalid_id", 404).kind, "ignored");
});

test("an order of an older API version, which has no UTC, says which version to set", () => {
  const { date_created_gmt: _, ...older } = wooOrder();
  const said = normalise("order.updated", older);
  assert.ok(said.kind === "quarantined" && /WP REST API Integration v3/.test(said.why), JSON.stringify(said));
});

test("a topic that no release reads yet is kept under its name, and one that lost its topic is kept too", () => {
  for (const topic of ["product.updated", "coupon.created", "action.woocommerce_add_to_cart"]) {
    const said = normalise(topic, { id: 1 });
    assert.ok(said.kind === "quarantined" && said.code === "unknown_kind" && said.why.includes(topic));
  }
  const { headers: { "x-wc-webhook-topic": _, ...headers }, body } = signed(WOOCOMMERCE.adapter, "order.updated", wooOrder());
  const lost = WOOCOMMERCE.adapter.normalise(rowOf(WOOCOMMERCE, { headers, body }));
  assert.ok(lost.kind === "quarantined" && lost.code === "unreadable" && lost.why.includes("X-WC-Webhook-Topic"));
});

const recordingOf = (files: Record<string, unknown>, renewal: Renewal = {}) =>
  WOOCOMMERCE.adapter.recordings?.read(Object.entries(files).map(([name, content]) => ({ name, text: JSON.stringify(content) })), renewal);

test("recorded bodies are told apart by their shape, and a refund is told with the order that lists it", () => {
  const read = recordingOf({ "list.json": [wooOrder(refunded), wooOrder({ id: 7 })], "refund.json": record(), "other.json": record({ id: 1 }), "product.json": { id: 5 } });
  assert.deepEqual(read?.recorded.map(({ file, unsigned }) => [file, unsigned.kind]), [["list.json#0", "order.updated"], ["list.json#1", "order.updated"], ["refund.json", "order.pulled"]]);
  assert.deepEqual(read?.skipped.map(({ file }) => file), ["other.json", "product.json"]);
  const [, , refund] = read?.recorded ?? [];
  assert.deepEqual(eventsOf("order.pulled", Buffer.from(refund?.unsigned.body ?? []).toString()), pulled(record()));
});

test("a recording is played again as new, at fresh times, and says the same", () => {
  const [played] = recordingOf({ "order.json": wooOrder() }, { deliveryId: () => "fresh", newest: NOON })?.recorded ?? [];
  assert.deepEqual(played?.changed, ["marked as new", "fresh times"]);
  const [first] = eventsOf("order.updated", Buffer.from(played?.unsigned.body ?? []).toString());
  assert.equal(first?.at, NOON);
  assert.equal(first?.fact.kind === "order.recorded" && first.fact.placedAt, NOON - 5 * 60_000);
});

test("an order that is to be paid later says so, so that a card that failed before it is nobody's worry", () => {
  const why = (changes: Record<string, unknown>) => eventsOf("order.updated", wooOrder({ date_paid_gmt: null, date_completed_gmt: null, ...changes })).map(({ fact }) => (fact.kind === "payment.recorded" ? [fact.status, fact.why] : [])).flat();
  assert.deepEqual(why({ status: "on-hold", payment_method: "bacs" }), ["pending", "paid_later"]);
  assert.deepEqual(why({ status: "pending", payment_method: "stripe" }), ["pending", undefined]);
  assert.deepEqual(why({ status: "failed", payment_method: "bacs" }), ["failed", undefined]);
});

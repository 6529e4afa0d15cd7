import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fetch } from "../../../base/ports.ts";
import { parseInstant } from "../../../base/time.ts";
import type { PulledPage } from "../../adapter.ts";
import type { Delivery, Normalised } from "../../core/delivery.ts";
import type { Fact, FactKind, FactOf, StoreEvent } from "../../core/event.ts";
import { NOON, rowOf, SHOP_SECRET, shopOrder, SHOPIFY, signed } from "../../testing.ts";
import { sourceContract } from "../contract.ts";
import { createSource } from "../create-source.ts";

function normalise(topic: string, body: unknown): Normalised {
  return SHOPIFY.adapter.normalise(rowOf(SHOPIFY, signed(SHOPIFY.adapter, topic, body)));
}

function eventsOf(topic: string, body: unknown): readonly StoreEvent[] {
  const said = normalise(topic, body);
  assert.equal(said.kind, "events", said.kind === "events" ? "" : said.why);
  return said.kind === "events" ? said.events : [];
}

function factsOf<K extends FactKind>(events: readonly StoreEvent[], kind: K): readonly FactOf<K>[] {
  return events.map(({ fact }) => fact).filter((fact: Fact): fact is FactOf<K> => fact.kind === kind);
}

sourceContract({
  type: "shopify",
  config: (secrets) => ({ secrets }),
  secrets: [SHOP_SECRET, "another-secret-0123456789abcdef"],
  good: { kind: "orders/create", deliveryId: "w-1", triggeredAt: NOON, body: Buffer.from(JSON.stringify(shopOrder())) },
  signature: /hmac/,
});

const at = (text: string) => parseInstant(text);

test("a signature made elsewhere is accepted (vector computed with Python's hmac)", () => {
  const shop = createSource({ name: "shopify", type: "shopify", config: { secrets: ["hush"] } });
  const headers = { "content-type": "application/json", "x-shopify-topic": "orders/create", "x-shopify-webhook-id": "1", "x-shopify-hmac-sha256": "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY=" };
  assert.equal(shop.adapter.verify({ headers, body: Buffer.from('{"id":1}') }, NOON).ok, true);
});

test("an order's snapshot tells the order and its payment, as of its last change", () => {
  const events = eventsOf("orders/create", shopOrder());
  assert.deepEqual(events.map(({ fact, at: when, orderId }) => [fact.kind, when, orderId]), [
    ["order.recorded", at("2026-03-01T10:05:00Z"), "shopify/1001"],
    ["payment.recorded", at("2026-03-01T10:05:00Z"), "shopify/1001"],
  ]);
  const [order] = factsOf(events, "order.recorded");
  assert.deepEqual(order?.total, { minor: 4990, currency: "EUR" });
  assert.deepEqual(order?.contact, { customerId: "shopify/77", firstName: "Ada", lastName: "L", email: "ada@example.com", locale: "de" });
});

test("the parcel's address is the one it is sent to, and an emptied one is none", () => {
  const shipping_address = { name: "Gift Recipient", address1: "Ring 4", address2: "", city: "Wien", zip: "1010", province_code: null, country_code: "AT" };
  const told = (changes: object) => factsOf(eventsOf("orders/create", shopOrder({ shipping_address: { ...shipping_address, ...changes } })), "order.recorded")[0]?.shipTo;
  assert.deepEqual(told({}), { name: "Gift Recipient", lines: ["Ring 4"], city: "Wien", postalCode: "1010", country: "AT" });
  assert.equal(told({ name: null, address1: null, city: null, zip: null }), undefined);
});

test("a gift's recipient is never the contact; only the country comes from the shipping address", () => {
  const order = shopOrder({ customer: null, billing_address: null });
  const [fact] = factsOf(eventsOf("orders/create", order), "order.recorded");
  assert.deepEqual(fact?.contact, { email: "ada@example.com", locale: "de" });
  assert.equal(fact?.country, "AT");
});

test("the exact id is taken where a proxy has rounded the number, and 64-bit numbers keep every digit", () => {
  const rounded = eventsOf("orders/create", shopOrder({ id: 820982911946154500, admin_graphql_api_id: "gid://shopify/Order/820982911946154508" }));
  assert.equal(rounded[0]?.orderId, "shopify/820982911946154508");
  const text = JSON.stringify(shopOrder()).replace('"id":1001', '"id":820982911946154507');
  assert.equal(eventsOf("orders/create", text)[0]?.orderId, "shopify/820982911946154507");
});

test("a cancellation stands at its own moment with its own reason; a reason that is new to us is `other`", () => {
  const reasons = { customer: "customer", inventory: "inventory", fraud: "fraud", declined: "declined", staff: "staff", other: "other", weather: "other", null: "unstated" };
  for (const [given, ours] of Object.entries(reasons)) {
    const order = shopOrder({ cancelled_at: "2026-03-01T10:04:00Z", cancel_reason: given === "null" ? null : given });
    const event = eventsOf("orders/cancelled", order).find(({ fact }) => fact.kind === "order.cancelled");
    assert.deepEqual([event?.at, event?.fact], [at("2026-03-01T10:04:00Z"), { kind: "order.cancelled", reason: ours }]);
  }
});

const refundOf = (changes: Record<string, unknown> = {}) => ({
  id: 9, order_id: 1001, created_at: "2026-03-01T11:00:00Z", processed_at: "2026-03-01T11:00:00Z",
  transactions: [{ id: 31, parent_id: 30, kind: "refund", status: "success", amount: "49.90", currency: "EUR", created_at: "2026-03-01T11:00:00Z" }],
  ...changes,
});
const move = (id: number, status: string, changes: Record<string, unknown> = {}) => ({
  id, parent_id: 30, kind: "refund", status, amount: "49.90", currency: "EUR", created_at: `2026-03-01T11:0${id % 10}:00Z`, ...changes,
});

test("a refund's status is that of its money: the last try of each payment decides", () => {
  const cases: [unknown[], string][] = [
    [[move(31, "success")], "succeeded"],
    [[move(31, "pending")], "pending"],
    [[move(31, "failure")], "failed"],
    [[move(31, "error")], "failed"],
    [[move(31, "failure"), move(32, "success")], "succeeded"],
    [[move(31, "success"), move(32, "failure", { parent_id: 40 })], "failed"],
    [[move(31, "success"), move(32, "pending", { parent_id: 40 })], "pending"],
  ];
  for (const [transactions, status] of cases) {
    const [fact] = factsOf(eventsOf("refunds/create", refundOf({ transactions })), "refund.recorded");
    assert.equal(fact?.status, status, JSON.stringify(transactions));
  }
});

test("a refund is the sum of the money that moves, over all payments and without failed tries", () => {
  const [split] = factsOf(eventsOf("refunds/create", refundOf({ transactions: [move(31, "success", { amount: "10.00" }), move(32, "pending", { amount: "5.50", parent_id: 40 })] })), "refund.recorded");
  assert.deepEqual(split?.amount, { minor: 1550, currency: "EUR" });
  const [retried] = factsOf(eventsOf("refunds/create", refundOf({ transactions: [move(31, "failure"), move(32, "success")] })), "refund.recorded");
  assert.deepEqual(retried?.amount, { minor: 4990, currency: "EUR" });
});

test("a refund without a transaction is requested, for its lines, tax and shipping", () => {
  const euros = (amount: string) => ({ presentment_money: { amount, currency_code: "EUR" } });
  const body = refundOf({
    transactions: [],
    refund_line_items: [{ subtotal_set: euros("20.00"), total_tax_set: euros("3.80") }],
    order_adjustments: [{ kind: "shipping_refund", amount_set: euros("-5.00"), tax_amount_set: euros("0.00") }],
  });
  const [fact] = factsOf(eventsOf("refunds/create", body), "refund.recorded");
  assert.deepEqual([fact?.status, fact?.amount.minor], ["requested", 2880]);
});

test("a refund that moves no money is owed to nobody: a restock, the void of an authorisation, an order never paid", () => {
  assert.equal(normalise("refunds/create", refundOf({ transactions: [] })).kind, "ignored");
  assert.equal(normalise("refunds/create", refundOf({ transactions: [move(31, "success", { kind: "void" })] })).kind, "ignored");
  const lines = [{ subtotal_set: { shop_money: { amount: "49.90", currency_code: "EUR" } } }];
  const unpaid = shopOrder({ financial_status: "voided", updated_at: "2026-03-01T12:00:00Z", refunds: [refundOf({ transactions: [], refund_line_items: lines })] });
  assert.equal(factsOf(eventsOf("orders/updated", unpaid), "refund.recorded").at(-1)?.status, "cancelled");
});

test("the processor's ids behind a refund lead to its own events, wherever the receipt holds them", () => {
  const transactions = [move(31, "success", { authorization: "ch_3OabcDEF12345678", receipt: { refund: { id: "re_3OabcDEF12345678", payment_intent: "pi_3OabcDEF12345678" } } })];
  const [event] = eventsOf("refunds/create", refundOf({ transactions }));
  assert.deepEqual([...(event?.refs ?? [])].sort(), ["stripe/charge/ch_3OabcDEF12345678", "stripe/payment_intent/pi_3OabcDEF12345678", "stripe/refund/re_3OabcDEF12345678"]);
  assert.equal(event?.fact.kind === "refund.recorded" && event.fact.processorRef, "stripe/re_3OabcDEF12345678");
});

test("a refund in a later snapshot was asked for when it was made: its clock does not start anew", () => {
  const events = eventsOf("orders/updated", shopOrder({ updated_at: "2026-03-05T00:00:00Z", refunds: [refundOf({ transactions: [move(31, "pending")] })] }));
  const refunds = events.filter(({ fact }) => fact.kind === "refund.recorded");
  assert.deepEqual(refunds.map(({ at: when, fact }) => [when, fact.kind === "refund.recorded" && fact.status]), [
    [at("2026-03-01T11:00:00Z"), "requested"],
    [at("2026-03-05T00:00:00Z"), "pending"],
  ]);
});

test("the same fact told by two deliveries is one event", () => {
  const ids = (topic: string) => eventsOf(topic, shopOrder()).map(({ id }) => id);
  assert.deepEqual(ids("orders/updated"), ids("orders/paid"));
  assert.notDeepEqual(ids("orders/updated"), eventsOf("orders/updated", shopOrder({ updated_at: "2026-03-01T10:06:00Z" })).map(({ id }) => id));
});

test("a transaction tells its payment and links the processor's names to the order", () => {
  const body = { id: 31, order_id: 1001, parent_id: 30, kind: "capture", status: "success", amount: "49.90", currency: "EUR", authorization: "pi_3OabcDEF12345678", processed_at: "2026-03-01T10:01:00Z" };
  const [event] = eventsOf("order_transactions/create", body);
  assert.deepEqual(event?.fact, { kind: "payment.recorded", paymentId: "shopify/30", status: "captured", amount: { minor: 4990, currency: "EUR" } });
  assert.deepEqual(event?.refs, ["stripe/payment_intent/pi_3OabcDEF12345678"]);
  assert.equal(factsOf(eventsOf("order_transactions/create", { ...body, status: "failure", error_code: "card_declined" }), "payment.recorded")[0]?.why, "card_declined");
  assert.equal(normalise("order_transactions/create", { ...body, kind: "refund" }).kind, "ignored");
});

test("fulfilments and their events are parcels, in our words", () => {
  const words = { label_printed: "label", in_transit: "moving", delayed: "delayed", out_for_delivery: "last_mile", ready_for_pickup: "pickup", attempted_delivery: "attempt_failed", delivered: "delivered", failure: "failed", beamed: "unknown" };
  for (const [theirs, ours] of Object.entries(words)) {
    const [event] = eventsOf("fulfillment_events/create", { fulfillment_id: 8, order_id: 1001, status: theirs, happened_at: "2026-03-01T12:00:00Z" });
    assert.deepEqual(event?.fact, { kind: "parcel.recorded", parcelId: "shopify/8", status: ours, ...(ours !== "label" && ours !== "unknown" && { scanned: true }) });
  }
  const [parcel] = eventsOf("fulfillments/create", { id: 8, order_id: 1001, status: "success", tracking_company: "DHL", tracking_number: "00340", updated_at: "2026-03-01T12:00:00Z" });
  assert.deepEqual(parcel?.fact, { kind: "parcel.recorded", parcelId: "shopify/8", status: "label", carrier: "DHL", tracking: "00340" });
});

test("a held fulfilment order says why, in our words; whose it is, only the API says", () => {
  const work = (changes: object) => ({ fulfillment_order: { id: "gid://shopify/FulfillmentOrder/5", status: "on_hold", fulfillment_holds: [{ reason: "inventory_out_of_stock" }], ...changes } });
  const [held] = eventsOf("fulfillment_orders/placed_on_hold", work({}));
  assert.deepEqual([held?.orderId, held?.refs, held?.fact], [undefined, ["shopify/fulfillment_order/5"], { kind: "fulfilment.recorded", fulfilmentId: "shopify/5", status: "held", why: "inventory" }]);
  const why = (reason: string) => eventsOf("fulfillment_orders/placed_on_hold", work({ fulfillment_holds: [{ reason }] }))[0]?.fact;
  for (const [theirs, ours] of Object.entries({ incorrect_address: "address", HIGH_RISK_OF_FRAUD: "fraud", awaiting_payment: "payment", unknown_delivery_date: "date_unknown", beamed: "other" })) assert.partialDeepStrictEqual(why(theirs), { why: ours });
  assert.deepEqual(eventsOf("fulfillment_orders/hold_released", work({ status: "open", fulfillment_holds: [] }))[0]?.fact, { kind: "fulfilment.recorded", fulfilmentId: "shopify/5", status: "open" });
  const [asked] = eventsOf("fulfillment_orders/pulled", work({ id: 5, order_id: 1001, updated_at: "2026-03-01T12:00:00Z", fulfill_by: "2026-03-05T12:00:00Z" }));
  assert.deepEqual([asked?.orderId, asked?.at, asked?.refs], ["shopify/1001", at("2026-03-01T12:00:00Z"), ["shopify/fulfillment_order/5"]]);
  assert.partialDeepStrictEqual(asked?.fact, { shipBy: at("2026-03-05T12:00:00Z") });
  assert.equal(normalise("fulfillment_orders/placed_on_hold", work({ status: "beamed" })).kind, "quarantined");
});

test("a pull asks after work that our books hold to be held, each once: what has become of it since is told as of the vendor's moment", async () => {
  const { adapter } = createSource({ name: "shopify", type: "shopify", config: { secrets: ["s"], api: { baseUrl: "https://shop.example", token: "shpat_test", version: "2026-01" } } });
  const held = { fulfillment_order: { id: "gid://shopify/FulfillmentOrder/5", status: "on_hold" } };
  const asked: string[] = [];
  const fetch: Fetch = async (url) => {
    const { pathname } = new URL(url);
    asked.push(pathname.slice("/admin/api/2026-01/".length));
    if (pathname.endsWith("/orders.json")) return Response.json({ orders: [] });
    return Response.json({ fulfillment_order: { id: Number(/(\d+)\.json/.exec(pathname)?.[1]), order_id: 1001, status: "open", updated_at: "2026-03-01T12:00:00Z" } });
  };
  const request = { fetch, since: NOON, until: NOON, waiting: async () => [rowOf(SHOPIFY, signed(SHOPIFY.adapter, "fulfillment_orders/placed_on_hold", held))], held: async () => ["shopify/5", "shopify/6"] };
  const pages: PulledPage[] = [];
  for await (const page of adapter.pull?.(request) ?? []) pages.push(page);
  assert.deepEqual(asked, ["orders.json", "fulfillment_orders/5.json", "fulfillment_orders/6.json"]);
  const told = pages.flatMap((page) => (page.kind === "page" ? page.deliveries : []));
  assert.deepEqual(told.map(({ dedupeKey, kind }) => [dedupeKey, kind]), ["5", "6"].map((id) => [`pull:fulfillment_order:${id}:2026-03-01T12:00:00Z`, "fulfillment_orders/pulled"]));
  const [released] = told.slice(1).flatMap((delivery) => eventsOf(delivery.kind, JSON.parse(Buffer.from(delivery.body).toString())));
  assert.deepEqual([released?.orderId, released?.at, released?.fact], ["shopify/1001", at("2026-03-01T12:00:00Z"), { kind: "fulfilment.recorded", fulfilmentId: "shopify/6", status: "open" }]);
});

test("a vendor that takes no more requests is asked after no further work, and what was listed before is kept", async () => {
  const { adapter } = createSource({ name: "shopify", type: "shopify", config: { secrets: ["s"], api: { baseUrl: "https://shop.example", token: "shpat_test", version: "2026-01" } } });
  const asked: string[] = [];
  const fetch: Fetch = async (url) => {
    asked.push(url);
    return url.includes("/orders.json") ? Response.json({ orders: [] }) : new Response("slow down", { status: 429 });
  };
  const pages: PulledPage[] = [];
  for await (const page of adapter.pull?.({ fetch, since: NOON, until: NOON, waiting: async () => [], held: async () => ["shopify/5", "shopify/6"] }) ?? []) pages.push(page);
  assert.deepEqual([asked.length, pages.map(({ kind }) => kind)], [2, ["page"]]);
});

test("a fulfilment tells its tracking numbers as names of the order, in a snapshot as by itself", () => {
  const fulfilment = { id: 8, order_id: 1001, status: "success", tracking_number: "jd-00 340", tracking_numbers: ["jd-00 340", "JD00341"], updated_at: "2026-03-01T12:00:00Z" };
  const names = ["tracking/JD00340", "tracking/JD00341"];
  assert.deepEqual(eventsOf("fulfillments/create", fulfilment)[0]?.refs, names);
  assert.deepEqual(eventsOf("orders/updated", shopOrder({ fulfillments: [fulfilment] })).at(-1)?.refs, names);
});

test("privacy topics become privacy facts with the shop's names", () => {
  const body = { customer: { id: 77, email: "ada@example.com" }, orders_to_redact: [1001], orders_requested: [1001] };
  const named = { customerId: "shopify/77", orderIds: ["shopify/1001"], email: "ada@example.com" };
  assert.deepEqual(eventsOf("customers/data_request", body)[0]?.fact, { kind: "privacy.requested", ...named });
  assert.deepEqual(eventsOf("customers/redact", body)[0]?.fact, { kind: "privacy.redact", ...named });
  assert.deepEqual(eventsOf("shop/redact", { shop_id: 1 })[0]?.fact, { kind: "privacy.redactStore" });
});

test("a topic that no release reads yet is kept under its name; an uninstalled app says what to do", () => {
  const unknown = normalise("products/update", { id: 1 });
  assert.ok(unknown.kind === "quarantined" && unknown.code === "unknown_kind" && unknown.why.includes("products/update"));
  const gone = normalise("app/uninstalled", { id: 1 });
  assert.ok(gone.kind === "ignored" && /install it again/i.test(gone.why));
});

test("an amount that is none quarantines the delivery instead of guessing", () => {
  assert.throws(() => normalise("orders/create", shopOrder({ total_price: "49,90" })), /is not an amount/);
});

test("both header families are read, with and without X-", () => {
  const delivery = signed(SHOPIFY.adapter, "orders/create", shopOrder(), { deliveryId: "w-1" });
  const newer = { ...delivery, headers: Object.fromEntries(Object.entries(delivery.headers).map(([name, value]) => [name.replace(/^x-/, ""), value])) };
  assert.ok("shopify-hmac-sha256" in newer.headers && !("x-shopify-topic" in newer.headers));
  assert.deepEqual(SHOPIFY.adapter.verify(newer, NOON), SHOPIFY.adapter.verify(delivery, NOON));
});

test("without its topic or its delivery id a signed delivery is malformed, and the header is named", () => {
  for (const header of ["x-shopify-topic", "x-shopify-webhook-id"]) {
    const verified = SHOPIFY.adapter.verify(without(signed(SHOPIFY.adapter, "orders/create", shopOrder()), header), NOON);
    assert.ok(!verified.ok && verified.error.status === 400 && verified.error.what.toLowerCase().includes(header));
  }
});

function without({ headers, body }: Delivery, header: string): Delivery {
  return { headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== header)), body };
}

const checkoutOf = (changes: Record<string, unknown> = {}) => ({
  id: 901, token: "tok", cart_token: "cart", name: "#901", created_at: "2026-03-01T10:00:00Z", updated_at: "2026-03-01T10:05:00Z", completed_at: null, currency: "EUR", total_price: "49.90",
  email: "ada@example.com", customer_locale: "de", buyer_accepts_marketing: false, abandoned_checkout_url: "https://brand.example/1/checkouts/tok/recover?key=k", billing_address: { first_name: "Ada", country_code: "AT" },
  shipping_address: { first_name: "Bob", address1: "Weg 1", country_code: "DE" }, line_items: [{ key: "k1", title: "Lamp", quantity: 2 }], ...changes,
});

test("a checkout is a subject of its own, with who began it and what they chose, and without where it was to go", () => {
  const [event, ...others] = eventsOf("checkouts/update", checkoutOf());
  assert.deepEqual([event?.orderId, event?.at, event?.refs, others], ["shopify/checkout/tok", at("2026-03-01T10:05:00Z"), ["shopify/checkout/tok", "shopify/checkout/901", "shopify/cart/cart"], []]);
  assert.deepEqual(event?.fact, {
    kind: "checkout.recorded", reference: "#901", startedAt: at("2026-03-01T10:00:00Z"), contact: { firstName: "Ada", email: "ada@example.com", locale: "de" }, country: "AT",
    total: { minor: 4990, currency: "EUR" }, lines: [{ id: "k1", title: "Lamp", quantity: 2 }], marketing: false,
  });
});

test("the way back to a basket is passed on only where it is encrypted and leads to the shop's own address", () => {
  const shop = createSource({ name: "shopify", type: "shopify", config: { secrets: [SHOP_SECRET], domains: ["brand.example"] } });
  const linked = (abandoned_checkout_url: string | null) => {
    const said = shop.adapter.normalise(rowOf(shop, signed(shop.adapter, "checkouts/create", checkoutOf({ abandoned_checkout_url }))));
    const fact = said.kind === "events" ? said.events[0]?.fact : undefined;
    return fact?.kind === "checkout.recorded" ? fact.retryUrl : undefined;
  };
  assert.equal(linked("https://brand.example/1/checkouts/tok/recover?key=k"), "https://brand.example/1/checkouts/tok/recover?key=k");
  assert.ok(linked("https://www.brand.example/recover"));
  for (const link of ["http://brand.example/", "https://evilbrand.example/", "https://brand.example.evil.example/", "https://me:pw@brand.example/", "javascript:alert(1)", "no address", "", null]) assert.equal(linked(link), undefined, String(link));
});

test("an order tells the checkout that it came from, by every name that it knows, and tells it once", () => {
  const order = shopOrder({ checkout_id: 901, checkout_token: "tok", cart_token: "cart" });
  const completions = [order, { ...order, updated_at: "2026-03-09T10:00:00Z" }].flatMap((body) => eventsOf("orders/updated", body).filter(({ fact }) => fact.kind === "checkout.completed"));
  assert.deepEqual(completions.map(({ orderId, refs }) => [orderId, refs]), Array(2).fill([undefined, ["shopify/checkout/tok", "shopify/checkout/901", "shopify/cart/cart"]]));
  assert.equal(completions[0]?.id, completions[1]?.id);
  const [, completed] = eventsOf("checkouts/update", checkoutOf({ completed_at: "2026-03-01T10:06:00Z" }));
  assert.deepEqual([completed?.orderId, completed?.at, completed?.fact.kind], ["shopify/checkout/tok", at("2026-03-01T10:06:00Z"), "checkout.completed"]);
});

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import type { Fetch } from "../../../base/ports.ts";
import { makeCertificate } from "../../../base/testing.ts";
import { DAY, type Instant, instant, iso, plus } from "../../../base/time.ts";
import type { PulledPage } from "../../adapter.ts";
import type { Normalised, UnsignedDelivery } from "../../core/delivery.ts";
import type { StoreEvent } from "../../core/event.ts";
import { NOON } from "../../testing.ts";
import { sourceContract } from "../contract.ts";
import { createSource } from "../create-source.ts";
import { capture, CERT_URL, CERTIFICATE, event, posted, SIGNER, WEBHOOK } from "./testing.ts";

const EARLIER = plus(NOON, -DAY);

const account = (config: Record<string, unknown> = {}) => createSource({ name: "paypal", type: "paypal", config: { webhookIds: [WEBHOOK], ...config } });
const ACCOUNT = account();
const LINKED = account({ orderIdsFrom: "webshop" });

const amount = (value: string, currency_code = "EUR") => ({ value, currency_code });
const links = (...hrefs: string[]) => ({ links: hrefs.map((href) => ({ rel: "up", method: "GET", href: `https://api.paypal.com/v2${href}` })) });
const related = (ids: Record<string, string>) => ({ supplementary_data: { related_ids: ids } });
const refund = (changes: Record<string, unknown> = {}) => ({ id: "1JU08902781691411", status: "COMPLETED", amount: amount("49.90"), create_time: iso(EARLIER), ...links("/payments/captures/3C679366HH908993F"), ...changes });
const dispute = (changes: Record<string, unknown> = {}) => ({
  dispute_id: "PP-D-27803", create_time: iso(EARLIER), reason: "MERCHANDISE_OR_SERVICE_NOT_RECEIVED", status: "OPEN", dispute_amount: amount("20.00"),
  disputed_transactions: [{ seller_transaction_id: "3C679366HH908993F", custom: "1001", invoice_number: "R-1" }], ...changes,
});

sourceContract({
  type: "paypal",
  config: (webhookIds) => ({ webhookIds }),
  secrets: [WEBHOOK, "4JH86294D6297924G"],
  vendor: { certificate: CERTIFICATE, sign: ({ body }: UnsignedDelivery, webhookId, now) => posted(body, webhookId, now) },
  good: { kind: "PAYMENT.CAPTURE.COMPLETED", deliveryId: "WH-55TX-1", body: Buffer.from(JSON.stringify(event("PAYMENT.CAPTURE.COMPLETED", capture()))) },
  signature: /paypal-transmission-sig/,
  tolerance: 4 * DAY,
});

const body = Buffer.from("{}");
const asked = (cert: string, source = ACCOUNT) => source.adapter.certificateUrl?.(posted(body, WEBHOOK, NOON, { "paypal-cert-url": cert }));

test("a certificate is asked for at PayPal's own hosts and nowhere else", () => {
  assert.equal(asked(CERT_URL), CERT_URL);
  assert.ok(asked("https://api-m.paypal.com/v1/notifications/certs/CERT-1"));
  const elsewhere = [
    "http://api.paypal.com/v1/notifications/certs/CERT-1", "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
    "https://evil.example/v1/notifications/certs/CERT-1", "https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1",
    "https://api.paypal.com:8443/v1/notifications/certs/CERT-1", "https://10.0.0.1/v1/notifications/certs/CERT-1",
    "https://www.paypal.com/v1/notifications/certs/CERT-1", "https://api.paypal.com/v1/notifications/certs/CERT-1?x=1",
    "https://api.paypal.com/v1/notifications/certs/../other", "https://api.paypal.com/CERT-1", "CERT-1", "",
    "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1",
  ];
  for (const url of elsewhere) assert.equal(asked(url), undefined, url);
  assert.ok(asked("https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1", account({ environment: "sandbox" })));
});

test("without all of PayPal's headers no certificate is asked for", () => {
  const { headers } = posted(body, WEBHOOK, NOON);
  for (const name of Object.keys(headers).filter((each) => each.startsWith("paypal-"))) {
    const rest = Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name));
    assert.equal(ACCOUNT.adapter.certificateUrl?.({ headers: rest, body }), undefined, name);
    assert.partialDeepStrictEqual(ACCOUNT.adapter.verify({ headers: rest, body }, NOON), { error: { code: "no_signature" } });
  }
});

test("a certificate of somebody else, of another time, or none is a wrong signature that says so", () => {
  const made = (name: string, from: Instant, until: Instant) => new X509Certificate(makeCertificate(name, from, until).pem);
  const cases = [
    [undefined, /serves/],
    [made("messageverificationcerts.paypal.com.evil.example", plus(NOON, -DAY), plus(NOON, DAY)), /not made out/],
    [made("www.paypal.com", plus(NOON, -DAY), plus(NOON, DAY)), /not made out/],
    [made(SIGNER, plus(NOON, -2 * DAY), plus(NOON, -DAY)), /out of date/],
    [made(SIGNER, plus(NOON, DAY), plus(NOON, 2 * DAY)), /out of date/],
    [made(SIGNER, plus(NOON, -DAY), plus(NOON, DAY)), /does not fit/],
  ] as const;
  for (const [given, what] of cases) {
    const verified = ACCOUNT.adapter.verify(posted(body, WEBHOOK, NOON), NOON, given);
    assert.ok(!verified.ok && verified.error.code === "wrong_signature" && verified.error.status === 401);
    assert.match(verified.error.what, what);
  }
  assert.ok(account({ environment: "sandbox" }).adapter.verify(posted(body, WEBHOOK, NOON), NOON, CERTIFICATE).ok, "the environment chooses the hosts; the name is PayPal's in both");
  const other = ACCOUNT.adapter.verify(posted(body, WEBHOOK, NOON, { "paypal-auth-algo": "none" }), NOON, CERTIFICATE);
  assert.ok(!other.ok && other.error.code === "wrong_signature");
});

function normalise(type: string, resource: object, source = ACCOUNT, resourceType?: string): Normalised {
  const signed = posted(Buffer.from(JSON.stringify(event(type, resource, resourceType))), WEBHOOK, NOON);
  const verified = source.adapter.verify(signed, NOON, CERTIFICATE);
  assert.ok(verified.ok && verified.value[0]);
  const { dedupeKey: _, ...kept } = verified.value[0];
  return source.adapter.normalise({ inboxId: "00000000-0000-8000-8000-000000000001", source: source.name, receivedAt: NOON, ...kept });
}

function eventsOf(type: string, resource: object, source = ACCOUNT): readonly StoreEvent[] {
  const said = normalise(type, resource, source);
  assert.equal(said.kind, "events", said.kind === "events" ? "" : said.why);
  return said.kind === "events" ? said.events : [];
}

test("a payment is a capture or an authorisation, and stands as the event's type says", () => {
  const cases = [
    ["PAYMENT.CAPTURE.PENDING", capture({ status: "PENDING", status_details: { reason: "ECHECK" } }), "pending", "ECHECK"],
    ["PAYMENT.CAPTURE.COMPLETED", capture({ status: "PARTIALLY_REFUNDED" }), "captured", undefined],
    ["PAYMENT.CAPTURE.DECLINED", capture({ status: "DECLINED" }), "failed", undefined],
    ["PAYMENT.CAPTURE.DENIED", capture({ status: "DECLINED", status_details: { reason: "PENDING_REVIEW" } }), "failed", "PENDING_REVIEW"],
    ["PAYMENT.AUTHORIZATION.CREATED", capture({ status: "CREATED" }), "authorized", undefined],
    ["PAYMENT.AUTHORIZATION.CREATED", capture({ status: "PENDING" }), "pending", undefined],
    ["PAYMENT.AUTHORIZATION.VOIDED", capture({ status: "VOIDED" }), "voided", undefined],
  ] as const;
  for (const [type, resource, status, why] of cases) {
    const [said] = eventsOf(type, resource);
    assert.deepEqual(said?.fact, { kind: "payment.recorded", paymentId: "paypal/3C679366HH908993F", status, amount: { minor: 4990, currency: "EUR" }, ...(why && { why }) }, type);
    assert.equal(said?.at, NOON);
  }
});

test("a payment, its authorisation, its order and its refunds lead to one another", () => {
  const [taken] = eventsOf("PAYMENT.CAPTURE.COMPLETED", capture({ ...related({ order_id: "5O1", authorization_id: "24B" }), ...links("/payments/authorizations/24B") }));
  assert.deepEqual(taken?.refs, ["paypal/capture/3C679366HH908993F", "paypal/order/5O1", "paypal/authorization/24B"]);
  const [, back] = eventsOf("PAYMENT.CAPTURE.REFUNDED", refund());
  assert.deepEqual(back?.refs, ["paypal/refund/1JU08902781691411", "paypal/capture/3C679366HH908993F"]);
  const [made] = eventsOf("PAYMENT.AUTHORIZATION.CREATED", capture(links("/checkout/orders/5O1")));
  assert.ok(made?.refs.includes("paypal/order/5O1") && made.refs.includes("paypal/authorization/3C679366HH908993F"));
});

test("the shop's order is named where the store says that it stands, and otherwise never", () => {
  const given = { custom_id: "1001", invoice_id: "R-1" };
  const orderOf = (source: typeof ACCOUNT, resource = capture(given)) => eventsOf("PAYMENT.CAPTURE.COMPLETED", resource, source)[0]?.orderId;
  assert.equal(orderOf(ACCOUNT), undefined);
  assert.equal(orderOf(LINKED), "webshop/1001");
  assert.equal(orderOf(account({ orderIdsFrom: "webshop", orderIdIn: "invoice_id" })), "webshop/R-1");
  assert.equal(orderOf(LINKED, capture()), undefined);
});

test("a refund's clock starts when it was made, and it is paid only when PayPal says so", () => {
  const cases = [
    ["PAYMENT.CAPTURE.REFUNDED", refund(), "succeeded", undefined],
    ["PAYMENT.CAPTURE.REFUNDED", refund({ status: "PENDING", status_details: { reason: "ECHECK" } }), "pending", "ECHECK"],
    ["PAYMENT.REFUND.PENDING", refund({ status: "PENDING", status_details: { reason: "ECHECK" } }), "pending", "ECHECK"],
    ["PAYMENT.REFUND.COMPLETED", refund(), "succeeded", undefined],
    ["PAYMENT.REFUND.FAILED", refund({ status: "FAILED" }), "failed", undefined],
  ] as const;
  for (const [type, resource, status, why] of cases) {
    const base = { kind: "refund.recorded", refundId: "paypal/1JU08902781691411", view: "processor", amount: { minor: 4990, currency: "EUR" } };
    const said = eventsOf(type, resource).map(({ at, fact }) => ({ at, fact }));
    assert.deepEqual(said, [{ at: EARLIER, fact: { ...base, status: "requested" } }, { at: NOON, fact: { ...base, status, ...(why && { why }) } }], `${type} ${resource.status}`);
  }
});

test("a payment that PayPal reversed is money that the customer has back, and no refund that the store was asked for", () => {
  const [said, ...more] = eventsOf("PAYMENT.CAPTURE.REVERSED", refund());
  assert.deepEqual(said?.fact, { kind: "refund.recorded", refundId: "paypal/1JU08902781691411", view: "processor", status: "succeeded", amount: { minor: 4990, currency: "EUR" }, why: "reversed" });
  assert.ok(said?.refs.includes("paypal/capture/3C679366HH908993F") && more.length === 0);
  assert.equal(normalise("PAYMENT.CAPTURE.REVERSED", capture(), ACCOUNT, "capture").kind, "quarantined");
});

test("an approval that was given back is a void payment where PayPal says of how much", () => {
  const given = (unit: object) => ({ order_id: "5O190127TN364715T", purchase_units: [{ custom_id: "1001", ...unit }], payment_source: { ideal: { name: "A", country_code: "NL" } } });
  const [said] = eventsOf("CHECKOUT.PAYMENT-APPROVAL.REVERSED", given({ amount: amount("100.00") }), LINKED);
  assert.deepEqual(said?.fact, { kind: "payment.recorded", paymentId: "paypal/5O190127TN364715T", status: "voided", amount: { minor: 10_000, currency: "EUR" }, why: "never_captured" });
  assert.deepEqual([said?.orderId, said?.refs], ["webshop/1001", ["paypal/order/5O190127TN364715T"]]);
  assert.equal(normalise("CHECKOUT.PAYMENT-APPROVAL.REVERSED", given({})).kind, "ignored");
});

test("a dispute is opened when PayPal says, whichever of its events is heard first, and for each order in it", () => {
  const [created] = eventsOf("CUSTOMER.DISPUTE.CREATED", dispute(), LINKED);
  assert.deepEqual(created?.fact, { kind: "dispute.opened", disputeId: "paypal/PP-D-27803", amount: { minor: 2_000, currency: "EUR" }, reason: "MERCHANDISE_OR_SERVICE_NOT_RECEIVED" });
  assert.deepEqual([created?.at, created?.orderId, created?.refs], [EARLIER, "webshop/1001", ["paypal/capture/3C679366HH908993F"]]);
  assert.deepEqual(eventsOf("CUSTOMER.DISPUTE.UPDATED", dispute({ status: "UNDER_REVIEW" }), LINKED)[0]?.id, created?.id);
  const two = dispute({ disputed_transactions: [{ seller_transaction_id: "A1", gross_amount: amount("5.00") }, { seller_transaction_id: "B2", gross_amount: amount("15.00") }] });
  assert.deepEqual(eventsOf("CUSTOMER.DISPUTE.CREATED", two).map(({ refs, fact }) => [...refs, fact.kind === "dispute.opened" && fact.amount.minor]), [["paypal/capture/A1", 500], ["paypal/capture/B2", 1_500]]);
});

test("amounts are exact, also in currencies without decimals; what is none is kept in quarantine or thrown into it", () => {
  const [yen] = eventsOf("PAYMENT.CAPTURE.COMPLETED", capture({ amount: amount("500", "JPY") }));
  assert.ok(yen?.fact.kind === "payment.recorded" && yen.fact.amount.minor === 500);
  assert.throws(() => normalise("PAYMENT.CAPTURE.COMPLETED", capture({ amount: amount("1.234") })), /not an amount/);
});

test("a type or a status that no release knows is kept in quarantine under its name", () => {
  const type = normalise("BILLING.PLAN.CREATED", { id: "P-1" });
  assert.ok(type.kind === "quarantined" && type.code === "unknown_kind" && type.why.includes("BILLING.PLAN.CREATED"));
  const status = normalise("PAYMENT.CAPTURE.REFUNDED", refund({ status: "TELEPORTED" }));
  assert.ok(status.kind === "quarantined" && status.code === "unreadable" && status.why.includes("TELEPORTED"));
});

const BASE = "https://api-m.sandbox.paypal.com";
const PULLED = account({ environment: "sandbox", api: { clientId: "client", clientSecret: "secret" } });
const FIRST = `${BASE}/v1/notifications/webhooks-events?page_size=100&start_time=2026-02-28T12%3A00%3A00.000Z&end_time=2026-03-02T12%3A00%3A00.000Z`;

/** Pulls from a vendor that answers each of these addresses once. */
async function pulled(answers: Record<string, unknown>, cursor?: string) {
  const calls: string[] = [];
  const fetch: Fetch = async (url, { method, headers, body: form }) => {
    calls.push(url);
    if (method === "POST") assert.deepEqual([form, headers["authorization"]], ["grant_type=client_credentials", `Basic ${Buffer.from("client:secret").toString("base64")}`]);
    else assert.equal(headers["authorization"], "Bearer token");
    const answer = answers[url];
    return typeof answer === "number" ? new Response("{}", { status: answer }) : Response.json(answer ?? { access_token: "token" });
  };
  const pages: PulledPage[] = [];
  for await (const page of PULLED.adapter.pull?.({ fetch, since: plus(NOON, -2 * DAY), until: NOON, waiting: async () => [], held: async () => [], ...(cursor !== undefined && { cursor }) }) ?? []) pages.push(page);
  return { pages, calls };
}

test("a pull reads all pages of what PayPal sent or should have sent, keeps what we read of it, and says where it is", async () => {
  const listed = [event("PAYMENT.CAPTURE.COMPLETED", capture()), { ...event("BILLING.PLAN.CREATED", {}), id: "WH-2" }];
  const next = `${BASE}/v1/notifications/webhooks-events?page_size=100&start_id=WH-2`;
  const { pages, calls } = await pulled({ [FIRST]: { events: listed, links: [{ rel: "next", href: next.replace("api-m.", "api.") }] }, [next]: { events: [{ ...listed[0], id: "WH-3" }], links: [] } });
  assert.deepEqual(calls, [`${BASE}/v1/oauth2/token`, FIRST, next]);
  assert.deepEqual(pages.map((page) => page.kind === "page" && [page.deliveries.map(({ dedupeKey }) => dedupeKey), page.cursor]), [
    [["pull:WH-55TX-1"], "/v1/notifications/webhooks-events?page_size=100&start_id=WH-2"],
    [["pull:WH-3"], undefined],
  ]);
  const [first] = pages;
  assert.ok(first?.kind === "page" && first.deliveries[0]);
  const { dedupeKey: _, ...row } = first.deliveries[0];
  const said = PULLED.adapter.normalise({ inboxId: "00000000-0000-8000-8000-000000000001", source: "paypal", receivedAt: NOON, ...row });
  assert.deepEqual(said.kind === "events" && said.events.map(({ id }) => id), eventsOf("PAYMENT.CAPTURE.COMPLETED", capture()).map(({ id }) => id), "a pull and a webhook that tell the same are one event");
});

test("a pull goes on at its cursor, and says what a store can do when access is refused", async () => {
  const cursor = "/v1/notifications/webhooks-events?page_size=100&start_id=WH-2";
  const { pages, calls } = await pulled({ [BASE + cursor]: { events: [], links: [{ rel: "next", href: BASE + cursor }] } }, cursor);
  assert.deepEqual([calls.length, pages.length, pages[0]?.kind === "page" && pages[0].cursor], [2, 1, undefined]);
  const refused = await pulled({ [`${BASE}/v1/oauth2/token`]: 401 });
  assert.ok(refused.pages[0]?.kind === "refused" && refused.pages[0].next.includes("clientSecret"));
  const later = await pulled({ [FIRST]: 429 });
  assert.equal(later.pages[0]?.kind, "later");
});

test("PayPal's certificate dates are held against the clock that is given, not this machine's", () => {
  const late = instant(Date.UTC(2040, 0, 1));
  const verified = ACCOUNT.adapter.verify(posted(body, WEBHOOK, late), late, CERTIFICATE);
  assert.ok(!verified.ok && verified.error.what.includes("out of date"));
});

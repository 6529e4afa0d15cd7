import assert from "node:assert/strict";
import { after, test } from "node:test";
import { sql } from "../../src/base/db.ts";
import { DAY, HOUR, iso, MINUTE, plus, SECOND, type Milliseconds, type Zone } from "../../src/base/time.ts";
import { orderHistory, pageToken } from "../../src/commerce/index.ts";
import { reconcile } from "../../src/incidents/index.ts";
import { portalReads } from "../../src/portal/index.ts";
import { MONDAY, startSpine, type SpineOptions } from "./harness.ts";

type Spine = Awaited<ReturnType<typeof startSpine>>;

const open: Spine[] = [];
after(async () => void (await Promise.all(open.map((spine) => spine.stop()))));

const RETRY = "https://hearth.example/1/checkouts/tok/recover?key=secret";
const BUYER = { email: "ida@mail.example", customer_locale: "en", billing_address: { first_name: "Ida", country_code: "US" } };

let deliveries = 0;

async function tell(spine: Spine, source: "shopify" | "stripe", kind: string, body: object): Promise<void> {
  const sign = spine.runtime.sources.get(source)?.adapter.sign;
  assert.ok(sign);
  const delivery = sign({ kind, deliveryId: `payment-${(deliveries += 1)}`, triggeredAt: spine.now(), body: Buffer.from(JSON.stringify(body)) }, spine.now());
  assert.equal((await spine.receiver.receive(spine.store, source, delivery)).kind, "kept");
}

/** A basket at the till, as the shop tells of it. */
const atTill = (spine: Spine, changes: object = {}) => tell(spine, "shopify", "checkouts/update", {
  id: 901, token: "tok", cart_token: "cart", name: "#901", created_at: iso(MONDAY), updated_at: iso(spine.now()), completed_at: null, currency: "USD", total_price: "49.90",
  buyer_accepts_marketing: false, abandoned_checkout_url: RETRY, line_items: [{ key: "k1", title: "Kettle", quantity: 1 }], ...BUYER, ...changes,
});

let tries = 0;

/** A try to pay at that till, as the processor tells of it. */
function tryToPay(spine: Spine, outcome: "payment_failed" | "succeeded", metadata: object = { checkout_token: "tok" }, at = spine.now()): Promise<void> {
  const error = outcome === "payment_failed" ? { code: "card_declined", decline_code: "fraudulent", charge: `ch_${tries}`, payment_method: { billing_details: { email: BUYER.email, address: { country: "US" } } } } : null;
  const object = { id: `pi_${(tries += 1)}`, object: "payment_intent", amount: 4_990, currency: "usd", status: outcome === "succeeded" ? "succeeded" : "requires_payment_method", last_payment_error: error, metadata };
  return tell(spine, "stripe", "", { id: `evt_${(deliveries += 1)}`, object: "event", type: `payment_intent.${outcome}`, created: Math.floor(at / SECOND), data: { object } });
}

async function pass(spine: Spine, until: Milliseconds): Promise<void> {
  await spine.work();
  while (spine.now() < MONDAY + until) {
    const step = spine.now() < MONDAY + HOUR ? 15 * MINUTE : 8 * HOUR;
    spine.pass(Math.min(step, MONDAY + until - spine.now()));
    await spine.work();
  }
}

async function started(options?: SpineOptions): Promise<Spine> {
  const spine = await startSpine(options);
  open.push(spine);
  return spine;
}

async function failedAtTill(changes: object = {}): Promise<Spine> {
  const spine = await started();
  await atTill(spine, changes);
  await tryToPay(spine, "payment_failed");
  return spine;
}

async function heard(spine: Spine): Promise<string[]> {
  const mails = await Promise.all(spine.sink.messages().map(async (mail) => ({ ...(await mail.parsed()), to: mail.envelope.to[0] })));
  return mails.filter(({ to }) => to === BUYER.email).map((mail) => `${mail.subject}: ${mail.text?.replaceAll(/\s+/g, " ")}`);
}

async function pageOf(spine: Spine): Promise<string> {
  const secret = spine.opened.config.secret;
  const reads = portalReads(spine.opened.ports, { secret, voices: new Map([[spine.store, spine.runtime]]), liveBook: async () => ({ speaksSince: () => MONDAY }) });
  const opened = await reads.byToken(pageToken(secret, spine.store, "shopify/checkout/tok"), spine.now());
  assert.ok(opened);
  const record = await reads.record(spine.store, opened.order, "Europe/Berlin" as Zone);
  return `${record.words.map(({ title, html }) => `${title} ${html}`).join("\n")}\n${record.history.map(({ fact }) => fact.kind).join(" ")}`;
}

const lineOf = (spine: Spine) => reconcile(spine.db, spine.store, spine.now());

test("a payment fails and nothing more is heard: after half an hour the customer is told once, with the basket's address and the processor's proof", async () => {
  const spine = await failedAtTill();
  await pass(spine, 29 * MINUTE);
  assert.deepEqual(await heard(spine), []);
  await pass(spine, HOUR);
  const [first, ...others] = await heard(spine);
  assert.match(first ?? "", /^The payment for #901 did not go through: Hello Ida, The payment of \$49\.90 for your basket #901 did not go through\. Your basket is saved, and no order has been placed\. You have not been charged\./);
  assert.ok(first?.includes(RETRY));
  assert.doesNotMatch(first ?? "", /fraud|declined/);
  assert.deepEqual(others, []);
  assert.match(await pageOf(spine), /Your basket is saved, and no order has been placed\.[\s\S]*checkout\.recorded payment\.recorded/);
  const line = await lineOf(spine);
  assert.deepEqual([line.affected, line.told, line.due, line.promises.broken, line.balanced], [1, 1, 0, 0, true]);
});

test("outside the EU two updates follow, and then nothing, and the case is over", async () => {
  const spine = await failedAtTill();
  await pass(spine, 6 * DAY);
  const words = await heard(spine);
  assert.deepEqual(words.map((mail) => mail.slice(0, mail.indexOf(":"))), ["The payment for #901 did not go through", "The payment for #901 is still open", "The payment for #901 is still open"]);
  assert.match(words[1] ?? "", /one last time by/);
  assert.match(words[2] ?? "", /We do not write to you about it again/);
  assert.deepEqual(await spine.db.rows(sql("select 1 from cases where closed_at is null")), []);
});

test("in the EU, and where nobody knows the country, the first word is the only one unless the buyer agreed to more", async () => {
  for (const [changes, mails] of [[{ billing_address: { first_name: "Ida", country_code: "FR" } }, 1], [{ billing_address: null }, 1], [{ billing_address: { country_code: "FR" }, buyer_accepts_marketing: true }, 3]] as const) {
    const spine = await failedAtTill(changes);
    await pass(spine, 6 * DAY);
    assert.equal((await heard(spine)).length, mails, JSON.stringify(changes));
  }
});

test("a payment that succeeds after 29 minutes: nobody hears anything", async () => {
  const spine = await failedAtTill();
  await pass(spine, 29 * MINUTE);
  await tryToPay(spine, "succeeded");
  await pass(spine, 2 * DAY);
  assert.deepEqual([await heard(spine), (await lineOf(spine)).affected], [[], 0]);
});

test("an order that names the checkout ends it, whichever of the two is heard first", async () => {
  const order = (spine: Spine) => tell(spine, "shopify", "orders/create", { id: 1001, name: "#1001", created_at: iso(plus(MONDAY, 20 * MINUTE)), updated_at: iso(plus(MONDAY, 20 * MINUTE)), currency: "USD", total_price: "49.90", financial_status: "paid", email: BUYER.email, checkout_token: "tok", cart_token: "cart", line_items: [] });
  const spine = await failedAtTill();
  await pass(spine, 25 * MINUTE);
  await order(spine);
  await pass(spine, 3 * HOUR);
  const late = await started();
  await pass(late, 25 * MINUTE);
  await order(late);
  await pass(late, 26 * MINUTE);
  await atTill(late);
  await tryToPay(late, "payment_failed");
  await pass(late, 3 * HOUR);
  for (const each of [spine, late]) assert.deepEqual([await heard(each), (await lineOf(each)).affected], [[], 0]);
});

test("a payment that succeeds after the first word: no further word, and the case is over", async () => {
  const spine = await failedAtTill();
  await pass(spine, HOUR);
  await tryToPay(spine, "succeeded");
  await pass(spine, 3 * DAY);
  assert.equal((await heard(spine)).length, 1);
  assert.deepEqual(await spine.db.rows(sql("select 1 from cases where closed_at is null")), []);
});

test("a payment that had succeeded in time and was heard of late: what was told is corrected, once", async () => {
  const spine = await failedAtTill();
  await pass(spine, 40 * MINUTE);
  assert.equal((await heard(spine)).length, 1);
  const object = { id: "pi_late", object: "payment_intent", amount: 4_990, currency: "usd", status: "succeeded", metadata: { checkout_token: "tok" } };
  await tell(spine, "stripe", "", { id: `evt_${(deliveries += 1)}`, object: "event", type: "payment_intent.succeeded", created: Math.floor(plus(MONDAY, 20 * MINUTE) / SECOND), data: { object } });
  await pass(spine, 2 * DAY);
  assert.deepEqual((await heard(spine)).map((mail) => mail.split(":")[0]), ["The payment for #901 did not go through", "Correction"]);
});

test("three tries within an hour, each another payment, are told of sooner", async () => {
  const spine = await failedAtTill();
  for (const minutes of [2, 4]) {
    await pass(spine, minutes * MINUTE);
    await tryToPay(spine, "payment_failed");
  }
  await pass(spine, 20 * MINUTE);
  assert.equal((await heard(spine)).length, 1);
  await pass(spine, 3 * HOUR);
  assert.equal((await heard(spine)).length, 1, "and the half hour of the first try says nothing again");
});

test("a basket that is left without a try to pay is never written about", async () => {
  const spine = await started();
  await atTill(spine);
  await pass(spine, 3 * DAY);
  assert.deepEqual([await heard(spine), (await lineOf(spine)).affected], [[], 0]);
});

test("while a source lags nobody is told that a payment failed", async () => {
  const spine = await failedAtTill();
  await spine.work();
  await spine.db.rows(sql("update sources set happened_at = ms($1), heard_at = ms($2) where source = 'shopify'"), [plus(MONDAY, -8 * HOUR), plus(MONDAY, MINUTE)]);
  await pass(spine, 3 * HOUR);
  assert.deepEqual(await heard(spine), []);
});

test("an order that the shop has only numbered: the failed payment itself says whom to tell, and the shop's order is the same", async () => {
  const spine = await started();
  await tryToPay(spine, "payment_failed", { order_id: "1001" });
  await pass(spine, HOUR);
  assert.match((await heard(spine)).join("\n"), /for your basket 1001 did not go through/);
  const [order, ...others] = await spine.db.rows<{ order_id: string }>(sql("select order_id from orders"));
  assert.deepEqual([order?.order_id, others], ["shopify/1001", []]);
  assert.equal((await orderHistory(spine.db, spine.store, "shopify/1001")).length, 2);
});

test("an order that was paid late, and has left, when the processor is heard to have refused it before: one case, put right, and not a word", async () => {
  const spine = await started();
  await pass(spine, 3 * HOUR);
  const at = iso(plus(MONDAY, 2 * HOUR));
  const fulfillments = [{ id: 51, order_id: 1001, status: "success", created_at: at, updated_at: at, line_items: [] }];
  await tell(spine, "shopify", "orders/updated", { id: 1001, name: "#1001", created_at: at, updated_at: at, currency: "USD", total_price: "49.90", financial_status: "paid", ...BUYER, line_items: [], fulfillments });
  await tryToPay(spine, "payment_failed", { order_id: "1001" }, MONDAY);
  await pass(spine, 5 * HOUR);
  const [noticed, ...others] = await spine.db.rows(sql("select state, because, made_good_at = ms($1) as is_put_right from promises where rule = 'noticed'"), [plus(MONDAY, 2 * HOUR)]);
  assert.deepEqual([noticed, others], [{ state: "broken", because: "the time ran out", is_put_right: true }, []]);
  const line = await lineOf(spine);
  assert.deepEqual([await heard(spine), line.affected, line.excused, line.due, line.balanced], [[], 1, { put_right_before_told: 1 }, 0, true]);
});

test("an order whose payment failed is told of as an order, and without proof nothing is said of a charge", async () => {
  const spine = await started();
  await tell(spine, "shopify", "orders/create", { id: 1001, name: "#1001", created_at: iso(MONDAY), updated_at: iso(MONDAY), currency: "USD", total_price: "49.90", financial_status: "pending", ...BUYER, line_items: [] });
  await tell(spine, "shopify", "order_transactions/create", { id: 71, order_id: 1001, kind: "sale", status: "failure", error_code: "card_declined", amount: "49.90", currency: "USD", created_at: iso(MONDAY), processed_at: iso(MONDAY) });
  await tell(spine, "stripe", "", { id: `evt_${(deliveries += 1)}`, object: "event", type: "charge.refund.updated.unknown", created: Math.floor(spine.now() / SECOND), data: { object: {} } });
  await pass(spine, HOUR);
  const [first] = await heard(spine);
  assert.match(first ?? "", /for your order #1001 did not go through\. We keep it for you.*If you see a pending amount at your bank, it is released by your bank/);
  assert.doesNotMatch(first ?? "", /not been charged/);
});

test("who asks to be forgotten is forgotten with their basket, the way back to it included", async () => {
  const spine = await failedAtTill();
  await pass(spine, HOUR);
  await tell(spine, "shopify", "customers/redact", { customer: { id: 77, email: BUYER.email }, orders_to_redact: [] });
  await pass(spine, 6 * DAY);
  assert.equal((await heard(spine)).length, 1);
  const docs = await spine.db.rows<{ doc: string }>(sql("select doc::text as doc from orders union all select fact::text from events where fact is not null"));
  for (const { doc } of docs) assert.doesNotMatch(doc, /ida@mail|Ida|recover/);
});

import assert from "node:assert/strict";
import { after, test } from "node:test";
import Fastify from "fastify";
import { DAY, HOUR, type Instant, instant, iso, plus } from "../../src/base/time.ts";
import { pageToken } from "../../src/commerce/index.ts";
import { reconcile } from "../../src/incidents/index.ts";
import { sql } from "../../src/base/db.ts";
import { portalReads, portalRoutes } from "../../src/portal/index.ts";
import { promisesOfOrder } from "../../src/promises/index.ts";
import { liveBookOf } from "../../src/server/pipeline.ts";
import { MONDAY, startSpine } from "./harness.ts";

type Spine = Awaited<ReturnType<typeof startSpine>>;

const open: { stop(): Promise<unknown> }[] = [];
after(async () => void (await Promise.all(open.map((each) => each.stop()))));

const KEY = "erp-key-of-sixteen-characters";
const TICK = 6 * HOUR;
const ORDER = "erp/1";
const SECRET_ERP = { type: "cloudevents", secrets: [KEY], silentAfter: "48h", lagAfter: "4h" };

/** A store whose one source tells every fact itself, with the clocks of orders on. */
async function openStore() {
  const spine = await startSpine({
    sources: { erp: SECRET_ERP },
    change: (config) => config.replace(/^ {4}withoutPlaybooks.*\n/m, "").replace(/^ {6}(?:shopify|stripe):.*\n/gm, ""),
  });
  open.push(spine);
  return spine;
}

let told = 0;

async function tell(spine: Spine, type: string, stated: object, { order = "1", at = spine.now() }: { order?: string; at?: Instant } = {}): Promise<void> {
  const body = JSON.stringify({ specversion: "1.0", id: `e-${(told += 1)}`, source: "erp", type: `com.makegood.${type}`, subject: order, time: iso(at), data: stated });
  const receipt = await spine.receiver.receive(spine.store, "erp", { headers: { "content-type": "application/cloudevents+json", authorization: `Bearer ${KEY}` }, body: Buffer.from(body) });
  assert.equal(receipt.kind, "kept", JSON.stringify(receipt));
}

const TOTAL = { minor: 4_990, currency: "USD" };

async function place(spine: Spine, country: string, dates: { shipBy?: Instant; deliverBy?: Instant } = {}): Promise<void> {
  const said = Object.fromEntries(Object.entries(dates).map(([name, at]) => [name, iso(at)]));
  await tell(spine, "order.recorded", { reference: "#1", placedAt: iso(MONDAY), contact: { email: "ada@mail.example", firstName: "Ada" }, country, total: TOTAL, lines: [{ id: "1", title: "Lamp", quantity: 1 }], ...said });
  await tell(spine, "payment.recorded", { paymentId: "p1", status: "captured", amount: TOTAL });
  await spine.work();
}

/** Lets time pass; other words keep the source from being silent. */
async function pass(spine: Spine, until: number): Promise<void> {
  while (spine.now() < MONDAY + until) {
    spine.pass(Math.min(TICK, MONDAY + until - spine.now()));
    await tell(spine, "customer.recorded", { customerId: "keeps-the-source-heard", contact: {} });
    await spine.work();
  }
}

async function heard(spine: Spine): Promise<string[]> {
  const mails = await Promise.all(spine.sink.messages().map(async (mail) => ({ ...(await mail.parsed()), to: mail.envelope.to[0] })));
  return mails.filter(({ to }) => to === "ada@mail.example").map((mail) => `${mail.subject}: ${mail.text?.replaceAll(/\s+/g, " ")}`);
}

/** The customers' pages of this store, over its real database. */
async function pages(spine: Spine) {
  const fastify = Fastify();
  const { runtime, db, store } = spine;
  const ports = spine.opened.ports;
  const reads = portalReads(ports, { secret: spine.opened.config.secret, voices: new Map([[store, runtime]]), liveBook: () => liveBookOf(db, store, runtime.sample) });
  const portalStore = { id: store, name: "Hearth", locale: "en", zone: "Europe/Berlin", colour: "#7a3b1d", support: { email: "help@hearth.example" } };
  await fastify.register(async (scope) => portalRoutes(scope, { ...ports, stores: new Map([[store, portalStore]]), reads, onPulse: () => () => {} }));
  open.push({ stop: () => fastify.close() });
  const url = `/o/${pageToken(spine.opened.config.secret, store, ORDER)}`;
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return {
    page: async () => (await fastify.inject({ url })).body,
    look: (path: string) => fastify.inject({ url: `${url}${path}` }),
    choose: (form: string) => fastify.inject({ method: "POST", url: `${url}/choice`, headers, payload: form }),
    withdraw: (form = "") => fastify.inject({ method: "POST", url: `${url}/withdrawal`, headers, payload: form }),
  };
}

async function balanced(spine: Spine): Promise<void> {
  const line = await reconcile(spine.db, spine.store, spine.now());
  assert.deepEqual([line.balanced, line.due], [true, 0], JSON.stringify(line));
}

async function promiseOf(spine: Spine, rule: string) {
  return (await promisesOfOrder(spine.db, spine.store, ORDER)).find((promise) => promise.rule === rule);
}

test("US, a date that cannot be held and no other: asked before it, with a choice that a click keeps and that no opened link makes", async () => {
  const spine = await openStore();
  await place(spine, "US", { shipBy: plus(MONDAY, 10 * DAY) });
  await pass(spine, 9 * DAY - HOUR);
  assert.deepEqual(await heard(spine), [], "nothing is late yet");
  await pass(spine, 9 * DAY + 4 * HOUR);
  const [first] = await heard(spine);
  assert.match(first ?? "", /has not left yet, and it was due by Thursday, October 15, 2026.*our responsibility.*do not know yet on which day.*Cancel my order.*I will wait.*not left by Saturday, November 14, 2026, we cancel it and send you all your money/);

  const portal = await pages(spine);
  assert.match(await portal.page(), /You choose.*Cancel my order.*I will wait/s);
  assert.equal((await portal.look("/choice")).statusCode, 404, "an opened link chooses nothing");
  assert.equal((await portal.choose("choice=cancel&terms=unknown")).statusCode, 200);
  assert.match((await portal.choose("choice=cancel&terms=unknown")).body, /We have your cancellation/, "sent twice it is the same answer");
  await spine.work();
  assert.match((await heard(spine)).at(-1) ?? "", /You cancelled order #1:.*everything that you paid, shipping included/);
  assert.match(await portal.page(), /You cancelled the order/);
  assert.doesNotMatch(await portal.page(), /id="choice"/);
  assert.match((await portal.choose("choice=wait&terms=unknown")).body, /nothing to choose any more/);
  const kept = await spine.db.rows(sql(`select 1 from events where kind = 'choice.made'`), []);
  assert.equal(kept.length, 1);
  const refund = await promiseOf(spine, "refund-us");
  assert.deepEqual([refund?.state, refund?.amount], ["open", TOTAL]);
  // 12 October is Columbus Day and past; the working days count from Wednesday, 14 October, in the evening: 23 October.
  assert.equal(iso(refund?.dueAt ?? instant(0)), "2026-10-23T21:59:59.999Z");
  const tasks = await spine.db.rows<{ what: string }>(sql(`select what from tasks`), []);
  assert.match(tasks.map(({ what }) => what).join(), /Cancel it in the shop before it leaves/);

  await pass(spine, 13 * DAY);
  const paged = await spine.db.rows<{ why: string }>(sql(`select why from pages where closed_at is null`), []);
  assert.match(paged.map(({ why }) => why).join(), /cancel-in-shop/);
  await tell(spine, "order.cancelled", { reason: "other" });
  await tell(spine, "refund.recorded", { refundId: "r1", view: "processor", status: "succeeded", amount: TOTAL });
  await pass(spine, 14 * DAY);
  assert.equal((await spine.db.rows(sql(`select 1 from pages where closed_at is null`), [])).length, 0, "the page ends when it is done");
  assert.equal((await heard(spine)).filter((mail) => mail.startsWith("About your order")).length, 1, "the shop's own cancellation opens no case");
  await balanced(spine);
});

test("US, silence: an order without a date is asked about after 72 hours, told the day before, cancelled by law, and its money owed", async () => {
  const spine = await openStore();
  await place(spine, "US");
  await pass(spine, 3 * DAY + 4 * HOUR);
  assert.match((await heard(spine)).join(), /has not left yet\. That is our responsibility.*we cancel it/);
  // 30 days without a stated time, 30 more without an answer: 4 November, 4 December.
  await pass(spine, 60 * DAY + 20 * HOUR);
  const words = await heard(spine);
  assert.match(words.findLast((mail) => mail.startsWith("A change")) ?? "", /If you do not answer and it has not left by Friday, December 4, 2026, we cancel it/);
  assert.match(words.at(-1) ?? "", /Order #1 is cancelled: .*did not leave in time, and we had no answer/);
  assert.equal(words.filter((mail) => mail.startsWith("Order #1 is cancelled")).length, 1);
  const refund = await promiseOf(spine, "refund-us");
  assert.deepEqual([refund?.state, iso(refund?.madeAt ?? instant(0))], ["open", "2026-12-04T22:59:59.999Z"]);
  await balanced(spine);
});

test("US, silence: who was to be cancelled by law, and is cancelled in the shop before the clock was looked at, hears of it", async () => {
  const spine = await openStore();
  await place(spine, "US");
  // The time runs out on 4 December at 22:59:59.999.
  await pass(spine, 60 * DAY + 14 * HOUR);
  spine.pass(2 * HOUR);
  await tell(spine, "order.cancelled", { reason: "customer" });
  await pass(spine, 60 * DAY + 22 * HOUR);
  assert.match((await heard(spine)).at(-1) ?? "", /Order #1 is cancelled: .*did not leave in time, and we had no answer/);
  assert.equal(iso((await promiseOf(spine, "refund-us"))?.madeAt ?? instant(0)), "2026-12-04T22:59:59.999Z");
  await balanced(spine);
});

test("US, silence: whose money went back before anybody said that the order is cancelled, hears that the law has done it", async () => {
  const spine = await openStore();
  await place(spine, "US");
  // The time runs out on 4 December at 22:59:59.999.
  await pass(spine, 60 * DAY + 14 * HOUR);
  spine.pass(2 * HOUR);
  await tell(spine, "refund.recorded", { refundId: "r1", view: "processor", status: "succeeded", amount: TOTAL });
  await pass(spine, 60 * DAY + 22 * HOUR);
  assert.match((await heard(spine)).at(-1) ?? "", /Order #1 is cancelled: .*did not leave in time, and we had no answer/);
  await balanced(spine);
});

test("a new date is told at once, and the next one that cannot be held; silence agrees to the first alone", async () => {
  const spine = await openStore();
  const day = (days: number): Instant => plus(MONDAY, days * DAY);
  await place(spine, "US", { shipBy: day(10) });
  await pass(spine, 5 * DAY);
  await tell(spine, "fulfilment.recorded", { fulfilmentId: "f1", status: "open", shipBy: iso(day(20)) });
  await pass(spine, 5 * DAY + 5 * HOUR);
  assert.match((await heard(spine)).join(), /now to leave by Sunday, October 25, 2026.*If you do not answer, we take it that you agree to wait until Sunday, October 25, 2026/);
  await pass(spine, 12 * DAY);
  assert.equal((await promiseOf(spine, "ship-us"))?.state, "broken", "the first date is missed all the same");
  await tell(spine, "fulfilment.recorded", { fulfilmentId: "f1", status: "open", shipBy: iso(day(30)) });
  await pass(spine, 12 * DAY + 5 * HOUR);
  assert.match((await heard(spine)).at(-1) ?? "", /^A change to your order #1: .*now to leave by Wednesday, November 4, 2026.*If you do not answer and it has not left by Sunday, October 25, 2026, we cancel it/);
  const said = (await heard(spine)).length;
  await tell(spine, "fulfilment.recorded", { fulfilmentId: "f1", status: "open", shipBy: iso(plus(day(30), HOUR)) });
  await pass(spine, 13 * DAY);
  assert.equal((await heard(spine)).length, said, "another hour of the same day is no news");
  const portal = await pages(spine);
  await portal.choose(`choice=wait&terms=${encodeURIComponent(iso(plus(day(30), HOUR)))}`);
  await pass(spine, 28 * DAY);
  assert.doesNotMatch((await heard(spine)).join(), /is cancelled/, "who waits is not cancelled");
  await tell(spine, "fulfilment.recorded", { fulfilmentId: "f1", status: "shipped" });
  await pass(spine, 28 * DAY + 5 * HOUR);
  assert.match((await heard(spine)).at(-1) ?? "", /Your order #1 has left/);
  await balanced(spine);
});

test("US, silence: of a second date that is in danger only after silence has cancelled nobody is asked", async () => {
  const spine = await openStore();
  const day = (days: number): Instant => plus(MONDAY, days * DAY);
  await place(spine, "US", { shipBy: day(3) });
  await tell(spine, "fulfilment.recorded", { fulfilmentId: "f1", status: "open", shipBy: iso(day(5)) });
  await pass(spine, 4 * DAY + 12 * HOUR);
  await tell(spine, "fulfilment.recorded", { fulfilmentId: "f1", status: "open", shipBy: iso(plus(day(5), 20 * HOUR)) });
  await pass(spine, 5 * DAY - HOUR);
  const asked = (await heard(spine)).length;
  // Both clocks are looked at together: the end of silence, and the second date's danger four hours after it.
  await pass(spine, 5 * DAY + 5 * HOUR);
  await pass(spine, 5 * DAY + 6 * HOUR);
  const words = (await heard(spine)).slice(asked);
  assert.equal(words.length, 1, words.join("\n"));
  assert.match(words[0] ?? "", /^Order #1 is cancelled: /);
  await balanced(spine);
});

test("US, who waits for as long as it takes hears of a new date, is not asked again, and may still cancel", async () => {
  const spine = await openStore();
  const day = (days: number): Instant => plus(MONDAY, days * DAY);
  await place(spine, "US", { shipBy: day(4) });
  await pass(spine, 3 * DAY + 4 * HOUR);
  const portal = await pages(spine);
  await portal.choose("choice=wait&terms=unknown");
  await spine.work();
  await tell(spine, "fulfilment.recorded", { fulfilmentId: "f1", status: "open", shipBy: iso(day(9)) });
  await pass(spine, 3 * DAY + 9 * HOUR);
  const renewed = (await heard(spine)).at(-1) ?? "";
  assert.match(renewed, /^A change to your order #1: .*now to leave by Wednesday, October 14, 2026\. You told us that you will wait, and you do not need to do anything.*Cancel my order.*costs you nothing.*until your order leaves/);
  assert.doesNotMatch(renewed, /You choose|If you do not answer/);
});

test("US, silence, and it had left by then as is heard late: its customer hears that it is not cancelled, and no money is owed", async () => {
  const spine = await openStore();
  const day = (days: number): Instant => plus(MONDAY, days * DAY);
  await place(spine, "US", { shipBy: day(3) });
  await tell(spine, "fulfilment.recorded", { fulfilmentId: "f1", status: "open", shipBy: iso(day(6)) });
  await pass(spine, 6 * DAY + 2 * HOUR);
  assert.match((await heard(spine)).at(-1) ?? "", /^Order #1 is cancelled: /);
  assert.equal((await promiseOf(spine, "refund-48h"))?.state, "open");
  await tell(spine, "parcel.recorded", { parcelId: "8", status: "label" }, { at: plus(day(6), -4 * HOUR) });
  await pass(spine, 6 * DAY + 8 * HOUR);
  assert.match((await heard(spine)).at(-1) ?? "", /^Your order #1 has left: .*on its way to you\. If our email that it is cancelled has reached you: it is not\. It had left by then/);
  assert.deepEqual([(await promiseOf(spine, "refund-48h"))?.state, (await promiseOf(spine, "consent-us"))?.state], ["superseded", "kept"]);
  await pass(spine, 10 * DAY);
  assert.doesNotMatch((await heard(spine)).join(), /About your refund/);
  await balanced(spine);
});

test("EU, late delivery: told the day before the 30 days are over, with the right to set a further time, and when it has arrived", async () => {
  const spine = await openStore();
  await place(spine, "DE");
  await tell(spine, "parcel.recorded", { parcelId: "8", status: "moving", scanned: true, expectedBy: iso(plus(MONDAY, 40 * DAY)) }, { at: plus(MONDAY, HOUR) });
  await pass(spine, 30 * DAY + 4 * HOUR);
  const late = (await heard(spine)).findLast((mail) => mail.startsWith("About your order"));
  assert.match(late ?? "", /on its way and arrives later than promised: it was due by Wednesday, 4 November 2026.*set us a reasonable further time/);
  await pass(spine, 31 * DAY + 4 * HOUR);
  assert.equal((await promiseOf(spine, "deliver-eu"))?.state, "broken");
  await tell(spine, "parcel.recorded", { parcelId: "8", status: "delivered", scanned: true });
  await pass(spine, 31 * DAY + 10 * HOUR);
  assert.ok((await heard(spine)).some((mail) => /Your order #1 has arrived/.test(mail)));
  assert.equal((await promiseOf(spine, "deliver-eu"))?.madeGoodAt !== undefined, true);
  await balanced(spine);
});

test("an order that leaves in time, or that nobody has paid for, is nobody's case", async () => {
  const spine = await openStore();
  await place(spine, "US", { shipBy: plus(MONDAY, 3 * DAY) });
  await tell(spine, "order.recorded", { reference: "#2", placedAt: iso(MONDAY), contact: { email: "bo@mail.example" }, country: "US", total: TOTAL, lines: [] }, { order: "2" });
  await tell(spine, "payment.recorded", { paymentId: "p2", status: "pending", amount: TOTAL }, { order: "2" });
  await pass(spine, DAY);
  await tell(spine, "fulfilment.recorded", { fulfilmentId: "f1", status: "shipped" });
  await pass(spine, 8 * DAY);
  assert.equal((await reconcile(spine.db, spine.store, spine.now())).affected, 0);
  assert.equal((await promiseOf(spine, "ship-us"))?.state, "kept");
});

test("EU, withdrawn after it arrived: all the money within 14 days, a person paged before they are over, and its customer told when they are", async () => {
  const spine = await openStore();
  await place(spine, "DE");
  await tell(spine, "parcel.recorded", { parcelId: "8", status: "moving", scanned: true }, { at: plus(MONDAY, HOUR) });
  await pass(spine, 2 * DAY);
  await tell(spine, "parcel.recorded", { parcelId: "8", status: "delivered", scanned: true });
  await pass(spine, 5 * DAY);
  await tell(spine, "withdrawal.declared", {});
  await tell(spine, "withdrawal.declared", {}, { at: plus(spine.now(), HOUR) });
  await pass(spine, 6 * DAY);
  const refund = await promiseOf(spine, "refund-withdrawn-eu");
  // Monday, 5 October, and five days; fourteen days later ends on Saturday, 24 October, in Berlin.
  assert.deepEqual([refund?.state, iso(refund?.dueAt ?? instant(0)), refund?.amount], ["open", "2026-10-24T21:59:59.999Z", TOTAL]);
  assert.match(await (await pages(spine)).page(), /We owe you a refund of .*49\.90.*You withdrew from the contract/s);
  await tell(spine, "order.cancelled", { reason: "other" });
  await tell(spine, "refund.recorded", { refundId: "r1", view: "processor", status: "pending", amount: TOTAL });
  await pass(spine, 7 * DAY);
  const [acknowledged, ...others] = await heard(spine);
  assert.match(acknowledged ?? "", /^We have received your withdrawal.*made on Saturday,? 10 October 2026.*send them back within 14 days/);
  assert.deepEqual(others, [], "the shop's answer to a withdrawal is no failure");
  await tell(spine, "refund.recorded", { refundId: "r1", view: "processor", status: "succeeded", amount: { ...TOTAL, minor: 990 } });
  await pass(spine, 20 * DAY + 6 * HOUR);
  const paged = await spine.db.rows<{ why: string }>(sql(`select why from pages`), []);
  assert.match(paged.map(({ why }) => why).join(), /escalate-withdrawn/);
  assert.equal((await promiseOf(spine, "refund-withdrawn-eu"))?.state, "broken");
  assert.equal((await heard(spine)).filter((mail) => mail.startsWith("About your refund")).length, 1, "one case for one sum, whatever clocks ran out");
  await tell(spine, "refund.recorded", { refundId: "r2", view: "processor", status: "succeeded", amount: { ...TOTAL, minor: 4_000 } });
  await pass(spine, 21 * DAY);
  assert.equal((await promiseOf(spine, "refund-withdrawn-eu"))?.madeGoodAt !== undefined, true);
  await balanced(spine);
});

test("EU, withdrawn on the order's page: in two steps, kept before it is confirmed, declared once and by no opened link", async () => {
  const spine = await openStore();
  await place(spine, "DE");
  const portal = await pages(spine);
  assert.match(await portal.page(), /Withdraw from contract here/);
  assert.equal((await portal.look("/withdrawal")).statusCode, 404, "an opened link declares nothing");
  assert.match((await portal.withdraw()).body, /You declare that you withdraw.*Order #1.*1 × Lamp.*Confirm withdrawal/s);
  await spine.work();
  assert.equal(await promiseOf(spine, "refund-withdrawn-eu"), undefined, "the first step declares nothing");
  assert.match((await portal.withdraw("confirm=yes")).body, /We have your withdrawal.*On Monday,? 5 October 2026.*you withdrew from the contract of the whole order.*1 × Lamp/s);
  assert.match((await portal.withdraw("confirm=yes")).body, /We have your withdrawal/, "sent twice it is the same");
  await spine.work();
  assert.equal((await promiseOf(spine, "refund-withdrawn-eu"))?.state, "open");
  assert.equal((await promiseOf(spine, "cancel-in-shop"))?.state, "open");
  assert.equal((await spine.db.rows(sql(`select 1 from events where kind = 'withdrawal.declared'`), [])).length, 1);
  assert.doesNotMatch(await portal.page(), /Withdraw from contract here/);
  assert.equal((await portal.withdraw("confirm=yes")).statusCode, 409);
  await pass(spine, HOUR);
  const [acknowledged, ...others] = await heard(spine);
  assert.match(acknowledged ?? "", /^We have received your withdrawal from order #1: .*made on Monday,? 5 October 2026 at 10:00.*I withdraw from the contract of the whole order #1\..*had not left.*49\.90.*by Monday,? 19 October 2026/);
  assert.deepEqual(others, [], "acknowledged once");
  assert.match((await spine.db.rows<{ what: string }>(sql(`select what from tasks`), [])).map(({ what }) => what).join(), /Cancel the order in the shop/);
  await tell(spine, "order.cancelled", { reason: "customer" });
  await tell(spine, "refund.recorded", { refundId: "r1", view: "processor", status: "succeeded", amount: TOTAL });
  await pass(spine, DAY);
  assert.match((await heard(spine)).slice(1).join(), /^Your refund for order #1 has been sent: [^]*$/);
  await balanced(spine);
});

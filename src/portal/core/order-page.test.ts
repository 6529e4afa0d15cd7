import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cancelled, late, NOW, paid, placed, PRIYA, STORE } from "../../../test/browser/orders.ts";
import { money } from "../../base/money.ts";
import { DAY, HOUR, instant, MINUTE, plus } from "../../base/time.ts";
import type { HistoryEntry } from "../../commerce/index.ts";
import type { Fact } from "../../intake/index.ts";
import { TEXTS } from "../texts/index.ts";
import { formatFor } from "./format.ts";
import { orderPage, type OrderPage } from "./order-page.ts";
import { readerOf } from "./reader.ts";
import type { OrderRecord } from "./record.ts";
import { LANGUAGES, type Language } from "./texts.ts";

const reader = (language: Language = "en") => readerOf({ chosen: language, locale: "en-GB", country: "GB", storeLocale: "en", storeZone: "UTC" });
const pageOf = (record: OrderRecord, language: Language = "en", now = NOW): OrderPage => orderPage(record, STORE, reader(language), TEXTS[language], now);
const happenedTexts = (page: OrderPage): string[] => page.happened.flatMap((day) => day.items.map((item) => item.text));
const justCancelled = plus(placed().history[0]?.at ?? NOW, 4 * HOUR);

test("an order has its page from its first event, even where that is only a refund", () => {
  const { order, ...record } = placed();
  const { details: _, ...doc } = order.doc;
  const history: HistoryEntry[] = [{ at: NOW, source: "pay", fact: { kind: "refund.recorded", refundId: "r", view: "processor", status: "pending", amount: money(500, "EUR") } }];
  const page = pageOf({ ...record, order: { ...order, doc: { ...doc, payments: {} } }, history, money: { state: "sent", amount: money(500, "EUR") } });
  assert.equal(page.standing.sentence, "Your refund of €5.00 is on its way to you.");
  assert.deepEqual(happenedTexts(page), ["Your refund of €5.00 is being worked on."]);
  assert.equal(page.total, undefined);
});

test("a basket is shown as a basket: saved, with what is in it, and no order", () => {
  const { order, ...record } = placed();
  const { details, ...doc } = order.doc;
  assert.ok(details);
  const { reference, contact, total, lines } = details.value;
  const checkout = { ...details, value: { reference, startedAt: NOW, contact, total, lines } };
  const failed = { value: { paymentId: "p", status: "failed" as const, amount: total }, at: NOW, event: "e", source: "pay", tries: { a: NOW } };
  const basket = { ...order, doc: { ...doc, checkout, payments: { p: failed } } };
  const history: HistoryEntry[] = [{ at: NOW, source: "shop", fact: { kind: "checkout.recorded", reference, startedAt: NOW, total, lines } }, { at: NOW, source: "pay", fact: { kind: "payment.recorded", ...failed.value } }];
  const page = pageOf({ ...record, order: basket, history, promises: [] });
  assert.deepEqual([page.heading, page.placed, page.standing.sentence], [`Basket ${reference}`, undefined, "Your basket is saved, and no order has been placed."]);
  assert.equal(page.items.length, lines.length);
  assert.ok(happenedTexts(page).includes("You began to check out.") && !happenedTexts(page).includes("You placed the order."));
  assert.deepEqual(page.next.steps.map(({ text }) => text), ["If you still want the items, you can try again in the shop. If you do not, you need not do anything."]);
  const completed = pageOf({ ...record, order: { ...basket, doc: { ...basket.doc, completedAt: NOW } }, history, promises: [] });
  assert.equal(completed.standing.sentence, "Your basket has become an order.");
});

test("money that is owed stands in one sentence with its day", () => {
  const page = pageOf(cancelled(), "en", justCancelled);
  assert.equal(page.standing.sentence, "Your order is cancelled, and we owe you €189.00, which we send by Sunday 22 November.");
  assert.equal(pageOf(cancelled(), "de", justCancelled).standing.sentence.replaceAll("\u00A0", " "), "Ihre Bestellung ist storniert, und Sie bekommen 189,00 € zurück; wir veranlassen das bis Sonntag, 22. November.");
  assert.equal(pageOf(cancelled(), "fr", justCancelled).standing.sentence, "Votre commande est annulée, et nous vous devons 189,00\u00A0€\u202F; nous émettrons ce remboursement au plus tard le dimanche 22 novembre.");
  assert.equal(page.next.steps[0]?.whenText, "By Sunday 22 November at 11:16");
});

test("a date that has passed is never named as one to come", () => {
  const page = pageOf(cancelled());
  assert.equal(page.standing.sentence, "Your order is cancelled, and we owe you €189.00.");
  assert.equal(page.next.steps[0]?.whenText, "Due since Sunday 22 November at 11:16");
  assert.equal(page.promised[0]?.dates[0]?.markText, "Being checked");
});

test("a missed promise is said, stays what comes next, and keeps the law's date beside it", () => {
  const page = pageOf(late());
  assert.equal(page.standing.label, "We are late");
  assert.deepEqual(page.next.steps.map((step) => step.whenText), ["Overdue since Sunday 22 November at 11:16", "By Tuesday 24 November at 11:16"]);
  assert.deepEqual(page.promised[0]?.dates.map((date) => [date.markText, date.basis]), [["Missed", "our own promise"], ["Open", "by law (Directive 2011/83/EU art. 18(3))"]]);
  assert.ok(happenedTexts(page).includes("We missed a promise: Send your refund of €189.00 by Sunday 22 November."));
});

test("what was missed stays told when it has been put right", () => {
  const page = pageOf(paid());
  assert.equal(page.standing.sentence, "Your order is cancelled, and your refund of €189.00 has been paid back.");
  const marks = page.promised.flatMap((promised) => promised.dates.map((date) => date.mark));
  assert.ok(marks.includes("putRight") && marks.includes("kept"));
  assert.ok(happenedTexts(page).some((text) => text.startsWith("We put it right")));
});

test("a promise that a person has waived is owed no more, and both that it was missed and that it was waived are told", () => {
  const record = late();
  const promises = record.promises.map((promise) => (promise.state === "broken" ? { ...promise, waivedAt: plus(NOW, -HOUR), waivedBy: "Ada", because: "private: called her" } : promise));
  const page = pageOf({ ...record, promises });
  assert.equal(page.promised[0]?.dates[0]?.markText, "No longer applies");
  assert.ok(page.next.steps.every((step) => !step.overdue));
  assert.deepEqual(happenedTexts(page).filter((text) => text.includes("promise")), [
    "A promise no longer applies: Send your refund of €189.00 by Sunday 22 November.",
    "We missed a promise: Send your refund of €189.00 by Sunday 22 November.",
  ]);
  assert.doesNotMatch(JSON.stringify(page.happened), /Ada|private/);
});

test("what a team owes itself is not shown", () => {
  const record = late();
  const team = record.promises.map((promise) => ({ ...promise, owedTo: "team" as const }));
  const page = pageOf({ ...record, promises: team });
  assert.deepEqual(page.promised, []);
  assert.ok(!happenedTexts(page).some((text) => text.includes("missed")));
});

test("an order that nobody has shipped is not said to be settled", () => {
  const page = pageOf(placed());
  assert.match(page.next.steps[0]?.text ?? "", /get your order ready/);
});

test("shop and processor speak of one payment once, and of two payments twice", () => {
  const arrived = (record: OrderRecord): number => happenedTexts(pageOf(record)).filter((text) => text.includes("arrived")).length;
  const record = placed();
  assert.equal(arrived(record), 1);
  const second = record.history.filter((entry) => entry.fact.kind === "payment.recorded").map((entry) => ({ ...entry, at: plus(entry.at, MINUTE), fact: { ...entry.fact, paymentId: `second ${entry.source}` } as HistoryEntry["fact"] }));
  assert.equal(arrived({ ...record, history: [...record.history, ...second] }), 2);
});

const anyFact: fc.Arbitrary<Exclude<Fact, { kind: "order.recorded" | "customer.recorded" | `privacy.${string}` }>> = fc.oneof(
  fc.constantFrom("customer", "inventory", "fraud", "declined", "staff", "other", "unstated").map((reason) => ({ kind: "order.cancelled", reason: reason as "fraud" }) as const),
  fc.constantFrom("pending", "authorized", "captured", "failed", "voided").map((status) => ({ kind: "payment.recorded", paymentId: `private-${status}`, status: status as "failed", amount: money(100, "EUR"), why: "fraud suspected" }) as const),
  fc.constantFrom("requested", "pending", "succeeded", "failed", "cancelled").map((status) => ({ kind: "refund.recorded", refundId: `private-${status}`, view: "processor", status: status as "failed", amount: money(100, "EUR"), processorRef: "private-ref", why: "fraudulent" }) as const),
  fc.constantFrom("label", "moving", "delayed", "delivered", "failed").map((status) => ({ kind: "parcel.recorded", parcelId: "private-parcel", status: status as "moving" }) as const),
  fc.constant({ kind: "dispute.opened", disputeId: "private-dispute", amount: money(100, "EUR"), reason: "fraudulent" } as const),
  fc.constantFrom("cancellation", "refund").map((about) => ({ kind: "words.said", about: about as "refund", channel: "email" }) as const),
);
const anyHistory = fc.array(fc.tuple(anyFact, fc.integer({ min: 0, max: 5 * DAY })), { maxLength: 12 }).map((facts) => facts.map(([fact, after]): HistoryEntry => ({ at: instant(justCancelled + after), source: "pay", fact })));

test("everything that was reported has its moment on the page: the first time that it was said", () => {
  fc.assert(
    fc.property(anyHistory, fc.constantFrom(...LANGUAGES), (history, language) => {
      const page = pageOf({ ...cancelled(PRIYA, "fraud"), history }, language);
      const shown = new Set(page.happened.flatMap((day) => day.items.map((item) => item.time.iso)));
      const format = formatFor(reader(language), NOW);
      const firsts = new Map<string, HistoryEntry>();
      for (const entry of history.toSorted((a, b) => a.at - b.at)) {
        // Two mails of the shop are two things; a status that is said again is not.
        const same = entry.fact.kind === "words.said" ? JSON.stringify(entry) : entry.fact.kind === "order.cancelled" ? "cancelled" : JSON.stringify(entry.fact);
        if (!firsts.has(same)) firsts.set(same, entry);
      }
      for (const { at } of firsts.values()) assert.ok(shown.has(format.time(at).iso), `${format.time(at).iso} in ${[...shown].join()}`);
    }),
  );
});

test("nothing private is on the page: no ids of payments, no codes, no contact, and never an accusation", () => {
  fc.assert(
    fc.property(anyHistory, fc.constantFrom(...LANGUAGES), fc.constantFrom(placed, cancelled, late, paid), (history, language, story) => {
      const record = { ...story(), history, reason: "fraud" as const };
      const { wrote, ...page } = pageOf(record, language);
      const shown = JSON.stringify(page);
      assert.doesNotMatch(shown, /private|secret\.person|\+49151|fraud|betrug|suspect|verdacht|soupçon|risqu/i);
      assert.doesNotMatch(JSON.stringify(wrote), /private|secret\.person|\+49151|fraud|betrug/i);
    }),
  );
});

test("every language has the same page: as many steps, promises and moments", () => {
  const shape = (page: OrderPage): unknown => [page.next.steps.length, page.promised.map((each) => each.dates.length), page.happened.map((day) => day.items.map((item) => item.time.iso)), page.wrote.length];
  for (const story of [placed, cancelled, late, paid]) for (const language of LANGUAGES) assert.deepEqual(shape(pageOf(story(), language)), shape(pageOf(story(), "en")));
});

test("a reference is shown in two groups and spelled out for those who hear it", () => {
  const { human } = pageOf(placed());
  assert.deepEqual([human.reference, human.spelled], ["K7QF 3M2P", "K 7 Q F 3 M 2 P"]);
});

test("an erased order says so", () => {
  const record = placed();
  assert.ok(pageOf({ ...record, order: { ...record.order, redacted: true } }).foot.some((line) => line.includes("erased")));
});

test("who was told that their order is late chooses, and their answer names what they were offered", () => {
  const newDate = plus(NOW, 9 * DAY);
  const dated = pageOf({ ...placed(), offer: { isAgreed: false, newDate } });
  assert.match(dated.choice?.lead ?? "", /It is to leave by \w+ \d+ \w+/);
  assert.equal(dated.choice?.terms, new Date(newDate).toISOString());
  assert.deepEqual(pageOf({ ...placed(), offer: { isAgreed: false } }).choice?.terms, "unknown");
  assert.match(pageOf({ ...placed(), offer: { isAgreed: true } }, "de").choice?.lead ?? "", /Bis zum Versand können Sie noch stornieren/);
  assert.equal(pageOf(placed()).choice, undefined);
});

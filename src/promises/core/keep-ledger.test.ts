import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StoreId } from "../../base/ids.ts";
import { DAY, HOUR, type Instant, plus } from "../../base/time.ts";
import type { OrderView, RefundHistory } from "../../commerce/index.ts";
import type { Playbook } from "../../playbooks/index.ts";
import { CALENDAR, cancelled, MONDAY, order, payment, playbook, refund, rule, said, SOURCES } from "../testing.ts";
import { type LedgerBook, reviewOrder } from "./keep-ledger.ts";
import type { StorePromise } from "./model.ts";
import { broken } from "./outcome.ts";

const at = (hours: number): Instant => plus(MONDAY, hours * HOUR);
const NOW = at(10_000);
const in48h = rule("refund-48h", "refund.owed", { amount: 48, unit: "hours" });
const asked48h = rule("refund-asked-48h", "refund.requested", { amount: 48, unit: "hours" });
const inEu = rule("refund-eu", "refund.owed", { amount: 14, unit: "days" }, { countries: ["EU"], basis: { kind: "law", citation: "a directive" } });
const POLICIES = playbook(in48h, asked48h);
const owing = { ...cancelled(at(0)), payments: payment(5_000) };

const book = (...playbooks: Playbook[]): LedgerBook => ({ store: "s" as StoreId, playbooks, calendar: CALENDAR, sources: SOURCES });

/** The ledger after reviewing these views of an order one after the other. */
function ledger(views: readonly OrderView[], existing: readonly StorePromise[] = [], rules: Playbook = POLICIES): StorePromise[] {
  return views.reduce<StorePromise[]>((known, view) => {
    const changed = new Map(reviewOrder(book(rules), view, known, NOW).map(({ promise }) => [promise.id, promise]));
    const kept = known.map((promise) => changed.get(promise.id) ?? promise);
    return [...kept, ...[...changed.values()].filter((promise) => !known.some((each) => each.id === promise.id))];
  }, [...existing]);
}

const states = (promises: readonly StorePromise[]) => promises.map((promise) => [promise.rule, promise.state, promise.settledAt]);
const byClock = (promise: StorePromise): StorePromise => broken(promise, promise.dueAt);

test("a promise is made with its time, owner, amount and the sources that it rests on", () => {
  const [made] = ledger([order(owing)]);
  assert.deepEqual(
    [made?.thing, made?.madeAt, made?.dueAt, made?.owner, made?.amount?.minor, made?.restsOn, made?.state],
    ["cancelled", at(0), at(48), "finance", 5_000, ["pay", "shop"], "open"],
  );
});

test("a law holds where its countries are, counts from the day and not from the cut-off, and EU stands for its members", () => {
  const late = { ...cancelled(at(8)), payments: payment(5_000) };
  const [inGermany] = ledger([order(late, "DE")], [], playbook(inEu));
  assert.equal(inGermany?.dueAt, Date.UTC(2026, 2, 16, 22, 59, 59, 999));
  assert.deepEqual(ledger([order(late, "US")], [], playbook(inEu)), []);
  assert.deepEqual(ledger([order(late, "GB")], [], playbook(inEu)), []);
});

test("money given back in time keeps the promise, by the time when it was given", () => {
  const refunds = refund("processor", "pay/re_1", 5_000, { succeeded: at(47) });
  assert.deepEqual(states(ledger([order(owing), order({ ...owing, refunds })])), [["refund-48h", "kept", at(47)]]);
});

test("what was given in time but heard of late corrects a promise that the clock had broken", () => {
  const before = ledger([order(owing)]).map(byClock);
  const refunds = refund("processor", "pay/re_1", 5_000, { succeeded: at(47) });
  const [change] = reviewOrder(book(POLICIES), order({ ...owing, refunds }), before, NOW);
  assert.deepEqual([change?.from, change?.promise.state, change?.promise.settledAt, change?.promise.because], ["broken", "kept", at(47), undefined]);
});

test("money given back too late makes a broken promise good and leaves it broken", () => {
  const before = ledger([order(owing)]).map(byClock);
  const refunds = refund("processor", "pay/re_1", 5_000, { succeeded: at(90) });
  const [after] = ledger([order({ ...owing, refunds })], before);
  assert.deepEqual([after?.state, after?.settledAt, after?.madeGoodAt], ["broken", at(48), at(90)]);
});

test("money given back too late leaves an open promise to the clock, which alone knows what may still be heard", () => {
  const refunds = refund("processor", "pay/re_1", 5_000, { succeeded: at(90) });
  assert.deepEqual(states(ledger([order({ ...owing, refunds })])), [["refund-48h", "open", undefined]]);
});

test("a refund that fails breaks its own promise at once", () => {
  const asked = refund("processor", "pay/re_1", 5_000, { pending: at(0) });
  const failed = refund("processor", "pay/re_1", 5_000, { pending: at(0), failed: at(5) });
  const [after] = ledger([order({ refunds: asked }), order({ refunds: failed })]);
  assert.deepEqual([after?.rule, after?.state, after?.settledAt, after?.because], ["refund-asked-48h", "broken", at(5), "the refund failed"]);
});

test("a refund that comes back from the bank breaks a promise that had been kept", () => {
  const paid = refund("processor", "pay/re_1", 5_000, { pending: at(0), succeeded: at(5) });
  const back = refund("processor", "pay/re_1", 5_000, { pending: at(0), succeeded: at(5), failed: at(100) });
  const [after] = ledger([order({ refunds: paid }), order({ refunds: back })]);
  assert.deepEqual([after?.state, after?.settledAt], ["broken", at(100)]);
});

test("a refund that fails is no end of what a cancelled order owes", () => {
  const refunds = refund("processor", "pay/re_1", 5_000, { failed: at(5) });
  assert.deepEqual(states(ledger([order({ ...owing, refunds })])), [["refund-48h", "open", undefined]]);
});

test("an order that is cancelled supersedes the promise of a refund that was under way, in whatever order this is heard", () => {
  const refunds = refund("processor", "pay/re_1", 5_000, { pending: at(0) });
  const late = { ...cancelled(at(10)), payments: payment(5_000), refunds };
  const heardInOrder = ledger([order({ refunds }), order(late)]);
  assert.deepEqual(states(heardInOrder), [["refund-asked-48h", "superseded", at(10)], ["refund-48h", "open", undefined]]);
  const heardLate = ledger([order(late)], ledger([order({ refunds })]).map(byClock));
  assert.deepEqual(states(heardLate), states(heardInOrder));
});

test("both names of a refund are one promise, whichever view came first", () => {
  const shop = refund("shop", "shop/9", 5_000, { requested: at(1) });
  const processor = refund("processor", "pay/re_1", 5_000, { pending: at(2) });
  for (const first of [shop, processor]) {
    const promises = ledger([order({ refunds: first }), order({ refunds: { ...shop, ...processor } })]);
    assert.equal(promises.length, 1);
    assert.equal(promises[0]?.dueAt, at(49));
  }
});

test("an earlier first word of a refund moves its time with it", () => {
  const heardLast = refund("processor", "pay/re_1", 5_000, { pending: at(5) });
  const heardFirst = refund("processor", "pay/re_1", 5_000, { requested: at(3), pending: at(5) });
  assert.equal(ledger([order({ refunds: heardLast }), order({ refunds: heardFirst })])[0]?.dueAt, at(51));
});

test("what turns out never to have been taken is not owed", () => {
  assert.deepEqual(states(ledger([order(owing), order({ ...owing, payments: payment(5_000, "voided") })])), [["refund-48h", "superseded", at(0)]]);
});

test("a disputed payment suspends a policy and never a law", () => {
  const disputes = { d: said({ disputeId: "d", amount: { minor: 5_000, currency: "EUR" }, reason: "fraudulent" }, at(1), "pay") };
  const promises = ledger([order(owing), order({ ...owing, disputes })], [], playbook(in48h, inEu));
  assert.deepEqual(promises.map((promise) => [promise.rule, promise.state, promise.because]), [["refund-48h", "suspended", "the payment is disputed"], ["refund-eu", "open", undefined]]);
});

test("a promise made outlives the rule that made it, and a new time of the rule is for new promises", () => {
  const before = ledger([order(owing)]);
  const longer = { ...in48h, due: { amount: 96, unit: "hours" as const } };
  assert.deepEqual(ledger([order(owing)], before, playbook(longer)), before);
  const refunds = refund("processor", "pay/re_1", 5_000, { succeeded: at(47) });
  assert.deepEqual(states(ledger([order({ ...owing, refunds })], before, playbook())), [["refund-48h", "kept", at(47)]]);
});

test("a waived promise and other stages' promises are left alone", () => {
  const [made] = ledger([order(owing)]);
  assert.ok(made);
  const waived: StorePromise = { ...made, state: "waived", settledAt: at(1) };
  const notice: StorePromise = { ...made, id: "other", rule: "first-notice", thing: "case/1", kind: "first_notice_by" };
  const refunds = refund("processor", "pay/re_1", 5_000, { succeeded: at(2) });
  assert.deepEqual(reviewOrder(book(POLICIES), order({ ...owing, refunds }), [waived, notice], NOW), []);
});

const anyMoments = fc.record({ requested: fc.integer({ min: 0, max: 60 }), pending: fc.integer({ min: 0, max: 60 }), end: fc.integer({ min: 0, max: 120 }), status: fc.constantFrom("succeeded", "failed", "cancelled", "none") });

/** A view of an order to which these refunds happened, as far as it is known `upTo` hours. */
function viewAt(upTo: number, refunds: readonly { requested: number; pending: number; end: number; status: string }[], cancelledAt: number | undefined): OrderView {
  const known = refunds.flatMap((moments, index) => {
    const steps: [string, number][] = [["requested", moments.requested], ["pending", moments.requested + moments.pending]];
    if (moments.status !== "none") steps.push([moments.status, moments.requested + moments.pending + moments.end]);
    const first = Object.fromEntries(steps.filter(([, hour]) => hour <= upTo).map(([status, hour]) => [status, at(hour)])) as RefundHistory["first"];
    return Object.keys(first).length === 0 ? [] : [refund("processor", `pay/re_${index}`, 5_000, first)];
  });
  const cancellation = cancelledAt !== undefined && cancelledAt <= upTo ? cancelled(at(cancelledAt)) : {};
  return order({ ...cancellation, payments: payment(5_000), refunds: Object.assign({}, ...known) });
}

test("reviewing twice changes nothing, whatever has happened", () => {
  fc.assert(
    fc.property(fc.array(anyMoments, { maxLength: 3 }), fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }), fc.integer({ min: 0, max: 240 }), fc.boolean(), (refunds, cancelledAt, upTo, swept) => {
      const view = viewAt(upTo, refunds, cancelledAt);
      const once = ledger([view]).map((promise) => (swept && promise.state === "open" ? byClock(promise) : promise));
      const settled = ledger([view], once, playbook(in48h, asked48h, inEu));
      assert.deepEqual(reviewOrder(book(playbook(in48h, asked48h, inEu)), view, settled, NOW), []);
    }),
    { numRuns: 500 },
  );
});

test("no promise is broken before its time unless an event made keeping it impossible", () => {
  fc.assert(
    fc.property(fc.array(anyMoments, { maxLength: 3 }), fc.integer({ min: 0, max: 240 }), (refunds, upTo) => {
      for (const promise of ledger([viewAt(upTo, refunds, undefined)])) {
        if (promise.state === "broken") assert.equal(promise.because, "the refund failed");
      }
    }),
  );
});

test("hearing the story piece by piece ends where hearing it whole does, once the clock has had its say", () => {
  const end = 500;
  const swept = (promises: StorePromise[]) => promises.map((promise) => (promise.state === "open" ? byClock(promise) : promise));
  fc.assert(
    fc.property(fc.array(anyMoments, { maxLength: 2 }), fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }), fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 5 }), (refunds, cancelledAt, stops) => {
      const last = viewAt(end, refunds, cancelledAt);
      const outcome = (promises: StorePromise[]) => ledger([last], swept(promises)).filter((promise) => promise.state !== "superseded").map((promise) => [promise.id, promise.state, promise.settledAt, promise.madeGoodAt]).sort();
      const pieces = stops.sort((a, b) => a - b).map((upTo) => viewAt(upTo, refunds, cancelledAt));
      assert.deepEqual(outcome(ledger([...pieces, last])), outcome(ledger([last])));
    }),
    { numRuns: 500 },
  );
});

test("a day is a day: the same story a week later makes the same ledger a week later", () => {
  const [first] = ledger([order(owing)]);
  const [later] = ledger([order({ ...cancelled(plus(at(0), 7 * DAY)), payments: payment(5_000) })]);
  assert.equal((later?.dueAt ?? 0) - (first?.dueAt ?? 0), 7 * DAY);
});

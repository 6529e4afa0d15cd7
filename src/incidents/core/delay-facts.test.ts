import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR, type Instant, instant, plus } from "../../base/time.ts";
import type { DelayView } from "../../detection/index.ts";
import type { StorePromise } from "../../promises/index.ts";
import { delayFacts } from "./delay-facts.ts";

const TOLD = instant(Date.UTC(2027, 2, 9));
const MOVED_TO = plus(TOLD, 4 * DAY);

/** A US order that was moved to one other day, to which silence agrees. */
const VIEW: DelayView = {
  leftAt: undefined, arrivedAt: undefined, calledOff: undefined, isCalledBack: false, isCancelledInShop: false, agreedUntil: undefined,
  revised: [{ at: TOLD, by: MOVED_TO }], expectedBy: undefined, law: "us",
  things: { ship: "ship/1", deliver: "deliver/1", consent: "consent/1", revised: "revised/1", money: "cancelled" },
};

function promise(thing: string, changes: Partial<StorePromise> = {}): StorePromise {
  return {
    id: thing, kind: "ship_by", orderId: "shop/1", thing, rule: thing, playbook: "delayed-fulfilment", owedTo: "customer", owner: "order-ops",
    basis: { kind: "policy" }, restsOn: [], madeAt: TOLD, dueAt: MOVED_TO, state: "open", ...changes,
  };
}

test("silence agrees to the one other day while that can be held, and to nothing once it cannot, whichever of the two clocks is looked at first", () => {
  const rights = (moved: Partial<StorePromise>, consent: Partial<StorePromise> = {}) => delayFacts(VIEW, [promise("revised/1", moved), promise("consent/1", consent)]).choices.rights;
  const atRisk = { atRiskAt: plus(MOVED_TO, -DAY) };
  assert.equal(rights({}), "us_silence_agrees");
  assert.equal(rights(atRisk), "us_last_call");
  assert.equal(rights({}, atRisk), "us_last_call");
  assert.equal(rights(atRisk, atRisk), "us_last_call");
});

test("a second date that is in danger only once silence has cancelled is not taken back, whichever of the two clocks is looked at first", () => {
  const second = plus(MOVED_TO, DAY);
  const view: DelayView = { ...VIEW, revised: [...VIEW.revised, { at: plus(TOLD, DAY), by: second }] };
  const newDate = (atRiskAt: Instant) => delayFacts(view, [promise("revised/1", { dueAt: second, atRiskAt }), promise("consent/1")]).values["new_date"];
  assert.deepEqual(newDate(plus(MOVED_TO, HOUR)), { day: second });
  assert.equal(newDate(plus(MOVED_TO, -HOUR)), undefined);
});

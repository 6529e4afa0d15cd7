import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR, plus } from "../base/time.ts";
import type { CancelReason } from "../intake/index.ts";
import { anOrder, AT, cancelled, paid, refunded } from "../../test/known-orders.ts";
import { moneyOf } from "./money.ts";
import { speakableReason } from "./speakable-reason.ts";

const REASONS: readonly CancelReason[] = ["inventory", "declined", "staff", "other", "unstated", "fraud"];

test("the shop's reason is spoken where nothing speaks against it", () => {
  for (const reason of REASONS) assert.deepEqual(speakableReason(anOrder(cancelled(reason))), { say: reason });
});

test("a payment that was captured speaks against a declined one: the wording is neutral and both words are shown", () => {
  const { say, conflict } = speakableReason(anOrder(cancelled("declined"), paid("captured")));
  assert.equal(say, "conflict");
  assert.match(conflict ?? "", /declined.*stripe.*captured/);
});

test("a payment that failed supports a declined one", () => {
  assert.deepEqual(speakableReason(anOrder(cancelled("declined"), paid("failed"))), { say: "declined" });
});

test("where shop and processor disagree about the refund, the reason stands, the money is unclear and the disagreement is shown", () => {
  const order = anOrder(cancelled("inventory"), paid("captured"), refunded("succeeded", AT, { view: "shop", processorRef: "stripe/re_1" }), refunded("failed"));
  const { say, conflict } = speakableReason(order);
  assert.equal(say, "inventory");
  assert.match(conflict ?? "", /shopify says succeeded; stripe says failed/);
  assert.equal(moneyOf(order, "cancelled").state, "unclear");
});

test("a cancelled order owes what was captured until it is refunded", () => {
  const owed = [cancelled("inventory"), paid("captured")];
  const later = plus(AT, HOUR);
  assert.deepEqual(moneyOf(anOrder(...owed), "cancelled"), { state: "due", amount: { minor: 39_800, currency: "USD" } });
  assert.equal(moneyOf(anOrder(...owed, refunded("pending", later)), "cancelled").state, "due", "a processor may keep it pending for weeks");
  assert.deepEqual(moneyOf(anOrder(...owed, refunded("succeeded", later)), "cancelled"), { state: "settled", amount: { minor: 39_800, currency: "USD" }, sentAt: later });
  assert.equal(moneyOf(anOrder(...owed, refunded("failed", later)), "cancelled").state, "failed");
});

test("only a processor's record proves that nothing was taken", () => {
  assert.equal(moneyOf(anOrder(cancelled("declined"), paid("failed", "stripe")), "cancelled").state, "none");
  assert.equal(moneyOf(anOrder(cancelled("declined"), paid("voided", "shopify")), "cancelled").state, "unclear");
  assert.equal(moneyOf(anOrder(cancelled("declined")), "cancelled").state, "unclear");
  assert.ok(moneyOf(anOrder(cancelled("declined")), "cancelled").ask, "somebody has to find out");
});

test("a shop that is ahead of its processor is no conflict", () => {
  const order = anOrder(cancelled("inventory"), paid("captured"), refunded("succeeded", AT, { view: "shop" }));
  assert.equal(speakableReason(order).conflict, undefined);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR, plus } from "../../base/time.ts";
import { cancelled, MONDAY, order, payment, refund, said } from "../testing.ts";
import { moneyOwedBy } from "./obligations.ts";
import { refundsOf } from "./refunds.ts";

const at = (hours: number) => plus(MONDAY, hours * HOUR);
const only = (view: ReturnType<typeof order>) => {
  const [first, ...rest] = moneyOwedBy(view).filter((each) => each.outcome.kind !== "withdrawn");
  assert.equal(rest.length, 0);
  return first;
};

test("an order that is cancelled owes what was taken for it, from its cancellation on", () => {
  const owed = only(order({ ...cancelled(at(1)), payments: payment(10_000) }));
  assert.deepEqual([owed?.starts, owed?.since, owed?.amount.minor, owed?.outcome.kind], ["refund.owed", at(1), 10_000, "open"]);
});

test("an order of which no money was taken owes none", () => {
  assert.equal(only(order({ ...cancelled(at(1)), payments: payment(10_000, "authorized") })), undefined);
  assert.equal(only(order(cancelled(at(1)))), undefined);
  assert.equal(only(order({ payments: payment(10_000) })), undefined);
});

test("the shop's and the processor's records of one payment are one payment", () => {
  const payments = { ...payment(10_000, "captured", "shop/1", "shop"), ...payment(4_000, "captured", "shop/t1", "shop"), ...payment(6_000, "captured", "shop/t2", "shop"), ...payment(10_000) };
  assert.equal(only(order({ ...cancelled(at(1)), payments }))?.amount.minor, 10_000);
});

test("two processors that took a part each took both parts", () => {
  const payments = { ...payment(4_000, "captured", "pay/1", "pay"), ...payment(6_000, "captured", "other/1", "other") };
  assert.equal(only(order({ ...cancelled(at(1)), payments }))?.amount.minor, 10_000);
});

test("a cancelled order's money is given back when the refunds that stand add up to it", () => {
  const first = refund("processor", "pay/re_1", 4_000, { succeeded: at(5) });
  const base = { ...cancelled(at(1)), payments: payment(10_000) };
  assert.equal(only(order({ ...base, refunds: first }))?.outcome.kind, "open");
  const both = { ...first, ...refund("processor", "pay/re_2", 6_000, { pending: at(6), succeeded: at(9) }) };
  assert.deepEqual(only(order({ ...base, refunds: both }))?.outcome, { kind: "kept", at: at(9) });
});

test("one refund in two books is given back once", () => {
  const refunds = { ...refund("shop", "shop/9", 5_000, { succeeded: at(2) }, "pay/re_1"), ...refund("processor", "pay/re_1", 5_000, { succeeded: at(3) }) };
  assert.equal(only(order({ ...cancelled(at(1)), payments: payment(10_000), refunds }))?.outcome.kind, "open");
});

test("the shop's word counts where the processor has said nothing of a refund, and the processor's where it has", () => {
  const shop = refund("shop", "shop/9", 10_000, { succeeded: at(2) });
  assert.equal(refundsOf(order({ refunds: shop }))[0]?.status, "succeeded");
  const both = { ...shop, ...refund("processor", "pay/re_1", 10_000, { pending: at(2) }) };
  assert.equal(refundsOf(order({ refunds: both }))[0]?.status, "pending");
});

test("two views are one refund by the processor's id, else by equal amounts in the order of time", () => {
  const byId = order({ refunds: { ...refund("shop", "shop/9", 7_000, { requested: at(1) }, "pay/re_1"), ...refund("processor", "pay/re_1", 5_000, { pending: at(2) }) } });
  assert.deepEqual(refundsOf(byId).map((each) => [each.id, each.since, each.amount.minor]), [["pay/re_1", at(1), 7_000]]);
  const byAmount = order({
    refunds: {
      ...refund("shop", "shop/8", 5_000, { requested: at(1) }), ...refund("shop", "shop/9", 5_000, { requested: at(3) }),
      ...refund("processor", "pay/re_2", 5_000, { pending: at(4) }), ...refund("processor", "pay/re_1", 5_000, { pending: at(2) }),
    },
  });
  assert.deepEqual(refundsOf(byAmount).map((each) => each.things), [["refund/pay/re_1", "refund/shop/8"], ["refund/pay/re_2", "refund/shop/9"]]);
});

test("only words that cannot both be true are a conflict, and it says who says what", () => {
  const conflict = (shop: Parameters<typeof refund>[3], processor: Parameters<typeof refund>[3]) =>
    refundsOf(order({ refunds: { ...refund("shop", "shop/9", 5_000, shop, "pay/re_1"), ...refund("processor", "pay/re_1", 5_000, processor) } }))[0]?.conflict;
  assert.equal(conflict({ succeeded: at(1) }, { failed: at(2) }), "shop says succeeded; pay says failed (pay/re_1)");
  assert.equal(conflict({ failed: at(1) }, { succeeded: at(2) }), "shop says failed; pay says succeeded (pay/re_1)");
  assert.equal(conflict({ succeeded: at(1) }, { pending: at(2) }), undefined);
  assert.equal(conflict({ requested: at(1) }, { succeeded: at(2) }), undefined);
  assert.equal(conflict({ failed: at(1) }, { failed: at(2) }), undefined);
});

test("repeating that a refund succeeded does not move the moment when it did", () => {
  const [history] = Object.values(refund("processor", "pay/re_1", 5_000, { pending: at(1), succeeded: at(2) }));
  assert.ok(history);
  const refunds = { "processor:pay/re_1": { ...history, latest: { ...history.latest, at: at(90) } } };
  assert.deepEqual(only(order({ refunds }))?.outcome, { kind: "kept", at: at(2) });
});

test("a refund that failed is made good by a later one of at least its amount, each once", () => {
  const failed = { ...refund("processor", "pay/re_1", 5_000, { failed: at(1) }), ...refund("processor", "pay/re_2", 5_000, { failed: at(2) }) };
  const outcomes = (refunds: typeof failed) => moneyOwedBy(order({ refunds })).map((each) => ("madeGoodAt" in each.outcome ? each.outcome.madeGoodAt : each.outcome.kind));
  assert.deepEqual(outcomes(failed), ["impossible", "impossible"]);
  assert.deepEqual(outcomes({ ...failed, ...refund("processor", "pay/re_3", 5_000, { succeeded: at(9) }) }), [at(9), "impossible", "kept"]);
});

test("from its cancellation on, an order owes its money as one sum and no refund apart", () => {
  const refunds = { ...refund("processor", "pay/re_1", 2_000, { succeeded: at(1) }), ...refund("shop", "shop/9", 8_000, { requested: at(2) }) };
  const owed = moneyOwedBy(order({ ...cancelled(plus(MONDAY, DAY)), payments: payment(10_000), refunds }));
  assert.deepEqual(owed.map((each) => [each.starts, each.amount.minor, each.outcome.kind]), [
    ["refund.owed", 8_000, "open"], ["refund.requested", 2_000, "kept"], ["refund.requested", 8_000, "withdrawn"],
  ]);
});

test("money that is known in two currencies is given back when it is in either of them", () => {
  const shopTotal = { "shop/1": said({ paymentId: "shop/1", status: "captured" as const, amount: { minor: 11_000, currency: "USD" } }, MONDAY) };
  const refunds = refund("processor", "pay/re_1", 10_000, { succeeded: at(4) });
  const owed = only(order({ ...cancelled(at(1)), payments: { ...shopTotal, ...payment(10_000) }, refunds }));
  assert.deepEqual([owed?.amount, owed?.outcome], [{ minor: 10_000, currency: "EUR" }, { kind: "kept", at: at(4) }]);
});

test("a customer who withdraws is owed the whole sum from then on, each refund of it included, where the law gives them the right", () => {
  const refunds = { ...refund("processor", "pay/re_1", 2_000, { succeeded: at(1) }), ...refund("shop", "shop/9", 3_000, { succeeded: at(9) }) };
  const withdrawn = { withdrawal: said({}, at(5)), payments: payment(10_000), refunds };
  const owedIn = (country: string) => moneyOwedBy(order(withdrawn, country)).map((each) => [each.starts, each.amount.minor, each.outcome.kind]);
  assert.deepEqual(owedIn("DE"), [["withdrawal.declared", 8_000, "open"], ["refund.requested", 2_000, "kept"], ["refund.requested", 3_000, "withdrawn"]]);
  assert.deepEqual(owedIn("US"), [["refund.requested", 2_000, "kept"], ["refund.requested", 3_000, "kept"]]);
  const all = order({ ...withdrawn, refunds: { ...refunds, ...refund("shop", "shop/10", 5_000, { succeeded: at(20) }) } });
  assert.deepEqual(moneyOwedBy(all)[0]?.outcome, { kind: "kept", at: at(20) });
});

test("that the shop cancels what its customer withdrew from adds its clock and ends none", () => {
  const startsOf = (hours: number) => moneyOwedBy(order({ withdrawal: said({}, at(5)), ...cancelled(at(hours)), payments: payment(10_000) })).map((each) => [each.starts, each.since]);
  assert.deepEqual(startsOf(9), [["withdrawal.declared", at(5)], ["refund.owed", at(9)]]);
  assert.deepEqual(startsOf(2), [["refund.owed", at(2)]]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anOrder, AT } from "../../../test/known-orders.ts";
import { money } from "../../base/money.ts";
import { HOUR, type Instant, MINUTE, plus } from "../../base/time.ts";
import type { OrderView, PaymentHistory } from "../../commerce/index.ts";
import type { PaymentStatus } from "../../intake/index.ts";
import { triesOf, triesToHear } from "./payments.ts";

const at = (minutes: number): Instant => plus(AT, minutes * MINUTE);

interface Told {
  readonly source?: string;
  readonly status?: PaymentStatus;
  /** Minutes of the last word. */
  readonly said?: number;
  readonly failed?: readonly number[];
  readonly succeeded?: number;
  readonly why?: string;
}

/** An order with these payments, each with the minutes at which its tries failed. */
function withPayments(...payments: readonly Told[]): OrderView {
  const order = anOrder();
  const told = payments.map(({ source = "stripe", status = "failed", said, failed = [], succeeded, why }, index): [string, PaymentHistory] => {
    const value = { paymentId: `${source}/${index}`, status, amount: money(100, "USD"), ...(why !== undefined && { why }) };
    const last = at(said ?? Math.max(0, ...failed, succeeded ?? 0));
    return [value.paymentId, { value, at: last, event: `${index}`, source, ...(failed.length > 0 && { tries: Object.fromEntries(failed.map((minute, tried) => [`${tried}`, at(minute)])) }), ...(succeeded !== undefined && { succeededAt: at(succeeded) }) }];
  });
  return { ...order, doc: { ...order.doc, payments: Object.fromEntries(told) } };
}

/** The same order with a parcel. */
const sent = (order: OrderView): OrderView => ({ ...order, doc: { ...order.doc, parcels: { p: { since: AT, first: { label: AT }, latest: { value: { status: "label" }, at: AT, event: "p", source: "shopify" }, scans: [] } } } });

const startsOf = (order: OrderView) => triesToHear(order).map(({ starts, since, outcome }) => [starts, (since - AT) / MINUTE, outcome.kind]);

test("a failed payment is to be noticed from its first try on; three within an hour count, be they one payment or three", () => {
  assert.deepEqual(startsOf(withPayments({ failed: [5, 2] })), [["payment.failed", 2, "open"]]);
  assert.deepEqual(startsOf(withPayments({ failed: [0, 10, 70] })), [["payment.failed", 0, "open"]], "not within an hour");
  assert.deepEqual(startsOf(withPayments({ failed: [0, 10, 60] }))[1], ["payment.failed_again", 60, "open"]);
  assert.deepEqual(startsOf(withPayments({ failed: [0] }, { failed: [10] }, { failed: [20] }))[1], ["payment.failed_again", 20, "open"]);
});

test("the shop and its processor tell of the same tries: two of each are not four", () => {
  assert.equal(triesOf(withPayments({ failed: [0, 10] }, { source: "shopify", failed: [1, 11] }))?.againAt, undefined);
});

test("what went through at any time, an order that was placed and a cancellation end it", () => {
  assert.deepEqual(startsOf(withPayments({ failed: [0] }, { status: "captured", succeeded: 9 })), [["payment.failed", 0, "kept"]]);
  const placed = withPayments({ failed: [0] });
  assert.deepEqual(triesOf({ ...placed, doc: { ...placed.doc, completedAt: at(7) } })?.end, { at: at(7), how: "placed" });
  const called = { ...placed, doc: { ...placed.doc, cancellation: { value: { reason: "customer" as const }, at: at(3), event: "c", source: "shopify" } } };
  assert.deepEqual(triesOf(called)?.end, { at: at(3), how: "called_off" });
});

test("tries before an order was placed are its checkout's, which is a subject of its own: nobody is counted for them twice", () => {
  const { details: _, ...basket } = withPayments({ failed: [-50], status: "captured", succeeded: 0 }).doc;
  const placed = (failed: readonly number[], succeeded = 0) => withPayments({ failed, status: "captured", succeeded });
  assert.deepEqual(startsOf(placed([-50, -40])), []);
  assert.deepEqual(startsOf(placed([-50, 10])), [["payment.failed", 10, "kept"]]);
  assert.deepEqual(startsOf(placed([-5], 20)), [["payment.failed", -5, "kept"]], "an order that was placed unpaid");
  assert.deepEqual(startsOf(withPayments({ failed: [-5] })), [["payment.failed", -5, "open"]]);
  const value = { reference: "1", startedAt: at(-50), contact: {}, total: money(100, "USD"), lines: [] };
  const numbered = placed([-50]);
  assert.deepEqual(startsOf({ ...numbered, doc: { ...numbered.doc, checkout: { value, at: at(-50), event: "c", source: "stripe" } } }), [["payment.failed", -50, "kept"]], "under the order's own number");
  assert.deepEqual(startsOf({ ...numbered, doc: { ...basket, checkout: { value, at: at(-50), event: "c", source: "shopify" } } }), [["payment.failed", -50, "kept"]], "at the checkout");
});

test("who tries again, pays later, or is sent the goods all the same is not taken to have failed", () => {
  assert.equal(triesOf(withPayments({ failed: [0], status: "pending", said: 5 }))?.isTryingAgain, true);
  assert.equal(triesOf(withPayments({ failed: [0] }, { source: "woocommerce", status: "pending", said: 5, why: "paid_later" }))?.isTryingAgain, true);
  assert.equal(triesOf(withPayments({ failed: [0] }, { status: "pending", said: 5 }))?.isTryingAgain, false, "a page that was opened again is no try");
  assert.equal(triesOf(sent(withPayments({ failed: [0] })))?.isTryingAgain, true);
});

test("once it has ended nobody is trying any more, whatever else is under way", () => {
  assert.equal(triesOf(sent(withPayments({ failed: [0] }, { status: "captured", succeeded: 45 })))?.isTryingAgain, false);
  assert.equal(triesOf(withPayments({ failed: [0] }, { status: "captured", succeeded: 45 }, { source: "woocommerce", status: "pending", said: 5, why: "paid_later" }))?.isTryingAgain, false);
});

test("only somebody who can be reached and who tried to pay is anybody's concern, and no test of the shop's is", () => {
  const order = withPayments({ failed: [0] });
  assert.deepEqual(triesToHear(withPayments({ status: "pending" })), []);
  assert.deepEqual(triesToHear({ ...order, contact: {} }), []);
  assert.deepEqual(triesToHear({ ...order, redacted: true }), []);
  const { details } = order.doc;
  assert.ok(details);
  assert.equal(triesOf({ ...order, doc: { ...order.doc, details: { ...details, value: { ...details.value, test: true } } } }), undefined);
});

test("however the tries are spread over payments, what is found of them is the same", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 8 }), fc.nat(), (minutes, cut) => {
    const one = triesOf(withPayments({ failed: minutes }));
    const several = triesOf(withPayments({ failed: minutes.slice(0, cut % minutes.length) }, { failed: minutes.slice(cut % minutes.length) }));
    assert.deepEqual([several?.since, several?.againAt], [one?.since, one?.againAt]);
    const sorted = minutes.toSorted((a, b) => a - b);
    const again = sorted.find((minute, index) => index >= 2 && (minute - (sorted[index - 2] ?? 0)) * MINUTE <= HOUR);
    assert.equal(one?.againAt, again === undefined ? undefined : at(again));
  }));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR, plus } from "../base/time.ts";
import type { Playbook } from "../playbooks/index.ts";
import type { LedgerChange, PromiseState, StorePromise } from "../promises/index.ts";
import { anOrder, AT, cancelled, isTest, paid, refunded } from "../../test/known-orders.ts";
import { detect } from "./detect.ts";

const base: Omit<Playbook, "slug" | "detects"> = {
  version: "v1",
  title: "A failure",
  summary: "",
  owner: "order-ops",
  promises: [],
  notices: [],
  choices: {},
  channels: [],
  remedies: [],
  readiness: [],
  runbook: [],
  audience: "customers",
  subject: "order",
  publicNotices: [],
  insight: [],
  messages: {},
  page: "",
};
const CANCELLED: Playbook = { ...base, slug: "cancelled-by-store", detects: [{ on: "order.cancelled", unlessReason: ["customer"] }] };
const REFUND: Playbook = { ...base, slug: "refund-idle", detects: [{ on: "promise.broken", rules: ["refund-48h"] }, { on: "refund.failed" }] };
const BOTH = [CANCELLED, REFUND];

const aPromise = (overrides: Partial<StorePromise> = {}): StorePromise => ({
  id: "p1",
  kind: "refund_by",
  orderId: "shopify/1",
  thing: "cancelled",
  rule: "refund-48h",
  playbook: "refund-idle",
  owedTo: "customer",
  owner: "finance",
  basis: { kind: "policy" },
  restsOn: [],
  madeAt: AT,
  dueAt: plus(AT, 48 * HOUR),
  state: "broken",
  settledAt: plus(AT, 48 * HOUR),
  ...overrides,
});
const change = (promise: StorePromise, from: PromiseState = "open"): LedgerChange => ({ promise, from });
const seen = (order: ReturnType<typeof anOrder>, changes: readonly LedgerChange[] = []) =>
  detect(BOTH, order, changes).map(({ playbook, cause, promiseIds }) => [playbook.slug, cause, ...promiseIds]);

test("an order that the store cancelled is a finding; one that its customer cancelled is none", () => {
  assert.deepEqual(seen(anOrder(cancelled("inventory"))), [["cancelled-by-store", "cancelled"]]);
  assert.deepEqual(seen(anOrder(cancelled("customer"))), []);
});

test("that the shop cancels what its customer withdrew from is no failure of the store; a withdrawal from what it had cancelled changes nothing", () => {
  const withdrawnAfter = (hours: number) => {
    const order = anOrder(cancelled("inventory"));
    return { ...order, doc: { ...order.doc, withdrawal: { value: {}, at: plus(order.doc.cancellation?.at ?? AT, hours * HOUR), event: "w1", source: "shopify" } } };
  };
  assert.deepEqual(seen(withdrawnAfter(-1)), []);
  assert.deepEqual(seen(withdrawnAfter(1)), [["cancelled-by-store", "cancelled"]]);
});

test("a test order rehearses what a customer would see", () => {
  assert.deepEqual(seen(anOrder(cancelled("inventory"), isTest)), seen(anOrder(cancelled("inventory"))));
});

test("looking again finds the same cause, so that repetition opens nothing new", () => {
  const order = anOrder(cancelled("fraud"), paid("captured"), refunded("failed", plus(AT, HOUR)));
  assert.deepEqual(seen(order), seen(order));
});

test("a broken refund promise is a finding of its own playbook, beside the cancellation", () => {
  const order = anOrder(cancelled("customer"), paid("captured"));
  assert.deepEqual(seen(order, [change(aPromise())]), [["refund-idle", "refund/cancelled", "p1"]]);
});

test("the clock's promise and the law's about the same money are one finding", () => {
  const law = aPromise({ id: "p2", rule: "refund-us", basis: { kind: "law", citation: "16 CFR 435.2" }, settledAt: plus(AT, 200 * HOUR) });
  const [finding] = detect(BOTH, anOrder(cancelled("customer"), paid("captured")), [change(law), change(aPromise())]);
  assert.deepEqual([finding?.promiseIds, finding?.at], [["p1", "p2"], plus(AT, 48 * HOUR)]);
});

test("a broken promise is never left without a case, even where no trigger names its rule", () => {
  assert.deepEqual(seen(anOrder(paid("captured")), [change(aPromise({ rule: "unnamed" }))]), [["refund-idle", "refund/cancelled", "p1"]]);
});

test("a promise that belongs to a case already opens nothing, and neither does a team's own that no trigger names", () => {
  assert.deepEqual(seen(anOrder(), [change(aPromise({ caseId: "c1" })), change(aPromise({ owedTo: "team", rule: "tidy-up" }))]), []);
  assert.deepEqual(seen(anOrder(), [change(aPromise({ owedTo: "team" }))]), [["refund-idle", "refund/cancelled", "p1"]]);
});

test("a promise that was broken before is no news", () => {
  assert.deepEqual(seen(anOrder(), [change(aPromise(), "broken"), change(aPromise({ state: "kept" }), "broken")]), []);
});

test("a refund that failed and the promise that it broke are one finding under all of the refund's names", () => {
  const shop = refunded("succeeded", AT, { view: "shop", processorRef: "stripe/re_1" });
  const order = anOrder(paid("captured"), shop, refunded("failed", plus(AT, HOUR)));
  const [finding, ...rest] = detect(BOTH, order, [change(aPromise({ thing: "refund/shopify/r1" }))]);
  assert.deepEqual(rest, []);
  assert.equal(finding?.cause, "refund/shopify/r1");
  assert.ok(finding?.names.includes("refund/stripe/re_1"));
});

test("a refund that failed on a cancelled order is about all of the order's money", () => {
  const order = anOrder(cancelled("customer"), paid("captured"), refunded("failed", plus(AT, HOUR)));
  assert.deepEqual(seen(order), [["refund-idle", "refund/cancelled"]]);
});

test("a failed refund that another one replaced is no failure any more", () => {
  const order = anOrder(paid("captured"), refunded("failed"), refunded("succeeded", plus(AT, HOUR), { refundId: "stripe/re_2" }));
  assert.deepEqual(seen(order), []);
});

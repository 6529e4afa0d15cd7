import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DAY, HOUR, type Instant, instant, MINUTE, plus, SECOND } from "../../base/time.ts";
import { MONDAY } from "../testing.ts";
import type { StorePromise } from "./model.ts";
import { readUpToOf, settle } from "./settle.ts";
import { afterVerdict } from "./settling.ts";

const promise: StorePromise = {
  id: "p", kind: "refund_by", thing: "cancelled", rule: "r", playbook: "b", owedTo: "customer", owner: "finance", basis: { kind: "policy" },
  restsOn: ["shop", "pay"], madeAt: MONDAY, dueAt: plus(MONDAY, HOUR), state: "open",
};
const due = promise.dueAt;

test("a promise breaks at its due time, not a moment before, and by the time it was due", () => {
  assert.deepEqual(settle(promise, due, plus(due, -1)), { kind: "wait", until: due });
  assert.deepEqual(settle(promise, due, due), { kind: "break", at: due });
  assert.deepEqual(settle(promise, due, plus(due, DAY)), { kind: "break", at: due });
});

test("a promise waits while its source lags, however late it is", () => {
  assert.deepEqual(settle(promise, plus(due, -1), plus(due, 1)), { kind: "wait", until: plus(due, 1 + 15 * SECOND), because: "source lags" });
  assert.deepEqual(settle(promise, plus(due, -1), plus(due, 30 * DAY)), { kind: "wait", until: plus(due, 30 * DAY + 5 * MINUTE), because: "source lags" });
});

test("everything that a promise rests on counts: the slowest source, and one never heard of; one that was removed does not", () => {
  const configured = new Set(["shop", "pay"]);
  const heard = (map: Record<string, Instant>) => readUpToOf(promise, new Map(Object.entries(map)), configured, plus(due, DAY));
  assert.equal(heard({ shop: plus(due, 5), pay: plus(due, -5) }), plus(due, -5));
  assert.equal(heard({ shop: plus(due, 5) }), -Infinity);
  assert.ok(readUpToOf(promise, new Map([["shop", plus(due, 5)]]), new Set(["shop"]), plus(due, DAY)) >= due);
  assert.ok(readUpToOf({ ...promise, restsOn: [] }, new Map(), configured, due) >= due);
});

test("a promise is at risk once before it breaks, as soon as all has been read until then", () => {
  const warned = { ...promise, warnAt: plus(due, -MINUTE) };
  assert.deepEqual(settle(warned, due, plus(due, -2 * MINUTE)), { kind: "wait", until: plus(due, -MINUTE) });
  assert.deepEqual(settle(warned, plus(due, -MINUTE), plus(due, -SECOND)), { kind: "warn", at: plus(due, -MINUTE) });
  assert.deepEqual(settle(warned, plus(due, -2 * MINUTE), plus(due, -30 * SECOND)), { kind: "wait", until: plus(due, -15 * SECOND), because: "source lags" });
  assert.deepEqual(settle({ ...warned, atRiskAt: warned.warnAt }, due, plus(due, -SECOND)), { kind: "wait", until: due });
  assert.deepEqual(settle(warned, due, due), { kind: "break", at: due });
});

test("never breaks before it is due nor while a source lags, whatever the clock does", () => {
  const anyMoment = fc.integer({ min: -3 * DAY, max: 3 * DAY }).map((offset) => plus(due, offset));
  fc.assert(
    fc.property(anyMoment, anyMoment, (readUpTo, now) => {
      const settlement = settle(promise, readUpTo, now);
      assert.equal(settlement.kind === "break", now >= due && readUpTo >= due);
      if (settlement.kind === "wait") assert.ok(settlement.until > now, "a look that is put off is put off into the future");
    }),
  );
});

const brokenOne: StorePromise = { ...promise, state: "broken", settledAt: due, because: "the time ran out" };

test("a word in time keeps a promise, even when the clock had broken it; a late one makes it good", () => {
  const inTime = afterVerdict(brokenOne, { kind: "kept", at: plus(due, -1) });
  assert.deepEqual([inTime.state, inTime.settledAt], ["kept", plus(due, -1)]);
  const late = afterVerdict(promise, { kind: "kept", at: plus(due, 1) });
  assert.deepEqual([late.state, late.settledAt, late.madeGoodAt], ["broken", due, plus(due, 1)]);
});

test("the first time that it was done counts", () => {
  const good = afterVerdict(brokenOne, { kind: "kept", at: plus(due, 9) });
  assert.equal(afterVerdict(good, { kind: "kept", at: plus(due, 20) }), good);
  assert.equal(afterVerdict(good, { kind: "kept", at: plus(due, 5) }).madeGoodAt, plus(due, 5));
});

test("a broken promise that is waived stays broken and says who released the store", () => {
  const waiver = { kind: "waived", at: plus(due, 2), byWhom: "ada", because: "the customer took a voucher" } as const;
  const after = afterVerdict(brokenOne, waiver);
  assert.deepEqual([after.state, after.waivedAt, after.waivedBy], ["broken", plus(due, 2), "ada"]);
  assert.equal(afterVerdict(promise, waiver).state, "waived");
  const good: StorePromise = { ...brokenOne, madeGoodAt: plus(due, 1) };
  assert.equal(afterVerdict(good, waiver), good, "what was made good is owed no more");
});

test("only an open promise can be superseded", () => {
  const verdict = { kind: "superseded", at: instant(5), because: "a newer one" } as const;
  assert.equal(afterVerdict(promise, verdict).state, "superseded");
  assert.equal(afterVerdict(brokenOne, verdict), brokenOne);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StoreId } from "../../base/ids.ts";
import { DAY, HOUR, instant, MINUTE, plus, type Milliseconds } from "../../base/time.ts";
import type { Playbook } from "../../playbooks/index.ts";
import { updateFrom, updateOf, type CaseInCadence } from "./cadence.ts";
import type { Standing } from "./model.ts";
import type { AddSpan } from "./notices.ts";

const STORE = "shop" as StoreId;
const START = instant(Date.UTC(2026, 0, 5, 9));
const PLAYBOOK: Playbook = {
  slug: "refund-idle",
  version: "v1",
  title: "",
  summary: "",
  owner: "finance",
  detects: [],
  promises: [],
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
  notices: [{ kind: "update", on: "update.due", within: { amount: 2, unit: "days" }, message: "update" }],
};
const addSpan: AddSpan = (from, span) => plus(from, span.amount * DAY);
const TOLD: Standing = { kind: "told", messageId: "m1", at: START };
const aCase = (wait: Milliseconds, overrides: Partial<CaseInCadence> = {}): CaseInCadence => ({
  caseId: "c",
  incidentId: "i",
  recipient: "r",
  orderId: "o",
  factsRevision: 1,
  statementVersion: 1,
  standing: TOLD,
  isClosed: false,
  lastWordAt: START,
  lastKind: "first",
  playbook: PLAYBOOK,
  facts: { choices: { money: "due" }, values: { next_update_by: { at: plus(START, wait) } } },
  ...overrides,
});

test("an update leaves before the moment that the last word named, and names the next one", () => {
  const case_ = aCase(2 * DAY);
  assert.equal(updateOf(STORE, case_, addSpan, plus(START, DAY)), undefined);
  const update = updateOf(STORE, case_, addSpan, plus(START, 2 * DAY - HOUR));
  assert.deepEqual([update?.tellBy, update?.facts.values["next_update_by"]], [plus(START, 2 * DAY), { at: plus(START, 4 * DAY) }]);
});

test("an update's cause is when it became due, not when it was written: it may have been said in hours that a restored backup forgot", () => {
  const case_ = aCase(2 * DAY);
  assert.equal(updateOf(STORE, case_, addSpan, plus(START, 3 * DAY))?.causeAt, updateFrom(case_));
});

test("a short cadence has a short lead: updates never come much more often than was promised", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20_000 }), (minutes) => {
      const wait = minutes * MINUTE;
      const from = updateFrom(aCase(wait));
      assert.ok(from !== undefined && from <= plus(START, wait) && from >= plus(START, wait * 0.75));
      assert.ok(plus(START, wait) - from <= 4 * HOUR);
    }),
  );
});

test("no update where the money has been sent, a word is still due, nobody can be reached, or the case is over", () => {
  const sent = { choices: { money: "sent" }, values: { next_update_by: { at: START } } };
  const silent: Partial<CaseInCadence>[] = [
    { facts: sent },
    { standing: { kind: "due", until: START } },
    { standing: { kind: "unreachable", why: "bounced" } },
    { standing: { kind: "excused", why: "history" } },
    { isClosed: true },
  ];
  for (const overrides of silent) assert.equal(updateFrom(aCase(DAY, overrides)), undefined);
});

test("a late update promises the next one from now on, not in the past", () => {
  const late = plus(START, 30 * DAY);
  const update = updateOf(STORE, aCase(2 * DAY), addSpan, late);
  assert.deepEqual(update?.facts.values["next_update_by"], { at: plus(late, 2 * DAY) });
});

test("where a playbook has a last update, it follows on the first, and nothing follows on it", () => {
  const playbook = { ...PLAYBOOK, notices: [...PLAYBOOK.notices, { kind: "last", on: "update.last" as const, within: { amount: 3, unit: "days" as const }, message: "update" }] };
  const facts = { choices: { payment: "failed", follow_ups: "yes" }, values: { next_update_by: { at: plus(START, 2 * DAY) } } };
  const said = (lastKind: string) => updateOf(STORE, aCase(2 * DAY, { playbook, facts, lastKind }), addSpan, plus(START, 2 * DAY));
  assert.deepEqual([said("first")?.kind, said("first")?.facts.values["next_update_by"]], ["update", { at: plus(START, 5 * DAY) }]);
  assert.deepEqual([said("update")?.kind, said("update")?.facts.values["next_update_by"]], ["last", undefined]);
  assert.equal(said("last"), undefined);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HOUR, instant, plus, type Instant } from "../../base/time.ts";
import { EXCUSED_REASONS, UNREACHABLE_REASONS, type Evidence, type Standing } from "./model.ts";
import { lineOf, type CountedStanding } from "./reconciliation.ts";
import { afterEvidence, isOverdue, placeOf } from "./standing.ts";

const TELL_BY = instant(Date.UTC(2026, 0, 5, 10));
const SOON = plus(TELL_BY, -HOUR);
const LATER = plus(TELL_BY, HOUR);

const anyInstant: fc.Arbitrary<Instant> = fc.integer({ min: -48, max: 48 }).map((hours) => plus(TELL_BY, hours * HOUR));
const anyStanding: fc.Arbitrary<Standing> = fc.oneof(
  anyInstant.map((until): Standing => ({ kind: "due", until })),
  anyInstant.map((until): Standing => ({ kind: "due", until, heldWhy: "quiet hours" })),
  anyInstant.map((presumedAt): Standing => ({ kind: "handed_over", presumedAt })),
  anyInstant.map((at): Standing => ({ kind: "told", messageId: "m1", at })),
  fc.constantFrom(...UNREACHABLE_REASONS).map((why): Standing => ({ kind: "unreachable", why })),
  fc.constantFrom(...EXCUSED_REASONS).map((why): Standing => ({ kind: "excused", why })),
);
const anyEvidence: fc.Arbitrary<Evidence> = fc.oneof(
  fc.tuple(anyInstant, anyInstant).map(([at, presumedAt]): Evidence => ({ kind: "handed_over", at, presumedAt })),
  anyInstant.map((at): Evidence => ({ kind: "told", at, messageId: "m2" })),
  anyInstant.map((at): Evidence => ({ kind: "held", at, until: LATER, why: "quiet hours" })),
  anyInstant.map((at): Evidence => ({ kind: "reopened", at, why: "bounced" })),
  fc.tuple(anyInstant, fc.constantFrom(...UNREACHABLE_REASONS)).map(([at, why]): Evidence => ({ kind: "unreachable", at, why })),
);
const after = (standing: Standing, ...said: readonly Evidence[]): Standing => said.reduce((now, evidence) => afterEvidence(now, evidence, TELL_BY), standing);

test("whatever is learnt in whatever order, every case is in exactly one place and the line adds up", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyStanding, fc.array(anyEvidence, { maxLength: 6 })), { maxLength: 20 }), anyInstant, (histories, now) => {
      const standings = histories.map(([standing, said]) => after(standing, ...said));
      const counts = standings.map((standing): CountedStanding => ({
        standing: standing.kind,
        why: "why" in standing ? standing.why : null,
        presumed: placeOf(standing, now) === "presumedTold" ? 1 : 0,
        overdue: isOverdue(standing, now) ? 1 : 0,
        cases: 1,
      }));
      const none = { broken: 0, madeGood: 0, waived: 0, owed: 0 };
      const faults = { brokenWithoutCase: 0, toldWithoutEvidence: 0, handedOverWithoutMessage: 0, dueWithoutPath: 0, unattended: 0 };
      const line = lineOf(standings.length, standings.length, counts, none, faults);
      assert.equal(line.balanced, true);
      const places = standings.map((standing) => placeOf(standing, now));
      const at = (place: string): number => places.filter((each) => each === place).length;
      assert.deepEqual([line.told, line.presumedTold, line.due], [at("told"), at("presumedTold"), at("due")]);
    }),
  );
});

test("a case that no place counts, or a fault behind a place, does not balance", () => {
  const none = { broken: 0, madeGood: 0, waived: 0, owed: 0 };
  const faults = { brokenWithoutCase: 0, toldWithoutEvidence: 0, handedOverWithoutMessage: 0, dueWithoutPath: 0, unattended: 0 };
  const told: CountedStanding = { standing: "told", why: null, presumed: 0, overdue: 0, cases: 1 };
  assert.equal(lineOf(1, 1, [told], none, faults).balanced, true);
  assert.equal(lineOf(2, 2, [told], none, faults).balanced, false);
  assert.equal(lineOf(1, 1, [{ ...told, standing: "excused" }], none, faults).balanced, false, "an excuse without a reason is none");
  for (const fault of Object.keys(faults)) assert.equal(lineOf(1, 1, [told], none, { ...faults, [fault]: 1 }).balanced, false);
  assert.equal(lineOf(1, 1, [told], { ...none, broken: 2, owed: 1 }, faults).balanced, false);
});

test("a bounce makes what was told or handed over due again, by the same deadline", () => {
  const bounce: Evidence = { kind: "reopened", at: LATER, why: "bounced" };
  assert.deepEqual(after({ kind: "told", messageId: "m1", at: SOON }, bounce), { kind: "due", until: TELL_BY });
  assert.deepEqual(after({ kind: "handed_over", presumedAt: SOON }, bounce), { kind: "due", until: TELL_BY });
});

test("a hold is due, never excused, and weakens nothing that was already handed over", () => {
  const hold: Evidence = { kind: "held", at: SOON, until: LATER, why: "quiet hours" };
  assert.deepEqual(after({ kind: "due", until: TELL_BY }, hold), { kind: "due", until: TELL_BY, heldWhy: "quiet hours" });
  assert.deepEqual(after({ kind: "handed_over", presumedAt: LATER }, hold), { kind: "handed_over", presumedAt: LATER });
});

test("a relay's word never counts as told, and never weakens a delivery", () => {
  const relay: Evidence = { kind: "handed_over", at: SOON, presumedAt: LATER };
  assert.equal(after({ kind: "due", until: TELL_BY }, relay).kind, "handed_over");
  assert.equal(after({ kind: "told", messageId: "m1", at: SOON }, relay).kind, "told");
});

test("handed over is due until it may be presumed, and is not overdue meanwhile", () => {
  const standing: Standing = { kind: "handed_over", presumedAt: LATER };
  assert.equal(placeOf(standing, TELL_BY), "due");
  assert.equal(isOverdue(standing, plus(TELL_BY, 1)), false);
  assert.equal(placeOf(standing, LATER), "presumedTold");
});

test("evidence moves nothing that is excused", () => {
  fc.assert(
    fc.property(fc.constantFrom(...EXCUSED_REASONS), fc.array(anyEvidence), (why, said) => {
      assert.deepEqual(after({ kind: "excused", why }, ...said), { kind: "excused", why });
    }),
  );
});

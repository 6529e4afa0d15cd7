import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DAY, HOUR, MINUTE, instant, plus, type Instant } from "../../base/time.ts";
import { afterTry, claimed, CLEARLY_REFUSED, hasFailed, isDue, LIST_LEASE, written, type ListOutcome, type ListProgress } from "./sending.ts";

const NOW = instant(Date.UTC(2026, 10, 16, 8));
const said = (kind: ListOutcome["kind"]): ListOutcome => ({ kind, said: kind });

/** The list after these outcomes, each try taken as soon as it is due, and when that is. */
function tried(...outcomes: readonly ListOutcome["kind"][]): { list: ListProgress; now: Instant } {
  let list = written(NOW, false);
  let now = NOW;
  for (const kind of outcomes) {
    now = list.nextAt ?? now;
    const sending = claimed(list, now) ?? list;
    list = afterTry(sending, sending.attempts, said(kind), now) ?? sending;
  }
  return { list, now };
}

test("an accepted list is never sent again", () => {
  const { list } = tried("refused", "accepted");
  assert.deepEqual([list.state, list.attempts, isDue(list, plus(NOW, 365 * DAY))], ["accepted", 2, false]);
});

test("a refusal waits, the next one longer, and after a morning of them it has clearly failed and is tried once a day", () => {
  const refused = (times: number) => tried(...Array.from({ length: times }, () => "refused" as const));
  const waits = Array.from({ length: CLEARLY_REFUSED + 1 }, (_, before) => (refused(before + 1).list.nextAt ?? 0) - refused(before + 1).now);
  assert.deepEqual(waits, [5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 40 * MINUTE, 80 * MINUTE, 2 * HOUR, DAY, DAY]);
  assert.deepEqual([hasFailed(refused(CLEARLY_REFUSED - 1).list), hasFailed(refused(CLEARLY_REFUSED).list)], [false, true]);
  assert.equal(hasFailed(tried(...Array.from({ length: CLEARLY_REFUSED }, () => "refused" as const), "accepted").list), false);
});

test("a sender that died is followed by one resend; after a second death a person decides, and nothing is sent", () => {
  const first = claimed(written(NOW, false), NOW);
  assert.ok(first);
  assert.equal(claimed(first, plus(NOW, LIST_LEASE - 1)), undefined, "it may still answer");
  const second = claimed(first, plus(NOW, LIST_LEASE));
  assert.deepEqual([second?.state, second?.resends, second?.attempts], ["sending", 1, 2]);
  assert.ok(second);
  const third = claimed(second, plus(NOW, 2 * LIST_LEASE));
  assert.deepEqual([third?.state, third?.attempts, third && hasFailed(third)], ["unknown", 2, true]);
});

test("a sender that was held to be dead and reports its success ends the matter, and its failure says nothing", () => {
  const first = claimed(written(NOW, false), NOW);
  assert.ok(first);
  const second = claimed(first, plus(NOW, LIST_LEASE));
  assert.ok(second);
  assert.equal(afterTry(second, first.attempts, said("refused"), plus(NOW, HOUR)), undefined);
  const arrived = afterTry(second, first.attempts, said("accepted"), plus(NOW, HOUR));
  assert.equal(arrived?.state, "accepted");
  assert.equal(arrived && afterTry(arrived, second.attempts, said("refused"), plus(NOW, HOUR)), undefined);
});

test("a list that may have left in lost hours has spent its resend", () => {
  const sending = claimed(written(NOW, true), NOW);
  assert.ok(sending);
  assert.equal(claimed(sending, plus(NOW, LIST_LEASE))?.state, "unknown");
});

test("a clock that was days ahead does not hold a list back", () => {
  assert.equal(isDue({ ...written(NOW, false), nextAt: plus(NOW, 3 * DAY) }, NOW), true);
});

test("whatever happens in whatever order, at most one send follows one that may have arrived", () => {
  const steps = fc.array(fc.record({ wait: fc.integer({ min: -2 * HOUR, max: 2 * DAY }), what: fc.constantFrom("accepted", "refused", "unknown", "dies", "late" as const) }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (all) => {
      let list = written(NOW, false);
      let now = NOW;
      let mayHaveArrived = 0;
      let late: number | undefined;
      for (const { wait, what } of all) {
        now = plus(now, wait);
        const sending = claimed(list, now);
        if (sending === undefined) continue;
        list = sending;
        if (sending.state === "unknown") continue;
        if (what !== "refused") mayHaveArrived += 1;
        if (what === "late") late = sending.attempts;
        else if (what === "dies") continue;
        else list = afterTry(sending, sending.attempts, said(what), now) ?? list;
        if (late !== undefined && late !== sending.attempts) list = afterTry(list, late, said("accepted"), now) ?? list;
      }
      assert.ok(mayHaveArrived <= 2, `${mayHaveArrived} sends that may have arrived`);
      assert.ok(mayHaveArrived < 2 || list.resends === 1, "the second one is counted");
    }),
  );
});

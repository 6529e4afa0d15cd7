import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { instant, MINUTE, plus, SECOND } from "../../base/time.ts";
import { carriersNow, nextProbeAt } from "./carriers.ts";
import { allowance, healthy, observe, PROBE_BATCH } from "./health.ts";
import type { Health } from "./health.ts";

const START = instant(Date.UTC(2026, 10, 22, 11));
const BAD = { failed: true };
const GOOD = { failed: false };

function seen(health: Health, observations: readonly { failed: boolean }[], now = START): Health {
  return observations.reduce((state, one) => observe(state, one, now), health);
}

test("one error flips nothing, nor do two", () => {
  assert.equal(seen(healthy(START), [BAD, BAD]).kind, "closed");
});

test("three failures of at least half the sends leave a provider alone", () => {
  assert.equal(seen(healthy(START), [BAD, BAD, BAD]).kind, "open");
  assert.equal(seen(healthy(START), [GOOD, GOOD, GOOD, GOOD, BAD, BAD, BAD]).kind, "closed");
});

test("old errors are forgotten", () => {
  const older = seen(healthy(START), [BAD, BAD]);
  assert.equal(observe(older, BAD, plus(START, 3 * MINUTE)).kind, "closed");
});

test("a provider at rest gets nothing, then a probe of a few messages", () => {
  const open = seen(healthy(START), [BAD, BAD, BAD]);
  assert.equal(allowance(open, START), 0);
  assert.equal(allowance(open, plus(START, 30 * SECOND)), PROBE_BATCH);
});

test("two good probes in a row bring it back, a bad one doubles its rest", () => {
  const open = seen(healthy(START), [BAD, BAD, BAD]);
  const later = plus(START, 30 * SECOND);
  assert.equal(seen(open, [GOOD], later).kind, "open");
  assert.equal(seen(open, [GOOD, GOOD], later).kind, "closed");
  const worse = seen(open, [GOOD, BAD], later);
  assert.equal(worse.kind === "open" && worse.probeAt - later, 60 * SECOND);
});

test("the second provider carries while the first rests, which is probed in between", () => {
  const open = seen(healthy(START), [BAD, BAD, BAD]);
  const providers = [{ name: "first" }, { name: "second" }];
  const healths = new Map([["first", open]]);
  const names = (now: typeof START) => carriersNow(providers, healths, now).map(({ provider, limit }) => [provider.name, limit]);
  assert.deepEqual(names(START), [["second", Number.POSITIVE_INFINITY]]);
  assert.deepEqual(names(plus(START, MINUTE)), [["first", PROBE_BATCH], ["second", Number.POSITIVE_INFINITY]]);
  assert.equal(nextProbeAt(healths, providers), undefined);
  assert.equal(nextProbeAt(new Map([["first", open], ["second", open]]), providers), plus(START, 30 * SECOND));
});

test("whatever is seen, a provider at rest is always probed again within five minutes", () => {
  const story = fc.array(fc.record({ failed: fc.boolean(), later: fc.integer({ min: 0, max: 10 * MINUTE }) }), { maxLength: 60 });
  fc.assert(
    fc.property(story, (observations) => {
      let health = healthy(START);
      let now = START;
      for (const { failed, later } of observations) {
        now = plus(now, later);
        health = observe(health, { failed }, now);
        assert.ok(allowance(health, plus(now, 5 * MINUTE)) > 0);
        assert.deepEqual(JSON.parse(JSON.stringify(health)), health, "it survives the database");
      }
    }),
  );
});

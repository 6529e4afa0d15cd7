import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HOUR, type Instant, instant, MINUTE, plus } from "../../base/time.ts";
import { readUpTo, type SourceHeard, watch, type WatchRule } from "./watermark.ts";

const NOW = instant(1_800_000_000_000);
const RULE: WatchRule = { silentAfter: 6 * HOUR, lagAfter: 15 * MINUTE, isPulled: true };
const ago = (ms: number): Instant => plus(NOW, -ms);
const well: SourceHeard = { heardAt: ago(MINUTE), happenedAt: ago(MINUTE) };

test("a source that was heard lately and has nothing unread is read up to now", () => {
  assert.deepEqual(readUpTo(well, RULE, NOW), { until: NOW });
});

test("an unread delivery holds its source back to just before the moment that it may speak of", () => {
  assert.deepEqual(readUpTo({ ...well, unreadSince: ago(HOUR) }, RULE, NOW), { until: ago(HOUR) - 1, behind: "unread" });
});

test("a silent source is read up to its last word; a pull is a word", () => {
  const silent = { heardAt: ago(7 * HOUR), happenedAt: ago(7 * HOUR) };
  assert.deepEqual(readUpTo(silent, RULE, NOW), { until: ago(7 * HOUR), behind: "silent" });
  assert.deepEqual(readUpTo({ ...silent, pulledUntil: ago(HOUR) }, RULE, NOW), { until: NOW });
});

test("a source that was silent and speaks again is read up to its last word before, until a pull has told what it said meanwhile", () => {
  const resumed = { ...well, pulledUntil: ago(9 * HOUR), pause: { from: ago(8 * HOUR), until: ago(MINUTE) } };
  assert.deepEqual(readUpTo(resumed, RULE, NOW), { until: ago(8 * HOUR), behind: "resumed" });
  assert.deepEqual(readUpTo({ ...resumed, pulledUntil: ago(30_000) }, RULE, NOW), { until: NOW });
  assert.deepEqual(readUpTo(resumed, { ...RULE, isPulled: false }, NOW), { until: NOW }, "nobody could ever tell");
  assert.equal(watch(resumed, RULE, NOW), undefined, "a pull is on its way");
  assert.equal(watch({ ...resumed, pause: { from: ago(9 * HOUR), until: ago(2 * HOUR) } }, RULE, NOW)?.why, "resumed");
});

test("a source whose newest word was old when it came is read up to that word, until a pull has seen past it", () => {
  const lagging = { heardAt: ago(MINUTE), happenedAt: ago(HOUR) };
  assert.deepEqual(readUpTo(lagging, RULE, NOW), { until: ago(HOUR), behind: "lagging" });
  assert.deepEqual(readUpTo({ ...lagging, pulledUntil: ago(0) }, RULE, NOW), { until: NOW });
});

test("a person is called for silence and lag at once, for unread deliveries once they are older than the lag allowed", () => {
  assert.equal(watch({ ...well, unreadSince: ago(14 * MINUTE) }, RULE, NOW), undefined);
  assert.equal(watch({ ...well, unreadSince: ago(16 * MINUTE) }, RULE, NOW)?.why, "unread");
  assert.equal(watch({ heardAt: ago(7 * HOUR), happenedAt: ago(7 * HOUR) }, RULE, NOW)?.why, "silent");
  assert.equal(watch(well, RULE, NOW), undefined);
});

const moment = fc.integer({ min: 0, max: 48 * HOUR }).map(ago);
const anyHeard: fc.Arbitrary<SourceHeard> = fc.record({ heardAt: moment, happenedAt: moment, pulledUntil: moment, unreadSince: moment, pause: fc.record({ from: moment, until: moment }) }, { requiredKeys: ["heardAt", "happenedAt"] });

test("never read past now, past an unread delivery, or past the last word of a silent source", () => {
  fc.assert(
    fc.property(anyHeard, (heard) => {
      const { until } = readUpTo(heard, RULE, NOW);
      assert.ok(until <= NOW);
      if (heard.unreadSince !== undefined) assert.ok(until < heard.unreadSince);
      const lastWord = Math.max(heard.heardAt, heard.pulledUntil ?? 0);
      if (NOW - lastWord > RULE.silentAfter) assert.ok(until <= lastWord);
    }),
  );
});

test("a pull never makes a source less read, and reading a delivery never does either", () => {
  fc.assert(
    fc.property(anyHeard, moment, (heard, pulled) => {
      const before = readUpTo(heard, RULE, NOW).until;
      const later = Math.max(heard.pulledUntil ?? 0, pulled) as Instant;
      assert.ok(readUpTo({ ...heard, pulledUntil: later }, RULE, NOW).until >= before);
      const { unreadSince: _, ...read } = heard;
      assert.ok(readUpTo(read, RULE, NOW).until >= before);
    }),
  );
});

test("a reason is given exactly when something is held back", () => {
  fc.assert(
    fc.property(anyHeard, (heard) => {
      const { until, behind } = readUpTo(heard, RULE, NOW);
      assert.equal(behind !== undefined, until < NOW);
    }),
  );
});

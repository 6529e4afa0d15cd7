import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DAY, instant, iso, parseInstant } from "../../base/time.ts";
import type { Instant } from "../../base/time.ts";
import { allowedAt } from "./quiet-hours.ts";

const NIGHT = { from: "21:00", to: "08:00" };

function at(text: string): Instant {
  const moment = parseInstant(text);
  assert.ok(moment);
  return moment;
}

test("without quiet hours everything may leave at once", () => {
  const now = at("2026-11-22T02:00:00Z");
  assert.equal(allowedAt(now, undefined, ["Europe/Berlin"]), now);
});

test("a night's message waits for the recipient's morning", () => {
  assert.equal(iso(allowedAt(at("2026-11-22T22:30:00Z"), NIGHT, ["Europe/Berlin"])), "2026-11-23T07:00:00.000Z");
  assert.equal(iso(allowedAt(at("2026-11-23T06:59:59Z"), NIGHT, ["Europe/Berlin"])), "2026-11-23T07:00:00.000Z");
  assert.equal(iso(allowedAt(at("2026-11-23T07:00:00Z"), NIGHT, ["Europe/Berlin"])), "2026-11-23T07:00:00.000Z");
});

test("hours within one day", () => {
  assert.equal(iso(allowedAt(at("2026-11-22T12:15:00Z"), { from: "13:00", to: "14:00" }, ["Europe/Berlin"])), "2026-11-22T13:00:00.000Z");
});

test("a morning that the clock change skips ends when the clock has passed it", () => {
  assert.equal(iso(allowedAt(at("2026-03-29T00:30:00Z"), { from: "21:00", to: "02:30" }, ["Europe/Berlin"])), "2026-03-29T01:30:00.000Z");
});

test("in a country with several zones it must be allowed in all", () => {
  // 08:30 in New York is 05:30 in Los Angeles.
  assert.equal(iso(allowedAt(at("2026-11-22T13:30:00Z"), NIGHT, ["America/New_York", "America/Los_Angeles"])), "2026-11-22T16:00:00.000Z");
});

test("the answer is never earlier than asked, never more than two days away, and itself allowed", () => {
  const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 })).map(([h, m]) => `${String(h).padStart(2, "0")}:${String(m).padStart(2, "0")}`);
  const zone = fc.constantFrom("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Chatham", "Africa/Casablanca");
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) }), time, time, zone, (ms, from, to, where) => {
      const asked = instant(ms);
      const answer = allowedAt(asked, { from, to }, [where]);
      assert.ok(answer >= asked && answer - asked <= 2 * DAY);
      assert.equal(allowedAt(answer, { from, to }, [where]), answer);
    }),
  );
});

test("a day of rest is quiet from its first minute to its last, however many follow each other", () => {
  const restDays = { has: (day: string) => ["2026-04-05", "2026-04-06"].includes(day) };
  const hours = { from: "22:00", to: "08:00", restDays };
  // Easter Sunday and Monday.
  assert.equal(iso(allowedAt(at("2026-04-04T20:30:00Z"), hours, ["Europe/Paris"])), "2026-04-07T06:00:00.000Z");
  assert.equal(iso(allowedAt(at("2026-04-05T10:00:00Z"), hours, ["Europe/Paris"])), "2026-04-07T06:00:00.000Z");
  assert.equal(iso(allowedAt(at("2026-04-07T06:00:00Z"), hours, ["Europe/Paris"])), "2026-04-07T06:00:00.000Z");
});

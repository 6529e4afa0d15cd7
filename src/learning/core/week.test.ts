import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DAY, HOUR, inZone, instant, parseInstant, plus, type Instant } from "../../base/time.ts";
import { parseWeekly, weekAt, type WeeklyTime } from "./week.ts";

const MONDAY_8: WeeklyTime = { weekday: 1, time: "08:00" };
const at = (text: string): Instant => parseInstant(text) ?? instant(Number.NaN);
const anyMoment = fc.integer({ min: at("1985-01-01T00:00:00Z"), max: at("2060-01-01T00:00:00Z") }).map(instant);
const anyZone = fc.constantFrom(...Intl.supportedValuesOf("timeZone"), "UTC");
const anyTime = fc.record({ weekday: fc.integer({ min: 1, max: 7 }), time: fc.tuple(fc.nat(23), fc.nat(59)).map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":")) });

test("a list is due at its time of day in the store's zone, in summer and in winter", () => {
  for (const [now, due] of [["2026-10-23T12:00:00Z", "2026-10-19T06:00:00Z"], ["2026-10-26T12:00:00Z", "2026-10-26T07:00:00Z"], ["2026-10-26T06:59:59Z", "2026-10-19T06:00:00Z"]] as const) {
    assert.equal(weekAt(at(now), MONDAY_8, "Europe/Berlin").dueAt, at(due));
  }
});

test("a time that the clocks skip is due an hour later, and one that they show twice the first time", () => {
  const sunday: WeeklyTime = { weekday: 7, time: "02:30" };
  assert.equal(weekAt(at("2026-03-30T00:00:00Z"), sunday, "Europe/Berlin").dueAt, at("2026-03-29T01:30:00Z"));
  assert.equal(weekAt(at("2026-10-26T00:00:00Z"), sunday, "Europe/Berlin").dueAt, at("2026-10-25T00:30:00Z"));
});

test("a week is named as ISO 8601 names it, over the turn of a year with 53 weeks", () => {
  const name = (now: string) => weekAt(at(now), MONDAY_8, "UTC").name;
  assert.deepEqual(["2026-12-28T08:00:00Z", "2027-01-03T23:59:59Z", "2027-01-04T07:59:59Z", "2027-01-04T08:00:00Z"].map(name), ["2026-W53", "2026-W53", "2026-W53", "2027-W01"]);
});

test("a day that a zone left out does not cost its list", () => {
  // Samoa went from Thursday, 29 December 2011 to Saturday, 31 December.
  const friday: WeeklyTime = { weekday: 5, time: "08:00" };
  const names = Array.from({ length: 28 }, (_, days) => weekAt(plus(at("2011-12-18T00:00:00Z"), days * DAY), friday, "Pacific/Apia").name);
  assert.deepEqual([...new Set(names)], ["2011-W50", "2011-W51", "2011-W52", "2012-W01", "2012-W02"]);
});

test("every moment is in exactly one week, whatever the zone and its clocks do", () => {
  fc.assert(
    fc.property(anyMoment, anyTime, anyZone, (now, time, zone) => {
      const week = weekAt(now, time, zone);
      assert.ok(week.since < week.dueAt && week.dueAt <= now && now < week.nextAt);
      assert.deepEqual(weekAt(week.dueAt, time, zone), week, "the week that begins is the week that it is in");
      assert.deepEqual(weekAt(plus(week.nextAt, -1), time, zone), week, "until the next is due");
    }),
    { numRuns: 1_000 },
  );
});

test("the weeks of a store follow each other: none twice, none left out, each seven days but for what the clocks do", () => {
  fc.assert(
    fc.property(anyMoment, anyTime, anyZone, (from, time, zone) => {
      let week = weekAt(from, time, zone);
      for (let count = 0; count < 60; count += 1) {
        const next = weekAt(week.nextAt, time, zone);
        assert.equal(next.dueAt, week.nextAt);
        assert.equal(next.since, week.dueAt);
        assert.equal(next.name, isoWeekAfter(week.name));
        assert.ok(Math.abs(next.dueAt - week.dueAt - 7 * DAY) <= DAY + HOUR);
        week = next;
      }
    }),
    { numRuns: 100 },
  );
});

test("another time of the week never gives a week a second name, so that a changed setting sends no second list", () => {
  fc.assert(
    fc.property(anyMoment, anyTime, anyZone, (now, time, zone) => {
      const { dueAt, name } = weekAt(now, time, zone);
      const day = inZone(dueAt, zone).toPlainDate();
      const named = isoName(day);
      // A day that the zone left out is due on the next one, which may be in the next week.
      assert.ok(named === name || isoName(day.subtract({ days: 1 })) === name);
    }),
  );
});

test("a weekly time is a day and a time of day, and nothing else", () => {
  assert.deepEqual(parseWeekly("Mon 08:00"), MONDAY_8);
  assert.deepEqual(parseWeekly("Sun 23:59"), { weekday: 7, time: "23:59" });
  for (const text of ["", "Monday 08:00", "mon 08:00", "Mon 8:00", "Mon 24:00", "Mon 08:60", "08:00", "Mon  08:00"]) assert.equal(parseWeekly(text), undefined, text);
});

function isoName(day: Temporal.PlainDate): string {
  return `${day.yearOfWeek}-W${String(day.weekOfYear).padStart(2, "0")}`;
}

/** The week after, counted without the code under test: the Thursday of a week names its year. */
function isoWeekAfter(name: string): string {
  const [year = 0, week = 0] = name.split("-W").map(Number);
  const firstThursday = Temporal.PlainDate.from({ year, month: 1, day: 4 });
  const thursday = firstThursday.add({ days: 4 - firstThursday.dayOfWeek + 7 * week });
  const first = Temporal.PlainDate.from({ year: thursday.year, month: 1, day: 1 });
  return `${thursday.year}-W${String(Math.floor(first.until(thursday).days / 7) + 1).padStart(2, "0")}`;
}

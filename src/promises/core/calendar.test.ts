import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { instant, type Instant, inZone, type PlainDate, parseInstant } from "../../base/time.ts";
import { parseSpan } from "../../playbooks/index.ts";
import { addSpan, type Calendar, calendarOf, isBusinessDay } from "./calendar.ts";

const berlin: Calendar = { zone: "Europe/Berlin", weekend: [6, 7], holidays: new Set(["2026-04-03", "2026-04-06", "2026-12-25", "2026-12-26", "2027-01-01"] as PlainDate[]), cutOff: "17:00" };
const untilMidnight = calendarOf({ basis: { kind: "law", citation: "a law" } }, berlin);

function due(from: string, span: string, calendar: Calendar = berlin): string {
  const parsed = parseSpan(span);
  assert.ok(parsed);
  return inZone(addSpan(parseInstant(from) as Instant, parsed, calendar), calendar.zone).toString({ timeZoneName: "never" });
}

test("minutes and hours are elapsed time, across a change of the clocks", () => {
  assert.equal(due("2026-03-29T00:30:00Z", "90m"), "2026-03-29T04:00:00+02:00");
  assert.equal(due("2026-03-28T12:00:00Z", "48h"), "2026-03-30T14:00:00+02:00");
});

test("days do not count the day itself and end with the last moment of the last day", () => {
  assert.equal(due("2026-03-02T00:00:00+01:00", "14d"), "2026-03-16T23:59:59.999+01:00");
  assert.equal(due("2026-03-02T23:59:59+01:00", "14d"), "2026-03-16T23:59:59.999+01:00");
});

test("days end on the local day when the clocks change in between", () => {
  assert.equal(due("2026-03-20T12:00:00Z", "14d"), "2026-04-03T23:59:59.999+02:00");
  assert.equal(due("2026-10-20T12:00:00Z", "14d"), "2026-11-03T23:59:59.999+01:00");
});

test("a day that begins at one in the morning ends the day before it at midnight's place", () => {
  // Lebanon skips midnight: 2026-03-29 begins at 01:00.
  assert.equal(due("2026-03-27T12:00:00Z", "1d", { ...berlin, zone: "Asia/Beirut" }), "2026-03-28T23:59:59.999+02:00");
});

test("days cross leap days and year ends", () => {
  assert.equal(due("2028-02-20T12:00:00Z", "14d"), "2028-03-05T23:59:59.999+01:00");
  assert.equal(due("2027-02-20T12:00:00Z", "14d"), "2027-03-06T23:59:59.999+01:00");
  assert.equal(due("2026-12-24T12:00:00Z", "14d"), "2027-01-07T23:59:59.999+01:00");
});

test("a span of days that ends on a holiday is not lengthened", () => {
  assert.equal(due("2026-03-20T12:00:00+01:00", "14d"), "2026-04-03T23:59:59.999+02:00");
});

test("business days pass over weekends and holidays", () => {
  // Thursday before Easter: Friday and Monday are holidays.
  assert.equal(due("2026-04-02T10:00:00+02:00", "1bd"), "2026-04-07T23:59:59.999+02:00");
  assert.equal(due("2026-12-23T10:00:00+01:00", "3bd"), "2026-12-29T23:59:59.999+01:00");
  assert.equal(due("2026-12-30T10:00:00+01:00", "2bd"), "2027-01-04T23:59:59.999+01:00");
});

test("what arrives at the cut-off or later, or on a closed day, counts from the next business day", () => {
  assert.equal(due("2026-03-02T16:59:59+01:00", "1bd"), "2026-03-03T23:59:59.999+01:00");
  assert.equal(due("2026-03-02T17:00:00+01:00", "1bd"), "2026-03-04T23:59:59.999+01:00");
  assert.equal(due("2026-03-07T10:00:00+01:00", "1bd"), "2026-03-10T23:59:59.999+01:00");
});

test("a law's clock knows no cut-off: evenings and weekends count as the day that they are", () => {
  assert.equal(due("2026-03-02T22:00:00+01:00", "7bd", untilMidnight), "2026-03-11T23:59:59.999+01:00");
  assert.equal(due("2026-03-07T10:00:00+01:00", "1bd", untilMidnight), "2026-03-09T23:59:59.999+01:00");
  assert.equal(calendarOf({ basis: { kind: "policy" } }, berlin), berlin);
});

test("a calendar without business days is refused rather than searched for ever", () => {
  assert.throws(() => due("2026-03-02T10:00:00Z", "1bd", { ...berlin, weekend: [1, 2, 3, 4, 5, 6, 7] }), RangeError);
});

test("a later event is never due earlier, and business days end on business days", () => {
  const anyMoment = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 11, 31) }).map(instant);
  const anySpan = fc.record({ amount: fc.integer({ min: 1, max: 30 }), unit: fc.constantFrom("minutes" as const, "hours" as const, "days" as const, "business_days" as const) });
  const anyZone = fc.constantFrom("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Asia/Beirut", "UTC");
  fc.assert(
    fc.property(anyMoment, fc.integer({ min: 0, max: 1e9 }), anySpan, anyZone, (at, later, span, zone) => {
      const calendar = { ...berlin, zone };
      const first = addSpan(at, span, calendar);
      assert.ok(first > at);
      assert.ok(addSpan(instant(at + later), span, calendar) >= first);
      if (span.unit === "business_days") assert.ok(isBusinessDay(inZone(first, zone).toPlainDate(), calendar));
    }),
  );
});

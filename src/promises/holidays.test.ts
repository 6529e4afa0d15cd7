import assert from "node:assert/strict";
import { test } from "node:test";
import type { PlainDate } from "../base/time.ts";
import { calendarFor, type CalendarConfig } from "./holidays.ts";

const config = (holidays: string[]): CalendarConfig => ({ zone: "Europe/Berlin", weekend: ["sat", "sun"], holidays, cutOff: "17:00" });
const closed = (places: string[], day: string): boolean => calendarFor(config(places)).holidays.has(day as PlainDate);

test("a country's public holidays are closed, and no others", () => {
  assert.equal(closed(["DE"], "2026-10-03"), true);
  assert.equal(closed(["DE"], "2026-04-06"), true);
  assert.equal(closed(["DE"], "2026-04-07"), false);
  assert.equal(closed(["US"], "2026-11-26"), true);
  assert.equal(closed([], "2026-12-25"), false);
});

test("a region adds its own holidays", () => {
  assert.equal(closed(["DE"], "2026-01-06"), false);
  assert.equal(closed(["DE-BY"], "2026-01-06"), true);
});

test("a day observed in place of a holiday on a weekend is closed", () => {
  // 4 July 2026 is a Saturday.
  assert.equal(closed(["US"], "2026-07-03"), true);
});

test("several places close together", () => {
  assert.deepEqual(["2026-07-14", "2026-10-03"].map((day) => closed(["DE", "FR"], day)), [true, true]);
});

test("weekends are named days", () => {
  assert.deepEqual(calendarFor({ ...config([]), weekend: ["fri", "sat"] }).weekend, [5, 6]);
});

test("a place without a calendar is refused by name", () => {
  assert.throws(() => calendarFor(config(["XX"])), /XX/);
  assert.throws(() => calendarFor(config(["DE-QQ"])), /DE-QQ/);
});

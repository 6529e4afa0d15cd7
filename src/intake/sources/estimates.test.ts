import assert from "node:assert/strict";
import { test } from "node:test";
import { iso } from "../../base/time.ts";
import { estimateEnd } from "./estimates.ts";

function until(text: string | null, country?: string): string | undefined {
  const end = estimateEnd(text, country);
  return end === undefined ? undefined : iso(end);
}

test("a day holds to its end where the parcel goes, also when it is written as midnight UTC", () => {
  for (const day of ["2026-03-05", "2026-03-05T00:00:00Z", "2026-03-05T00:00:00.000Z", "2026-03-05T00:00:00"]) assert.equal(until(day, "DE"), "2026-03-05T22:59:59.000Z", day);
});

test("in a country of several zones a day is over when it is over in all of them; in an unknown one, everywhere", () => {
  assert.equal(until("2026-03-05", "US"), "2026-03-06T09:59:59.000Z");
  assert.equal(until("2026-03-05"), "2026-03-06T11:59:59.000Z");
});

test("a moment is that moment, and a wall clock time that of the destination", () => {
  assert.equal(until("2026-03-05T14:30:00+01:00", "JP"), "2026-03-05T13:30:00.000Z");
  assert.equal(until("2026-03-05T14:30:00", "DE"), "2026-03-05T13:30:00.000Z");
});

test("what is no date is no estimate", () => {
  for (const text of [null, "", "soon", "2026-02-31", "05.03.2026"]) assert.equal(until(text, "DE"), undefined, String(text));
});

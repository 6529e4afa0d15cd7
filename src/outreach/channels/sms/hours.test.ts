import assert from "node:assert/strict";
import { test } from "node:test";
import { iso, parseInstant } from "../../../base/time.ts";
import { anOrder } from "../../../../test/known-orders.ts";
import { allowedForTexts } from "./hours.ts";

const STORE = { zone: "Europe/Berlin", quietHours: { from: "21:00", to: "08:00" }, legalHours: true };

function allowed(asked: string, country: string, region?: string, changes: Partial<typeof STORE> = {}): string {
  const order = anOrder((doc) => (doc.details ? { ...doc, details: { ...doc.details, value: { ...doc.details.value, country, shipTo: { lines: [], country, ...(region !== undefined && { region }) } } } } : doc));
  const at = parseInstant(asked);
  assert.ok(at !== undefined);
  return iso(allowedForTexts(at, { ...order, country }, { ...STORE, ...changes }));
}

test("in the US a text may arrive from 8 to 9 pm where the recipient lives, from 9 to 8 pm where the state is stricter", () => {
  assert.equal(allowed("2026-10-05T11:00:00Z", "US", "NY"), "2026-10-05T12:00:00.000Z");
  assert.equal(allowed("2026-10-06T00:30:00Z", "US", "NY"), "2026-10-06T00:30:00.000Z", "half past eight in the evening");
  assert.equal(allowed("2026-10-05T11:00:00Z", "US", "CT"), "2026-10-05T13:00:00.000Z");
  assert.equal(allowed("2026-10-06T00:30:00Z", "US", "Connecticut"), "2026-10-06T13:00:00.000Z");
  assert.equal(allowed("2026-10-05T13:30:00Z", "US", "FL"), "2026-10-05T14:00:00.000Z", "the state's west is an hour behind");
});

test("where the state is not known it must be allowed in all of them", () => {
  const at = allowed("2026-10-05T12:00:00Z", "US");
  assert.equal(at, "2026-10-05T19:00:00.000Z", "nine in Hawaii is three in New York");
});

test("in France nobody gets a text on a Sunday or a holiday, nor before 8 or after 10 pm", () => {
  assert.equal(allowed("2026-10-04T10:00:00Z", "FR"), "2026-10-05T06:00:00.000Z", "Sunday");
  assert.equal(allowed("2026-05-01T10:00:00Z", "FR"), "2026-05-02T06:00:00.000Z", "Labour Day");
  assert.equal(allowed("2026-10-05T19:30:00Z", "FR"), "2026-10-05T19:30:00.000Z");
  assert.equal(allowed("2026-10-05T20:00:00Z", "FR"), "2026-10-06T06:00:00.000Z");
});

test("elsewhere the store's own hours hold; and everywhere, where it has switched the table off", () => {
  assert.equal(allowed("2026-10-05T20:00:00Z", "DE"), "2026-10-06T06:00:00.000Z");
  assert.equal(allowed("2026-10-04T10:00:00Z", "DE"), "2026-10-04T10:00:00.000Z");
  assert.equal(allowed("2026-10-04T10:00:00Z", "FR", undefined, { legalHours: false }), "2026-10-04T10:00:00.000Z");
});

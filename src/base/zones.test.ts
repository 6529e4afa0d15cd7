import assert from "node:assert/strict";
import { test } from "node:test";
import { shownZone, zonesOf } from "./zones.ts";

test("a reader is shown the days of their country where it has one zone, else the store's", () => {
  assert.equal(shownZone("AT", "America/New_York"), "Europe/Vienna");
  assert.equal(shownZone("AU", "America/New_York"), "America/New_York");
  // Büsingen has a zone of its own, and its clocks are those of Berlin.
  assert.equal(shownZone("DE", "America/New_York"), "Europe/Berlin");
  assert.equal(shownZone("ES", "America/New_York"), "America/New_York");
  assert.equal(shownZone(undefined, "America/New_York"), "America/New_York");
  for (const country of ["nonsense", "at", "ZZ", ""]) assert.equal(shownZone(country, "America/New_York"), "America/New_York", country);
});

test("a country's zones, or the store's where it is unknown", () => {
  assert.deepEqual(zonesOf("NL", "UTC"), ["Europe/Amsterdam"]);
  assert.ok(zonesOf("US", "UTC").includes("America/New_York"));
  for (const unknown of [undefined, "", "XX", "germany"]) assert.deepEqual(zonesOf(unknown, "Europe/Berlin"), ["Europe/Berlin"]);
});

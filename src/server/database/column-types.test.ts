import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { InvariantError } from "../../base/errors.ts";
import { readInt8, readTimestamp } from "./column-types.ts";

const pad = (value: number, length: number): string => String(value).padStart(length, "0");

/** As PostgreSQL writes it: no trailing zeros in the fraction. */
function asPostgres(epochMs: number, microseconds: number): string {
  const [day, time] = new Date(epochMs).toISOString().slice(0, 23).split("T") as [string, string];
  const fraction = `${time.slice(9)}${pad(microseconds, 3)}`.replace(/0+$/, "");
  return `${day} ${time.slice(0, 8)}${fraction && `.${fraction}`}+00`;
}

test("every moment of the years 1 to 9999 is read to its millisecond", () => {
  const from = Date.parse("0001-01-01T00:00:00Z");
  const to = Date.parse("9999-12-31T23:59:59.999Z");
  fc.assert(
    fc.property(fc.integer({ min: from, max: to }), fc.integer({ min: 0, max: 999 }), (epochMs, microseconds) => {
      assert.equal(readTimestamp(asPostgres(epochMs, microseconds)), epochMs);
    }),
    { numRuns: 2_000 },
  );
});

test("a moment that is not one, or not in UTC, is refused rather than misread", () => {
  for (const text of ["infinity", "-infinity", "0044-03-15 12:00:00+00 BC", "2026-03-01 12:00:00+01", "10000-01-01 00:00:00+00", "2026-03-01"]) {
    assert.throws(() => readTimestamp(text), InvariantError, text);
  }
});

test("a bigint that JavaScript cannot hold is refused rather than rounded", () => {
  assert.equal(readInt8("-9007199254740991"), -9007199254740991);
  assert.throws(() => readInt8("9007199254740992"), InvariantError);
});

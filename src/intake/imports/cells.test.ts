import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatMoney, money } from "../../base/money.ts";
import { iso } from "../../base/time.ts";
import { type CellKind, readCell, readMoment } from "./cells.ts";

const said = (kind: CellKind, cell: string, currency: string | undefined = "EUR"): unknown => {
  const read = readCell(kind, cell, { zone: "Europe/Berlin", currency });
  return read.ok ? read.value : read.error.what;
};
const minor = (cell: string, currency?: string): unknown => (said("amount", cell, currency) as { minor?: number }).minor;

test("a moment has its own offset, or the store's zone", () => {
  const cases: [string, string | undefined][] = [
    ["2026-02-03T14:30:00+01:00", "2026-02-03T13:30:00.000Z"],
    ["2026-02-03 14:30:05 -0500", "2026-02-03T19:30:05.000Z"],
    ["2026-02-03T14:30:00.123Z", "2026-02-03T14:30:00.123Z"],
    ["2026-02-03 14:30:00 UTC", "2026-02-03T14:30:00.000Z"],
    ["2026-02-03 14:30", "2026-02-03T13:30:00.000Z"],
    ["2026-07-03 9:05", "2026-07-03T07:05:00.000Z"],
    ["2026-02-03", "2026-02-02T23:00:00.000Z"],
    ["03/02/2026", undefined],
    ["2026-02-30", undefined],
    ["2026-02-03 25:00", undefined],
    ["2026-02-03 +01:00", undefined],
    ["yesterday", undefined],
  ];
  for (const [text, expected] of cases) {
    const at = readMoment(text, "Europe/Berlin");
    assert.equal(at === undefined ? undefined : iso(at), expected, text);
  }
});

test("an amount is read as people write it, and never guessed", () => {
  for (const [cell, expected] of [["49.90", 4990], ["49,9", 4990], ["-3", -300], ["1.249,90", 124_990], ["1,249.90", 124_990], ["1,249,300", 124_930_000], ["1 249,90", 124_990], ["1'249.90", 124_990]] as const) assert.equal(minor(cell), expected, cell);
  for (const cell of ["1,249", "1.249", "12.345", "1,249,90", "1.2.3", "EUR 3", "", "12e3", "1,24,90.1"]) assert.equal(said("amount", cell), "is not an amount of EUR", cell);
  assert.deepEqual([minor("1.234", "KWD"), minor("1500", "JPY"), said("amount", "1.5", "JPY"), said("amount", "3", "")], [1_234, 1_500, "is not an amount of JPY", "has no currency"]);
});

test("what a currency formatter writes without its sign is read as the same amount, in either way of writing", () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.constantFrom("en", "de"), (cents, locale) => {
      const written = formatMoney(money(cents, "EUR"), locale).replaceAll(/[^\d.,-]/g, "");
      assert.equal(minor(written), cents);
    }),
  );
});

test("lines, flags, choices and lists are forgiving in how they are written", () => {
  assert.deepEqual(said("lines", "2 x Mug | Plate\n3 × Tea"), [
    { id: "1", title: "Mug", quantity: 2 },
    { id: "2", title: "Plate", quantity: 1 },
    { id: "3", title: "Tea", quantity: 3 },
  ]);
  assert.deepEqual([said("flag", "Yes"), said("flag", "0"), said("flag", "maybe")], [true, undefined, "is neither yes nor no"]);
  assert.deepEqual([said("choice", "Last Mile"), said("country", "de"), said("list", "a/b, c/d,")], ["last_mile", "DE", ["a/b", "c/d"]]);
  assert.equal(said("text", "a\0b"), "holds a NUL character");
});

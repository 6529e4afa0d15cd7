import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { PostalAddress } from "../../../intake/index.ts";
import { checkAddress } from "./check-address.ts";
import { COUNTRIES } from "./countries.ts";
import { ruleOf } from "./country-rule.ts";
import { isZeros, readPostalCode } from "./postal-code.ts";
import { fill, type Template } from "./template.ts";

const RUNS = { numRuns: 1_000 };

const country = fc.constantFrom(...Object.keys(COUNTRIES));

/** A code of this form. Separators are typed or not. */
function codeOf(template: Template): fc.Arbitrary<string> {
  const parts = template.positions.map((position) =>
    position.kind === "separator" ? fc.constantFrom(position.text, "", " ", "-") : fc.constantFrom(...position.allowed),
  );
  return fc.tuple(...parts).map((characters) => characters.join(""));
}

const typed = country.filter((code) => (ruleOf(code)?.templates.length ?? 0) > 0).chain((code) =>
  fc.constantFrom(...(ruleOf(code)?.templates ?? [])).chain((template) =>
    fc.tuple(codeOf(template), fc.constantFrom("upper", "lower"), fc.constantFrom("", `${code}-`)).map(([text, letters, prefix]) => ({
      code,
      text: prefix + (letters === "lower" ? text.toLowerCase() : text),
      withdrawn: template.withdrawn,
    })),
  ),
);

/** Words that the rules look for, in any place, beside arbitrary text. */
const words = fc.constantFrom(
  "10115", "1O115", "1067", "D-10115", "SW1A 1AA", "G1R3X7", "12207", "2207", "00907", "FO-100", "0872", "Berlin", "10115 Berlin", "Albany NY 12207", "NY", "CA", "Roma",
  "test", "-", "n/a", "🙂", "🙂 test", "10115 🙂", "P.O. Box 5", "Lindenweg 12", "a\u0000b", "\ud800", "", "UK", "00000",
);
const part = fc.oneof({ weight: 4, arbitrary: words }, { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) });
const optional = fc.option(part, { nil: undefined });
const anyAddress: fc.Arbitrary<PostalAddress> = fc
  .record({
    name: optional, company: optional, lines: fc.array(part, { maxLength: 4 }), city: optional, region: optional, postalCode: optional,
    country: fc.oneof({ weight: 3, arbitrary: fc.constantFrom("DE", "US", "GB", "CA", "DK", "AU", "IT", "SG") }, country, part, fc.constant(undefined)),
  })
  .map((fields) => Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== undefined)) as unknown as PostalAddress);

test("a code of a country's form is read however it is typed, and what it is printed as is its own spelling", () => {
  fc.assert(
    fc.property(typed, ({ code, text }) => {
      const rule = ruleOf(code);
      fc.pre(!isZeros(text.replace(`${code}-`, "")));
      assert.ok(rule);
      const reading = readPostalCode(text, rule);
      assert.ok(reading.kind === "fits", `${code} ${text}`);
      assert.deepEqual(readPostalCode(reading.code, rule), reading);
    }),
    RUNS,
  );
});

test("a printed code of a current form is fine", () => {
  fc.assert(
    fc.property(typed.filter(({ withdrawn }) => !withdrawn), ({ code, text }) => {
      const rule = ruleOf(code);
      const reading = rule && readPostalCode(text, rule);
      fc.pre(reading?.kind === "fits" && !reading.withdrawn);
      const { findings } = checkAddress({ lines: ["Old Road 5"], city: "Town", country: code, postalCode: reading?.kind === "fits" ? reading.code : "" });
      assert.deepEqual(findings.filter((found) => found.field === "postalCode" || found.level === "undeliverable"), []);
    }),
    RUNS,
  );
});

test("a suggestion, once taken, ends its finding and makes nothing worse", () => {
  fc.assert(
    fc.property(anyAddress, (address) => {
      const before = checkAddress(address);
      for (const { field, code, suggestion } of before.findings) {
        if (suggestion === undefined) continue;
        const after = checkAddress({ ...address, ...suggestion });
        assert.ok(!after.findings.some((found) => found.field === field && found.code === code), `${code} stays`);
        const worse = after.findings.filter(({ level }) => level === "undeliverable").map((found) => `${found.field} ${found.code}`);
        const bad = new Set(before.findings.filter(({ level }) => level === "undeliverable").map((found) => `${found.field} ${found.code}`));
        assert.deepEqual(worse.filter((found) => !bad.has(found)), [], `after ${code}`);
      }
    }),
    // A picture that stands for a word prints as none.
    { numRuns: 6_000, examples: [[{ lines: ["\u{1f21a}\u{3347a}"], country: "DE" }]] },
  );
});

test("any text in any field gives a check, the worst of its findings, the same each time", () => {
  fc.assert(
    fc.property(anyAddress, (address) => {
      const check = checkAddress(address);
      const levels = check.findings.map(({ level }) => level);
      assert.equal(check.level, (["undeliverable", "doubtful"] as const).find((level) => levels.includes(level)) ?? "fine");
      assert.deepEqual(checkAddress(address), check);
    }),
    RUNS,
  );
});

test("every form of every country can be filled", () => {
  for (const code of Object.keys(COUNTRIES)) {
    for (const template of ruleOf(code)?.templates ?? []) {
      const first = template.positions.map((position) => (position.kind === "character" ? position.allowed.charAt(0) : "")).join("");
      assert.ok(fill(template, first), code);
    }
  }
});

test("an address made to be expensive is judged in bounded work", () => {
  for (const unit of ["1", " ", "-", "O", "test ", "10115 ", "🙂", "\u0000", "a\u0301", "٣", "P.O. ", ", ", "ﷺ", "\ud83d"]) {
    const long = unit.repeat(20_000);
    for (const code of ["DE", "US", "GB", "FO"]) {
      checkAddress({ name: long, company: long, lines: [long, long], city: long, region: long, postalCode: long, country: code });
      checkAddress({ lines: Array.from({ length: 2_000 }, () => unit), city: "Town", country: code });
    }
    checkAddress({ lines: [], country: long });
  }
});

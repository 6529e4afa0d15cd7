import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isDmarc, parseDmarc } from "./dmarc.ts";
import { isAligned, organisationOf } from "./domains.ts";

test("a DMARC record's policy and alignment are read, with their defaults", () => {
  const read = (text: string) => {
    const parsed = parseDmarc(text);
    return parsed.ok ? Object.values(parsed.value) : parsed.error;
  };
  const cases: readonly (readonly [string, unknown])[] = [
    ["v=DMARC1; p=none", ["none", "none", "r", "r", false]],
    ["v=DMARC1; p=reject; rua=mailto:d@shop.example; fo=1; pct=100", ["reject", "reject", "r", "r", true]],
    ["v=DMARC1;p=Quarantine;sp=none;adkim=s;aspf=S;", ["quarantine", "none", "s", "s", false]],
    ["v=DMARC1; p=none; future=thing", ["none", "none", "r", "r", false]],
    ["v=DMARC1; rua=mailto:d@shop.example", "it has no policy (p=)"],
    ["v=DMARC1; p=monitor", "its policy p=monitor is none of none, quarantine, reject"],
    ["v=DMARC1; p=none; adkim=strict", "adkim=strict is neither r nor s"],
    ["v=DMARC1; p=none; p=reject", "the tag p stands twice"],
    ["v=DMARC1 p=none", "it has no policy (p=)"],
    ["v=DMARC1; p=none; oops", '"oops" is not a tag: write name=value, with ; between them'],
  ];
  for (const [text, expected] of cases) assert.deepEqual(read(text), expected, text);
});

test("a record of another kind at the same name is passed over", () => {
  assert.deepEqual(["v=DMARC1; p=none", "v = DMARC1 ;p=none", "v=dmarc1; p=none", "v=DMARC10; p=none", "v=spf1 -all", "p=none; v=DMARC1"].map(isDmarc), [true, true, false, false, false, false]);
});

test("any text at all is read or refused, however long", () => {
  const parts = fc.constantFrom("v=DMARC1", ";", "=", "p", "none", " ", "adkim=s", "\t", "é", "sp=");
  const any = fc.oneof(fc.string(), fc.array(parts, { maxLength: 40 }).map((all) => all.join("")));
  fc.assert(fc.property(any, (text) => {
    const parsed = parseDmarc(text);
    assert.ok(parsed.ok || parsed.error.length > 0);
    assert.equal(typeof isDmarc(text), "boolean");
  }));
  for (const part of [";", " ", "a=b;", "=", "v \t"]) {
    parseDmarc(part.repeat(500_000));
    isDmarc(`v${part.repeat(500_000)}`);
  }
});

test("relaxed alignment asks for one organisation by the public suffix list, strict for the same name", () => {
  const cases: readonly (readonly [string, string, boolean, boolean])[] = [
    ["shop.example", "shop.example", true, true],
    ["shop.example", "mail.shop.example", true, false],
    ["news.shop.co.uk", "bounce.shop.co.uk", true, false],
    ["shop.co.uk", "other.co.uk", false, false],
    ["shop.github.io", "other.github.io", false, false],
    ["shop.example", "notshop.example", false, false],
    ["localhost", "localhost", true, true],
  ];
  for (const [from, other, relaxed, strict] of cases) assert.deepEqual([isAligned("r", from, other), isAligned("s", from, other)], [relaxed, strict], `${from} and ${other}`);
  assert.equal(organisationOf("a.b.shop.com.au"), "shop.com.au");
});

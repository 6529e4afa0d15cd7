import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { countSpfLookups } from "./spf-lookups.ts";
import { isSpf, parseSpf, type SpfRecord } from "./spf.ts";
import { zones, type Zone } from "./testing.ts";

function recordOf(text: string): SpfRecord {
  const parsed = parseSpf(text);
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.error.join("; "));
  return parsed.value;
}

test("only a record that begins with v=spf1 and a space, or is that alone, is one of SPF", () => {
  assert.deepEqual(["v=spf1", "v=spf1 -all", "V=SPF1 -all", "v=spf10 -all", "v=spf1-all", " v=spf1", "google-site-verification=abc"].map(isSpf), [true, true, true, false, false, false, false]);
});

test("records as senders publish them are read", () => {
  for (const text of [
    "v=spf1 -all",
    "v=spf1 include:_spf.mail.example ~all",
    "v=spf1  ip4:192.0.2.0/24 ip4:198.51.100.7 ip6:2001:db8::/32 -all ",
    "v=spf1 a mx a:web.shop.example/28 mx/24//64 a//64 ?all",
    "v=spf1 +MX ptr exists:%{ir}.%{v}._spf.%{d2} redirect=_spf.shop.example",
    "v=spf1 include:%{d}.spf.mail.example exp=why.shop.example x-own=anything -all",
  ]) assert.ok(parseSpf(text).ok, text);
});

test("each mistake voids the record and is named", () => {
  const mistakes: readonly (readonly [string, RegExp])[] = [
    ["v=spf1 inculde:mail.example -all", /"inculde:mail.example" is not a mechanism/],
    ["v=spf1 include: -all", /"include:" names no domain/],
    ["v=spf1 include:localhost -all", /names no domain/],
    ["v=spf1 ip4:192.0.2.300 -all", /is not an IPv4 network/],
    ["v=spf1 ip4:192.0.2.0/33 -all", /is not an IPv4 network/],
    ["v=spf1 ip4:2001:db8::1 -all", /is not an IPv4 network/],
    ["v=spf1 ip6:192.0.2.1 -all", /is not an IPv6 network/],
    ["v=spf1 a:web.shop.example/40 -all", /impossible prefix length/],
    ["v=spf1 mx: -all", /names no domain/],
    ["v=spf1 192.0.2.1 -all", /is not a mechanism/],
    ["v=spf1 -all;", /is not a mechanism|something behind/],
    ["v=spf1 redirect=a.example redirect=b.example", /redirect stands twice/],
    ["v=spf1 include:a.example\u00a0-all", /names no domain/],
  ];
  for (const [text, expected] of mistakes) {
    const parsed = parseSpf(text);
    assert.match(parsed.ok ? "it was read" : parsed.error.join("; "), expected, text);
  }
});

test("what stands behind `all` is never read, nor is a redirect beside it", () => {
  const record = recordOf("v=spf1 mx -all include:late.example redirect=other.example");
  assert.deepEqual([record.mechanisms.map(({ name }) => name), record.redirect], [["mx", "all"], undefined]);
});

test("any text at all is read or refused", () => {
  const terms = fc.constantFrom("a", "mx", "include:", "ip4:", "%{", "}", "/", "//24", "=", ":", ".", "-", "all", "redirect=", " ", "é", "\n", "0");
  const any = fc.oneof(fc.string(), fc.array(terms, { maxLength: 40 }).map((parts) => parts.join("")));
  fc.assert(fc.property(any, (text) => {
    const parsed = parseSpf(`v=spf1 ${text}`);
    assert.ok(parsed.ok ? Array.isArray(parsed.value.mechanisms) : parsed.error.length > 0);
  }));
});

test("hostile texts take no longer than their length: a million letters are read", () => {
  for (const part of ["a-", "%{d}.", "a.", "/1", "-", "a:".padEnd(511, "a-") + " ", "x=" + "%{d".repeat(100) + " "]) {
    parseSpf(`v=spf1 include:${part.repeat(1_000_000 / part.length)}`);
  }
});

const counted = async (table: Readonly<Record<string, Zone>>, text: string) => {
  const { count, broken, open, unasked } = await countSpfLookups(zones(table), recordOf(text));
  return { count, broken, open, unasked };
};
const spf = (...terms: string[]): Zone => ({ txt: ["some-verification=1", ["v=spf1", ...terms].join(" ")] });
const none = { broken: [], open: [], unasked: [] };

test("lookups count through includes and redirects; addresses and all cost none", async () => {
  const table = { "a.example": spf("include:b.example", "ip4:192.0.2.1", "~all"), "b.example": spf("a", "mx", "ptr", "exists:%{i}.b.example", "-all") };
  assert.deepEqual(await counted(table, "v=spf1 ip4:192.0.2.1 include:a.example -all"), { count: 6, ...none });
  assert.deepEqual(await counted(table, "v=spf1 mx redirect=a.example"), { count: 7, ...none });
  assert.deepEqual(await counted({}, "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all"), { count: 0, ...none });
});

test("ten lookups are allowed and the eleventh ends the count, in one record, below it, or in a circle", async () => {
  const hosts = (count: number): string[] => Array.from({ length: count }, (_, index) => `a:h${index}.shop.example`);
  assert.equal((await counted({}, `v=spf1 ${hosts(10).join(" ")} -all`)).count, 10);
  assert.equal((await counted({}, `v=spf1 ${hosts(30).join(" ")} -all`)).count, 11);
  assert.equal((await counted({ "a.example": spf(...hosts(9), "-all") }, "v=spf1 include:a.example mx -all")).count, 11);
  assert.equal((await counted({ "a.example": spf("include:a.example") }, "v=spf1 include:a.example -all")).count, 11);
});

test("a name below that has no record, two, a wrong one or an open one is told; one that does not answer is not guessed", async () => {
  const table = { "two.example": { txt: ["v=spf1 -all", "v=spf1 ~all"] }, "wrong.example": spf("ip4:1"), "open.example": spf("+all"), "silent.example": { silent: true } };
  const { broken, open, unasked } = await counted(table, "v=spf1 include:gone.example include:two.example include:wrong.example include:open.example include:silent.example include:%{i}.m.example -all");
  assert.deepEqual(broken, ["gone.example has no SPF record", "two.example has 2 SPF records", 'the record of wrong.example is not valid: "ip4:1" is not an IPv4 network']);
  assert.deepEqual([open, unasked], [["open.example"], ["silent.example: no answer in time", "%{i}.m.example depends on the mail"]]);
});

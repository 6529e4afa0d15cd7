import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { PostalAddress } from "../../../intake/index.ts";
import { checkAddress } from "./check-address.ts";
import { ruleOf } from "./country-rule.ts";

/** What a line of the file says of a country or a region, in the fields that are read here. */
interface Entry {
  readonly key?: string;
  readonly require?: string;
  /** A pattern for the whole code. */
  readonly zip?: string;
  readonly zipex?: string;
  readonly sub_keys?: string;
  readonly sub_isoids?: string;
  readonly sub_zips?: string;
  readonly sub_zipexs?: string;
}

/** What we read otherwise than the file, each with its reason, counted by country where there are many. */
interface Misses {
  readonly examples: Readonly<Record<string, string>>;
  readonly counterExamples: Readonly<Record<string, { readonly accepted: number; readonly because: string }>>;
  readonly required: Readonly<Record<string, string>>;
  readonly regions: Readonly<Record<string, string>>;
}

const file = join(process.env["MAKEGOOD_REAL_INPUT"] ?? join(import.meta.dirname, "../../../../../shared/real-input"), "addresses/countryinfo.txt");
const absent = existsSync(file) ? false : `the postal rules to compare with are not here: ${file}`;
const expected = JSON.parse(readFileSync(new URL("./misses.json", import.meta.url), "utf8")) as Misses;

const entries = new Map<string, Entry>(
  (absent === false ? readFileSync(file, "utf8").split("\n") : []).flatMap((line): [string, Entry][] => {
    const [, id, text] = /^data\/([^=]+)=(\{.*\})$/.exec(line) ?? [];
    return id === undefined || text === undefined ? [] : [[id, JSON.parse(text) as Entry]];
  }),
);
const countries = [...entries].filter(([id]) => /^[A-Z]{2}$/.test(id) && id !== "ZZ").map(([country, entry]) => ({ country, ...entry }));
const examples = countries.flatMap(({ country, zipex }) => (zipex?.split(",") ?? []).map((code) => ({ country, code })));

const address = (country: string, postalCode: string, more: Partial<PostalAddress> = {}): PostalAddress =>
  ({ lines: ["Old Road 5"], city: "Town", region: "Shire", country, postalCode, ...more });

/** What the check says of the postal code and nothing else. */
function levelOf(judged: PostalAddress): "fine" | "doubtful" | "undeliverable" {
  const found = checkAddress(judged).findings.filter(({ code }) => code.startsWith("postal_code"));
  return (["undeliverable", "doubtful"] as const).find((level) => found.some((one) => one.level === level)) ?? "fine";
}

test("every example of a country's postal codes is fine, but for those in the table of misses", { skip: absent }, (t) => {
  const misses = examples.filter(({ country, code }) => levelOf(address(country, code)) !== "fine").map(({ country, code }) => `${country} ${code} ${levelOf(address(country, code))}`);
  t.diagnostic(`${examples.length - misses.length} of ${examples.length} examples of ${new Set(examples.map(({ country }) => country)).size} countries are fine`);
  for (const miss of misses) t.diagnostic(miss);
  assert.deepEqual(misses.toSorted(), Object.keys(expected.examples).toSorted());
});

/** A pattern without its blanks and hyphens, which people leave out. */
function withoutSeparators(pattern: string): string {
  return pattern.replace(/\[[^\]]*\]\??|[ -]\??/g, (token) => (/[^[\] \\?-]/.test(token) ? token : ""));
}

/** Codes that do not fit a country's pattern, nor would without what people leave out or put between: foreign ones, and slips of its own. */
function counterExamples(entry: { readonly country: string; readonly zip?: string; readonly zipex?: string }): readonly string[] {
  const pattern = new RegExp(`^(?:${entry.zip})$`);
  const own = entry.zipex?.split(",") ?? [];
  const slips = own.flatMap((code) => {
    const digit = code.search(/\d(?=\D*$)/);
    if (digit < 0) return [];
    return [code.slice(0, digit) + code.slice(digit + 1), `${code}7`, `${code.slice(0, digit)}X${code.slice(digit + 1)}`];
  });
  const barePattern = new RegExp(`^(?:${withoutSeparators(entry.zip ?? "")})$`);
  const candidates = [...new Set([...examples.map(({ code }) => code), ...slips])];
  return candidates.filter((code) => [code, code.replace(/[ -]/g, "")].every((typed) => !pattern.test(typed) && !barePattern.test(typed)));
}

test("what is no postal code of a country is not fine there, but for what the table of misses explains", { skip: absent }, (t) => {
  const seen = { required: { fine: 0, doubtful: 0, undeliverable: 0 }, optional: { fine: 0, doubtful: 0, undeliverable: 0 }, none: { fine: 0, doubtful: 0, undeliverable: 0 } };
  const accepted: Record<string, number> = {};
  for (const entry of countries.filter(({ zip, zipex }) => zip !== undefined && zipex !== undefined)) {
    for (const code of counterExamples(entry)) {
      const level = levelOf(address(entry.country, code));
      seen[ruleOf(entry.country)?.postalCode ?? "none"][level] += 1;
      if (level === "fine") accepted[entry.country] = (accepted[entry.country] ?? 0) + 1;
    }
  }
  t.diagnostic(`counter-examples, by whether the country requires a code: ${JSON.stringify(seen)}`);
  t.diagnostic(JSON.stringify(accepted));
  assert.deepEqual(accepted, Object.fromEntries(Object.entries(expected.counterExamples).map(([country, miss]) => [country, miss.accepted])));
});

const FIELDS = { A: "lines", C: "city", S: "region", Z: "postalCode" } as const;

test("a part that a country requires is missed, and what it does not require is not", { skip: absent }, (t) => {
  const misses: string[] = [];
  let judged = 0;
  for (const { country, require = "AC", zipex } of countries) {
    const whole = address(country, zipex?.split(",")[0] ?? "");
    for (const [letter, field] of Object.entries(FIELDS)) {
      const { findings } = checkAddress({ ...whole, [field]: field === "lines" ? [] : "" });
      const isMissed = findings.some((found) => found.field === field && found.level !== "fine");
      judged += 1;
      if (isMissed !== require.includes(letter)) misses.push(`${country} ${field} ${isMissed ? "is required here" : "is not required here"}`);
    }
  }
  t.diagnostic(`${judged - misses.length} of ${judged} parts of ${countries.length} countries are required as the file says`);
  for (const miss of misses) t.diagnostic(miss);
  assert.deepEqual(misses.toSorted(), Object.keys(expected.required).toSorted());
});

/** The regions of a country with an example of their postal codes and the pattern that these begin with. */
function regionsOf({ sub_keys = "", sub_isoids = "", sub_zips = "", sub_zipexs = "" }: Entry): readonly { region: string; beginning: RegExp; code: string }[] {
  const [isoCodes, patterns, codes] = [sub_isoids, sub_zips, sub_zipexs].map((list) => list.split("~"));
  return sub_keys.split("~").flatMap((key, index) => {
    const code = codes?.[index]?.split(/[,:]/)[0] ?? "";
    return code === "" ? [] : [{ region: isoCodes?.[index] || key, beginning: new RegExp(`^(?:${patterns?.[index]})`), code }];
  });
}

/** Countries whose regions we know by their postal codes. */
const JUDGED = ["AU", "BR", "CA", "ES", "IT", "MX", "US"];

test("a region's postal code goes with it and with no other, but for those in the table of misses", { skip: absent }, (t) => {
  const misses: string[] = [];
  let pairs = 0;
  for (const { country, ...entry } of countries.filter((one) => JUDGED.includes(one.country))) {
    const regions = regionsOf(entry);
    for (const { region, code } of regions) {
      const others = regions.filter((other) => other.region !== region && !other.beginning.test(code));
      pairs += 1 + others.length;
      if (levelOf(address(country, code, { region })) !== "fine") misses.push(`${country} ${code} is not fine in ${region}`);
      misses.push(...others.filter((other) => levelOf(address(country, code, { region: other.region })) === "fine").map((other) => `${country} ${code} is fine in ${other.region}`));
    }
  }
  t.diagnostic(`${pairs - misses.length} of ${pairs} pairs of region and postal code in ${JUDGED.join(", ")} are judged as the file says`);
  const others = countries.filter(({ country, sub_zips }) => sub_zips !== undefined && !JUDGED.includes(country));
  t.diagnostic(`not judged: ${others.map(({ country }) => country).join(", ")}`);
  for (const miss of misses) t.diagnostic(miss);
  assert.deepEqual(misses.toSorted(), Object.keys(expected.regions).toSorted());
});

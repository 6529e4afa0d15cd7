import { LENIENT } from "./regions-lenient.ts";
import { STRICT } from "./regions-strict.ts";

/** A state or province, as far as postal codes know it. */
interface Region {
  /** ISO 3166-2 without the country. */
  readonly code: string;
  /** Every code and name it goes by, folded. */
  readonly spellings: ReadonlySet<string>;
  /** First and last beginning of its postal codes, of equal length; both inclusive. */
  readonly beginnings: readonly (readonly [first: string, last: string])[];
  readonly neighbours: ReadonlySet<string>;
}

/** The regions of a country, and whether carriers refuse a label whose region and postal code disagree. */
interface RegionRule {
  readonly strict: boolean;
  readonly regions: readonly Region[];
}

/** Whether a postal code lies in a region; `beside` in a neighbouring one, or where the region is of no weight. */
export type Agreement = "agrees" | "beside" | "elsewhere";

const rules = new Map(
  [...Object.entries(STRICT).map((entry) => [true, ...entry] as const), ...Object.entries(LENIENT).map((entry) => [false, ...entry] as const)].map(
    ([strict, country, written]): [string, RegionRule] => [country, { strict, regions: written.trim().split("\n").map(readRegion) }],
  ),
);

/** Whether we know every region of the country, and carriers refuse a label with another. */
export function isStrict(country: string): boolean {
  return rules.get(country)?.strict === true;
}

/** The region's code, from its code or one of its names; undefined for none that we know. */
export function findRegion(country: string, text: string): string | undefined {
  const spelling = fold(text);
  const plain = fold(text.replace(/^[A-Za-z]{2}-/, (prefix) => (prefix.toUpperCase() === `${country}-` ? "" : prefix)));
  return rules.get(country)?.regions.find(({ spellings }) => spellings.has(spelling) || spellings.has(plain))?.code;
}

/** The one region that a postal code can lie in; undefined where several share its beginning. */
export function regionOfCode(country: string, postalCode: string): string | undefined {
  const [only, ...others] = rules.get(country)?.regions.filter((region) => holds(region, postalCode)) ?? [];
  return others.length === 0 ? only?.code : undefined;
}

/** Whether a printed postal code and a region's code go together. A code that no region claims agrees with each. */
export function agreement(country: string, regionCode: string, postalCode: string): Agreement {
  const rule = rules.get(country);
  const homes = rule?.regions.filter((region) => holds(region, postalCode)) ?? [];
  if (rule === undefined || homes.length === 0 || homes.some(({ code }) => code === regionCode)) return "agrees";
  if (!rule.strict) return "beside";
  return homes.some(({ neighbours }) => neighbours.has(regionCode)) ? "beside" : "elsewhere";
}

function holds(region: Region, postalCode: string): boolean {
  return region.beginnings.some(([first, last]) => {
    const beginning = postalCode.slice(0, first.length);
    return beginning >= first && beginning <= last;
  });
}

/** `NY | New York | 005 063 100-149 | CT MA`: codes, names, beginnings, neighbours. */
function readRegion(line: string): Region {
  const [codes = "", names = "", beginnings = "", neighbours = ""] = line.split("|").map((part) => part.trim());
  const [code = "", ...otherCodes] = codes.split(",");
  return {
    code,
    spellings: new Set([code, ...otherCodes, ...names.split(", ")].map(fold)),
    beginnings: beginnings.split(" ").map((span) => {
      const [first = "", last = first] = span.split("-");
      return [first, last];
    }),
    neighbours: new Set(neighbours.split(" ")),
  };
}

/** Letters and digits alone, upper case, without accents: how a name is compared. */
function fold(text: string): string {
  return text.normalize("NFKD").toUpperCase().replace(/[^\p{L}\p{Nd}]/gu, "");
}

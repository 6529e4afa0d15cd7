import { COUNTRIES, CODES_OF_TERRITORIES, PREFIXES } from "./countries.ts";
import { readTemplate, type Template } from "./template.ts";

/** The postal rules of a country. */
export interface CountryRule {
  /** ISO 3166-1 alpha-2; XK, AC and TA by usage. */
  readonly country: string;
  /** Whether a town must be named; `orRegion` where the district or parish will do. */
  readonly city: "required" | "orRegion" | "optional";
  /** `required`: parcels are sorted by it. `optional`: it exists and is often left out. `none`: what stands there is ignored. */
  readonly postalCode: "required" | "optional" | "none";
  /** Labels name the state or province. */
  readonly regionOnLabel: boolean;
  /** Nearly every address has a house number. */
  readonly houseNumbers: boolean;
  /** Mail goes to boxes, and couriers telephone: a box is no sign of a mistake. */
  readonly boxes: boolean;
  readonly templates: readonly Template[];
  /** What is written before a code for the country: `DE`, `D`. */
  readonly prefixes: readonly string[];
  /** Countries in the postal sense of their own that people write as a part of this one. */
  readonly territories: readonly string[];
}

const rules = new Map(Object.entries(COUNTRIES).map(([country, written]) => [country, readRule(country, written)]));

/** The rules of a country; undefined for what is none. */
export function ruleOf(country: string): CountryRule | undefined {
  return rules.get(country);
}

function readRule(country: string, written: string): CountryRule {
  const [flags = "", ...forms] = written.split(/ (.*)/s);
  const templates = forms.join("").split(",").filter((form) => form !== "").map(readTemplate);
  return {
    country,
    city: flags.includes("C") ? "required" : flags.includes("c") ? "orRegion" : "optional",
    postalCode: templates.length === 0 ? "none" : flags.includes("Z") ? "required" : "optional",
    regionOnLabel: flags.includes("R"),
    houseNumbers: flags.includes("h"),
    boxes: flags.includes("b"),
    templates,
    prefixes: [country, ...(PREFIXES[country]?.split(" ") ?? [])],
    territories: CODES_OF_TERRITORIES[country]?.split(" ") ?? [],
  };
}

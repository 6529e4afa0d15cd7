import type { PostalAddress } from "../../../intake/index.ts";
import { codeFindings } from "./code-findings.ts";
import { ruleOf, type CountryRule } from "./country-rule.ts";
import { ALIASES } from "./countries.ts";
import { labelFindings } from "./label-findings.ts";
import { finding, stated, type AddressCheck, type AddressFinding } from "./model.ts";
import { regionFindings } from "./region-findings.ts";
import { hasNumber, isFiller, namesBox } from "./text.ts";

/**
 * Judges a shipping address by the postal rules of its country, before a label is bought.
 * Total: any text gives a check. A good address must pass: what cannot be known from rules alone (whether the street
 * exists) is not judged, and what is only unusual is `doubtful`, which no customer hears of.
 */
export function checkAddress(address: PostalAddress): AddressCheck {
  const { rule, findings } = judgeCountry(address);
  const all = [
    ...findings,
    ...streetFindings(address, rule),
    ...cityFindings(address, rule),
    ...(rule ? codeFindings(address, rule) : []),
    ...(rule ? regionFindings(address, rule) : []),
    ...labelFindings(address),
  ];
  return { level: worst(all), findings: all };
}

function worst(findings: readonly AddressFinding[]): AddressCheck["level"] {
  const levels = new Set(findings.map(({ level }) => level));
  if (levels.has("undeliverable")) return "undeliverable";
  return levels.has("doubtful") ? "doubtful" : "fine";
}

/** The rules to judge by: those of the country that is meant, where it is written in an obvious other way. */
function judgeCountry(address: PostalAddress): { readonly rule?: CountryRule; readonly findings: readonly AddressFinding[] } {
  const written = stated(address.country);
  if (written === undefined) return { findings: [finding("undeliverable", "country", "country_missing")] };
  const country = written.toUpperCase();
  const meant = ALIASES[country] ?? country;
  const rule = ruleOf(meant);
  if (rule === undefined) return { findings: [finding("undeliverable", "country", "country_unknown")] };
  return { rule, findings: meant === address.country ? [] : [finding("fine", "country", "country_spelling", { country: meant })] };
}

function streetFindings({ lines }: PostalAddress, rule: CountryRule | undefined): readonly AddressFinding[] {
  const street = lines.map(stated).filter((line) => line !== undefined);
  if (street.length === 0) return [finding("undeliverable", "lines", "street_missing")];
  if (street.every(isFiller)) return [finding("undeliverable", "lines", "street_placeholder")];
  return [
    ...(rule?.houseNumbers === true && !hasNumber(street) ? [finding("doubtful", "lines", "house_number_missing")] : []),
    ...(rule?.boxes !== true && street.some(namesBox) ? [finding("doubtful", "lines", "po_box")] : []),
  ];
}

function cityFindings(address: PostalAddress, rule: CountryRule | undefined): readonly AddressFinding[] {
  const city = stated(address.city);
  const isNeeded = rule?.city === "required" || (rule?.city === "orRegion" && stated(address.region) === undefined);
  if (!isNeeded) return [];
  if (city === undefined) return [finding("undeliverable", "city", "city_missing")];
  return isFiller(city) ? [finding("undeliverable", "city", "city_placeholder")] : [];
}

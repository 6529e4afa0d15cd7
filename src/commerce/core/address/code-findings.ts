import type { PostalAddress } from "../../../intake/index.ts";
import { ruleOf, type CountryRule } from "./country-rule.ts";
import { codesAmongWords, isName, misplacedCodes } from "./misplaced-code.ts";
import { finding, stated, type AddressFinding } from "./model.ts";
import { isZeros, readPostalCode } from "./postal-code.ts";
import { agreement, findRegion } from "./region.ts";
import { isFiller } from "./text.ts";

/** Whether the postal code is there and has a form that the country knows. */
export function codeFindings(address: PostalAddress, rule: CountryRule): readonly AddressFinding[] {
  if (rule.postalCode === "none") return [];
  const written = stated(address.postalCode);
  if (written === undefined || isFiller(written) || isZeros(written)) return missing(address, rule, written !== undefined);
  const reading = readPostalCode(written, rule);
  if (reading.kind === "misfit") return [misfit(address, rule, written, reading.repairs)];
  if (reading.withdrawn) return [finding("doubtful", "postalCode", "postal_code_withdrawn")];
  return reading.code === address.postalCode ? [] : [finding("fine", "postalCode", "postal_code_spelling", { postalCode: reading.code })];
}

function missing(address: PostalAddress, rule: CountryRule, isThere: boolean): readonly AddressFinding[] {
  const suggestion = only(misplacedCodes(address, rule).filter((taken) => goesWithRegion(address, rule, taken.postalCode)));
  if (suggestion !== undefined) return [finding("doubtful", "postalCode", "postal_code_misplaced", suggestion)];
  if (rule.postalCode === "optional") return [];
  return [finding("undeliverable", "postalCode", isThere ? "postal_code_placeholder" : "postal_code_missing")];
}

function misfit(address: PostalAddress, rule: CountryRule, written: string, repairs: readonly string[]): AddressFinding {
  const repaired = only(repairs.filter((code) => goesWithRegion(address, rule, code)));
  if (repaired !== undefined) return finding("doubtful", "postalCode", "postal_code_repaired", { postalCode: repaired });
  const moved = only([...swapped(address, rule), ...codesAmongWords(written, rule).map((postalCode) => ({ postalCode }))]
    .filter((taken) => goesWithRegion(address, rule, taken.postalCode)));
  if (moved !== undefined) return finding("doubtful", "postalCode", "postal_code_misplaced", moved);
  const territory = only(rule.territories.filter((country) => fits(written, country)));
  if (territory !== undefined) return finding("doubtful", "country", "postal_code_of_territory", { country: territory });
  return finding(rule.postalCode === "required" ? "undeliverable" : "doubtful", "postalCode", "postal_code_misfit");
}

/** The town in the field of the code, and the code in the field of the town. */
function swapped(address: PostalAddress, rule: CountryRule): readonly { readonly postalCode: string; readonly city: string }[] {
  const reading = readPostalCode(stated(address.city) ?? "", rule);
  const town = stated(address.postalCode) ?? "";
  return reading.kind === "fits" && isName(town) ? [{ postalCode: reading.code, city: town }] : [];
}

function fits(written: string, country: string): boolean {
  const rule = ruleOf(country);
  return rule !== undefined && readPostalCode(written, rule).kind === "fits";
}

/** A code that lies in another state is no obvious repair. */
function goesWithRegion(address: PostalAddress, rule: CountryRule, code: string | undefined): boolean {
  const region = findRegion(rule.country, stated(address.region) ?? "");
  return code !== undefined && (region === undefined || agreement(rule.country, region, code) === "agrees");
}

/** The one there is; undefined when there are several, because then none is obvious. */
function only<T>(several: readonly T[]): T | undefined {
  return several.length === 1 ? several[0] : undefined;
}

import type { PostalAddress } from "../../../intake/index.ts";
import type { CountryRule } from "./country-rule.ts";
import { finding, stated, type AddressFinding } from "./model.ts";
import { readPostalCode } from "./postal-code.ts";
import { agreement, findRegion, isStrict, regionOfCode } from "./region.ts";
import { isFiller } from "./text.ts";

/** Whether the state or province is there, known, and the one that the postal code lies in. */
export function regionFindings(address: PostalAddress, rule: CountryRule): readonly AddressFinding[] {
  const written = stated(address.region);
  const reading = readPostalCode(stated(address.postalCode) ?? "", rule);
  const code = reading.kind === "fits" ? reading.code : undefined;
  const ofCode = code === undefined ? undefined : regionOfCode(rule.country, code);
  const suggestion = ofCode === undefined ? undefined : { region: ofCode };
  if (written === undefined || isFiller(written)) return missing(rule, suggestion);
  const region = findRegion(rule.country, written);
  if (region === undefined) return isStrict(rule.country) ? [finding("doubtful", "region", "region_unknown", suggestion)] : [];
  if (code === undefined) return [];
  switch (agreement(rule.country, region, code)) {
    case "agrees":
      return [];
    case "beside":
      return [finding("doubtful", "postalCode", "postal_code_beside")];
    case "elsewhere":
      return [finding("undeliverable", "postalCode", "postal_code_elsewhere")];
  }
}

/** Where the postal code tells the region, nobody needs to be asked. */
function missing(rule: CountryRule, suggestion: Partial<PostalAddress> | undefined): readonly AddressFinding[] {
  if (rule.regionOnLabel) return [finding("doubtful", "region", "region_missing", suggestion)];
  return suggestion === undefined ? [] : [finding("fine", "region", "region_from_code", suggestion)];
}

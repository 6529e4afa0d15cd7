import type { PostalAddress } from "../../../intake/index.ts";

/**
 * What an address is to the parcel.
 * `undeliverable`: the customer is asked. `doubtful`: staff alone are told. `fine`: a label can be bought.
 */
export type AddressLevel = "fine" | "doubtful" | "undeliverable";

export type AddressField = keyof PostalAddress;

/** What was found, and what a person should do about it. A closed list; no text ever quotes the address: it is personal. */
export const ADVICE = {
  country_missing: "Ask the customer for the country.",
  country_unknown: "Ask the customer for the country; this is no code of ISO 3166-1.",
  country_spelling: "Write the country's code as suggested.",
  street_missing: "Ask the customer for the street and house number.",
  street_placeholder: "Ask the customer for the street and house number; what stands there is filler text.",
  house_number_missing: "Look whether the street has a house number; in this country nearly every address does.",
  po_box: "Check that the carrier delivers to boxes and parcel stations; most take parcels to a street address only.",
  city_missing: "Ask the customer for the town.",
  city_placeholder: "Ask the customer for the town; what stands there is filler text.",
  region_missing: "Add the state or province; labels in this country need it.",
  region_unknown: "Look up the state or province; this is none that the country has.",
  region_from_code: "The postal code names the state or province: take it over where the label has room for it.",
  postal_code_missing: "Ask the customer for the postal code.",
  postal_code_placeholder: "Ask the customer for the postal code; what stands there is filler text.",
  postal_code_misplaced: "The postal code stands in another field: move it as suggested.",
  postal_code_misfit: "Ask the customer for the postal code; this country has none of this form.",
  postal_code_repaired: "The postal code has a slip with one likely repair: compare the suggestion with the town.",
  postal_code_spelling: "Print the postal code as suggested.",
  postal_code_withdrawn: "Look up the current postal code; this form is out of use.",
  postal_code_of_territory: "The postal code belongs to a territory with a country code of its own: take that code.",
  postal_code_elsewhere: "Ask the customer which is right: the postal code lies in another state or province.",
  postal_code_beside: "Compare the postal code with the state or province: it usually lies in another one.",
  too_long: "Shorten it or move a part to a free line: labels of the common carriers hold 35 characters a line.",
  unprintable: "Take the suggestion: labels print neither emoji nor control characters.",
  damaged: "Look the text up at the shop: a character was lost on the way.",
} as const satisfies Readonly<Record<string, string>>;

export type AddressFindingCode = keyof typeof ADVICE;

export interface AddressFinding {
  readonly field: AddressField;
  readonly code: AddressFindingCode;
  readonly level: AddressLevel;
  /** What a person should do: a sentence of `ADVICE`. */
  readonly advice: string;
  /** The fields that take this mistake away, whole. Present only where exactly one repair fits. Personal. */
  readonly suggestion?: Partial<PostalAddress>;
}

export interface AddressCheck {
  /** The worst level of the findings. */
  readonly level: AddressLevel;
  readonly findings: readonly AddressFinding[];
}

export function finding(level: AddressLevel, field: AddressField, code: AddressFindingCode, suggestion?: Partial<PostalAddress>): AddressFinding {
  return { field, code, level, advice: ADVICE[code], ...(suggestion && { suggestion }) };
}

/** Text that is longer is judged by its beginning: no real part of an address comes near, and the work stays bounded. */
const JUDGED_CHARACTERS = 1_000;

/** A part as the shop recorded it, without the blanks around it; absent when nothing is in it. */
export function stated(part: string | undefined): string | undefined {
  const text = part?.slice(0, JUDGED_CHARACTERS).trim();
  return text === "" ? undefined : text;
}

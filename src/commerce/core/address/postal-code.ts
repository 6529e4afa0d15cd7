import type { CountryRule } from "./country-rule.ts";
import { fill, fillLookalikes } from "./template.ts";

/** How a text reads as a postal code of a country. `code` is as the country prints it. */
export type CodeReading =
  | { readonly kind: "fits"; readonly code: string; readonly withdrawn: boolean }
  /** It fits none of the country's forms; each of these would, after one common slip is put right. */
  | { readonly kind: "misfit"; readonly repairs: readonly string[] };

/** Longer than any code with its country's prefix and separators. */
const LONGEST = 24;

/** What people put between the characters: blanks, every hyphen, dots, and Japan's long vowel mark and postal mark. */
const SEPARATORS = /[\s\p{Pd}\p{Cf}._/\u2212\u30fc\u3012]/gu;

/** The characters that count: upper case, half width, digits of any script as ASCII, nothing in between. */
function charactersOf(text: string): string {
  const plain = text.normalize("NFKC").toUpperCase().replace(SEPARATORS, "");
  return plain.replace(/\p{Nd}/gu, (digit) => String(valueOf(digit)));
}

/** Digits of every script stand in unbroken runs of ten that begin with its zero (Unicode, section 4.6). */
function valueOf(digit: string): number {
  const point = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(point - value - 1))) value += 1;
  return value;
}

/** A row of zeros is what people type where a shop insists on a code; no country has given it out. */
export function isZeros(text: string): boolean {
  return /^[0\s-]+$/.test(text);
}

/** Reads a postal code as people type it: any case, separators anywhere, with or without the country before it. */
export function readPostalCode(text: string, rule: CountryRule): CodeReading {
  if (text.length > LONGEST * 2) return { kind: "misfit", repairs: [] };
  const characters = charactersOf(text);
  return fitting(characters, rule) ?? withoutPrefix(characters, rule) ?? { kind: "misfit", repairs: repairsOf(characters, rule) };
}

function fitting(characters: string, rule: CountryRule): CodeReading | undefined {
  for (const template of rule.templates) {
    const code = fill(template, characters);
    if (code !== undefined && !isZeros(code)) return { kind: "fits", code, withdrawn: template.withdrawn };
  }
  return undefined;
}

/** `D-10115`, `CH-8001`, `FL-9490`: the country's letters before the code, as on older envelopes. */
function withoutPrefix(characters: string, rule: CountryRule): CodeReading | undefined {
  const prefixes = rule.prefixes.filter((prefix) => characters.startsWith(prefix));
  return prefixes.map((prefix) => fitting(characters.slice(prefix.length), rule)).find((reading) => reading !== undefined);
}

/** Lookalikes put right, or the leading zero that spreadsheets drop; what is not the country's own form is no repair. */
function repairsOf(characters: string, rule: CountryRule): readonly string[] {
  const current = rule.templates.filter(({ withdrawn }) => !withdrawn);
  const zeroLost = /^\d+$/.test(characters) ? [`0${characters}`] : [];
  const repaired = current.flatMap((template) => [
    fillLookalikes(template, characters),
    ...zeroLost.map((whole) => fill(template, whole)),
  ]);
  return [...new Set(repaired.filter((code) => code !== undefined).filter((code) => !isZeros(code)))];
}

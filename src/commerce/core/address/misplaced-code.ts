import type { PostalAddress } from "../../../intake/index.ts";
import type { CountryRule } from "./country-rule.ts";
import { stated } from "./model.ts";
import { readPostalCode } from "./postal-code.ts";
import { isFiller, printable } from "./text.ts";

/** A postal code found inside a text, and the text without it. */
interface Found {
  readonly code: string;
  readonly rest: string;
}

/** `SW1A 1AA` is two words; no country prints three. */
const WORDS_OF_A_CODE = 2;
/** A line that is nothing but a shorter number is a flat or a gate more often than a postal code. */
const LEAST_ALONE = 5;

/** Longer texts and more lines hold no town and its code alone. */
const LONGEST_TEXT = 100;
const MOST_LINES = 20;

/** The ways in which the missing postal code can be taken from the other fields. */
export function misplacedCodes(address: PostalAddress, rule: CountryRule): readonly Partial<PostalAddress>[] {
  const inCity = codesIn(address.city, rule).filter(({ rest }) => isName(rest)).map(({ code, rest }) => ({ postalCode: code, city: rest }));
  const lines = address.lines.length > MOST_LINES ? [] : address.lines;
  const first = lines.findIndex((line) => printable(line) !== "");
  return [...inCity, ...lines.flatMap((line, index) => (index <= first ? [] : codesInLine(address, line, index, rule)))];
}

/** A code among other words of the postal code's own field: `10115 Berlin`. */
export function codesAmongWords(text: string, rule: CountryRule): readonly string[] {
  return [...new Set(codesIn(text, rule).filter(({ rest }) => isName(rest)).map(({ code }) => code))];
}

/** From the second line on: the first begins with a house number in half of the world. The line goes, because nothing else is in it. */
function codesInLine(address: PostalAddress, line: string, index: number, rule: CountryRule): readonly Partial<PostalAddress>[] {
  const city = stated(address.city);
  const others = address.lines.toSpliced(index, 1);
  if (others.map(stated).every((other) => other === undefined || isFiller(other))) return [];
  return codesIn(line, rule).flatMap(({ code, rest }) => {
    const isTown = isName(rest) && (city === undefined || rest.toLowerCase() === city.toLowerCase());
    if (!isTown && (rest !== "" || code.length < LEAST_ALONE)) return [];
    return [{ postalCode: code, lines: others, ...(city === undefined && rest !== "" && { city: rest }) }];
  });
}

/** Codes at the beginning or the end of a text, as whole words. */
function codesIn(text: string | undefined, rule: CountryRule): readonly Found[] {
  if (text === undefined || text.length > LONGEST_TEXT) return [];
  const words = printable(text).split(/[\s,;]/).filter((word) => word !== "");
  const found: Found[] = [];
  for (let taken = 1; taken <= Math.min(WORDS_OF_A_CODE, words.length); taken += 1) {
    const atStart = readPostalCode(words.slice(0, taken).join(" "), rule);
    if (atStart.kind === "fits") found.push({ code: atStart.code, rest: words.slice(taken).join(" ") });
    if (taken === words.length) continue;
    const atEnd = readPostalCode(words.slice(-taken).join(" "), rule);
    if (atEnd.kind === "fits") found.push({ code: atEnd.code, rest: words.slice(0, -taken).join(" ") });
  }
  return found;
}

/** What is left must be a town's name: letters, no number, no filler. */
export function isName(text: string): boolean {
  return /\p{L}/u.test(text) && !/\p{N}/u.test(text) && !isFiller(text);
}

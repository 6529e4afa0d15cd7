/** One position of a postal code: the characters that may stand there, or what is printed between two of them. */
type Position = { readonly kind: "character"; readonly allowed: string } | { readonly kind: "separator"; readonly text: string };

/** The form of a country's postal codes. Matching walks it once, so its work is bounded by its length whatever the text. */
export interface Template {
  readonly positions: readonly Position[];
  /** How many characters a code has, not counting separators. */
  readonly length: number;
  /** An older form that is out of use and still seen. */
  readonly withdrawn: boolean;
}

const DIGITS = "0123456789";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * Reads a template: `#` is a digit, `@` a letter, `*` either, `[A-FK]` one of these, a blank or hyphen is printed and
 * need not be typed, anything else stands for itself. `~` before it marks a withdrawn form.
 */
export function readTemplate(written: string): Template {
  const withdrawn = written.startsWith("~");
  const tokens = written.slice(withdrawn ? 1 : 0).match(/\[[^\]]+\]|./g) ?? [];
  const positions = tokens.map((token): Position => {
    if (token === " " || token === "-") return { kind: "separator", text: token };
    return { kind: "character", allowed: allowedBy(token) };
  });
  return { positions, length: positions.filter(({ kind }) => kind === "character").length, withdrawn };
}

function allowedBy(token: string): string {
  if (token === "#") return DIGITS;
  if (token === "@") return LETTERS;
  if (token === "*") return DIGITS + LETTERS;
  if (!token.startsWith("[")) return token;
  return token.slice(1, -1).replace(/(.)-(.)/g, (_, first: string, last: string) => {
    const all = DIGITS + LETTERS;
    return all.slice(all.indexOf(first), all.indexOf(last) + 1);
  });
}

/** The code as the country prints it, when these characters fit the template. */
export function fill(template: Template, characters: string): string | undefined {
  return walk(template, characters, (character, allowed) => (allowed.includes(character) ? character : undefined));
}

/** What people type for what they read: letters for the digits that look like them, and the other way round. */
const LOOKALIKES: Readonly<Record<string, string>> = { O: "0", I: "1", L: "1", "|": "1", "0": "O", "1": "I" };

/** The same with lookalikes put right: the letter O where a digit must stand. */
export function fillLookalikes(template: Template, characters: string): string | undefined {
  return walk(template, characters, (character, allowed) => {
    const meant = LOOKALIKES[character] ?? "";
    return [character, meant].find((candidate) => candidate !== "" && allowed.includes(candidate));
  });
}

function walk(template: Template, characters: string, choose: (character: string, allowed: string) => string | undefined): string | undefined {
  if (characters.length !== template.length) return undefined;
  let printed = "";
  let next = 0;
  for (const position of template.positions) {
    if (position.kind === "separator") {
      printed += position.text;
      continue;
    }
    const chosen = choose(characters.charAt(next), position.allowed);
    if (chosen === undefined) return undefined;
    printed += chosen;
    next += 1;
  }
  return printed;
}

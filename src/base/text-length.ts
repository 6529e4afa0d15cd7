/**
 * How a text message is counted (3GPP TS 23.038 and 23.040): in septets while every character is of the GSM alphabet, of
 * which some take two; else in UTF-16 code units. What does not fit one part is cut, each part giving room to a header.
 */
export interface TextLength {
  readonly alphabet: "GSM-7" | "UCS-2";
  /** Septets or code units. */
  readonly units: number;
  /** What carriers count and charge. An empty text is one. */
  readonly segments: number;
}

const BASIC = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
const EXTENSION = new Set("\f^{}\\[~]|€");

const LIMITS = { "GSM-7": { alone: 160, part: 153 }, "UCS-2": { alone: 70, part: 67 } } as const;

export function textLength(text: string): TextLength {
  const characters = [...text];
  const alphabet = characters.every((character) => BASIC.has(character) || EXTENSION.has(character)) ? "GSM-7" : "UCS-2";
  const widths = characters.map((character) => (alphabet === "GSM-7" ? (BASIC.has(character) ? 1 : 2) : character.length));
  const units = widths.reduce((sum, width) => sum + width, 0);
  const { alone, part } = LIMITS[alphabet];
  return { alphabet, units, segments: units <= alone ? 1 : partsOf(widths, part) };
}

/** A character of two units is never cut in two. */
function partsOf(widths: readonly number[], room: number): number {
  let parts = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > room) {
      parts += 1;
      used = 0;
    }
    used += width;
  }
  return parts;
}

/** Typographic characters that would turn a text into UCS-2, and say the same in the GSM alphabet. */
const PLAIN: Readonly<Record<string, string>> = {
  "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "‑": "-", "…": "...", "\u00A0": " ", "\u202F": " ", "\u2009": " ", "\t": " ",
};
const TYPOGRAPHIC = new RegExp(`[${Object.keys(PLAIN).join("")}]`, "gu");

/**
 * The same text with plain quotes, dashes and spaces, and with its letters in the GSM alphabet where only an accent keeps them out
 * (août, reçu), as people write texts: one such letter would double what all the others cost. Other scripts stay as they are.
 */
export function plainText(text: string): string {
  return text.normalize("NFC").replace(TYPOGRAPHIC, (character) => PLAIN[character] ?? character).replace(ACCENTED, unaccented);
}

const ACCENTED = /\p{Script=Latin}/gu;

function unaccented(letter: string): string {
  if (BASIC.has(letter)) return letter;
  const plain = letter.normalize("NFD").replace(/\p{M}/gu, "");
  return BASIC.has(plain) ? plain : letter;
}

/** What people type to get past a required field. Words that are a town somewhere (None, Nan, Bar) are not in it. */
const FILLERS = new Set([
  "na", "test", "test1", "test123", "testtest", "testing", "tester", "asd", "asdf", "asdfg", "asdfgh", "asdfasdf", "qwerty", "qwertz",
  "unknown", "unbekannt", "inconnu", "tbd", "tba", "tbc", "todo", "null", "undefined", "notapplicable", "notavailable", "placeholder", "dummy",
]);

/** Two letters are a town somewhere (Ii, Oo); three equal ones are none. */
const LEAST_REPEATED = 3;

/** Whether a whole part says nothing that a label could print: "-", "n/a", "test", "xxxx". */
export function isFiller(text: string): boolean {
  const letters = printable(text).normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}\p{M}]/gu, "");
  // "Na" may be a name; with a slash or dots between, it is none.
  if (letters === "na") return /n[/.\\]/i.test(text);
  return letters === "" || FILLERS.has(letters) || isRepeated(letters);
}

function isRepeated(letters: string): boolean {
  return letters.length >= LEAST_REPEATED && /^[a-z]/.test(letters) && letters === letters.charAt(0).repeat(letters.length);
}

/** Pictures and what steers a terminal. The signs of copyright and trade marks count as pictures in Unicode and print well. */
const UNPRINTABLE = /(?![©®™])[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\p{Cc}\p{Cs}\p{Co}\u{fe0f}\u{20e3}]/gu;
/** What a decoder writes where it could not read. */
const LOST = "\u{fffd}";

/** The text as a label can print it. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, " ").replace(/ {2,}/g, " ").trim();
}

export function hasUnprintable(text: string): boolean {
  return text.search(UNPRINTABLE) >= 0;
}

export function hasLostCharacters(text: string): boolean {
  return text.includes(LOST);
}

/** Words for a box or a parcel station, folded as `asWords` does, in the languages of the countries where carriers ask for streets. */
const BOXES = [
  "po box", "p o box", "pobox", "post office box", "gpo box", "private bag", "locked bag", "postfach", "packstation", "boite postale",
  "case postale", "casella postale", "apartado", "apartado de correos", "apdo", "caixa postal", "postbus", "postboks", "postbox", "postilokero", "skrytka pocztowa",
];
/** These say box only at the beginning of a line, before a number. */
const BOX_BEFORE_NUMBER = /^ (?:box|bp|pl) \d/;

/** Whether a line of the street names a box where only a post office, and no courier, delivers. */
export function namesBox(line: string): boolean {
  const words = asWords(line);
  return BOX_BEFORE_NUMBER.test(words) || BOXES.some((box) => words.includes(` ${box} `));
}

/** What says that a house has no number, or writes it as a word. */
const NUMBER_IN_WORDS = /(?: (?:s n|sn|snc|one|two|three|four|five|six|seven|eight|nine|ten) )/;

/** Whether a street's lines name a number, or say that there is none. */
export function hasNumber(lines: readonly string[]): boolean {
  return lines.some((line) => /\p{N}/u.test(line) || NUMBER_IN_WORDS.test(asWords(line)));
}

/** Lower case, accents off, one blank around each word. */
function asWords(text: string): string {
  return ` ${text.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "").replace(/[^\p{L}\p{N}]/gu, " ").split(" ").filter((word) => word !== "").join(" ")} `;
}

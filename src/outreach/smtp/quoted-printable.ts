/** RFC 2045 6.7: an encoded line has at most 76 characters, the soft break's "=" among them. */
const MAX_LINE = 76;
export const SOFT_BREAK = "=\r\n";

// The whole text stands for itself: printable ASCII but "=", short enough for one line with a soft break,
// no blank at its end, no dot or "From " at its start (see `encodeLine`).
const PLAIN = /^(?![.F])[ -<>-~]{0,74}[!-<>-~]$/;
const NEWLINES = /\r\n|\r|\n/;
const hexOf = Array.from({ length: 256 }, (_, byte) => `=${byte.toString(16).toUpperCase().padStart(2, "0")}`);

/**
 * Encodes a text (any Unicode, any line ends) as quoted-printable UTF-8, starting at column 0.
 * Lines are joined by CRLF; the last one is left open, so what follows must begin with CRLF or a soft break.
 * No encoded text contains "=_", which is why that begins our boundaries.
 */
export function encodeQuotedPrintable(text: string): string {
  if (text === "" || PLAIN.test(text)) return text;
  return text.toWellFormed().split(NEWLINES).map(encodeLine).join("\r\n");
}

function encodeLine(line: string): string {
  let encoded = "";
  let column = 0;
  let rest = line.length;
  for (const letter of line) {
    rest -= letter.length;
    const token = encodeLetter(letter, column === 0, rest === 0, line);
    if (column + token.length > MAX_LINE - 1) {
      encoded += SOFT_BREAK;
      column = 0;
    }
    encoded += token;
    column += token.length;
  }
  return encoded;
}

function encodeLetter(letter: string, first: boolean, last: boolean, line: string): string {
  const code = letter.codePointAt(0) ?? 0;
  if (code > 126) return encodeBytes(letter);
  // Relays strip blanks at a line's end (RFC 2045 6.7 rule 3).
  if (code === 32 || code === 9) return last ? encodeByte(code) : letter;
  if (code < 32 || code === 61) return encodeByte(code);
  // A leading dot is at the mercy of careless relays, a leading "From " of mbox writers (RFC 2049 section 3).
  if (first && (code === 46 || (code === 70 && line.includes("From ")))) return encodeByte(code);
  return letter;
}

function encodeByte(byte: number): string {
  return hexOf[byte] ?? "";
}

// One letter's bytes stay together on a line, so that a line can be read by itself.
function encodeBytes(letter: string): string {
  let encoded = "";
  for (const byte of Buffer.from(letter, "utf8")) encoded += encodeByte(byte);
  return encoded;
}

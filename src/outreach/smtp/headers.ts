import { invariant } from "../../base/errors.ts";
import type { Instant } from "../../base/time.ts";
import type { MailAddress } from "./addresses.ts";

/** A name and the address it belongs to, as it stands in From, Reply-To and To. */
export interface Mailbox {
  readonly name?: string;
  readonly address: MailAddress;
}

/** RFC 2047 section 2: a line with an encoded word has at most 76 characters, the word itself 75. */
const MAX_ENCODED_LINE = 76;
const ENCODED_WORD_FRAME = "=?UTF-8?B??=".length;
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9-]{0,60}$/;
const MESSAGE_ID = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.]{1,128}@[A-Za-z0-9.-]{1,120}$/;
// Plain words, single blanks between them, nothing that starts an encoded word.
const PLAIN_TEXT = /^(?!.*=\?)[!-~]+(?: [!-~]+)*$/;
const PLAIN_PHRASE = /^[A-Za-z0-9!#$%&'*+\-/^_`{|}~]+(?: [A-Za-z0-9!#$%&'*+\-/^_`{|}~]+)*$/;
// What could end a header line for some reader, or hide in one: controls and Unicode line separators.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/**
 * A header field with free text, folded, with its CRLF. Line ends and controls in the text become blanks,
 * so that a customer's name can never add a header.
 */
export function textField(name: string, text: string): string {
  invariant(FIELD_NAME.test(name), `a header name, got ${JSON.stringify(name)}`);
  const clean = oneLine(text);
  const prefix = `${name}: `;
  const plain = clean === "" || (PLAIN_TEXT.test(clean) && prefix.length + clean.length <= MAX_ENCODED_LINE);
  return `${prefix}${plain ? clean : encodeWords(clean, prefix.length)}\r\n`;
}

/** A header field with one mailbox, with its CRLF. */
export function mailboxField(name: string, mailbox: Mailbox): string {
  const prefix = `${name}: `;
  const shown = oneLine(mailbox.name ?? "").trim();
  if (shown === "") return `${prefix}${mailbox.address}\r\n`;
  const phrase = encodePhrase(shown, prefix.length);
  const lastLine = phrase.length - (phrase.lastIndexOf("\n") + 1);
  const fits = prefix.length + lastLine + mailbox.address.length + 3 <= MAX_ENCODED_LINE;
  return `${prefix}${phrase}${fits ? " " : "\r\n "}<${mailbox.address}>\r\n`;
}

/** The Message-ID field of an id given without angle brackets. Throws when it is not one: ids are ours. */
export function messageIdField(id: string): string {
  invariant(MESSAGE_ID.test(id), `a Message-ID such as local@domain, got ${JSON.stringify(id)}`);
  return `Message-ID: <${id}>\r\n`;
}

/** The Date field (RFC 5322 3.3), in UTC. */
export function dateField(at: Instant): string {
  return `Date: ${new Date(at).toUTCString().replace("GMT", "+0000")}\r\n`;
}

function oneLine(text: string): string {
  return text.toWellFormed().replace(UNSAFE, " ");
}

function encodePhrase(name: string, column: number): string {
  const room = MAX_ENCODED_LINE - column - 2;
  if (PLAIN_PHRASE.test(name) && name.length <= room) return name;
  const quoted = name.replace(/["\\]/g, "\\$&");
  return PLAIN_TEXT.test(name) && quoted.length <= room ? `"${quoted}"` : encodeWords(name, column);
}

/** Text as RFC 2047 base64 words, each whole in itself (no letter split), folded from `column` on. */
function encodeWords(text: string, column: number): string {
  const words: string[] = [];
  let word = "";
  let octets = 0;
  let room = octetsThatFit(column);
  for (const letter of text) {
    const size = Buffer.byteLength(letter);
    if (octets + size > room) {
      words.push(word);
      word = "";
      octets = 0;
      room = octetsThatFit(1);
    }
    word += letter;
    octets += size;
  }
  words.push(word);
  return words.map((part) => `=?UTF-8?B?${Buffer.from(part).toString("base64")}?=`).join("\r\n ");
}

function octetsThatFit(column: number): number {
  return Math.floor((MAX_ENCODED_LINE - column - ENCODED_WORD_FRAME) / 4) * 3;
}

import { invariant } from "../../base/errors.ts";
import type { Instant } from "../../base/time.ts";
import { needsSmtpUtf8 } from "./addresses.ts";
import { dateField, mailboxField, messageIdField, textField } from "./headers.ts";
import type { Mailbox } from "./headers.ts";
import { encodeQuotedPrintable, SOFT_BREAK } from "./quoted-printable.ts";

/** A text with holes: literal pieces, and slots that each recipient's values fill. */
export type Segments = readonly (string | { readonly slot: string })[];

/** What is common to every mail of one statement version. */
export interface MailParts {
  readonly from: Mailbox;
  readonly replyTo: Mailbox;
  /** BCP 47, such as `de` or `en-GB`. */
  readonly language: string;
  readonly subject: Segments;
  readonly text: Segments;
  /** Literals are markup. Values are text: they are escaped here and can never become markup. */
  readonly html: Segments;
  /** Further fields, the same in every mail. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is one recipient's own. */
export interface MailFields {
  readonly to: Mailbox;
  /** Plain text by slot name; every slot of the parts needs one. */
  readonly values: Readonly<Record<string, string>>;
  /** Without angle brackets; the same for a resend of the same message. */
  readonly messageId: string;
  readonly date: Instant;
}

/** A statement version, compiled. */
export interface MailTemplate {
  /** The whole mail, CRLF lines, ready for DATA. Throws when a slot has no value: that is our own mistake. */
  fill(fields: MailFields): Buffer;
}

// "=_" cannot occur in quoted-printable (RFC 2045 6.7 (5)), so no part can contain the boundary.
const BOUNDARY = "=_makegood_part";
const LANGUAGE = /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,8}$/;
const HTML_SPECIAL = /[&<>"']/;
const HTML_SPECIALS = /[&<>"']/g;
const htmlEntities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * Compiles the mails of one statement version once, so that a recipient's mail is a concatenation.
 * Quoted-printable and not base64, because a literal can then be encoded ahead whatever the values' lengths:
 * each piece starts on its own line behind a soft break (measured: see bench/mail.ts).
 */
export function prebuild(parts: MailParts): MailTemplate {
  invariant(LANGUAGE.test(parts.language), `a language tag, got ${JSON.stringify(parts.language)}`);
  const subject = compileSubject(parts.subject);
  const head = flat(fixedHead(parts));
  const text = compileBody(parts.text, (value) => value);
  const html = compileBody(parts.html, escapeHtml);
  return {
    fill(fields) {
      const mail =
        dateField(fields.date) +
        messageIdField(fields.messageId) +
        mailboxField("To", fields.to) +
        subject(fields.values) +
        head +
        text(fields.values) +
        `\r\n--${BOUNDARY}\r\n${partHead("text/html")}` +
        html(fields.values) +
        `\r\n--${BOUNDARY}--\r\n`;
      // Everything is ASCII but an address with SMTPUTF8 letters; Latin-1 is the faster copy.
      return Buffer.from(mail, needsSmtpUtf8(fields.to.address) ? "utf8" : "latin1");
    },
  };
}

function fixedHead(parts: MailParts): string {
  const further = Object.entries(parts.headers ?? {}).map(([name, value]) => textField(name, value));
  invariant(!needsSmtpUtf8(parts.from.address + parts.replyTo.address), "From and Reply-To addresses in ASCII: every relay must take them");
  return [
    mailboxField("From", parts.from),
    mailboxField("Reply-To", parts.replyTo),
    `Content-Language: ${parts.language}\r\n`,
    "Auto-Submitted: auto-generated\r\n",
    ...further,
    "MIME-Version: 1.0\r\n",
    `Content-Type: multipart/alternative; boundary="${BOUNDARY}"\r\n`,
    `\r\n--${BOUNDARY}\r\n${partHead("text/plain")}`,
  ].join("");
}

function partHead(type: string): string {
  return `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n`;
}

type Filler = (values: Readonly<Record<string, string>>) => string;

function compileSubject(segments: Segments): Filler {
  const literal = segments.every((segment) => typeof segment === "string");
  if (literal) {
    const field = textField("Subject", segments.join(""));
    return () => field;
  }
  return (values) => {
    let text = "";
    for (const segment of segments) text += typeof segment === "string" ? segment : valueOf(values, segment.slot);
    return textField("Subject", text);
  };
}

/** Pieces alternate: literal, value, literal, ..., literal. A literal carries the soft break towards the next value. */
function compileBody(segments: Segments, escape: (value: string) => string): Filler {
  const slots: string[] = [];
  const literals: string[] = [""];
  for (const segment of segments) {
    if (typeof segment === "string") literals[literals.length - 1] += segment;
    else {
      slots.push(segment.slot);
      literals.push("");
    }
  }
  const encoded = literals.map((literal, index) => flat(encodeQuotedPrintable(literal) + breakAfter(literal, index < slots.length)));
  // RFC 2045 6.7: encoded data may not end with a soft break, so a part that ends with a value gets a line end.
  const bodyEnd = literals.length > 1 && literals.at(-1) === "" ? "\r\n" : "";
  return (values) => {
    let body = encoded[0] ?? "";
    for (let index = 0; index < slots.length; index++) {
      const value = encodeQuotedPrintable(escape(valueOf(values, slots[index] ?? "")));
      body += value === "" ? "" : value + SOFT_BREAK;
      body += encoded[index + 1] ?? "";
    }
    return body + bodyEnd;
  };
}

/** The engine keeps a text that was built letter by letter as a tree, and every mail would walk it again (half the time of a mail). */
function flat(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

function breakAfter(literal: string, valueFollows: boolean): string {
  return valueFollows && literal !== "" && !/[\r\n]$/.test(literal) ? SOFT_BREAK : "";
}

function valueOf(values: Readonly<Record<string, string>>, slot: string): string {
  const value = values[slot];
  invariant(typeof value === "string", `a value for the slot "${slot}"`);
  return value;
}

function escapeHtml(value: string): string {
  return HTML_SPECIAL.test(value) ? value.replace(HTML_SPECIALS, (letter) => htmlEntities[letter] ?? letter) : value;
}

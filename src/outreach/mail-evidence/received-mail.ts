import PostalMime from "postal-mime";
import type { Email } from "postal-mime";
import { parseFields } from "./fields.ts";
import type { Fields } from "./fields.ts";

/** A mail as far as evidence needs it. */
export interface ReceivedMail {
  readonly headers: Fields;
  /** Address of the From field; undefined where it is empty or missing, as in old bounces. */
  readonly from?: string;
  readonly subject: string;
  readonly text: string;
  /** Machine-readable delivery reports (RFC 3464), one text each. */
  readonly deliveryStatus: readonly string[];
  /** The machine-readable part of a complaint (RFC 5965). */
  readonly feedback?: Fields;
  /** Headers of the mail that is reported about, where it is attached. */
  readonly original?: Fields;
}

/**
 * A report is a few kilobytes and stands before the mail it returns; of a larger mail only this much is read.
 * Lines are counted because the parser's work grows with their square: 1 MiB of short lines took it 14 s.
 */
const MAX_READ_BYTES = 256 * 1024;
const MAX_READ_LINES = 5_000;
const CR = 0x0d;
const LF = 0x0a;
/** No mail program nests deeper; bounds the work on a hostile mail. */
const MAX_NESTING = 20;

/** Reads a mail. Undefined when it is nested or headed beyond all use; never throws for what a mail holds. */
export async function readMail(raw: Uint8Array): Promise<ReceivedMail | undefined> {
  const bytes = tidied(raw);
  const email = await parse(bytes);
  if (!email) return undefined;
  const part = (...types: string[]) => email.attachments.filter((one) => types.includes(one.mimeType)).map((one) => decode(one.content));
  const feedback = part("message/feedback-report")[0];
  const original = part("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "message/global-headers")[0];
  const from = email.from?.address;
  const text = email.text ?? stripTags(email.html ?? "");
  return {
    headers: Object.fromEntries(email.headers.map(({ key, value }) => [key, value])),
    ...(from ? { from } : {}),
    subject: email.subject ?? "",
    // Some reports break their own MIME structure; then the body as it stands is better than nothing.
    text: text.trim() === "" ? bodyOf(bytes) : text,
    deliveryStatus: part("message/delivery-status", "message/global-delivery-status"),
    ...(feedback === undefined ? {} : { feedback: parseFields(feedback) }),
    ...(original === undefined ? {} : { original: parseFields(original.trimStart()) }),
  };
}

function bodyOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("utf8");
  const end = /\r?\n\r?\n/.exec(text);
  return end ? text.slice(end.index + end[0].length) : "";
}

async function parse(bytes: Uint8Array): Promise<Email | undefined> {
  try {
    return await PostalMime.parse(bytes, { forceRfc822Attachments: true, maxNestingDepth: MAX_NESTING });
  } catch {
    // The parser's only reasons are its limits on nesting and on headers.
    return undefined;
  }
}

/** Without an mbox line in front, and with line feeds where some old system wrote only carriage returns. */
function tidied(raw: Uint8Array): Uint8Array {
  const bytes = Buffer.from(raw.subarray(0, MAX_READ_BYTES));
  if (!bytes.includes(LF)) for (let at = bytes.indexOf(CR); at >= 0; at = bytes.indexOf(CR, at)) bytes[at] = LF;
  const mbox = bytes.subarray(0, 5).toString("latin1") === "From ";
  const start = mbox ? bytes.indexOf(LF) + 1 : 0;
  let end = start;
  for (let line = 0; line < MAX_READ_LINES; line++) {
    const next = bytes.indexOf(LF, end);
    if (next < 0) return bytes.subarray(start);
    end = next + 1;
  }
  return bytes.subarray(start, end);
}

function decode(content: ArrayBuffer | Uint8Array | string): string {
  return typeof content === "string" ? content : Buffer.from(content as Uint8Array).toString("utf8");
}

function stripTags(html: string): string {
  return html.replace(/<[^<>]{0,2000}>/g, " ");
}

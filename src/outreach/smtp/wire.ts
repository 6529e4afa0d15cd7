import { isAscii } from "node:buffer";
import { needsSmtpUtf8 } from "./addresses.ts";
import type { Capabilities } from "./capabilities.ts";
import type { Envelope, OwnRule } from "./outcome.ts";

const CRLF_DOT = Buffer.from("\r\n.");
const LF_DOT = Buffer.from("\n.");
const CR_DOT = Buffer.from("\r.");
const CRLF = Buffer.from("\r\n");
const DOT = Buffer.from(".");
const CR = 0x0d;
const LF = 0x0a;
const PERIOD = 0x2e;

/** The line that ends a mail. */
export const FINAL_DOT = Buffer.from(".\r\n");

/** A content as DATA needs it: a dot before each line that begins with one (RFC 5321 4.5.2), CRLF at its end. */
export function wireContent(content: Uint8Array): Buffer {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const pieces: Buffer[] = bytes[0] === PERIOD ? [DOT] : [];
  let from = 0;
  for (let at = bytes.indexOf(CRLF_DOT); at >= 0; at = bytes.indexOf(CRLF_DOT, at + 3)) {
    pieces.push(bytes.subarray(from, at + 2), DOT);
    from = at + 2;
  }
  pieces.push(bytes.subarray(from));
  if (!endsWithCrlf(bytes)) pieces.push(CRLF);
  return pieces.length === 1 ? bytes : Buffer.concat(pieces);
}

function endsWithCrlf(bytes: Buffer): boolean {
  return bytes.length === 0 || (bytes[bytes.length - 1] === LF && bytes[bytes.length - 2] === CR);
}

/**
 * Whether a careless server could take some line for the end of the mail and read the rest as commands
 * ("SMTP smuggling"): a dot right behind a bare LF or a bare CR.
 */
function couldEndEarly(content: Uint8Array): boolean {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (bytes.includes(CR_DOT)) return true;
  for (let at = bytes.indexOf(LF_DOT); at >= 0; at = bytes.indexOf(LF_DOT, at + 1)) {
    if (at === 0 || bytes[at - 1] !== CR) return true;
  }
  return false;
}

/** The rule by which this server cannot take this mail, if any. */
export function ownRule(envelope: Envelope, server: Capabilities): OwnRule | undefined {
  const utf8 = needsSmtpUtf8(envelope.to) || needsSmtpUtf8(envelope.from);
  if (utf8 && !server.smtpUtf8) return "address-needs-smtputf8";
  if (couldEndEarly(envelope.content)) return "malformed";
  if (server.maxBytes !== undefined && envelope.content.length > server.maxBytes) return "too-large";
  return server.eightBitMime || isAscii(envelope.content) ? undefined : "needs-8bitmime";
}

/** The commands that open a mail's transaction, in order; pipelined, they are one packet. */
export function openingCommands(envelope: Envelope, server: Capabilities): readonly [string, string, string] {
  const utf8 = needsSmtpUtf8(envelope.to) || needsSmtpUtf8(envelope.from);
  const size = server.announcesSize ? ` SIZE=${envelope.content.length}` : "";
  const body = server.eightBitMime && !isAscii(envelope.content) ? " BODY=8BITMIME" : "";
  const mail = `MAIL FROM:<${envelope.from}>${size}${body}${utf8 ? " SMTPUTF8" : ""}\r\n`;
  return [mail, `RCPT TO:<${envelope.to}>\r\n`, "DATA\r\n"];
}

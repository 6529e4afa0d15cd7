import { domainToASCII } from "node:url";

/**
 * An address that may stand in an SMTP command and in a header as it is: no control characters,
 * no angle brackets, domain in ASCII (IDNA). The only way to one is `parseMailAddress`.
 */
export type MailAddress = string & { readonly mailAddress: unique symbol };

/** RFC 5321 4.5.3.1.1 and .3: 64 octets before the @, 254 in all. */
const MAX_LOCAL_OCTETS = 64;
const MAX_ADDRESS_OCTETS = 254;

// RFC 5322 atext with dots, and any non-ASCII letter (RFC 6531). Controls and specials are outside.
const ATOMS = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.\u00a1-\u{10ffff}]+$/u;
const QUOTED = /^"(?:[ !#-[\]-~\u00a1-\u{10ffff}]|\\[ -~])*"$/u;
const DOMAIN = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const LITERAL = /^\[(?:\d{1,3}(?:\.\d{1,3}){3}|IPv6:[0-9A-Fa-f:.]{2,45})\]$/;
// Letters of a domain name as people write it; everything else (spaces, %, @, separators) is refused before IDNA.
const DOMAIN_AS_WRITTEN = /^[\p{L}\p{M}\p{N}.\u3002\u00b7-]+$/u;

/**
 * Reads one address as a customer or vendor wrote it. Returns undefined when no mail can be addressed to it.
 * Dots that the strict form forbids (`a..b@docomo.ne.jp` exists) are kept by quoting.
 */
export function parseMailAddress(written: string): MailAddress | undefined {
  const text = written.trim();
  const at = text.lastIndexOf("@");
  if (at < 1 || !text.isWellFormed()) return undefined;
  const local = readLocal(text.slice(0, at));
  const domain = readDomain(text.slice(at + 1));
  if (local === undefined || domain === undefined) return undefined;
  if (Buffer.byteLength(local) > MAX_LOCAL_OCTETS) return undefined;
  const address = `${local}@${domain}`;
  return Buffer.byteLength(address) > MAX_ADDRESS_OCTETS ? undefined : (address as MailAddress);
}

function readLocal(local: string): string | undefined {
  if (QUOTED.test(local)) return local;
  // Unicode line and paragraph separators are letters to nobody.
  if (!ATOMS.test(local) || /[\u2028\u2029\p{Z}\p{C}]/u.test(local)) return undefined;
  const strict = !local.startsWith(".") && !local.endsWith(".") && !local.includes("..");
  return strict ? local : `"${local}"`;
}

function readDomain(domain: string): string | undefined {
  if (LITERAL.test(domain)) return domain;
  if (!DOMAIN_AS_WRITTEN.test(domain)) return undefined;
  const ascii = domainToASCII(domain).toLowerCase();
  return DOMAIN.test(ascii) ? ascii : undefined;
}

/** Whether only a server that announces SMTPUTF8 (RFC 6531) can take mail for this address. */
export function needsSmtpUtf8(address: string): boolean {
  return /[^\x00-\x7f]/.test(address);
}

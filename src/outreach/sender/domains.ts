import { domainToASCII } from "node:url";
import { getDomain } from "tldts";
import { parseMailAddress } from "../smtp/addresses.ts";

/** A domain as DNS knows it: ASCII, lower case, no dot at its end. */
export function asciiDomain(written: string): string {
  const bare = written.trim().toLowerCase().replace(/\.$/, "");
  return domainToASCII(bare) || bare;
}

/** The domain of an address, as DNS knows it. */
export function domainOf(address: string): string {
  const written = parseMailAddress(address) ?? address;
  return asciiDomain(written.slice(written.lastIndexOf("@") + 1));
}

/**
 * The domain that somebody registered (RFC 7489 section 3.2), by the public suffix list: `shop.co.uk` of `mail.shop.co.uk`.
 * Suffixes under which others let out names count as well, so that two tenants of one host never align.
 */
export function organisationOf(domain: string): string {
  return getDomain(domain, { allowPrivateDomains: true }) ?? domain;
}

/** How alike two domains must be: `r` for one organisation, `s` for the same name. */
export type AlignmentMode = "r" | "s";

/** Whether an authenticated domain speaks for the From domain (RFC 7489 section 3.1). */
export function isAligned(mode: AlignmentMode, from: string, authenticated: string): boolean {
  return mode === "s" ? from === authenticated : organisationOf(from) === organisationOf(authenticated);
}

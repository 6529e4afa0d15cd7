import type { DkimSettings } from "../smtp/settings.ts";
import type { DmarcLook } from "./check-dmarc.ts";
import { dkimRecord } from "./dkim-key.ts";
import { asciiDomain, isAligned } from "./domains.ts";
import { txtRecord, type SenderFinding } from "./finding.ts";

/** Where mails leave, and what is proved of them by then. */
export interface Leaving {
  readonly name: string;
  readonly dkim?: DkimSettings;
}

/**
 * Whether what is authenticated speaks for the From domain (RFC 7489 section 3.1), by the modes of the DMARC record or
 * else the relaxed ones. One aligned pass is enough for DMARC; what a provider signs by itself is unseen from here.
 */
export function checkAlignment(from: string, envelope: string, providers: readonly Leaving[], { record, policy, isUnasked }: DmarcLook): readonly SenderFinding[] {
  const { adkim = "r", aspf = "r" } = record ?? {};
  // While the record is not known, only what is aligned in both modes is aligned.
  const isOpen = (other: string): boolean => isUnasked === true && isAligned("r", from, other) && !isAligned("s", from, other);
  const open = (what: string): SenderFinding => ({ kind: "unknown", what: `${what} is aligned with From (${from}) unless DMARC is strict, and the DMARC record could not be read` });
  const envelopeAligned = isAligned(aspf, from, envelope);
  const effect = policy === undefined || policy === "none" ? "mails land in spam" : policy === "reject" ? "receivers refuse the mails" : "receivers put the mails into spam";
  const ofProviders = providers.map(({ name, dkim }): SenderFinding => {
    if (dkim === undefined) {
      return { kind: "remark", what: `${name}: Makegood does not sign, and whether the provider does cannot be known from here. Send yourself a mail and look for "dkim=pass" with header.d=${adkim === "s" ? from : `${from} or a domain of the same owner`} in its Authentication-Results.` };
    }
    const signed = asciiDomain(dkim.domain);
    if (isOpen(signed)) return open(`${name}: the DKIM domain ${signed}`);
    if (isAligned(adkim, from, signed)) return { kind: "well", what: `${name}: the DKIM domain ${signed} is aligned with From (${from})` };
    const what = `${name}: mails from ${from} are signed for ${signed}, which DMARC (adkim=${adkim}) does not take for the same: ${envelopeAligned ? "only SPF is left, which every forwarding breaks" : effect}. Set dkim.domain to ${from} and publish its key.`;
    return { kind: "problem", what, publish: txtRecord(`${dkim.selector}._domainkey.${from}`, dkimRecord(dkim.privateKey)) };
  });
  if (isOpen(envelope)) return [...ofProviders, open(`the return path ${envelope}`)];
  const ofEnvelope: SenderFinding = envelopeAligned
    ? { kind: "well", what: `the return path that Makegood gives (${envelope}) is aligned with From (${from}); a provider that puts in its own needs one under ${from}, set at the provider` }
    : { kind: providers.every(({ dkim }) => dkim && isAligned(adkim, from, asciiDomain(dkim.domain))) ? "remark" : "problem", what: `the return path ${envelope} is not aligned with From (${from}) by aspf=${aspf}, so that SPF does not count for DMARC: without an aligned DKIM signature ${effect}. Use a return path under ${from}.` };
  return [...ofProviders, ofEnvelope];
}

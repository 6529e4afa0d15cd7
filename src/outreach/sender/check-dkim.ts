import type { DkimSettings } from "../smtp/settings.ts";
import { dkimRecord, isKeyOf, parseDkimKey } from "./dkim-key.ts";
import type { Dns } from "./dns.ts";
import { asciiDomain } from "./domains.ts";
import { txtRecord, unasked, type SenderFinding } from "./finding.ts";

/** Receivers take shorter keys down to 1024 bits, and trust them less (RFC 8301 section 3.2). */
const ADVISED_BITS = 2048;
const WHY = "receivers cannot check the signature, so that mails count as unsigned and land in spam";

/** Whether receivers can check what is signed with these settings: the published key is there, good, and the one that signs. */
export async function checkDkim(dns: Dns, settings: DkimSettings): Promise<SenderFinding> {
  const name = `${settings.selector}._domainkey.${asciiDomain(settings.domain)}`;
  const answer = await dns.txt(name);
  if (answer.kind === "unasked") return unasked(`the DKIM key at ${name}`, answer.why);
  const problem = (what: string): SenderFinding => ({ kind: "problem", what: `${what}: ${WHY}.`, publish: txtRecord(name, dkimRecord(settings.privateKey)) });
  const records = answer.kind === "found" ? answer.records : [];
  const [written, ...others] = records;
  if (written === undefined) return problem(`there is no DKIM key at ${name}`);
  if (others.length > 0) return problem(`there are ${records.length} records at ${name}, where one DKIM key may stand`);
  const parsed = parseDkimKey(written);
  if (!parsed.ok) return problem(`the DKIM key at ${name} is not valid, ${parsed.error}`);
  const published = parsed.value;
  if (published.kind === "revoked") return problem(`the DKIM key at ${name} is revoked (its p= is empty)`);
  if (!isKeyOf(published.key, settings.privateKey)) return problem(`the DKIM key at ${name} is not that of the private key which signs`);
  if (published.testing) {
    return { kind: "remark", what: `the DKIM key at ${name} says that it is a test (t=y): receivers may treat mails as unsigned.`, publish: txtRecord(name, dkimRecord(settings.privateKey)) };
  }
  if (published.bits < ADVISED_BITS) return { kind: "remark", what: `the DKIM key at ${name} matches and has only ${published.bits} bits: make one of ${ADVISED_BITS} bits under a new selector.` };
  return { kind: "well", what: `the DKIM key at ${name} is published and matches the private key` };
}

import type { Dns } from "./dns.ts";
import { isDmarc, parseDmarc, type DmarcPolicy, type DmarcRecord } from "./dmarc.ts";
import { organisationOf } from "./domains.ts";
import { txtRecord, unasked, type SenderFinding } from "./finding.ts";

const WHY = "Gmail and Yahoo take bulk mail only from domains with a DMARC record; others trust it less";
const EFFECT: Readonly<Record<DmarcPolicy, string>> = {
  none: "receivers deliver what fails, and only report it",
  quarantine: "receivers put what fails into spam",
  reject: "receivers refuse what fails",
};

/** What the DMARC record that holds for a From domain says, where it could be read. */
export interface DmarcLook {
  readonly findings: readonly SenderFinding[];
  readonly record?: DmarcRecord;
  /** DNS did not answer: there may be a record, and a strict one. */
  readonly isUnasked?: true;
  /** What becomes of mail from this very domain that fails. */
  readonly policy?: DmarcPolicy;
}

/** Finds the record that receivers go by: that of the domain itself, or else of its organisation (RFC 7489 section 6.6.3). */
export async function checkDmarc(dns: Dns, from: string): Promise<DmarcLook> {
  const organisation = organisationOf(from);
  for (const domain of new Set([from, organisation])) {
    const name = `_dmarc.${domain}`;
    const answer = await dns.txt(name);
    if (answer.kind === "unasked") return { findings: [unasked(`the DMARC record at ${name}`, answer.why)], isUnasked: true };
    const records = answer.kind === "found" ? answer.records.filter(isDmarc) : [];
    const [written, ...others] = records;
    if (written === undefined) continue;
    if (others.length > 0) return { findings: [{ kind: "problem", what: `there are ${records.length} DMARC records at ${name}, which voids all of them: ${WHY}. Keep one of: ${records.map((each) => `"${each}"`).join(", ")}.` }] };
    const parsed = parseDmarc(written);
    if (!parsed.ok) return { findings: [{ kind: "problem", what: `the DMARC record at ${name} is not valid, ${parsed.error}: ${WHY}. It reads "${written}".`, publish: txtRecord(name, "v=DMARC1; p=none") }] };
    return found(name, parsed.value, domain === from ? parsed.value.policy : parsed.value.subdomainPolicy);
  }
  const name = `_dmarc.${organisation}`;
  return { findings: [{ kind: "problem", what: `${from} has no DMARC record: ${WHY}. This one changes nothing yet but satisfies them; add rua=mailto:<a mailbox of yours> to be told what receivers see.`, publish: txtRecord(name, "v=DMARC1; p=none") }] };
}

function found(name: string, record: DmarcRecord, policy: DmarcPolicy): DmarcLook {
  const well: SenderFinding = { kind: "well", what: `DMARC at ${name} holds, policy ${policy} (${EFFECT[policy]}), alignment ${modeText(record.adkim)} for DKIM and ${modeText(record.aspf)} for SPF` };
  const unheard: SenderFinding = { kind: "remark", what: `DMARC at ${name} asks for no reports: nobody would learn that mails fail. Add rua=mailto:<a mailbox of yours>.` };
  return { findings: record.isReported ? [well] : [well, unheard], record, policy };
}

function modeText(mode: DmarcRecord["adkim"]): string {
  return mode === "s" ? "strict" : "relaxed";
}

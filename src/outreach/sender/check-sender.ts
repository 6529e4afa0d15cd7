import { checkAlignment, type Leaving } from "./check-alignment.ts";
import { checkDkim } from "./check-dkim.ts";
import { checkDmarc } from "./check-dmarc.ts";
import { checkSpf } from "./check-spf.ts";
import type { Dns } from "./dns.ts";
import { domainOf } from "./domains.ts";
import { unasked, type SenderFinding } from "./finding.ts";

/** How a store's mails leave, as it is configured. */
export interface SenderSetup {
  /** Addresses: of From, of the return path, and of Reply-To. */
  readonly from: string;
  readonly envelope: string;
  readonly replyTo: string;
  readonly providers: readonly Leaving[];
}

/** Looks at what DNS says about a store's mails, as receivers do: SPF, DKIM, DMARC, and whether answers and bounces find a server. */
export async function checkSender(dns: Dns, setup: SenderSetup): Promise<readonly SenderFinding[]> {
  const [from, envelope, replyTo] = [domainOf(setup.from), domainOf(setup.envelope), domainOf(setup.replyTo)];
  const names = setup.providers.map(({ name }) => name);
  const signing = setup.providers.flatMap(({ dkim }) => (dkim ? [dkim] : []));
  const keys = new Map(signing.map((dkim) => [`${dkim.selector}@${dkim.domain}`, dkim]));
  const [spf, dkim, dmarc, mailboxes] = await Promise.all([
    Promise.all([...new Set([from, envelope])].map((domain) => checkSpf(dns, domain, names))),
    Promise.all([...keys.values()].map((settings) => checkDkim(dns, settings))),
    checkDmarc(dns, from),
    Promise.all([...new Map([[envelope, setup.envelope], [replyTo, setup.replyTo]])].map(([domain, address]) => checkMailbox(dns, domain, address))),
  ]);
  return [...spf.flat(), ...dkim, ...dmarc.findings, ...checkAlignment(from, envelope, setup.providers, dmarc), ...mailboxes];
}

/** Whether mail to an address finds a server: an MX, or else an address (RFC 5321 section 5.1). */
async function checkMailbox(dns: Dns, domain: string, address: string): Promise<SenderFinding> {
  const mx = await dns.mx(domain);
  if (mx.kind === "unasked") return unasked(`the mail servers of ${domain}`, mx.why);
  const lost = `what customers and mail servers answer to ${address} is lost. Publish the MX records that the host of this mailbox names, or use an address that receives mail.`;
  if (mx.kind === "found") {
    const servers = mx.records.filter((name) => name !== "");
    return servers.length > 0 ? { kind: "well", what: `mail to ${address} finds a server (${servers.join(", ")})` } : { kind: "problem", what: `${domain} says that it takes no mail (null MX, RFC 7505): ${lost}` };
  }
  const hosts = await dns.addresses(domain);
  if (hosts.kind === "unasked") return unasked(`the mail servers of ${domain}`, hosts.why);
  return hosts.kind === "found"
    ? { kind: "remark", what: `${domain} has no MX record: mail to ${address} goes to the host of that name itself. Make sure that it takes mail.` }
    : { kind: "problem", what: `${domain} has no mail server (no MX, no address): ${lost}` };
}

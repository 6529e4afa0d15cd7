import { DAY, iso, plus, type Instant } from "../../../base/time.ts";
import { contactsSince } from "../../../commerce/index.ts";
import { reconcile } from "../../../incidents/index.ts";
import { inboxBacklog, readUpTo, sourcesEverHeard, type OwnNotices } from "../../../intake/index.ts";
import { checkSender, deliverability, DELIVERABILITY_DAYS, type Dns, evidenceQuarantine, MAIL, type SenderFinding } from "../../../outreach/index.ts";
import { undetected, type Playbook } from "../../../playbooks/index.ts";
import { CONTACTS_OF, lookAtControls, unproved, type ControlState } from "../../readiness/controls.ts";
import { missingWaysOut } from "../../readiness/human-way-out.ts";
import { knockAtMailServers, type MailServer } from "../../readiness/mail-servers.ts";
import { whoSpeaks } from "../../readiness/who-speaks.ts";
import type { Opened } from "../../runtime/open.ts";
import type { StoreRuntime } from "../../runtime/store-runtime.ts";
import { golivesOf, serverSettings } from "../../stores/store.ts";
import { COMMON_OPTIONS, type Command } from "../command.ts";
import { withOpened } from "../with-opened.ts";

/** One thing looked at, as for a sender. */
type Finding = SenderFinding;

/** More than this many say the same: a webhook that is set up wrongly. */
const EVIDENCE_COUNTED = 1_000;

const CONTROL_KINDS: Readonly<Record<ControlState["kind"], Finding["kind"]>> = { met: "well", "not met": "problem", unknown: "unknown", "not provable": "remark" };
const CONTROL_WORDS: Readonly<Record<ControlState["kind"], string>> = { met: "met", "not met": "not met", unknown: "cannot be known", "not provable": "cannot be proved yet" };

const MARKS: Readonly<Record<Finding["kind"], string>> = { well: "ok      ", remark: "remark  ", problem: "PROBLEM ", unknown: "UNKNOWN " };

export const command: Command = {
  summary: "Look over an installation: database, sources, mail servers, what DNS says of its mails, the controls of each playbook, the ledger. Exit status 1 when something needs a person or cannot be known.",
  usage: "doctor --config makegood.yaml",
  options: COMMON_OPTIONS,
  run: (args, terminal) =>
    withOpened(args, terminal, async (opened) => {
      const findings = [...(await database(opened)), ...(await Promise.all(opened.stores.map((store) => lookOver(opened, store, terminal.dns)))).flat()];
      for (const { kind, what, publish } of findings) {
        terminal.out(MARKS[kind] + what);
        if (publish !== undefined) terminal.out(`        publish: ${publish}`);
      }
      const count = (kind: Finding["kind"]): number => findings.filter((finding) => finding.kind === kind).length;
      terminal.out(`\n${verdict(count("problem"), count("unknown"))}`);
      return count("problem") + count("unknown") === 0 ? 0 : 1;
    }),
};

function verdict(problems: number, unknown: number): string {
  const needed = problems === 0 ? "Nothing that is known needs you." : `${problems} ${problems === 1 ? "thing needs" : "things need"} you.`;
  if (unknown > 0) return `${needed} ${unknown} cannot be known yet: see UNKNOWN.`;
  return problems === 0 ? "Nothing needs you." : needed;
}

async function database(opened: Opened): Promise<Finding[]> {
  const { version, fsync, commit } = await serverSettings(opened.database);
  const durable = fsync === "on" && commit !== "off";
  return [
    { kind: "well", what: `PostgreSQL ${version} answers and is up to date` },
    durable
      ? { kind: "well", what: "what it acknowledges survives a crash (fsync, synchronous_commit)" }
      : { kind: "problem", what: `fsync is ${fsync} and synchronous_commit is ${commit}: a crash would lose acknowledged webhooks. Switch both on.` },
  ];
}

async function lookOver(opened: Opened, store: StoreRuntime, dns: Dns): Promise<Finding[]> {
  const servers = await knockAtMailServers(store.config);
  const findings = [...(await sources(opened, store)), ...(await contacts(opened, store)), ...providers(servers), ...(await unreadEvidence(opened, store)), ...otherChannels(store), ...wayOut(store), ...(await sender(store, dns)), ...(await taken(opened, store)), ...(await speaking(opened, store, servers)), ...(await ledger(opened, store))];
  return findings.map((finding) => ({ ...finding, what: `${store.id}: ${finding.what}` }));
}

/** What receivers learn from DNS about the store's mails. */
async function sender({ sample, config: { mail } }: StoreRuntime, dns: Dns): Promise<readonly Finding[]> {
  // Its mails reach nobody, and its domain is nobody's.
  if (sample) return [];
  // The return path that `MAIL FROM` gives is the sender's own address.
  const signers = mail.providers.map(({ name, dkim }) => ({ name, ...(dkim && { dkim }) }));
  return checkSender(dns, { from: mail.from, envelope: mail.from, replyTo: mail.replyTo, providers: signers });
}

/** How providers and mailbox domains take its mail. Of a store that sent nothing there is nothing to say. */
async function taken({ database, ports }: Opened, { id }: StoreRuntime): Promise<Finding[]> {
  const { findings, isEmpty, total } = await deliverability(database, id, DELIVERABILITY_DAYS, ports.clock.now());
  if (isEmpty) return [];
  if (findings.length === 0) return [{ kind: "well", what: `mail is taken as usual (${total.accepted} messages in ${DELIVERABILITY_DAYS} days)` }];
  return findings.map((what) => ({ kind: "remark", what: `${what} See \`makegood deliverability\`.` }));
}

async function sources(opened: Opened, store: StoreRuntime): Promise<Finding[]> {
  if (store.sources.size === 0) return [{ kind: "problem", what: "no source is configured: nothing can be noticed. Add one under stores.<id>.sources." }];
  const now = opened.ports.clock.now();
  const read = await readUpTo(opened.database, store.id, opened.adapters.sources, now);
  const heard = await sourcesEverHeard(opened.database, store.id);
  const backlog = await inboxBacklog(opened.database, store.id);
  const quarantined = backlog.get("quarantined") ?? 0;
  return [
    ...[...store.sources.values()].flatMap((source): Finding[] => {
      const until = read.get(source.name);
      const behind = until === undefined || until < now - source.silentAfter;
      const pull: Finding[] = source.adapter.pull ? [] : [{ kind: "remark", what: `${source.name} has no API access: a webhook that its sender loses stays lost. Add \`api\` to it.` }];
      return [behind ? { kind: "problem", what: `${source.name} has been read only up to ${until === undefined ? "nothing" : iso(until)}: check its webhooks.` } : heardOf(source.name, heard), ...pull];
    }),
    ...(quarantined > 0 ? [{ kind: "remark", what: `${quarantined} deliveries are in quarantine: see \`makegood requeue --list\`.` } as const] : []),
  ];
}

/** Evidence that nobody could read may be of a mail that bounced. */
async function unreadEvidence(opened: Opened, store: StoreRuntime): Promise<Finding[]> {
  const { length } = await evidenceQuarantine(opened.database, store.id, EVIDENCE_COUNTED);
  if (length === 0) return [];
  return [{ kind: "remark", what: `${length === EVIDENCE_COUNTED ? `${length} or more` : length} pieces of mail evidence are in quarantine: see \`makegood requeue --list\`.` }];
}

/** A source that was only just registered is not silent yet, and nothing proves that its webhooks arrive. */
function heardOf(source: string, heard: ReadonlySet<string>): Finding {
  return heard.has(source) ? { kind: "well", what: `${source} is heard` } : { kind: "unknown", what: `nothing has come from ${source} yet: whether its webhooks arrive cannot be known` };
}

/** Whether orders come with an address to write to: shops withhold it from apps that were not granted access. */
async function contacts(opened: Opened, store: StoreRuntime): Promise<Finding[]> {
  const { orders, unaddressed } = await contactsSince(opened.database, store.id, plus(opened.ports.clock.now(), -CONTACTS_OF));
  const grant = "Grant the shop's app or API key access to customers' names and e-mail addresses, which some shops guard apart from orders, then pull again.";
  if (orders === 0) return [{ kind: "unknown", what: `no order has come in these ${CONTACTS_OF / DAY} days: whether orders come with their customers' addresses cannot be known` }];
  if (unaddressed === 0) return [{ kind: "well", what: `orders come with their customers' e-mail addresses (${orders} looked at)` }];
  if (unaddressed === orders) return [{ kind: "problem", what: `none of the orders looked at (${orders}) came with an e-mail address: nobody can be told anything. ${grant}` }];
  return [{ kind: "remark", what: `${unaddressed} of ${orders} orders came without an e-mail address: their customers stand as unreachable when something goes wrong. Where these were not sold at a till, access may be missing. ${grant}` }];
}

function providers(servers: readonly MailServer[]): Finding[] {
  return [
    ...servers.map(({ name, host, port, unreachable }): Finding =>
      unreachable === undefined ? { kind: "well", what: `mail server ${name} answers` } : { kind: "problem", what: `mail server ${name} (${host}:${port}) does not answer: ${unreachable}.` },
    ),
    ...(servers.length < 2 ? [{ kind: "remark", what: "there is one mail provider only: when it is down, notices wait. Add a second." } as const] : []),
  ];
}

/** The ways to people beside mail, with what their providers leave to be looked at. */
function otherChannels({ outreach, config }: StoreRuntime): Finding[] {
  return outreach.channels.filter(({ name }) => name !== MAIL).flatMap(({ name, needsConsent, remarks = [] }): Finding[] => [
    { kind: "well", what: `${name} is configured${needsConsent ? "; it is used only for those whose consent POST /v1/consents recorded" : ""}` },
    ...remarks.map((what): Finding => ({ kind: "remark", what })),
    ...(name === "sms" && Object.keys(config.evidence).length === 0 ? [{ kind: "problem", what: "no event webhook is configured: nobody hears whether texts arrive, nor who answers STOP. Add one under stores.<id>.evidence." } as const] : []),
  ]);
}

/** How a customer reaches a person: without it nothing goes live. */
function wayOut({ config }: StoreRuntime): Finding[] {
  const missing = missingWaysOut(config);
  if (missing.length > 0) return missing.map((what) => ({ kind: "problem", what }));
  const { email, phone } = config.support;
  return [{ kind: "well", what: `customers reach a person: ${[email, phone].filter(Boolean).join(", ")}; every notice says that a reply to ${config.mail.replyTo} is read` }];
}

/** Each control once, with its evidence, then each playbook: whether it speaks, and how its controls stand. */
async function speaking(opened: Opened, store: StoreRuntime, servers: readonly MailServer[]): Promise<Finding[]> {
  if (store.sample) return [{ kind: "remark", what: "this is the sample store: it speaks, to nobody" }];
  const live = await golivesOf(opened.database, store.id);
  // What nothing can trigger asks for nothing yet.
  const asked = new Set(store.playbooks.filter((playbook) => !undetected(playbook).none).flatMap(({ readiness }) => readiness));
  const controls = (await lookAtControls(opened, store, servers)).filter(({ control }) => asked.has(control));
  return [
    ...controls.map(({ control, kind, evidence }): Finding => ({ kind: CONTROL_KINDS[kind], what: `${control}: ${CONTROL_WORDS[kind]}: ${evidence}` })),
    ...store.playbooks.map((playbook) => voice(playbook, live.get(playbook.slug), unproved(playbook, controls))),
    ...whoSpeaks(store.config.speaks, ownNoticesOf(store), store.playbooks, new Set(live.keys())),
  ];
}

/** What the store's shops write by themselves, by source. */
function ownNoticesOf({ sources }: StoreRuntime): ReadonlyMap<string, OwnNotices> {
  return new Map([...sources.values()].flatMap(({ name, adapter }) => (adapter.ownNotices === undefined ? [] : [[name, adapter.ownNotices] as const])));
}

function voice(playbook: Playbook, since: Instant | undefined, open: readonly ControlState[]): Finding {
  const { slug, readiness } = playbook;
  const { waits, none } = undetected(playbook);
  if (none) return since === undefined ? { kind: "remark", what: `${slug} is not detected yet: nothing notices ${waits.join(", ")}, so that nothing opens a case of it, live or in shadow. \`makegood golive\` refuses it.` } : { kind: "problem", what: `${slug} was taken live at ${iso(since)} and is not detected any more: nothing notices ${waits.join(", ")}. Take it back with \`makegood golive ${slug} --back\`.` };
  const stands = open.length === 0 ? `all ${readiness.length} controls are met` : open.map(({ control, kind }) => `${control} ${CONTROL_WORDS[kind]}`).join(", ");
  if (since !== undefined) return { kind: open.some(({ kind }) => kind === "not met") ? "problem" : "well", what: `${slug} speaks since ${iso(since)}; ${stands}` };
  const next = open.length === 0 ? `\`makegood golive ${slug}\` lets it speak.` : "`makegood golive` refuses it until they are met.";
  return { kind: "remark", what: `${slug} is in shadow mode, it says nothing; ${stands}. ${next}` };
}

async function ledger(opened: Opened, store: StoreRuntime): Promise<Finding[]> {
  const line = await reconcile(opened.database, store.id, opened.ports.clock.now());
  return [
    line.balanced ? { kind: "well", what: `the ledger balances: ${line.affected} affected, ${line.due} due` } : { kind: "problem", what: "the ledger does not balance: see `makegood reconcile`." },
    ...(line.overdue > 0 ? [{ kind: "problem", what: `${line.overdue} customers are overdue: see \`makegood reconcile --list overdue\`.` } as const] : []),
  ];
}

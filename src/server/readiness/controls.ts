import { DAY, iso, plus, type Instant } from "../../base/time.ts";
import { contactsSince, sentSince } from "../../commerce/index.ts";
import { readUpTo, sourcesEverHeard } from "../../intake/index.ts";
import { lastMailBack, MAIL } from "../../outreach/index.ts";
import { NOT_PROVABLE_YET, READINESS_CONTROLS, type Playbook, type ReadinessControl } from "../../playbooks/index.ts";
import type { Config } from "../config/schema.ts";
import type { Opened } from "../runtime/open.ts";
import type { StoreRuntime } from "../runtime/store-runtime.ts";
import type { MailServer } from "./mail-servers.ts";
import { isNoReply } from "./no-reply.ts";

/** Old enough for every shop that sells to have an order, new enough to show the access of now. */
export const CONTACTS_OF = 30 * DAY;

/**
 * How a control stands, with the evidence, and what to do where it is not met. `unknown`: nothing proves it yet; it is no
 * pass. `not provable`: nothing in this version of Makegood could, and nobody goes live despite it.
 */
export interface ControlState {
  readonly control: ReadinessControl;
  readonly kind: "met" | "not met" | "unknown" | "not provable";
  readonly evidence: string;
}

type Judged = Omit<ControlState, "control">;

/** What the evidence is read from. */
interface Seen {
  readonly store: StoreRuntime;
  readonly servers: readonly MailServer[];
  readonly now: Instant;
  readonly mailAt: Instant | undefined;
  /** How far each source has been read, and which ever spoke. */
  readonly read: ReadonlyMap<string, Instant>;
  readonly heard: ReadonlySet<string>;
  readonly people: Config["people"];
  /** Orders of late, and how many came without their customer's address. */
  readonly contacts: Awaited<ReturnType<typeof contactsSince>>;
  /** How many of them were told as sent. */
  readonly sent: number;
}

const JUDGES: Readonly<Record<Exclude<ReadinessControl, keyof typeof NOT_PROVABLE_YET>, (seen: Seen) => Judged>> = {
  "mail-provider-configured": mailProvider,
  "reply-address-monitored": replyAddress,
  "page-rota-filled": pageRota,
  "refunds-source-heard": (seen) => {
    const { shop, payments } = seen.store.rules.ledger.sources;
    return sourceHeard(seen, [...new Set([...shop, ...payments])], "refunds", "your shop or your payment processor");
  },
  "parcels-source-heard": (seen) => sourceHeard(seen, seen.store.rules.ledger.sources.carriers, "parcels' scans", "a tracker"),
  "payments-source-heard": (seen) => sourceHeard(seen, seen.store.rules.ledger.sources.payments, "payments", "your payment processor"),
  "second-mail-provider": secondMailProvider,
  "channel-beside-mail": channelBesideMail,
  "contacts-known": contactsKnown,
  "shipping-heard": shippingHeard,
  "coordinator-named": (seen) => roleHeld(seen, "coordinator"),
  "counsel-named": (seen) => roleHeld(seen, "counsel"),
};

/** How every control of readiness stands for a store now. */
export async function lookAtControls(opened: Opened, store: StoreRuntime, servers: readonly MailServer[]): Promise<readonly ControlState[]> {
  const now = opened.ports.clock.now();
  const seen: Seen = {
    store,
    servers,
    now,
    mailAt: await lastMailBack(opened.database, store.id),
    read: await readUpTo(opened.database, store.id, opened.adapters.sources, now),
    heard: await sourcesEverHeard(opened.database, store.id),
    people: opened.config.people,
    contacts: await contactsSince(opened.database, store.id, plus(now, -CONTACTS_OF)),
    sent: await sentSince(opened.database, store.id, plus(now, -CONTACTS_OF)),
  };
  return READINESS_CONTROLS.map((control) => ({ control, ...judge(control, seen) }));
}

function judge(control: ReadinessControl, seen: Seen): Judged {
  return isProvable(control) ? JUDGES[control](seen) : { kind: "not provable", evidence: NOT_PROVABLE_YET[control] };
}

function isProvable(control: ReadinessControl): control is keyof typeof JUDGES {
  return !Object.hasOwn(NOT_PROVABLE_YET, control);
}

/** Those of a playbook's controls that are not proved. */
export function unproved(playbook: Playbook, states: readonly ControlState[]): readonly ControlState[] {
  return states.filter(({ control, kind }) => playbook.readiness.includes(control) && kind !== "met");
}

/** Those that keep a playbook in shadow mode although somebody names some of them as no obstacle. */
export function inTheWay(open: readonly ControlState[], despite: ReadonlySet<string>): readonly ControlState[] {
  return open.filter(({ control, kind }) => kind === "not provable" || !despite.has(control));
}

function mailProvider({ servers }: Seen): Judged {
  const answering = servers.filter(({ unreachable }) => unreachable === undefined);
  if (answering.length > 0) return { kind: "met", evidence: `${names(answering)} of ${servers.length} configured answers` };
  return { kind: "not met", evidence: `no mail server answers: ${servers.map(({ name, host, port, unreachable }) => `${name} (${host}:${port}): ${unreachable}`).join("; ")}. Correct stores.<id>.mail.providers.` };
}

function secondMailProvider({ servers }: Seen): Judged {
  const answering = servers.filter(({ unreachable }) => unreachable === undefined);
  if (answering.length >= 2) return { kind: "met", evidence: `${names(answering)} answer` };
  return { kind: "not met", evidence: `${answering.length === 0 ? "no mail server answers" : `${names(answering)} alone answers`}: when it is down, notices wait. Add another, of another company, to stores.<id>.mail.providers.` };
}

function channelBesideMail({ store: { outreach } }: Seen): Judged {
  const others = outreach.channels.filter(({ name }) => name !== MAIL);
  if (others.length > 0) return { kind: "met", evidence: `${names(others)} ${others.length === 1 ? "is" : "are"} configured` };
  return { kind: "not met", evidence: "words leave by mail and on the order's page only. Configure texts or a webhook under stores.<id>.channels." };
}

function contactsKnown({ contacts: { orders, unaddressed } }: Seen): Judged {
  if (orders === 0) return { kind: "unknown", evidence: `no order has come in these ${CONTACTS_OF / DAY} days. Let one order through.` };
  if (unaddressed === orders) return { kind: "not met", evidence: `none of the orders looked at (${orders}) came with an e-mail address. Grant the shop's app or API key access to customers' addresses.` };
  return { kind: "met", evidence: `${orders - unaddressed} of ${orders} orders came with their customer's e-mail address, which is kept here` };
}

/** Where nothing tells of shipping every order would seem to be late. */
function shippingHeard({ contacts: { orders }, sent }: Seen): Judged {
  if (sent > 0) return { kind: "met", evidence: `${sent} of ${orders} orders of these ${CONTACTS_OF / DAY} days were told as sent` };
  return { kind: "unknown", evidence: `no order of these ${CONTACTS_OF / DAY} days was told as sent. Fulfil one in your shop; where nothing tells of that, name the playbook under withoutPlaybooks.` };
}

function roleHeld({ people }: Seen, role: string): Judged {
  const holders = people.filter(({ roles, email }) => roles.includes(role) && !isNoReply(email));
  if (holders.length > 0) return { kind: "met", evidence: `${names(holders)} ${holders.length === 1 ? "has" : "have"} the role ${role}` };
  return { kind: "not met", evidence: `nobody under people has the role ${role} and an address that is read. Add roles: [${role}] to somebody.` };
}

function replyAddress({ store, mailAt }: Seen): Judged {
  const { replyTo } = store.config.mail;
  const desk = `POST /evidence/${store.id}/mail`;
  if (isNoReply(replyTo)) return { kind: "not met", evidence: `${replyTo} says of itself that nobody reads it. Set mail.replyTo to a mailbox that people read.` };
  if (store.config.apiKeys.length === 0) return { kind: "not met", evidence: `nothing may hand on the mails of ${replyTo}: there is no API key. Set stores.<id>.apiKeys, and have what reads the mailbox post each mail to ${desk}.` };
  if (mailAt === undefined) return { kind: "unknown", evidence: `no mail out of ${replyTo} has come in yet. Have what reads the mailbox post each mail to ${desk}, then write a mail to ${replyTo}.` };
  return { kind: "met", evidence: `mails that come back are handed on, the last at ${iso(mailAt)}` };
}

function pageRota({ store }: Seen): Judged {
  const reached = store.roster.order.filter(({ email }) => !isNoReply(email));
  const [first, ...others] = reached;
  if (first === undefined) return { kind: "not met", evidence: "nobody of paging.order has an address that is read. Correct their addresses under people." };
  return { kind: "met", evidence: others.length === 0 ? `${first.name} is paged, and nobody after: add a second person to paging.order` : `${names(reached)} are paged, in this order` };
}

function sourceHeard({ store, read, heard, now }: Seen, candidates: readonly string[], what: string, whom: string): Judged {
  if (candidates.length === 0) return { kind: "not met", evidence: `no source tells of ${what}. Add ${whom} under stores.<id>.sources.` };
  const silentAfter = (source: string): number => store.sources.get(source)?.silentAfter ?? 0;
  const spoken = candidates.filter((source) => heard.has(source));
  const isCurrent = (source: string): boolean => (read.get(source) ?? 0) >= now - silentAfter(source);
  const current = spoken.filter(isCurrent);
  if (current.length > 0) return { kind: "met", evidence: `${current.join(", ")} tells of ${what}, and has been heard` };
  if (spoken.length > 0) return { kind: "not met", evidence: `${spoken.join(", ")} has been heard and is silent or behind now. Check its webhooks.` };
  return { kind: "unknown", evidence: `nothing has come from ${candidates.join(", ")} yet. Point its webhooks here, and let one order through.` };
}

function names(all: readonly { readonly name: string }[]): string {
  return all.map(({ name }) => name).join(", ");
}

import { join } from "node:path";
import { invariant, Refusal } from "../../base/errors.ts";
import { hashToken, parseStoreId, type StoreId } from "../../base/ids.ts";
import type { Ports } from "../../base/ports.ts";
import type { Milliseconds } from "../../base/time.ts";
import { pageToken } from "../../commerce/index.ts";
import { recordStandings, reviseCases, type IncidentContext } from "../../incidents/index.ts";
import type { ConfiguredSource, SourceKind } from "../../intake/index.ts";
import { parseWeekly, type MondayPlan } from "../../learning/index.ts";
import { createChannels, createWording, evidenceOfNotices, mailReader, openWaysOver, recallMessages, type EvidenceAdapter, type EvidenceDesk, type EvidenceReader, type OutreachPorts, type Provider, type SentJournal, type SpokenNotice } from "../../outreach/index.ts";
import type { Person, Roster } from "../../people/index.ts";
import { loadPlaybooks, problemText, type Playbook } from "../../playbooks/index.ts";
import { calendarFor, type LedgerContext } from "../../promises/index.ts";
import { channelSetup, type Adapters } from "../config/adapters.ts";
import { spanMs, type Config, type StoreConfig } from "../config/schema.ts";
import type { StoreRules } from "../pipeline.ts";

const PLAYBOOKS = join(import.meta.dirname, "../../../playbooks");

/** A configured store, ready to work: what its stages decide by and what they reach. Nothing in it changes while the process runs. */
export interface StoreRuntime {
  readonly id: StoreId;
  readonly config: StoreConfig;
  readonly sample: boolean;
  readonly playbooks: readonly Playbook[];
  readonly sources: ReadonlyMap<string, ConfiguredSource>;
  readonly rules: StoreRules;
  /** Without the epoch, which a worker learns when it takes up its watch. */
  readonly outreach: Omit<OutreachPorts, "epoch">;
  /** What carries mails to customers, and those to staff. */
  readonly mailServers: readonly Provider[];
  readonly evidence: EvidenceDesk & { readonly readers: ReadonlyMap<string, EvidenceReader> };
  readonly roster: Roster;
  readonly pagingLead: Milliseconds;
  readonly mondayList: MondayPlan;
  /** The address of an order's page. */
  orderPage(orderId: string): string;
  say: (...notice: Parameters<ReturnType<typeof createWording>["say"]>) => SpokenNotice;
}

export interface StoreWish {
  readonly id: string;
  readonly config: Config;
  readonly adapters: Adapters;
  readonly ports: Ports;
  readonly sample: boolean;
  /** Where acceptances stand until they are recorded. */
  readonly journal: (store: StoreId) => SentJournal;
  /** Makes a configured mail server reachable. A port: a simulation gives its own. */
  readonly openProvider: (settings: StoreConfig["mail"]["providers"][number], store: StoreConfig) => Provider;
}

/** Builds a store's runtime. Throws a Refusal that lists every problem of its playbooks and overrides. */
export async function createStoreRuntime(wish: StoreWish): Promise<StoreRuntime> {
  const { config, ports, sample, adapters } = wish;
  const id = parseStoreId(wish.id);
  const store = config.stores[wish.id];
  invariant(id && store, "the configuration's check to let only good store names through");
  const playbooks = await playbooksOf(store);
  const sources = adapters.sources.get(id) ?? new Map<string, ConfiguredSource>();
  const calendar = calendarFor({ zone: store.zone, ...store.calendar });
  const told = ledgerSources(sources);
  const publicUrl = config.publicUrl.replace(/\/+$/, "");
  const orderPage = (orderId: string) => `${publicUrl}/o/${pageToken(config.secret, id, orderId)}`;
  const branding = { storeName: store.name, colour: store.colour };
  const wording = createWording({ store: id, branding, supportContact: supportContact(store), zone: store.zone, orderPage });
  const adaptersOfEvidence = adapters.evidence.get(id) ?? new Map<string, EvidenceAdapter>();
  const roster = rosterOf(config, store, (token) => `${publicUrl}/page/${token}`);
  const settings = outreachSettings(store);
  const mailServers = store.mail.providers.map((each) => wish.openProvider(each, store));
  const channels = createChannels(store.channels, { ...channelSetup(config, wish.id), mailServers });
  const incidents: IncidentContext = { playbooks, calendar, trackers: told.trackers, recall: recallMessages, heardOf: evidenceOfNotices, openWays: openWaysOver(channels) };
  return {
    id,
    config: store,
    sample,
    playbooks,
    sources,
    rules: {
      secret: config.secret,
      sample,
      ledger: { calendar, home: store.country, sources: told },
      incidents,
    },
    outreach: { ...ports, settings, channels, wording, journal: wish.journal(id), recordStandings: (tx, of, changes, now) => recordStandings(tx, of, changes, incidents, now), reviseCases: (tx, of, orders, now) => reviseCases(tx, of, orders, incidents, now) },
    mailServers,
    evidence: {
      adapters: adaptersOfEvidence,
      readers: new Map<string, EvidenceReader>([...adaptersOfEvidence, mailReader()]),
      keyHashes: store.apiKeys.map(hashToken),
      answering: { storeName: store.name, supportContact: supportContact(store), locale: store.locale },
    },
    roster,
    pagingLead: fixedMs(store.paging.lead),
    mondayList: { ...mondayPlan(config, store, roster), branding, mailDomain: settings.mailDomain },
    orderPage,
    say: wording.say,
  };
}

/** A generic source may speak of anything: what rests on shop, payments or carriers rests on it too. */
function ledgerSources(sources: ReadonlyMap<string, ConfiguredSource>): LedgerContext["sources"] {
  const namesOf = (...kinds: readonly SourceKind[]): string[] => [...sources.values()].filter(({ adapter }) => kinds.includes(adapter.kind)).map(({ name }) => name);
  return { shop: namesOf("shop", "generic"), payments: namesOf("payments", "generic"), carriers: namesOf("carriers", "generic"), trackers: namesOf("carriers") };
}

async function playbooksOf(store: StoreConfig): Promise<readonly Playbook[]> {
  const loaded = await loadPlaybooks(PLAYBOOKS, store.playbookOverrides);
  const known = loaded.ok ? loaded.value.map(({ slug }) => slug) : [];
  const stray = loaded.ok ? store.withoutPlaybooks.filter((slug) => !known.includes(slug)) : [];
  if (stray.length > 0) throw new Refusal({ code: "playbooks", status: 400, what: `withoutPlaybooks names ${stray.join(", ")}, which is no playbook.`, next: `Use one of: ${known.join(", ")}.` });
  if (loaded.ok) return loaded.value.filter(({ slug }) => !store.withoutPlaybooks.includes(slug));
  throw new Refusal({
    code: "playbooks",
    status: 400,
    what: `The playbooks cannot be used:\n${loaded.error.map(problemText).join("\n")}\n`,
    next: "Correct these lines; docs/playbooks.md explains the language.",
  });
}

function outreachSettings(store: StoreConfig): OutreachPorts["settings"] {
  const { mail } = store;
  return {
    storeName: store.name,
    from: { name: mail.fromName ?? store.name, address: mail.from },
    replyTo: mail.replyTo,
    mailDomain: mail.domain ?? mail.from.slice(mail.from.lastIndexOf("@") + 1),
    zone: store.zone,
    locale: store.locale,
    quietHours: mail.quietHours ? { email: mail.quietHours } : {},
    sendCapPerHour: mail.sendCapPerHour,
  };
}

function supportContact(store: StoreConfig): string {
  const { email, phone, hours } = store.support;
  const ways = [email, phone].filter((way) => way !== undefined).join(", ");
  return hours === undefined ? ways : `${ways} (${hours})`;
}

function rosterOf(config: Config, store: StoreConfig, acknowledgeUrl: (token: string) => string): Roster {
  const byName = new Map<string, Person>(config.people.map((person) => [person.name, person]));
  const [first, ...rest] = store.paging.order.map((name) => byName.get(name)).filter((person) => person !== undefined);
  invariant(first, "the configuration's check to demand a person who can be paged");
  return { order: [first, ...rest], repeatAfter: fixedMs(store.paging.repeat), storeName: store.name, acknowledgeUrl };
}

function mondayPlan(config: Config, store: StoreConfig, roster: Roster): Omit<MondayPlan, "branding" | "mailDomain"> {
  const { enabled, to, at } = store.mondayList;
  const weekly = parseWeekly(at);
  invariant(weekly, `the configuration's check to let only a time of the week through, got ${at}`);
  return { enabled, to: config.people.find((person) => person.name === to) ?? roster.order[0], at: weekly, zone: store.zone, staff: config.people };
}

function fixedMs(span: string): Milliseconds {
  const ms = spanMs(span);
  invariant(ms !== undefined, `a fixed length of time, got ${span}`);
  return ms;
}

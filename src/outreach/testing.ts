import { join } from "node:path";
import { sql, type Db } from "../base/db.ts";
import { parseStoreId, uuidOf } from "../base/ids.ts";
import type { StoreId } from "../base/ids.ts";
import { DAY, HOUR, instant, plus } from "../base/time.ts";
import type { Clock, Instant } from "../base/time.ts";
import { recordStandings } from "../incidents/index.ts";
import { loadPlaybooks, snapshot } from "../playbooks/index.ts";
import type { Playbook } from "../playbooks/index.ts";
import { testDatabase } from "../server/database/testing.ts";
import { emailChannel } from "./channels/email/index.ts";
import type { MessageState } from "./core/model.ts";
import { evidenceOfNotices } from "./evidence-of-notices.ts";
import { expandNotices } from "./expand-notices.ts";
import type { OutreachPorts } from "./ports.ts";
import type { Provider } from "./provider.ts";
import type { MailProvider } from "./smtp/outcome.ts";
import { memoryJournal } from "./journal/memory-journal.ts";
import { createWording } from "./wording.ts";

/** Sunday noon in Berlin. */
export const START = instant(Date.UTC(2026, 10, 22, 11));

/** A clock that tests set. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function testClock(at: Instant = START): TestClock {
  let now = at;
  return { now: () => now, advance: (ms) => void (now = plus(now, ms)) };
}

/** The playbook that all test notices are of. */
const SLUG = "cancelled-by-store";

let inUse: Promise<Playbook> | undefined;

/** Read and checked once: a suite registers hundreds of stores. */
function playbookInUse(): Promise<Playbook> {
  return (inUse ??= readPlaybook());
}

async function readPlaybook(): Promise<Playbook> {
  const loaded = await loadPlaybooks(join(import.meta.dirname, "../../playbooks"));
  const playbook = loaded.ok ? loaded.value.find((each) => each.slug === SLUG) : undefined;
  if (!playbook) throw new Error(`the playbook ${SLUG} cannot be loaded`);
  return playbook;
}

const FACTS = { choices: { reason: "inventory", money: "due" }, values: { amount: { money: { minor: 39_800, currency: "EUR" } }, refund_by: { day: START + 7 * DAY } } };

export function storeId(name: string): StoreId {
  const id = parseStoreId(name);
  if (!id) throw new Error(`not a store id: ${name}`);
  return id;
}

/** A registered store with the playbook in use. */
export async function registerStore(db: Db, store: StoreId): Promise<void> {
  await db.rows(sql(`insert into stores (store_id, sample, epoch, alive_at, created_at) values ($1, false, 1, ms($2), ms($2))`), [store, START]);
  const playbook = await playbookInUse();
  await db.rows(sql(`insert into playbook_versions (store_id, playbook, version, content, first_used_at) values ($1, $2, $3, $4, ms($5))`), [
    store,
    playbook.slug,
    playbook.version,
    JSON.stringify(snapshot(playbook)),
    START,
  ]);
}

export interface NoticeSeed {
  readonly name: string;
  /** `null` for a customer without an address. */
  readonly email?: string | null;
  readonly locale?: string;
  readonly shadow?: boolean;
  readonly causeAt?: Instant;
}

/** One incident, order, case and new notice for each seed, as the stages before would write them. */
export async function seedNotices(db: Db, store: StoreId, seeds: readonly NoticeSeed[], now: Instant = START): Promise<readonly string[]> {
  const rows = seeds.map((seed) => {
    const contact = { firstName: "Anna", ...(seed.email === null ? {} : { email: seed.email ?? `${seed.name}@example.com` }), locale: seed.locale ?? "en" };
    const details = { reference: `#${seed.name}`, placedAt: now, contact, total: { minor: 100, currency: "EUR" }, lines: [], test: false, country: "DE" };
    const doc = { details: { value: details, at: now, event: "e", source: "shop" }, payments: {}, refunds: {}, parcels: {}, fulfilments: {}, disputes: {}, said: {} };
    const id = (kind: string) => uuidOf(kind, store, seed.name);
    return { orderId: `shop/${seed.name}`, name: seed.name, doc, shadow: seed.shadow ?? false, incident: id("incident"), case: id("case"), notice: id("notice"), causeAt: seed.causeAt ?? now };
  });
  const seeded = JSON.stringify(rows);
  const { version } = await playbookInUse();
  const from = `from json_to_recordset($2::json) as r("orderId" text, name text, doc jsonb, shadow boolean, incident uuid, "case" uuid, notice uuid, "causeAt" bigint)`;
  const params = [store, seeded, now];
  await db.transaction(async (tx) => {
    await tx.rows(
      sql(`insert into orders (store_id, order_id, reference, spoken_ref, doc, token_hash, page_expires_at, first_seen_at, touched_at)
           select $1, "orderId", '#' || name, left(md5($1 || name), 8), doc, md5($1 || '/' || name), ms($3) + interval '1 year', ms($3), ms($3) ${from}`),
      params,
    );
    await tx.rows(sql(`insert into incidents (store_id, incident_id, playbook, version, scope, shadow, opened_at) select $1, incident, '${SLUG}', '${version}', '{}', shadow, ms($3) ${from}`), params);
    await tx.rows(sql(`insert into statements (store_id, incident_id, version, choices, released_at, released_by) select $1, incident, 1, '{}', ms($3), 'playbook' ${from}`), params);
    await tx.rows(
      sql(`insert into cases (store_id, case_id, incident_id, recipient, order_id, cause, opened_at, facts, facts_revision, tell_by, standing, notice_id)
           select $1, "case", incident, 'order/' || "orderId", "orderId", 'cancelled', ms($3), '${JSON.stringify(FACTS)}', 1, ms($3 + ${HOUR}), 'due', notice ${from}`),
      params,
    );
    await tx.rows(
      sql(`insert into notices (store_id, notice_id, incident_id, recipient, case_id, order_id, kind, statement_version, facts_revision, facts, cause_at, written_at, tell_by, state)
           select $1, notice, incident, 'order/' || "orderId", "case", "orderId", 'first', 1, 1, '${JSON.stringify(FACTS)}', ms("causeAt"), ms($3), ms($3 + ${HOUR}), 'new' ${from}`),
      params,
    );
  });
  return rows.map((row) => row.notice);
}

const QUIET_LOG = { info: () => {}, warn: () => {}, error: () => {} };

/** Ports over a database with providers named a, b, … in order. */
export function testPorts(db: Db, clock: Clock, transports: readonly MailProvider[], changes: Partial<OutreachPorts> = {}): OutreachPorts {
  let drawn = 0;
  return {
    db,
    clock,
    random: { bytes: (count) => Buffer.from(uuidOf("random", drawn++).replaceAll("-", "").repeat(4), "hex").subarray(0, count) },
    log: QUIET_LOG,
    epoch: 1,
    settings: {
      storeName: "Café Nord",
      from: { name: "Café Nord", address: "care@nord.example" },
      replyTo: "people@nord.example",
      mailDomain: "nord.example",
      zone: "Europe/Berlin",
      locale: "en",
      quietHours: {},
      sendCapPerHour: 100_000,
    },
    journal: memoryJournal(),
    channels: [emailChannel(transports.map((transport, index): Provider => ({ name: "abcdef"[index] ?? "z", evidence: "relay", transport })))],
    wording: createWording({
      store: storeId("nord"),
      branding: { storeName: "Café Nord", colour: "#1f4d3a" },
      supportContact: "people@nord.example",
      zone: "Europe/Berlin",
      orderPage: (orderId) => `https://nord.example/o/${orderId}`,
    }),
    reviseCases: async () => {},
    recordStandings: (tx, store, said, now) => recordStandings(tx, store, said, { heardOf: evidenceOfNotices }, now),
    ...changes,
  };
}

/** A store of its own, with its ports. */
export interface Scene {
  readonly store: StoreId;
  readonly clock: TestClock;
  readonly ports: OutreachPorts;
}

/** A row of the ledger as tests look at it. */
export interface MailSeen {
  readonly id: string;
  readonly state: MessageState;
  readonly resends: number;
  readonly provider: string | null;
  readonly heldWhy: string | null;
}

/** A database for one suite, with stores made on demand and what a test reads of them. */
export interface Ledger {
  readonly db: Db;
  /** A store with these notices, expanded. */
  scene(seeds: readonly NoticeSeed[], transports: readonly MailProvider[], changes?: Partial<OutreachPorts>): Promise<Scene>;
  /** The mails of a store, by order. */
  emails(store: StoreId): Promise<readonly MailSeen[]>;
  states(store: StoreId): Promise<readonly string[]>;
  history(store: StoreId, messageId: string): Promise<readonly string[]>;
  /** Standing and reason of each case, by order. */
  standings(store: StoreId): Promise<readonly (string | null)[][]>;
  close(): Promise<void>;
}

export async function openLedger(): Promise<Ledger> {
  const { db, drop } = await testDatabase();
  let stores = 0;
  const emails = (store: StoreId) =>
    db.rows<MailSeen>(sql(`select message_id as "id", state, resends, provider, held_why as "heldWhy" from messages where store_id = $1 and channel = 'email' order by order_id`), [store]);
  return {
    db,
    emails,
    close: drop,
    async scene(seeds, transports, changes = {}) {
      const store = storeId(`store-${++stores}`);
      await registerStore(db, store);
      await seedNotices(db, store, seeds);
      const clock = testClock();
      const ports = testPorts(db, clock, transports, changes);
      await expandNotices(ports, store);
      return { store, clock, ports };
    },
    states: async (store) => (await emails(store)).map((row) => row.state),
    async history(store, messageId) {
      const rows = await db.rows<{ state: string }>(sql(`select s->>'state' as state from messages, jsonb_array_elements(history) s where store_id = $1 and message_id = $2`), [store, messageId]);
      return rows.map((row) => row.state);
    },
    async standings(store) {
      const rows = await db.rows<{ standing: string; why: string | null }>(sql(`select standing, standing_why as "why" from cases where store_id = $1 order by order_id`), [store]);
      return rows.map((row) => [row.standing, row.why]);
    },
  };
}

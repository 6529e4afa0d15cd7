import { join } from "node:path";
import type { Db } from "../base/db.ts";
import { sql } from "../base/db.ts";
import { parseStoreId, uuidOf } from "../base/ids.ts";
import type { StoreId } from "../base/ids.ts";
import { DAY, HOUR, instant, plus } from "../base/time.ts";
import type { Clock, Instant } from "../base/time.ts";
import type { StandingChange } from "../incidents/index.ts";
import { loadPlaybooks, snapshot } from "../playbooks/index.ts";
import type { Playbook } from "../playbooks/index.ts";
import type { Tx } from "../base/db.ts";
import type { OutreachPorts } from "./ports.ts";
import type { Provider } from "./provider.ts";
import type { MailProvider } from "./smtp/outcome.ts";
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

async function playbookInUse(): Promise<Playbook> {
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
    const doc = { details: { value: details, at: now, event: "e", source: "shop" }, payments: {}, refunds: {}, parcels: {}, disputes: {}, said: {} };
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

/** The least that keeps a case in step with its evidence; the incidents stage has the whole of it. */
export async function keepStandings(tx: Tx, store: StoreId, changes: readonly StandingChange[]): Promise<void> {
  for (const { noticeId, evidence } of changes) {
    const standing = evidence.kind === "held" || evidence.kind === "reopened" ? "due" : evidence.kind;
    await tx.rows(
      sql(`update cases set standing = $3, standing_why = $4, presumed_at = ms($5), told_message = $6, told_at = ms($7) where store_id = $1 and notice_id = $2`),
      [
        store,
        noticeId,
        standing,
        "why" in evidence ? evidence.why : null,
        evidence.kind === "handed_over" ? evidence.presumedAt : null,
        evidence.kind === "told" ? evidence.messageId : null,
        evidence.kind === "told" ? evidence.at : null,
      ],
    );
  }
}

export const QUIET_LOG = { info: () => {}, warn: () => {}, error: () => {} };

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
    providers: transports.map((transport, index): Provider => ({ name: "abcdef"[index] ?? "z", evidence: "relay", transport })),
    wording: createWording({
      store: storeId("nord"),
      branding: { storeName: "Café Nord", colour: "#1f4d3a" },
      supportContact: "people@nord.example",
      zone: "Europe/Berlin",
      orderPage: (orderId) => `https://nord.example/o/${orderId}`,
    }),
    recordStandings: keepStandings,
    ...changes,
  };
}

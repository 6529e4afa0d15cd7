import { batched, prepared, type Tx } from "../../base/db.ts";
import type { StoreId } from "../../base/ids.ts";
import type { Instant } from "../../base/time.ts";
import type { Candidate } from "../core/gate.ts";
import type { Message, MessageState, Progress } from "../core/model.ts";

const COLUMNS = `
  m.message_id as "id", m.notice_id as "noticeId", m.case_id as "caseId", m.order_id as "orderId", m.channel, m.address,
  m.address_hash as "addressHash", m.locale, m.rfc_id as "rfcId", m.cause_at as "causeAt", m.tell_by as "tellBy",
  m.ready_at as "readyAt", m.held_why as "heldWhy", m.state, m.lease_until as "leaseUntil", m.leased_by as "leasedBy",
  m.provider, m.copy_id as "copyId", m.attempts, m.resends, m.evidence_until as "evidenceUntil", m.detail`;

/** A message after something happened to it. */
export interface Moved {
  readonly message: Message;
  readonly to: Progress;
}

/** One entry of a message's history, at the moment `$3`. */
function step(state: string, provider: string, why: string): string {
  return `jsonb_strip_nulls(jsonb_build_object('at', $3::bigint, 'state', ${state}, 'provider', ${provider}, 'why', ${why}))`;
}

const INSERT = prepared(
  "outreach.insertMessages",
  `insert into messages (store_id, message_id, notice_id, case_id, order_id, channel, address, address_hash, locale, rfc_id, cause_at, tell_by,
     ready_at, held_why, state, state_at, provider, attempts, resends, detail, history)
   select $1, m.id, m."noticeId", m."caseId", m."orderId", m.channel, m.address, m."addressHash", m.locale, m."rfcId", ms(m."causeAt"), ms(m."tellBy"),
     ms(m."readyAt"), m."heldWhy", m.state, ms($3), m.provider, m.attempts, m.resends, m.detail, jsonb_build_array(${step("m.state", "m.provider", "m.detail")})
   from json_to_recordset($2::json) as m(id uuid, "noticeId" uuid, "caseId" uuid, "orderId" text, channel text, address text, "addressHash" text,
     locale text, "rfcId" text, "causeAt" bigint, "tellBy" bigint, "readyAt" bigint, "heldWhy" text, state text, provider text,
     attempts integer, resends integer, detail text)
   on conflict do nothing`,
);

/** Writes the ledger rows of new messages, each with the first step of its history. One that exists already stays as it is. */
export async function insertMessages(tx: Tx, store: StoreId, messages: readonly Message[], now: Instant): Promise<void> {
  if (messages.length > 0) await tx.rows(INSERT, [store, JSON.stringify(messages), now]);
}

const MOVE = batched(
  "outreach.moveMessages",
  `update messages m
      set state = c.state, state_at = ms($3), ready_at = ms(c."readyAt"), held_why = c."heldWhy", lease_until = ms(c."leaseUntil"),
          leased_by = c."leasedBy", provider = c.provider, copy_id = c."copyId", attempts = c.attempts, resends = c.resends,
          evidence_until = ms(c."evidenceUntil"), detail = c.detail, history = m.history || ${step("c.state", "c.provider", "c.detail")}
     from json_to_recordset($2::json) as c(id uuid, state text, "readyAt" bigint, "heldWhy" text, "leaseUntil" bigint, "leasedBy" text,
          provider text, "copyId" text, attempts integer, resends integer, "evidenceUntil" bigint, detail text)
    where m.store_id = $1 and m.message_id = c.id`,
);

/** Saves what messages became, each with its step. Their rows are locked by the caller. */
export async function moveMessages(tx: Tx, store: StoreId, moved: readonly Moved[], now: Instant): Promise<void> {
  if (moved.length === 0) return;
  const rows = moved.map(({ message, to }) => ({
    id: message.id,
    state: to.state,
    readyAt: to.readyAt,
    heldWhy: to.heldWhy,
    leaseUntil: to.leaseUntil,
    leasedBy: to.leasedBy,
    provider: to.provider,
    copyId: to.copyId,
    attempts: to.attempts,
    resends: to.resends,
    evidenceUntil: to.evidenceUntil,
    detail: to.detail,
  }));
  await tx.rows(MOVE, [store, JSON.stringify(rows), now]);
}

const NOTE = prepared(
  "outreach.noteStep",
  `update messages set history = history || ${step("state", "$4::text", "$5::text")} where store_id = $1 and message_id = $2`,
);

/** Adds a step to a message's history that changes nothing of it. */
export async function noteStep(tx: Tx, store: StoreId, messageId: string, provider: string, why: string, now: Instant): Promise<void> {
  await tx.rows(NOTE, [store, messageId, now, provider, why]);
}

const CLAIMABLE = batched(
  "outreach.claimable",
  `select ${COLUMNS}, n.state = 'withdrawn' as "withdrawn", s.reason as "suppressedWhy",
          m.resends > 0 and n.notice_id <> (select c.notice_id from cases c where c.store_id = n.store_id and c.case_id = n.case_id) as "overtaken"
     from messages m
     join notices n on n.store_id = m.store_id and n.notice_id = m.notice_id
     left join suppressions s on s.store_id = m.store_id and s.channel = m.channel and s.address_hash = m.address_hash
    where m.store_id = $1 and m.state = 'ready' and m.channel = $4 and m.ready_at <= ms($2)
    order by m.ready_at, m.message_id limit $3
      for update of m skip locked`,
);

/** Locks up to `limit` messages of a channel whose moment has come, passing over those that another sender holds. */
export async function lockClaimable(tx: Tx, store: StoreId, channel: string, now: Instant, limit: number): Promise<Candidate[]> {
  const rows = await tx.rows<Message & Omit<Candidate, "message">>(CLAIMABLE, [store, now, limit, channel]);
  return rows.map(({ withdrawn, overtaken, suppressedWhy, ...message }) => ({ message, withdrawn, overtaken, suppressedWhy }));
}

const EXPIRED = batched(
  "outreach.expired",
  `select ${COLUMNS} from messages m where m.store_id = $1 and m.state = 'leased' and m.lease_until <= ms($2)
    order by m.lease_until, m.message_id limit $3 for update skip locked`,
);

const DOUBTFUL = batched(
  "outreach.doubtful",
  `select ${COLUMNS} from messages m where m.store_id = $1 and m.state = 'unknown' and m.evidence_until <= ms($2)
    order by m.evidence_until, m.message_id limit $3 for update skip locked`,
);

/** Locks messages whose sender did not report in time. */
export function lockExpired(tx: Tx, store: StoreId, now: Instant, limit: number): Promise<Message[]> {
  return tx.rows<Message>(EXPIRED, [store, now, limit]);
}

/** Locks messages that may have been sent, once their evidence window is over. */
export function lockDoubtful(tx: Tx, store: StoreId, now: Instant, limit: number): Promise<Message[]> {
  return tx.rows<Message>(DOUBTFUL, [store, now, limit]);
}

const LOCK = batched(
  "outreach.lockMessages",
  `select ${COLUMNS} from messages m where m.store_id = $1 and m.message_id = any($2::uuid[]) order by m.message_id for update`,
);

/** Locks messages by id, in ascending order. */
export function lockMessages(tx: Tx, store: StoreId, ids: readonly string[]): Promise<Message[]> {
  return tx.rows<Message>(LOCK, [store, ids]);
}

const HELD = prepared("outreach.findHeld", `select message_id as "id" from messages where store_id = $1 and state = 'held' order by message_id limit $2`);

/** Messages that wait for a person. Locks nothing. */
export async function findHeld(db: Tx, store: StoreId, limit: number): Promise<string[]> {
  return (await db.rows<{ id: string }>(HELD, [store, limit])).map((row) => row.id);
}

const ORDERS_OF = batched(
  "outreach.ordersOfMessages",
  `select distinct order_id as "orderId" from messages where store_id = $1 and message_id = any($2::uuid[])`,
);

export async function ordersOfMessages(tx: Tx, store: StoreId, ids: readonly string[]): Promise<string[]> {
  return (await tx.rows<{ orderId: string }>(ORDERS_OF, [store, ids])).map((row) => row.orderId);
}

const BY_ORDER = prepared(
  "outreach.messagesByOrder",
  `select message_id as "id", notice_id as "noticeId", channel, locale, state, state_at as "stateAt", resends, held_why as "heldWhy"
     from messages where store_id = $1 and order_id = $2 order by cause_at, message_id`,
);

export interface MessageOfOrder {
  readonly id: string;
  readonly noticeId: string;
  readonly channel: string;
  readonly locale: string;
  readonly state: MessageState;
  readonly stateAt: Instant;
  readonly resends: number;
  readonly heldWhy: string | null;
}

/** The messages about an order, oldest first. */
export function messagesByOrder(db: Tx, store: StoreId, orderId: string): Promise<MessageOfOrder[]> {
  return db.rows(BY_ORDER, [store, orderId]);
}

const OF_ORDERS = batched(
  "outreach.lockMessagesOfOrders",
  `select ${COLUMNS} from messages m where m.store_id = $1 and m.order_id = any($2) order by m.message_id for update`,
);

export function lockMessagesOfOrders(tx: Tx, store: StoreId, orderIds: readonly string[]): Promise<Message[]> {
  return tx.rows<Message>(OF_ORDERS, [store, orderIds]);
}

const FORGET = batched(
  "outreach.forgetAddresses",
  `update messages set address = null, address_hash = 'redacted:' || message_id where store_id = $1 and order_id = any($2)`,
);

/** Takes the addresses out of the ledger rows. */
export async function clearAddresses(tx: Tx, store: StoreId, orderIds: readonly string[]): Promise<void> {
  await tx.rows(FORGET, [store, orderIds]);
}

const BY_REPORT = batched(
  "outreach.messagesReported",
  `select message_id as "id", order_id as "orderId", rfc_id as "rfcId", address_hash as "addressHash", state_at as "stateAt",
          state in ('accepted', 'delivered', 'unknown') and state_at >= ms($4) as sent
     from messages
    where store_id = $1 and (message_id = any($5::uuid[]) and rfc_id = any($2) or (address_hash = any($3) and state in ('accepted', 'delivered', 'unknown') and state_at >= ms($4)))`,
);

/** A message that evidence may speak of. */
export interface Reported {
  readonly id: string;
  readonly orderId: string;
  readonly rfcId: string | null;
  readonly addressHash: string;
  readonly stateAt: Instant;
  /** Whether it was sent lately: what a report that names only an address may be about. */
  readonly sent: boolean;
}

/** What every Message-ID of ours begins with: the message's own id. */
const OWN_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=@)/;

/** Whether a Message-ID is one that we give. */
export function isOwnId(rfcId: string, mailDomain: string): boolean {
  return OWN_ID.test(rfcId) && rfcId.endsWith(`@${mailDomain}`);
}

/** Finds messages by Message-ID, or by address among those sent since `since`. Locks nothing. */
export function findReported(tx: Tx, store: StoreId, rfcIds: readonly string[], hashes: readonly string[], since: Instant): Promise<Reported[]> {
  return tx.rows<Reported>(BY_REPORT, [store, rfcIds, hashes, since, rfcIds.flatMap((id) => OWN_ID.exec(id)?.[0] ?? [])]);
}

const WRITTEN_BEFORE = batched(
  "outreach.writtenBefore",
  `select address_hash as "addressHash", message_id as "id" from messages
    where store_id = $1 and address_hash = any($3) and channel = $2 and state in ('accepted', 'delivered')`,
);

/** The messages that addresses were sent over a channel and that did not come back, by hash. */
export async function writtenBefore(tx: Tx, store: StoreId, channel: string, hashes: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await tx.rows<{ addressHash: string; id: string }>(WRITTEN_BEFORE, [store, channel, hashes]);
  return new Map([...Map.groupBy(rows, (row) => row.addressHash)].map(([hash, found]) => [hash, found.map(({ id }) => id)]));
}

const OF_NOTICES = batched(
  "outreach.countMessagesOfNotices",
  `select notice_id as "noticeId", count(*)::integer as count from messages where store_id = $1 and notice_id = any($2::uuid[]) group by 1`,
);

/** How many messages each notice has. Locks nothing. */
export async function noticesOfMessages(tx: Tx, store: StoreId, noticeIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.rows<{ noticeId: string; count: number }>(OF_NOTICES, [store, noticeIds]);
  return new Map(rows.map((row) => [row.noticeId, row.count]));
}

const LOCK_OF_NOTICES = batched(
  "outreach.lockMessagesOfNotices",
  `select ${COLUMNS} from messages m where m.store_id = $1 and m.notice_id = any($2::uuid[]) order by m.message_id for update skip locked`,
);

/** Locks the messages of notices, passing over those that another worker holds. */
export function lockMessagesOfNotices(tx: Tx, store: StoreId, noticeIds: readonly string[]): Promise<Message[]> {
  return tx.rows<Message>(LOCK_OF_NOTICES, [store, noticeIds]);
}

const SENT_OF_NOTICES = batched(
  "outreach.sentOfNotices",
  `select ${COLUMNS}, m.state_at as "stateAt",
          (select min((h->>'at')::bigint) from jsonb_array_elements(m.history) h where h->>'state' = 'accepted') as "handedOverAt"
     from messages m
    where m.store_id = $1 and m.notice_id = any($2::uuid[]) and m.channel <> 'portal' and m.state in ('accepted', 'delivered') order by m.message_id`,
);

/** A message that a provider took, and when it did where that was seen. */
export type Sent = Message & { readonly stateAt: Instant; readonly handedOverAt: Instant | null };

/** What left of these notices and did not come back. Locks nothing. */
export function sentOfNotices(tx: Tx, store: StoreId, noticeIds: readonly string[]): Promise<Sent[]> {
  return tx.rows(SENT_OF_NOTICES, [store, noticeIds]);
}

const NEXT_READY = prepared("outreach.nextReadyAt", `select min(ready_at) as at from messages where store_id = $1 and state = 'ready' and channel = $2`);

/** When the next message of a channel wants to leave. */
export async function nextReadyAt(tx: Tx, store: StoreId, channel: string): Promise<Instant | undefined> {
  return (await tx.rows<{ at: Instant | null }>(NEXT_READY, [store, channel]))[0]?.at ?? undefined;
}

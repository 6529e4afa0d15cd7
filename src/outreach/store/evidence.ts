import { batched, prepared, sql, type Db, type Tx } from "../../base/db.ts";
import type { StoreId } from "../../base/ids.ts";
import type { Instant } from "../../base/time.ts";

/** Evidence as it was kept. */
export interface EvidenceRow {
  readonly id: string;
  readonly source: string;
  readonly body: Uint8Array | null;
  readonly receivedAt: Instant;
  readonly attempts: number;
}

const APPEND = prepared(
  "outreach.appendEvidence",
  `insert into evidence_inbox (store_id, evidence_id, source, dedupe_key, body, received_at, state, attempts, retry_at)
   values ($1, $2, $3, $4, $5, ms($6), 'new', 0, ms($6)) on conflict do nothing returning evidence_id`,
);

/** Keeps evidence; false when it was kept before. */
export async function appendEvidence(db: Db, store: StoreId, row: { id: string; source: string; dedupeKey: string; body: Uint8Array }, now: Instant): Promise<boolean> {
  const kept = await db.rows(APPEND, [store, row.id, row.source, row.dedupeKey, Buffer.from(row.body), now]);
  return kept.length > 0;
}

const LAST = prepared("outreach.lastEvidence", `select max(received_at) as at from evidence_inbox where store_id = $1 and source = $2`);

/** When the last evidence of a source came; undefined when none ever did. */
export async function lastEvidence(tx: Tx, store: StoreId, source: string): Promise<Instant | undefined> {
  const [row] = await tx.rows<{ at: Instant | null }>(LAST, [store, source]);
  return row?.at ?? undefined;
}

const LOCK_NEW = batched(
  "outreach.lockEvidence",
  `select evidence_id as "id", source, body, received_at as "receivedAt", attempts
     from evidence_inbox where store_id = $1 and state = 'new' and retry_at <= ms($2)
    order by retry_at, evidence_id limit $3 for update skip locked`,
);

export function lockNewEvidence(tx: Tx, store: StoreId, now: Instant, limit: number): Promise<EvidenceRow[]> {
  return tx.rows<EvidenceRow>(LOCK_NEW, [store, now, limit]);
}

const LOCK_ONE = prepared(
  "outreach.lockOneEvidence",
  `select evidence_id as "id", source, body, received_at as "receivedAt", attempts
     from evidence_inbox where store_id = $1 and evidence_id = $2 and state = 'new' for update skip locked`,
);

/** One piece of evidence, if it is still new and free. */
export function lockEvidence(tx: Tx, store: StoreId, id: string): Promise<EvidenceRow[]> {
  return tx.rows<EvidenceRow>(LOCK_ONE, [store, id]);
}

/** What became of a piece of evidence. */
export interface SettledEvidence {
  readonly id: string;
  readonly state: "new" | "applied" | "ignored" | "quarantined";
  readonly reason: string | null;
  readonly attempts: number;
  readonly retryAt: Instant;
}

const SETTLE = batched(
  "outreach.settleEvidence",
  `update evidence_inbox e
      set state = s.state, reason = s.reason, attempts = s.attempts, retry_at = ms(s."retryAt"),
          body = case when s.state in ('applied', 'ignored') then null else e.body end
     from json_to_recordset($2::json) as s(id uuid, state text, reason text, attempts integer, "retryAt" bigint)
    where e.store_id = $1 and e.evidence_id = s.id`,
);

/** Saves what became of evidence. What was read loses its body: the ledger has what matters, and mails hold personal words. */
export async function settleEvidence(tx: Tx, store: StoreId, settled: readonly SettledEvidence[]): Promise<void> {
  await tx.rows(SETTLE, [store, JSON.stringify(settled)]);
}

// `escape` leaves the bytes of an address as they are, whatever stands around them.
const ERASE = sql(
  `update evidence_inbox set body = null where store_id = $1 and state <> 'new' and body is not null
     and ($2::text[] is null or exists (select from unnest($2) as named(address) where position(lower(named.address) in lower(encode(body, 'escape'))) > 0))`,
);

/** Erases evidence that is kept in quarantine and names one of these addresses, or all that is kept. */
export async function eraseEvidence(tx: Tx, store: StoreId, addresses: readonly string[] | "all"): Promise<void> {
  await tx.rows(ERASE, [store, addresses === "all" ? null : addresses]);
}

/** A piece of evidence in quarantine, as a person sees it. */
export interface ShownEvidence {
  readonly id: string;
  readonly source: string;
  readonly reason: string | null;
}

const QUARANTINED = sql(
  `select evidence_id as "id", source, reason from evidence_inbox where store_id = $1 and state = 'quarantined' order by received_at, evidence_id limit $2`,
);

/** What is in quarantine, oldest first. */
export function evidenceQuarantine(db: Db, store: StoreId, limit: number): Promise<readonly ShownEvidence[]> {
  return db.rows<ShownEvidence>(QUARANTINED, [store, limit]);
}

const REQUEUE = sql(
  `update evidence_inbox set state = 'new', reason = null, attempts = 0, retry_at = ms($3)
    where store_id = $1 and state = 'quarantined' and body is not null and ($2::text is null or source = $2) returning evidence_id as "id"`,
);

/** Puts quarantined evidence back; returns its ids. What was erased with a person has nothing left to read. */
export async function requeueEvidenceRows(tx: Tx, store: StoreId, source: string | undefined, now: Instant): Promise<readonly string[]> {
  return (await tx.rows<{ id: string }>(REQUEUE, [store, source ?? null, now])).map(({ id }) => id);
}

const DISMISS = sql(
  `update evidence_inbox set state = 'ignored', reason = $3 || ' (was: ' || coalesce(reason, '') || ')', body = null
    where store_id = $1 and state = 'quarantined' and evidence_id = any($2::uuid[]) returning evidence_id as "id"`,
);

/** Lays quarantined evidence aside; returns its ids. */
export async function dismissEvidenceRows(tx: Tx, store: StoreId, ids: readonly string[], why: string): Promise<readonly string[]> {
  return (await tx.rows<{ id: string }>(DISMISS, [store, ids, why])).map(({ id }) => id);
}

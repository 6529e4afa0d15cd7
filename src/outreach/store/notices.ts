import { batched, sql, type Tx } from "../../base/db.ts";
import type { StoreId } from "../../base/ids.ts";
import type { Instant } from "../../base/time.ts";
import type { CaseFacts } from "../../incidents/index.ts";
import type { Tried } from "../core/route.ts";

/** A notice as the incidents stage wrote it, with its statement; the playbook by name and version. */
export interface NoticeRow {
  readonly id: string;
  readonly incidentId: string;
  readonly caseId: string;
  readonly orderId: string;
  readonly kind: string;
  readonly facts: CaseFacts;
  readonly choices: Readonly<Record<string, string>>;
  readonly playbook: string;
  readonly version: string;
  readonly shadow: boolean;
  readonly causeAt: Instant;
  readonly tellBy: Instant;
  readonly writtenAt: Instant;
}

const SELECT = `
  select n.notice_id as "id", n.incident_id as "incidentId", n.case_id as "caseId", n.order_id as "orderId", n.kind, n.facts,
         coalesce(s.choices, '{}') as choices, i.playbook, i.version, i.shadow,
         n.cause_at as "causeAt", n.tell_by as "tellBy", n.written_at as "writtenAt"
    from notices n
    join incidents i on i.store_id = n.store_id and i.incident_id = n.incident_id
    left join statements s on s.store_id = n.store_id and s.incident_id = n.incident_id and s.version = n.statement_version`;

/**
 * A word that looks for a way. One whose message failed after a newer word of its case was written waits: the newer one
 * speaks for the case, and the older is said only if that one is taken back.
 */
const SEEKS_A_WAY = `n.state = 'new'
  and n.notice_id = (select c.notice_id from cases c where c.store_id = n.store_id and c.case_id = n.case_id)`;

const NEW = batched(
  "outreach.newNotices",
  `select n.notice_id as "id", n.order_id as "orderId" from notices n where n.store_id = $1 and ${SEEKS_A_WAY} order by n.written_at, n.notice_id limit $2`,
);

/** Notices that look for a way, the oldest first: those without messages, and those whose message failed. Locks nothing. */
export function newNotices(tx: Tx, store: StoreId, limit: number): Promise<{ readonly id: string; readonly orderId: string }[]> {
  return tx.rows(NEW, [store, limit]);
}

const LOCK_NEW = batched(
  "outreach.lockNewNotices",
  `${SELECT} where n.store_id = $1 and n.notice_id = any($2::uuid[]) and ${SEEKS_A_WAY} order by n.notice_id for update of n`,
);

/** Locks those of the notices that still look for a way. The caller has locked their orders. */
export function lockNewNotices(tx: Tx, store: StoreId, ids: readonly string[]): Promise<NoticeRow[]> {
  return tx.rows<NoticeRow>(LOCK_NEW, [store, ids]);
}

const BY_ID = batched("outreach.noticesById", `${SELECT} where n.store_id = $1 and n.notice_id = any($2::uuid[])`);

export function findNotices(tx: Tx, store: StoreId, ids: readonly string[]): Promise<NoticeRow[]> {
  return tx.rows<NoticeRow>(BY_ID, [store, ids]);
}

const EXPANDED = batched(
  "outreach.noticesExpanded",
  `update notices set state = 'expanded' where store_id = $1 and notice_id = any($2::uuid[]) and state = 'new'`,
);

export async function markExpanded(tx: Tx, store: StoreId, ids: readonly string[]): Promise<void> {
  await tx.rows(EXPANDED, [store, ids]);
}

const REOPEN = batched(
  "outreach.reopenNotices",
  `update notices set state = 'new'
    where store_id = $1 and state = 'expanded'
      and notice_id in (select notice_id from notices where store_id = $1 and notice_id = any($2::uuid[]) order by notice_id for update)`,
);

/** Their message failed: they look for another way. */
export async function reopenNotices(tx: Tx, store: StoreId, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.rows(REOPEN, [store, ids]);
}

const REOPEN_FOR = batched(
  "outreach.reopenNoticesFor",
  `update notices set state = 'new'
    where store_id = $1 and state = 'expanded' and notice_id in (
      select n.notice_id from notices n join messages m on m.store_id = n.store_id and m.notice_id = n.notice_id
       where m.store_id = $1 and m.address_hash = any($3) and m.channel = $2 and m.state = 'suppressed'
       order by n.notice_id for update of n)`,
);

/** These addresses may be used by now: what passed them over looks for a way once more. */
export async function reopenNoticesFor(tx: Tx, store: StoreId, channel: string, hashes: readonly string[]): Promise<void> {
  await tx.rows(REOPEN_FOR, [store, channel, hashes]);
}

const TRIED = batched(
  "outreach.messagesOfNotices",
  `select notice_id as "noticeId", channel, address_hash as "addressHash", state from messages where store_id = $1 and notice_id = any($2::uuid[])`,
);

/** The messages that notices have already, by notice. */
export async function triedOf(tx: Tx, store: StoreId, noticeIds: readonly string[]): Promise<ReadonlyMap<string, readonly Tried[]>> {
  const rows = await tx.rows<Tried & { noticeId: string }>(TRIED, [store, noticeIds]);
  return Map.groupBy(rows, (row) => row.noticeId);
}

export interface PlaybookVersion {
  readonly playbook: string;
  readonly version: string;
}

/** The content of playbook versions in use. */
export function playbookContents(tx: Tx, store: StoreId, versions: readonly PlaybookVersion[]): Promise<(PlaybookVersion & { content: object })[]> {
  return tx.rows(
    sql(`select v.playbook, v.version, v.content from json_to_recordset($2::json) as w(playbook text, version text)
           join playbook_versions v on v.store_id = $1 and v.playbook = w.playbook and v.version = w.version`),
    [store, JSON.stringify(versions)],
  );
}

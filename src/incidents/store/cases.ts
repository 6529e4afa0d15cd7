import { batched, type Tx } from "../../base/db.ts";
import type { StoreId } from "../../base/ids.ts";
import type { Instant } from "../../base/time.ts";
import { fromSnapshot, type Playbook } from "../../playbooks/index.ts";
import type { CaseFacts } from "../core/model.ts";
import type { StandingColumns } from "./standing.ts";

/** A case as the verbs of this stage read it, with what its incident says. */
export interface StoredCase extends StandingColumns {
  readonly id: string;
  readonly incidentId: string;
  readonly playbook: string;
  readonly version: string;
  readonly shadow: boolean;
  readonly recipient: string;
  readonly orderId: string;
  readonly cause: string;
  readonly openedAt: Instant;
  readonly closedAt: Instant | null;
  readonly facts: CaseFacts;
  readonly factsRevision: number;
  readonly noticeId: string | null;
  readonly conflict: string | null;
  readonly statementVersion: number;
}

const COLUMNS = `c.case_id as id, c.incident_id as "incidentId", i.playbook, i.version, i.shadow, c.recipient, c.order_id as "orderId",
  c.cause, c.opened_at as "openedAt", c.closed_at as "closedAt", c.facts, c.facts_revision as "factsRevision", c.tell_by as "tellBy",
  c.standing, c.standing_why as "standingWhy", c.presumed_at as "presumedAt", c.notice_id as "noticeId",
  c.told_message as "toldMessage", c.told_at as "toldAt", c.conflict,
  (select max(s.version) from statements s where s.store_id = c.store_id and s.incident_id = c.incident_id) as "statementVersion"`;

const OF_ORDERS = `from cases c join incidents i on i.store_id = c.store_id and i.incident_id = c.incident_id
  where c.store_id = $1 and c.order_id = any($2::text[]) order by c.case_id`;

/** The cases of orders whose rows the caller holds. */
export function lockCasesOfOrders(tx: Tx, store: StoreId, orderIds: readonly string[]): Promise<StoredCase[]> {
  return tx.rows<StoredCase>(batched("incidents.lockCasesOfOrders", `select ${COLUMNS} ${OF_ORDERS} for update of c`), [store, orderIds]);
}

export function selectCasesOfOrder(tx: Tx, store: StoreId, orderId: string): Promise<StoredCase[]> {
  return tx.rows<StoredCase>(batched("incidents.casesOfOrder", `select ${COLUMNS} ${OF_ORDERS}`), [store, [orderId]]);
}

/** A notice covers all of its recipient's cases in the incident. */
const ABOUT_NOTICES = `from cases c join incidents i on i.store_id = c.store_id and i.incident_id = c.incident_id
  where c.store_id = $1 and exists (
    select from notices n where n.store_id = c.store_id and n.notice_id = any($2::uuid[]) and n.incident_id = c.incident_id and n.recipient = c.recipient)`;

export function lockCasesOfNotices(tx: Tx, store: StoreId, noticeIds: readonly string[]): Promise<StoredCase[]> {
  return tx.rows<StoredCase>(
    batched("incidents.lockCasesOfNotices", `select ${COLUMNS} ${ABOUT_NOTICES} order by c.case_id for update of c`),
    [store, noticeIds],
  );
}

export interface CaseUpdate extends StandingColumns {
  readonly id: string;
  readonly facts: CaseFacts;
  readonly factsRevision: number;
  readonly noticeId: string | null;
  readonly conflict: string | null;
  readonly closedAt: Instant | null;
}

export async function updateCases(tx: Tx, store: StoreId, updates: readonly CaseUpdate[]): Promise<void> {
  if (updates.length === 0) return;
  await tx.rows(
    batched(
      "incidents.updateCases",
      `update cases c set facts = x.facts, facts_revision = x."factsRevision", tell_by = ms(x."tellBy"), standing = x.standing,
              standing_why = x."standingWhy", presumed_at = ms(x."presumedAt"), notice_id = x."noticeId", told_message = x."toldMessage",
              told_at = ms(x."toldAt"), conflict = x.conflict, closed_at = ms(x."closedAt")
       from json_to_recordset($2::json) as x(id uuid, facts jsonb, "factsRevision" integer, "tellBy" bigint, standing text,
              "standingWhy" text, "presumedAt" bigint, "noticeId" uuid, "toldMessage" uuid, "toldAt" bigint, conflict text, "closedAt" bigint)
       where c.store_id = $1 and c.case_id = x.id`,
    ),
    [store, JSON.stringify(updates)],
  );
}

/** An incident is closed while all of its cases are. */
export async function settleIncidents(tx: Tx, store: StoreId, incidentIds: readonly string[], now: Instant): Promise<void> {
  if (incidentIds.length === 0) return;
  await tx.rows(
    batched(
      "incidents.settleIncidents",
      `update incidents i set closed_at = case when x.open then null else ms($3) end
       from (select c.incident_id, bool_or(c.closed_at is null) as open from cases c
             where c.store_id = $1 and c.incident_id = any($2::uuid[]) group by c.incident_id) x
       where i.store_id = $1 and i.incident_id = x.incident_id and (i.closed_at is null) <> x.open`,
    ),
    [store, incidentIds, now],
  );
}

export async function selectPlaybooks(tx: Tx, store: StoreId, versions: readonly string[]): Promise<Playbook[]> {
  const rows = await tx.rows<{ content: object; version: string }>(
    batched("incidents.playbookVersions", `select content, version from playbook_versions where store_id = $1 and version = any($2::text[])`),
    [store, versions],
  );
  return rows.map((row) => fromSnapshot(row.content, row.version));
}

const NEXT_UPDATE = "(facts #>> '{values,next_update_by,at}')::bigint";

/**
 * Orders with an open case whose next update is promised by `until`, the nearest first; and those whose word is still
 * due although the next one that it names is overdue at `now`. Of these some may be out of reach: they come in another order each time.
 */
export async function ordersWithUpdates(tx: Tx, store: StoreId, until: Instant, now: Instant, limit: number): Promise<string[]> {
  const rows = await tx.rows<{ orderId: string }>(
    batched(
      "incidents.ordersWithUpdates",
      `(select order_id as "orderId" from cases
        where store_id = $1 and closed_at is null and ${NEXT_UPDATE} <= $2
          and (standing in ('told', 'handed_over') or standing = 'excused' and standing_why = 'shadow')
        order by ${NEXT_UPDATE}, case_id limit $4)
       union all
       (select order_id from cases
        where store_id = $1 and standing = 'due' and tell_by <= ms($3) and closed_at is null and ${NEXT_UPDATE} <= $3
        order by md5(case_id::text || $3::text) limit $4)`,
    ),
    [store, until, now, limit],
  );
  return [...new Set(rows.map((row) => row.orderId))];
}

import { batched, type Tx } from "../../base/db.ts";
import type { StoreId } from "../../base/ids.ts";
import type { Instant } from "../../base/time.ts";
import type { CaseFacts } from "../core/model.ts";

export interface StandingNotice {
  readonly id: string;
  readonly incidentId: string;
  readonly recipient: string;
  readonly caseId: string;
  readonly kind: string;
  readonly statementVersion: number;
  readonly facts: CaseFacts;
  readonly causeAt: Instant;
  readonly tellBy: Instant;
  readonly writtenAt: Instant;
}

/** The notices of these cases that were not withdrawn, oldest first. */
export function noticesOfCases(tx: Tx, store: StoreId, caseIds: readonly string[]): Promise<StandingNotice[]> {
  return tx.rows<StandingNotice>(
    batched(
      "incidents.noticesOfCases",
      `select notice_id as id, incident_id as "incidentId", recipient, case_id as "caseId", kind, statement_version as "statementVersion", facts, cause_at as "causeAt", tell_by as "tellBy", written_at as "writtenAt"
       from notices where store_id = $1 and case_id = any($2::uuid[]) and state <> 'withdrawn' order by written_at, facts_revision, notice_id`,
    ),
    [store, caseIds],
  );
}

/** Those of the notices that no message was made of yet; locked until the transaction ends. */
export async function lockUnexpanded(tx: Tx, store: StoreId, noticeIds: readonly string[]): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(
    batched(
      "incidents.lockUnexpanded",
      `select notice_id as id from notices where store_id = $1 and notice_id = any($2::uuid[]) and state = 'new' order by notice_id for update`,
    ),
    [store, noticeIds],
  );
  return rows.map((row) => row.id);
}

export async function markWithdrawn(tx: Tx, store: StoreId, noticeIds: readonly string[]): Promise<void> {
  await tx.rows(
    batched("incidents.withdrawNotices", `update notices set state = 'withdrawn' where store_id = $1 and notice_id = any($2::uuid[])`),
    [store, noticeIds],
  );
}

import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { Playbook } from "../playbooks/index.ts";
import type { CaseFacts, Standing } from "./core/model.ts";
import { playbooksOf } from "./playbook-versions.ts";
import { selectCasesOfOrder } from "./store/cases.ts";
import { standingOf } from "./store/standing.ts";

/** A case as pages and screens show it. */
export interface CaseView {
  readonly caseId: string;
  readonly incidentId: string;
  readonly cause: string;
  /** As it was when the case opened. */
  readonly playbook: Playbook;
  /** Nothing of it was ever said: not for a customer's eyes. */
  readonly shadow: boolean;
  readonly openedAt: Instant;
  readonly closedAt?: Instant;
  readonly facts: CaseFacts;
  readonly standing: Standing;
  readonly tellBy: Instant;
  /** For staff only. */
  readonly conflict?: string;
}

/** The cases of an order, the first opened first. */
export async function casesOfOrder(db: Tx, store: StoreId, orderId: string): Promise<readonly CaseView[]> {
  const rows = await selectCasesOfOrder(db, store, orderId);
  const playbookOf = await playbooksOf(db, store, rows.map((row) => row.version));
  const views = rows.map((row) => ({
    caseId: row.id,
    incidentId: row.incidentId,
    cause: row.cause,
    playbook: playbookOf(row.version),
    shadow: row.shadow,
    openedAt: row.openedAt,
    ...(row.closedAt !== null && { closedAt: row.closedAt }),
    facts: row.facts,
    standing: standingOf(row),
    tellBy: row.tellBy,
    ...(row.conflict !== null && { conflict: row.conflict }),
  }));
  return views.toSorted((a, b) => a.openedAt - b.openedAt || (a.caseId < b.caseId ? -1 : 1));
}

import type { Db } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { Playbook } from "../playbooks/index.ts";
import { playbooksOf } from "./playbook-versions.ts";
import { countIncidents, recentIncidents, type IncidentCounts } from "./store/board.ts";

/** An incident as screens list it. */
export interface IncidentView {
  readonly id: string;
  /** As it was when the incident opened. */
  readonly playbook: Playbook;
  /** The order that it began with. */
  readonly orderId: string;
  readonly shadow: boolean;
  readonly openedAt: Instant;
  readonly closedAt?: Instant;
}

export interface IncidentBoard extends IncidentCounts {
  readonly recent: readonly IncidentView[];
}

/** How many incidents are open and closed, and the `shown` that opened last, the newest first. */
export async function incidentBoard(db: Db, store: StoreId, shown: number): Promise<IncidentBoard> {
  const [counts, rows] = await Promise.all([countIncidents(db, store), recentIncidents(db, store, shown)]);
  const playbookOf = await playbooksOf(db, store, rows.map((row) => row.version));
  const recent = rows.map(({ version, closedAt, ...row }) => ({ ...row, playbook: playbookOf(version), ...(closedAt !== null && { closedAt }) }));
  return { ...counts, recent };
}

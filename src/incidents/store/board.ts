import { prepared, type Tx } from "../../base/db.ts";
import type { StoreId } from "../../base/ids.ts";
import type { Instant } from "../../base/time.ts";

export interface IncidentCounts {
  readonly open: number;
  readonly closed: number;
}

const COUNTS = prepared("incidents.counts", `select count(*) - count(closed_at) as open, count(closed_at) as closed from incidents where store_id = $1`);

export async function countIncidents(db: Tx, store: StoreId): Promise<IncidentCounts> {
  return (await db.rows<IncidentCounts>(COUNTS, [store]))[0] ?? { open: 0, closed: 0 };
}

export interface RecentIncident {
  readonly id: string;
  readonly version: string;
  readonly orderId: string;
  readonly shadow: boolean;
  readonly openedAt: Instant;
  readonly closedAt: Instant | null;
}

const RECENT = prepared(
  "incidents.recent",
  `select incident_id as id, version, scope->>'orderId' as "orderId", shadow, opened_at as "openedAt", closed_at as "closedAt"
   from incidents where store_id = $1 order by opened_at desc, incident_id limit $2`,
);

export function recentIncidents(db: Tx, store: StoreId, limit: number): Promise<RecentIncident[]> {
  return db.rows<RecentIncident>(RECENT, [store, limit]);
}

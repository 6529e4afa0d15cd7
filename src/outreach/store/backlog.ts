import { prepared, type Tx } from "../../base/db.ts";
import type { StoreId } from "../../base/ids.ts";

/** One index each: a settled ledger of millions of messages costs nothing here. */
const BACKLOG = prepared(
  "outreach.backlog",
  `select state, count(*) as count from (
     select state from messages where store_id = $1 and state = 'ready'
     union all select state from messages where store_id = $1 and state = 'held'
     union all select state from messages where store_id = $1 and state = 'leased'
     union all select state from messages where store_id = $1 and state = 'unknown') open
   group by state`,
);

/** Messages that are not at their end, by state. */
export async function messageBacklog(tx: Tx, store: StoreId): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.rows<{ state: string; count: number }>(BACKLOG, [store]);
  return new Map(rows.map((row) => [row.state, row.count]));
}

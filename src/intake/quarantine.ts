import type { StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { dismissRows, requeueRows, type RowFilter, wakeWorkers } from "./store.ts";

/** Reads quarantined deliveries again: after an upgrade that knows them, or once the cause is gone. Returns their inbox ids. */
export async function requeue(ports: Ports, store: StoreId, filter: RowFilter): Promise<readonly string[]> {
  const now = ports.clock.now();
  return ports.db.transaction(async (tx) => {
    const ids = await requeueRows(tx, store, filter, now);
    if (ids.length > 0) await wakeWorkers(tx, store);
    return ids;
  });
}

/** Lays quarantined deliveries aside for good, by a person's decision: their source counts as read again. Returns their inbox ids. */
export async function dismiss(ports: Ports, store: StoreId, inboxIds: readonly string[], by: string, why: string): Promise<readonly string[]> {
  const now = ports.clock.now();
  return ports.db.transaction((tx) => dismissRows(tx, store, inboxIds, `Dismissed by ${by}: ${why}`, now));
}

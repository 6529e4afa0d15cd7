import type { StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { dismissEvidenceRows, requeueEvidenceRows } from "./store/evidence.ts";

/** Reads quarantined evidence again, of one provider or of all: after an upgrade that knows it, or once the cause is gone. Returns its ids. */
export async function requeueEvidence(ports: Ports, store: StoreId, source?: string): Promise<readonly string[]> {
  const now = ports.clock.now();
  return ports.db.transaction((tx) => requeueEvidenceRows(tx, store, source, now));
}

/** Lays quarantined evidence aside for good, by a person's decision. Returns its ids. */
export async function dismissEvidence(ports: Ports, store: StoreId, ids: readonly string[], by: string, why: string): Promise<readonly string[]> {
  return ports.db.transaction((tx) => dismissEvidenceRows(tx, store, ids, `Dismissed by ${by}: ${why}`));
}

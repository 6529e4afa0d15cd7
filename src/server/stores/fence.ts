import { invariant } from "../../base/errors.ts";
import type { StoreId } from "../../base/ids.ts";
import type { Ports } from "../../base/ports.ts";
import { MINUTE } from "../../base/time.ts";
import { beat, lockStore, openGap } from "./store.ts";

/**
 * A worker that was away for longer than this may stand on a restored backup, which does not know what was sent.
 * Longer than a restart or a deploy, shorter than any backup interval.
 */
const GAP_LIMIT = 30 * MINUTE;

export interface Watch {
  readonly epoch: number;
  /** Whether a gap was opened: what was caused before waits until a person releases it. */
  readonly opensGap: boolean;
}

/**
 * Takes up work on a store. After a gap (a long outage or a restored backup) the epoch rises, which fences any
 * worker of the time before, and everything caused before now waits for a person, whenever it comes to light: the lost
 * hours may hold mails that this database has never heard of. The sample store has nobody to write to twice and carries on.
 */
export async function takeWatch(ports: Ports, store: StoreId): Promise<Watch> {
  const now = ports.clock.now();
  return ports.db.transaction(async (tx) => {
    const row = await lockStore(tx, store);
    invariant(row, `store ${store} to be registered before a worker takes it up`);
    if (row.sample || now - row.aliveAt <= GAP_LIMIT) return { epoch: row.epoch, opensGap: false };
    await openGap(tx, store, now);
    return { epoch: row.epoch + 1, opensGap: true };
  });
}

/** Keeps the watch. False when a newer worker has fenced this one off: it must stop at once. */
export async function keepWatch(ports: Ports, store: StoreId, watch: Watch): Promise<boolean> {
  return beat(ports.db, store, watch.epoch, ports.clock.now());
}

import { uuidOf } from "../base/ids.ts";
import type { StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { insertAudit, lockRules, setHalt } from "./store/gates.ts";

/**
 * Stops all sending of a store. When it returns, no claim is under way and none can be made;
 * at most the batch that is on the wire at this moment still leaves.
 */
export async function haltAll(ports: Ports, store: StoreId, by: string, why: string): Promise<void> {
  const now = ports.clock.now();
  await ports.db.transaction(async (tx) => {
    await lockRules(tx, store);
    await setHalt(tx, store, { by, why, at: now });
    await insertAudit(tx, store, uuidOf(store, "halt", by, now), { actor: by, verb: "halt", target: `store/${store}`, detail: { why } }, now);
  });
}

/** Lets the store speak again. What became ready meanwhile leaves now, by its own clocks. */
export async function resume(ports: Ports, store: StoreId, by: string): Promise<void> {
  const now = ports.clock.now();
  await ports.db.transaction(async (tx) => {
    await lockRules(tx, store);
    await setHalt(tx, store, null);
    await insertAudit(tx, store, uuidOf(store, "resume", by, now), { actor: by, verb: "resume", target: `store/${store}`, detail: {} }, now);
  });
}

import type { StoreId } from "../base/ids.ts";
import { SETTLE_BATCH } from "./core/limits.ts";
import { advance } from "./core/progress.ts";
import type { OutreachPorts } from "./ports.ts";
import { lockExpired, moveMessages } from "./store/messages.ts";

/**
 * Messages whose sender did not report in time become `unknown`: it may have died after a provider accepted them,
 * so they wait for a word of it before anything else. Returns how many.
 */
export async function expireLeases(ports: OutreachPorts, store: StoreId): Promise<number> {
  const now = ports.clock.now();
  return ports.db.transaction(async (tx) => {
    const expired = await lockExpired(tx, store, now, SETTLE_BATCH);
    const moved = expired.flatMap((message) => {
      const to = advance(message, { kind: "leaseExpired" }, now);
      return to ? [{ message, to }] : [];
    });
    await moveMessages(tx, store, moved, now);
    return moved.length;
  });
}

import type { StoreId } from "../base/ids.ts";
import { plus } from "../base/time.ts";
import { LEASE } from "./core/limits.ts";
import type { OutreachPorts } from "./ports.ts";
import { recordAcceptances } from "./record-outcomes.ts";

/**
 * Records what providers accepted from senders that did not live to record it, or whose database was away: from the
 * journal, once the claim's lease is over. Without it those messages would be sent a second time. Returns how many.
 */
export async function recordJournal(ports: OutreachPorts, store: StoreId): Promise<number> {
  const left = ports.journal.unrecorded(plus(ports.clock.now(), -LEASE));
  let recorded = 0;
  for (const claim of left) {
    recorded += await recordAcceptances(ports, store, claim);
    ports.journal.settle(claim.claimId);
  }
  return recorded;
}

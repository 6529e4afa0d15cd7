import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { StoreEvent } from "../intake/index.ts";
import { learnLinks, type Linkable } from "./core/linking.ts";
import type { OrderEvent } from "./core/merge.ts";
import { claimLinks, knownLinks, waitingFor } from "./store.ts";

/** Which order each name belongs to, and the earlier events that waited for one of the names learned now. */
export interface Linked {
  readonly links: ReadonlyMap<string, string>;
  readonly adopted: readonly OrderEvent[];
}

/**
 * Learns links from a batch and wakes the events that waited for them, which may teach further names in turn.
 * Every name whose order is not known is locked before it is relied upon, so that an event that is about to wait
 * and a link that is about to appear cannot miss each other.
 */
export async function linkEvents(tx: Tx, store: StoreId, batch: readonly StoreEvent[]): Promise<Linked> {
  const known = await knownLinks(tx, store, refsOf(batch));
  const claimed = new Set<string>();
  const adopted = new Map<string, OrderEvent>();
  // Ends because every round claims a name, or learns the order of one, that the round before had not.
  for (;;) {
    const all = [...batch, ...adopted.values()];
    const links = learnLinks(known, all);
    const open = refsOf(all).filter((ref) => !known.has(ref) && (links.has(ref) || !claimed.has(ref)));
    if (open.length === 0) return { links, adopted: [...adopted.values()] };
    const rows = await claimLinks(tx, store, open.map((ref) => ({ ref, order_id: links.get(ref) ?? null })));
    const learned = rows.filter((row) => row.order_id !== null);
    for (const row of rows) claimed.add(row.ref);
    for (const row of learned) known.set(row.ref, row.order_id ?? "");
    for (const event of await waitingFor(tx, store, learned.map((row) => row.ref))) adopted.set(event.id, event);
  }
}

function refsOf(events: readonly Linkable[]): string[] {
  return [...new Set(events.flatMap((event) => event.refs))];
}

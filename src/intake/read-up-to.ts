import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { readUpTo as decide } from "./core/watermark.ts";
import type { Sources } from "./receive.ts";
import { sourcesHeard } from "./store.ts";

/**
 * Up to when each configured source of a store has been read. A source that was never registered counts as read
 * up to nothing (1970): no promise that rests on it breaks.
 */
export async function readUpTo(tx: Tx, store: StoreId, sources: Sources, now: Instant): Promise<ReadonlyMap<string, Instant>> {
  const heard = await sourcesHeard(tx, store);
  const limits = new Map<string, Instant>();
  for (const [name, rule] of sources.get(store) ?? []) {
    const known = heard.get(name);
    limits.set(name, known ? decide(known, rule, now).until : (0 as Instant));
  }
  return limits;
}

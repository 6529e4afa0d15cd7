import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { countContacts, countSent } from "./store.ts";

/** A share shows in so many orders; more would only take longer. */
const LOOKED_AT = 1_000;

/**
 * Of the orders that were first heard of since then (1,000 at most): how many, and how many whose customer no mail can be
 * addressed to. Orders whose person is forgotten, and those that only a processor spoke of, are not counted.
 */
export function contactsSince(tx: Tx, store: StoreId, since: Instant): Promise<{ orders: number; unaddressed: number }> {
  return countContacts(tx, store, since, LOOKED_AT);
}

/** Of the same orders: how many some source has told to be sent, wholly or in part. */
export function sentSince(tx: Tx, store: StoreId, since: Instant): Promise<number> {
  return countSent(tx, store, since, LOOKED_AT);
}

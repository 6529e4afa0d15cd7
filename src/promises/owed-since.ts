import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { StorePromise } from "./core/model.ts";
import { countOwed, owedOf } from "./store.ts";

/** Promises of one age: how many there are, and the longest overdue of them. */
export interface OwedPart {
  readonly count: number;
  readonly first: readonly StorePromise[];
}

/** Promises to customers that broke and are owed still. */
export interface OwedSince {
  /** Broken since the moment that was asked for, by event time. */
  readonly fresh: OwedPart;
  /** Broken before. */
  readonly older: OwedPart;
}

/** What is owed to customers now, told apart by whether it broke since `since`. The longest overdue first, at most `shown` of each. */
export async function owedSince(tx: Tx, store: StoreId, since: Instant, shown: number): Promise<OwedSince> {
  const [counts, fresh, older] = await Promise.all([countOwed(tx, store, since), owedOf(tx, store, "fresh", since, shown), owedOf(tx, store, "older", since, shown)]);
  return { fresh: { count: counts.fresh, first: fresh }, older: { count: counts.older, first: older } };
}

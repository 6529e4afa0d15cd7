import type { Db } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import { plus, type Instant, type Milliseconds } from "../base/time.ts";
import type { StorePromise } from "./core/model.ts";
import { ahead, owedLately, promiseCounts, type PromiseCounts } from "./store.ts";

/** The promises to customers as a screen shows them. */
export interface PromiseBoard {
  readonly counts: PromiseCounts;
  /** Open and not late, the nearest first. */
  readonly nearest: readonly StorePromise[];
  /** Broken and neither made good nor waived, the last broken first. */
  readonly owed: readonly StorePromise[];
}

/** How the promises to customers stand at `now`. One that is due within `soon` is at risk; each list has at most `shown`. */
export async function promiseBoard(db: Db, store: StoreId, now: Instant, soon: Milliseconds, shown: number): Promise<PromiseBoard> {
  const [counts, nearest, stillOwed] = await Promise.all([promiseCounts(db, store, plus(now, soon)), ahead(db, store, now, shown), owedLately(db, store, shown)]);
  return { counts, nearest, owed: stillOwed };
}

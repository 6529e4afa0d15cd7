import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { openPage } from "../people/index.ts";

/** What the page about a gap is about. */
export const GAP_PAGE = "gap";

const WHY = "Makegood was away, or its database was restored from a backup. What was caused before it came back waits, because it may have been sent already. Compare with your mail provider's log, then run `makegood release`.";

/** Calls a person to what a gap holds back: when the gap is noticed, and again when more of it comes to light. */
export function pageGap(tx: Tx, store: StoreId, now: Instant): Promise<void> {
  return openPage(tx, store, GAP_PAGE, WHY, now);
}

import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { closePage, openPage } from "../people/index.ts";
import { findHeld } from "./store/messages.ts";

/** Calls a person to what a gap holds back. */
export const GAP_PAGE = {
  about: "gap",
  why: "Makegood was away, or its database was restored from a backup. What was caused before it came back waits, because it may have been sent already. Stop it again (`makegood halt`) if you had stopped it since: a backup forgets that. Compare with your mail provider's log: `makegood release <id> --sent` for what left, `--give-up` for what came back; then `makegood release` lets the rest leave.",
} as const;

/** When a gap is noticed: it calls anew, also where an earlier one is still somebody's. What it holds back calls later. */
export async function pageGap(tx: Tx, store: StoreId, now: Instant): Promise<void> {
  await closePage(tx, store, GAP_PAGE.about, now);
  await openPage(tx, store, GAP_PAGE.about, GAP_PAGE.why, now);
}

/** A person has decided about what was held. What a claim held back meanwhile calls again. */
export async function endGapPage(tx: Tx, store: StoreId, now: Instant): Promise<void> {
  await closePage(tx, store, GAP_PAGE.about, now);
  // Whoever holds a message back has to wait for the page's row, which this transaction has now.
  if ((await findHeld(tx, store, 1)).length > 0) await openPage(tx, store, GAP_PAGE.about, GAP_PAGE.why, now);
}

import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { Recall, Recalled } from "./context.ts";
import { lockUnexpanded, markWithdrawn } from "./store/notices.ts";

const NONE: Recalled = { back: new Set(), inDoubt: new Set() };

/**
 * Takes back the notices that have not left. One that waits to be expanded has not; of the others outreach knows.
 * The caller holds the rows of the notices' orders, so that none is expanded meanwhile.
 */
export async function withdrawNotices(tx: Tx, store: StoreId, noticeIds: readonly string[], recall: Recall, now: Instant): Promise<Recalled> {
  if (noticeIds.length === 0) return NONE;
  const unexpanded = new Set(await lockUnexpanded(tx, store, noticeIds));
  const expanded = noticeIds.filter((id) => !unexpanded.has(id));
  const recalled = expanded.length === 0 ? NONE : await recall(tx, store, expanded, now);
  const back = unexpanded.union(recalled.back);
  if (back.size > 0) await markWithdrawn(tx, store, [...back]);
  return { ...recalled, back };
}

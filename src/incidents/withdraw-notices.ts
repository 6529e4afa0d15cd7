import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { Recall } from "./context.ts";
import { lockUnexpanded, markWithdrawn } from "./store/notices.ts";

/**
 * Takes back the notices that have not left, and says which. One that waits to be expanded has not; of the others
 * outreach knows. The caller holds the rows of the notices' orders, so that none is expanded meanwhile.
 */
export async function withdrawNotices(tx: Tx, store: StoreId, noticeIds: readonly string[], recall: Recall, now: Instant): Promise<ReadonlySet<string>> {
  if (noticeIds.length === 0) return new Set();
  const unexpanded = new Set(await lockUnexpanded(tx, store, noticeIds));
  const expanded = noticeIds.filter((id) => !unexpanded.has(id));
  const recalled = expanded.length === 0 ? new Set<string>() : await recall(tx, store, expanded, now);
  const withdrawn = unexpanded.union(recalled);
  if (withdrawn.size > 0) await markWithdrawn(tx, store, [...withdrawn]);
  return withdrawn;
}

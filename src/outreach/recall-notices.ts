import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { Message } from "./core/model.ts";
import { advance } from "./core/progress.ts";
import { freeMessagesOfNotices, messageCounts, moveMessages } from "./store/recall.ts";

/**
 * Takes back what has not left: withdraws the messages of these notices that are still ready or held, and answers
 * the notices of which nothing has left or can leave any more. It waits for no lock: what another worker holds is leaving.
 * What was published on the order's page goes with its notice.
 */
export async function recallNotices(tx: Tx, store: StoreId, noticeIds: readonly string[], now: Instant): Promise<ReadonlySet<string>> {
  const written = await messageCounts(tx, store, noticeIds);
  const free = Map.groupBy(await freeMessagesOfNotices(tx, store, noticeIds), (message) => message.noticeId);
  const recalled = noticeIds.filter((id) => (free.get(id)?.length ?? 0) === (written.get(id) ?? 0) && (free.get(id) ?? []).every(mayBeRecalled));
  const moved = recalled
    .flatMap((id) => free.get(id) ?? [])
    .flatMap((message) => {
      const to = advance(message, { kind: "withdrawn", why: "its notice was taken back" }, now);
      return to ? [{ message, to }] : [];
    });
  await moveMessages(tx, store, moved, now);
  return new Set(recalled);
}

/** Nothing of it is on its way to a person, or may be. The order page is not a way to a person: it can be taken back. */
function mayBeRecalled(message: Message): boolean {
  return message.channel === "portal" || !["leased", "unknown", "accepted", "delivered"].includes(message.state);
}

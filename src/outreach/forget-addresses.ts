import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { advance } from "./core/progress.ts";
import { clearAddresses, lockMessagesOfOrders, moveMessages } from "./store/messages.ts";
import { forgetReplies } from "./store/replies.ts";

/**
 * Takes a person's addresses out of the ledger, with what came back from them, and answers them. What has not left is withdrawn; what has left stays
 * counted, without its address. The caller holds the orders' locks.
 */
export async function forgetAddresses(tx: Tx, store: StoreId, orderIds: readonly string[], now: Instant): Promise<readonly string[]> {
  const messages = await lockMessagesOfOrders(tx, store, orderIds);
  const moved = messages.flatMap((message) => {
    const to = advance(message, { kind: "withdrawn", why: "redacted" }, now);
    return to ? [{ message, to }] : [];
  });
  await moveMessages(tx, store, moved, now);
  await forgetReplies(tx, store, [...new Set(messages.map(({ addressHash }) => addressHash))]);
  await clearAddresses(tx, store, orderIds);
  return [...new Set(messages.flatMap((message) => message.address ?? []))];
}

import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { MessageState } from "./core/model.ts";
import type { NoticeToSay } from "./core/notice.ts";
import { loadNotices } from "./load-notices.ts";
import { messagesByOrder } from "./store/messages.ts";
import { findNotices } from "./store/notices.ts";

/** A message as the order's page and screens show it: when and how it was said, with what its words are made from. */
export interface SaidMessage {
  readonly id: string;
  readonly channel: string;
  readonly locale: string;
  readonly state: MessageState;
  /** Since when it is in this state. */
  readonly stateAt: Instant;
  readonly resends: number;
  readonly heldWhy: string | null;
  /** Undefined when its playbook version no longer knows it. */
  readonly notice?: NoticeToSay;
}

/** Every message about an order, oldest first, with its notice. Words are made from the notice, so they never differ from what was sent. */
export async function messagesOfOrder(db: Tx, store: StoreId, orderId: string): Promise<readonly SaidMessage[]> {
  const rows = await messagesByOrder(db, store, orderId);
  const { speakable } = await loadNotices(db, store, await findNotices(db, store, [...new Set(rows.map((row) => row.noticeId))]));
  const notices = new Map(speakable.map((notice) => [notice.id, notice]));
  return rows.map(({ noticeId, ...row }) => {
    const notice = notices.get(noticeId);
    return { ...row, ...(notice ? { notice } : {}) };
  });
}

import { prepared, type Tx } from "../../base/db.ts";
import type { StoreId } from "../../base/ids.ts";
import type { Message } from "../core/model.ts";
import { COLUMNS } from "./messages.ts";

export { moveMessages } from "./messages.ts";

const FREE = prepared(
  "outreach.freeOfNotices",
  `select ${COLUMNS} from messages m where m.store_id = $1 and m.notice_id = any($2::uuid[]) order by m.message_id for update skip locked`,
);

/** Locks the messages of notices that no other worker holds. */
export function freeMessagesOfNotices(tx: Tx, store: StoreId, noticeIds: readonly string[]): Promise<Message[]> {
  return tx.rows<Message>(FREE, [store, noticeIds]);
}

const COUNTS = prepared(
  "outreach.countsOfNotices",
  `select notice_id as "noticeId", count(*) as count from messages where store_id = $1 and notice_id = any($2::uuid[]) group by notice_id`,
);

/** How many messages each notice has. */
export async function messageCounts(tx: Tx, store: StoreId, noticeIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.rows<{ noticeId: string; count: number }>(COUNTS, [store, noticeIds]);
  return new Map(rows.map((row) => [row.noticeId, row.count]));
}

import { prepared, sql, type Tx } from "../../base/db.ts";
import type { StoreId } from "../../base/ids.ts";
import type { Instant } from "../../base/time.ts";

/** What somebody answered, as it is kept. */
export interface ReplyRow {
  readonly id: string;
  readonly channel: string;
  readonly addressHash: string;
  /** Null once handed on, or forgotten. */
  readonly address: string | null;
  readonly words: string | null;
  readonly readAs: string;
  readonly receivedAt: Instant;
  /** When it is to be handed to people; null where nobody needs to see it. */
  readonly handOnAt: Instant | null;
}

const KEEP = prepared(
  "outreach.keepReply",
  `insert into replies (store_id, reply_id, channel, address_hash, address, words, read_as, received_at, hand_on_at, attempts)
   values ($1, $2, $3, $4, $5, $6, $7, ms($8), ms($9), 0) on conflict do nothing returning reply_id`,
);

/** Keeps a reply; false when it was kept before. */
export async function insertReply(tx: Tx, store: StoreId, row: ReplyRow): Promise<boolean> {
  const kept = await tx.rows(KEEP, [store, row.id, row.channel, row.addressHash, row.address, row.words, row.readAs, row.receivedAt, row.handOnAt]);
  return kept.length > 0;
}

const LAST_WRITTEN = prepared(
  "outreach.lastWritten",
  `select order_id as "orderId", locale from messages where store_id = $1 and address_hash = $2 and channel = $3 order by state_at desc, message_id limit 1`,
);

/** The order that an address was last written to about, and in which language. */
export async function lastWritten(tx: Tx, store: StoreId, channel: string, hash: string): Promise<{ readonly orderId: string; readonly locale: string } | undefined> {
  return (await tx.rows<{ orderId: string; locale: string }>(LAST_WRITTEN, [store, hash, channel]))[0];
}

/** A reply that people have not seen yet. */
export interface UnseenReply {
  readonly id: string;
  readonly channel: string;
  readonly addressHash: string;
  readonly address: string;
  readonly words: string;
  readonly readAs: string;
  readonly receivedAt: Instant;
}

const CLAIM = prepared(
  "outreach.claimReplies",
  `update replies r set hand_on_at = ms($3), attempts = attempts + 1
     from (select reply_id from replies where store_id = $1 and hand_on_at <= ms($2) order by hand_on_at, reply_id limit $4 for update skip locked) due
    where r.store_id = $1 and r.reply_id = due.reply_id
   returning r.reply_id as "id", r.channel, r.address_hash as "addressHash", r.address, r.words, r.read_as as "readAs", r.received_at as "receivedAt"`,
);

/** Takes replies that are due to be handed on; those that are not marked as seen come up again at `again`. */
export function claimReplies(tx: Tx, store: StoreId, now: Instant, again: Instant, limit: number): Promise<UnseenReply[]> {
  return tx.rows<UnseenReply>(CLAIM, [store, now, again, limit]);
}

const SEEN = prepared("outreach.replySeen", `update replies set hand_on_at = null, words = null, address = null where store_id = $1 and reply_id = $2`);

/** A reply stands in a mailbox that people read: its words are not kept twice. */
export async function markSeen(tx: Tx, store: StoreId, id: string): Promise<void> {
  await tx.rows(SEEN, [store, id]);
}

const FORGET = sql(
  `update replies set hand_on_at = null, words = null, address = null, address_hash = 'redacted:' || reply_id
    where store_id = $1 and ($2::text[] is null or address_hash = any($2))`,
);

/** Forgets what these addresses answered, or what everybody did. */
export async function forgetReplies(tx: Tx, store: StoreId, hashes: readonly string[] | "all"): Promise<void> {
  await tx.rows(FORGET, [store, hashes === "all" ? null : hashes]);
}

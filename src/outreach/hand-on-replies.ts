import type { StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { iso, MINUTE, plus, type Milliseconds } from "../base/time.ts";
import { findOrders } from "../commerce/index.ts";
import { claimReplies, lastWritten, markSeen, type UnseenReply } from "./store/replies.ts";

/** Replies taken in one run, and when one that no mail server took is tried again. */
const BATCH = 50;
const AGAIN_AFTER: Milliseconds = 5 * MINUTE;

/** A mail to the people who answer customers. */
export interface ReplyMail {
  /** The same whenever it is sent. */
  readonly id: string;
  readonly subject: string;
  readonly text: string;
}

/** Sends one; whether a server took it. */
export type SendReplyMail = (mail: ReplyMail) => Promise<boolean>;

/**
 * Hands what people answered on to the mailbox that replies to mails go to: better twice than not at all. Once a server has it,
 * its words are no longer kept here. Returns how many were handed on.
 */
export async function handOnReplies(ports: Ports, store: StoreId, send: SendReplyMail): Promise<number> {
  const now = ports.clock.now();
  const due = await ports.db.transaction((tx) => claimReplies(tx, store, now, plus(now, AGAIN_AFTER), BATCH));
  let handedOn = 0;
  for (const reply of due) {
    if (!(await send(await mailOf(ports, store, reply)))) continue;
    await ports.db.transaction((tx) => markSeen(tx, store, reply.id));
    handedOn += 1;
  }
  return handedOn;
}

async function mailOf({ db }: Ports, store: StoreId, { id, channel, addressHash, address, words, readAs, receivedAt }: UnseenReply): Promise<ReplyMail> {
  const last = await lastWritten(db, store, channel, addressHash);
  const [order] = last === undefined ? [] : await findOrders(db, store, [last.orderId]);
  const about = order === undefined ? "" : ` about order ${order.reference}`;
  const stopped = readAs === "stop" ? "\n\nIt may have been a wish for no more texts, so these have stopped. The customer starts them again by answering START." : "";
  return {
    id,
    subject: `A customer answered a text${about}`,
    text: `From ${address}, ${iso(receivedAt)}:\n\n${words}\n\nThis mail is not theirs: answer them by phone, by text or at the address of their order.${stopped}\n`,
  };
}

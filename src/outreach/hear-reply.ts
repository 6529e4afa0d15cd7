import { uuidOf, type StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { DAY, plus, type Milliseconds } from "../base/time.ts";
import { openTask } from "../people/index.ts";
import { addressHash } from "./core/addresses.ts";
import { answerTo, type Answering, type HeardReply } from "./core/reply.ts";
import { readReply, type ReplyMeaning } from "./core/reply-words.ts";
import { insertAudit, insertSuppressions, liftStop } from "./store/gates.ts";
import { reopenNoticesFor } from "./store/notices.ts";
import { insertReply, lastWritten } from "./store/replies.ts";

/** Who hears replies: a configured webhook of a channel, for a store with a name. */
export interface ReplyDesk extends Answering {
  readonly source: string;
  readonly channel: string;
  /** Language where nothing was ever written to the address. */
  readonly locale: string;
}

/** A customer's word is answered within this time. */
const ANSWER_WITHIN: Milliseconds = DAY;
const OWNER = "support";

/**
 * Takes what a person answered at its word: when this returns, a wish for no more is committed and holds on every worker. Returns
 * what is to be answered at once. A reply that is told again changes nothing and is answered with nothing.
 */
export async function hearReply(ports: Ports, store: StoreId, desk: ReplyDesk, reply: HeardReply): Promise<string | undefined> {
  const now = ports.clock.now();
  const meaning = meaningOf(reply);
  const { channel } = desk;
  const hash = addressHash(channel, reply.from);
  const id = uuidOf("reply", store, desk.source, reply.id);
  const forPerson = meaning.kind === "person" || (meaning.kind === "stop" && meaning.unsure);
  return ports.db.transaction(async (tx) => {
    const kept = forPerson ? { address: reply.from, words: storable(reply.words), handOnAt: now } : { address: null, words: null, handOnAt: null };
    const isNew = await insertReply(tx, store, { id, channel, addressHash: hash, readAs: meaning.kind, receivedAt: now, ...kept });
    if (!isNew) return undefined;
    if (meaning.kind === "stop") await insertSuppressions(tx, store, [{ channel, addressHash: hash, reason: "stop", evidence: `reply/${id}` }], now);
    if (meaning.kind === "start") {
      await liftStop(tx, store, channel, hash);
      await reopenNoticesFor(tx, store, channel, [hash]);
    }
    if (meaning.kind === "stop" || meaning.kind === "start") await insertAudit(tx, store, uuidOf(store, "reply audit", id), { actor: "customer", verb: meaning.kind, target: `${channel}/${hash}`, detail: { reply: id } }, now);
    const last = await lastWritten(tx, store, channel, hash);
    if (forPerson) await openTask(tx, store, { about: last === undefined ? `reply/${id}` : `order/${last.orderId}`, owner: OWNER, what: taskFor(id, meaning), dueAt: plus(now, ANSWER_WITHIN) });
    return answerTo(reply, meaning, last?.locale ?? desk.locale, desk);
  });
}

/** What the provider has honoured holds; whether a person should look too is ours to say. */
function meaningOf({ words, honoured }: HeardReply): ReplyMeaning {
  const read = readReply(words);
  if (honoured === undefined) return read;
  return honoured === "stop" ? { kind: "stop", unsure: read.kind === "stop" && read.unsure } : { kind: honoured };
}

function taskFor(id: string, meaning: ReplyMeaning): string {
  const also = meaning.kind === "stop" ? " It may have been a wish for no more texts, so these have stopped." : "";
  return `A customer answered a text (reply ${id}). Their words are in the mailbox that replies go to: read and answer.${also}`;
}

/** PostgreSQL takes no NUL in a text. */
function storable(words: string): string {
  return words.toWellFormed().replaceAll("\u0000", "");
}

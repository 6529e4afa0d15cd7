import type { Tx } from "../base/db.ts";
import { invariant } from "../base/errors.ts";
import { uuidOf } from "../base/ids.ts";
import type { StoreId } from "../base/ids.ts";
import { holdOrders } from "../commerce/index.ts";
import { countMail } from "./count-mail.ts";
import { SETTLE_BATCH } from "./core/limits.ts";
import { happenedBy } from "./core/mail-counts.ts";
import type { Message } from "./core/model.ts";
import { advance } from "./core/progress.ts";
import type { Happening } from "./core/progress.ts";
import type { OutreachPorts } from "./ports.ts";
import { standingAfter } from "./record-outcomes.ts";
import { insertAudit, readRules, suppressedAmong } from "./store/gates.ts";
import { findHeld, lockMessages, moveMessages, ordersOfMessages } from "./store/messages.ts";
import { reopenNotices } from "./store/notices.ts";

/** Lets held messages leave: those named, or the next `SETTLE_BATCH` of all. Returns how many. Call again until none. */
export async function releaseHeld(ports: OutreachPorts, store: StoreId, by: string, messageIds?: readonly string[]): Promise<number> {
  const ids = messageIds ?? (await findHeld(ports.db, store, SETTLE_BATCH));
  const rules = await readRules(ports.db, store);
  invariant(rules, `store ${store} to be registered before its messages are released`);
  return decide(ports, store, by, "release", ids, { kind: "released", by, epoch: rules.epoch });
}

/** A person says that these were sent (in the lost hours of a gap, or by what the provider's log shows). They are never sent again. */
export function markSent(ports: OutreachPorts, store: StoreId, by: string, messageIds: readonly string[]): Promise<number> {
  return decide(ports, store, by, "mark-sent", messageIds, { kind: "markedSent", by });
}

/** A person says that these are not to be sent any more. Their notices look for another way. */
export function giveUp(ports: OutreachPorts, store: StoreId, by: string, messageIds: readonly string[]): Promise<number> {
  return decide(ports, store, by, "give-up", messageIds, { kind: "givenUp", by });
}

async function decide(ports: OutreachPorts, store: StoreId, by: string, verb: string, ids: readonly string[], happening: Happening): Promise<number> {
  const now = ports.clock.now();
  if (ids.length === 0) return 0;
  return ports.db.transaction(async (tx) => {
    await holdOrders(tx, store, await ordersOfMessages(tx, store, ids));
    const messages = await lockMessages(tx, store, ids);
    const dead = happening.kind === "markedSent" ? await deadAmong(tx, store, messages) : new Set();
    const moved = messages.flatMap((message) => {
      const to = advance(message, dead.has(message) ? { kind: "bounced", why: `marked as sent by ${by}, and its address is dead` } : happening, now);
      return to ? [{ message, to }] : [];
    });
    await moveMessages(tx, store, moved, now);
    await reopenNotices(tx, store, moved.filter(({ to }) => to.state === "refused" || to.state === "bounced").map(({ message }) => message.noticeId));
    await ports.recordStandings(tx, store, moved.flatMap(({ message, to }) => standingAfter(message, to, now) ?? []), now);
    const decided = moved.map(({ message }) => message.id);
    await insertAudit(tx, store, uuidOf(store, verb, by, now, ...decided), { actor: by, verb, target: "messages", detail: { messages: decided } }, now);
    await countMail(tx, store, moved.flatMap(({ message, to }) => happenedBy(message, to)), now);
    return moved.length;
  });
}

/** Of messages whose sending nobody recorded: those whose address is known to be dead, so that they came back. */
async function deadAmong(tx: Tx, store: StoreId, messages: readonly Message[]): Promise<ReadonlySet<Message>> {
  const dead: Message[] = [];
  for (const [channel, own] of Map.groupBy(messages, (message) => message.channel)) {
    const suppressed = await suppressedAmong(tx, store, channel, own.map(({ addressHash }) => addressHash));
    dead.push(...own.filter(({ addressHash }) => suppressed.get(addressHash) === "bounce"));
  }
  return new Set(dead);
}

import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { Recalled } from "../incidents/index.ts";
import { PORTAL } from "./core/model.ts";
import type { Message } from "./core/model.ts";
import { advance } from "./core/progress.ts";
import { lockMessagesOfNotices, moveMessages, noticesOfMessages } from "./store/messages.ts";
import type { Moved } from "./store/messages.ts";

/**
 * Takes back what has not left of these notices, and says of which nothing has left or can leave any more, and of which
 * nobody knows. A publication on the order's page is taken down with its mail. It never waits: what a sender holds is leaving.
 * The caller holds the rows of the notices' orders.
 */
export async function recallMessages(tx: Tx, store: StoreId, noticeIds: readonly string[], now: Instant): Promise<Recalled> {
  const all = await noticesOfMessages(tx, store, noticeIds);
  const locked = Map.groupBy(await lockMessagesOfNotices(tx, store, noticeIds), (message) => message.noticeId);
  const isEvery = (id: string, is: (message: Message) => boolean): boolean => {
    const messages = locked.get(id) ?? [];
    return messages.length === (all.get(id) ?? 0) && messages.every((message) => message.channel === PORTAL || is(message));
  };
  const back = new Set(noticeIds.filter((id) => isEvery(id, neverLeft)));
  const inDoubt = new Set(noticeIds.filter((id) => !back.has(id) && isEvery(id, (message) => neverLeft(message) || isInDoubt(message))));
  const moved = [...back].flatMap((id) => (locked.get(id) ?? []).flatMap((message) => takeBack(message, now)));
  await moveMessages(tx, store, moved, now);
  return { back, inDoubt };
}

/** Whether it is certain that nobody has it and nobody is being sent it. */
function neverLeft(message: Message): boolean {
  switch (message.state) {
    case "ready":
      return !isInDoubt(message);
    case "held":
    case "bounced":
    case "refused":
    case "suppressed":
    case "shadow":
    case "withdrawn":
      return true;
    default:
      return false;
  }
}

/** Whether it may have left; a planned resend follows a send that may have arrived. */
function isInDoubt({ state, resends }: Message): boolean {
  return state === "unknown" || (state === "ready" && resends > 0);
}

function takeBack(message: Message, now: Instant): readonly Moved[] {
  const why = "its notice was withdrawn";
  const to = advance(message, message.channel === PORTAL ? { kind: "takenDown", why } : { kind: "withdrawn", why }, now);
  return to ? [{ message, to }] : [];
}

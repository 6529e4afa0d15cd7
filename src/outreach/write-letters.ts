import type { StoreId } from "../base/ids.ts";
import { HOUR, plus } from "../base/time.ts";
import type { Instant } from "../base/time.ts";
import { findOrders } from "../commerce/index.ts";
import type { OrderView } from "../commerce/index.ts";
import type { Channel, Spoken } from "./channel.ts";
import type { Message } from "./core/model.ts";
import type { NoticeToSay } from "./core/notice.ts";
import type { Happening } from "./core/progress.ts";
import { reportable } from "./core/text.ts";
import { loadNotices } from "./load-notices.ts";
import type { OutreachPorts } from "./ports.ts";
import { findNotices } from "./store/notices.ts";

/** A message that cannot be put into words waits this long: a person must mend the words or the order first. */
const UNSPEAKABLE_WAIT = HOUR;

/** A claimed message with its letter, or what becomes of it without one. */
export interface Written {
  readonly letters: readonly { readonly message: Message; readonly letter: unknown }[];
  readonly unsent: readonly { readonly message: Message; readonly happening: Happening }[];
}

/**
 * Puts claimed messages into words and into letters. One that cannot be said is postponed and reported;
 * it never stops the others.
 */
export async function writeLetters(ports: OutreachPorts, store: StoreId, channel: Channel, messages: readonly Message[], now: Instant): Promise<Written> {
  const rows = await findNotices(ports.db, store, [...new Set(messages.map((message) => message.noticeId))]);
  const { speakable } = await loadNotices(ports.db, store, rows);
  const notices = new Map(speakable.map((notice) => [notice.id, notice]));
  const views = await findOrders(ports.db, store, [...new Set(messages.map((message) => message.orderId))]);
  const orders = new Map(views.map((order) => [order.orderId, order]));
  const write = await channel.writer(ports.db, store, messages);
  const letters: { message: Message; letter: unknown }[] = [];
  const unsent: { message: Message; happening: Happening }[] = [];
  for (const message of messages) {
    const quietUntil = channel.allowedAt(now, orders.get(message.orderId), ports.settings);
    if (quietUntil > now) {
      unsent.push({ message, happening: { kind: "postponed", until: quietUntil, why: "quiet hours" } });
      continue;
    }
    try {
      letters.push({ message, letter: write(speak(ports, message, notices.get(message.noticeId), orders.get(message.orderId)), now) });
    } catch (error) {
      const why = reportable(error instanceof Error ? error.message : String(error));
      ports.log.error({ store, message: message.id, why }, "A message cannot be put into words; it waits");
      unsent.push({ message, happening: { kind: "postponed", until: plus(now, UNSPEAKABLE_WAIT), why: `cannot be said: ${why}` } });
    }
  }
  return { letters, unsent };
}

function speak({ settings, wording }: OutreachPorts, message: Message, notice: NoticeToSay | undefined, order: OrderView | undefined): Spoken {
  if (!notice) throw new Error("its notice is not known to its playbook version");
  if (!order) throw new Error("its order is gone");
  return { message, said: wording.say(notice, order, message.locale), order, settings };
}

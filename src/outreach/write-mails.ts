import type { StoreId } from "../base/ids.ts";
import { HOUR, plus } from "../base/time.ts";
import type { Instant } from "../base/time.ts";
import { zonesOf } from "../base/zones.ts";
import { findOrders } from "../commerce/index.ts";
import type { OrderView } from "../commerce/index.ts";
import type { Message, OutreachSettings } from "./core/model.ts";
import type { NoticeToSay } from "./core/notice.ts";
import type { Happening } from "./core/progress.ts";
import { allowedAt } from "./core/quiet-hours.ts";
import { reportable } from "./core/text.ts";
import { loadNotices } from "./load-notices.ts";
import type { OutreachPorts, Said } from "./ports.ts";
import { parseMailAddress } from "./smtp/addresses.ts";
import type { MailAddress } from "./smtp/addresses.ts";
import { prebuild } from "./smtp/mime.ts";
import type { MailTemplate } from "./smtp/mime.ts";
import type { Envelope } from "./smtp/outcome.ts";
import { findNotices } from "./store/notices.ts";

/** A message that cannot be put into words waits this long: a person must mend the words or the order first. */
const UNSPEAKABLE_WAIT = HOUR;

/** A claimed message with its mail, or what becomes of it without one. */
export interface Written {
  readonly mails: readonly { readonly message: Message; readonly envelope: Envelope }[];
  readonly unsent: readonly { readonly message: Message; readonly happening: Happening }[];
}

/**
 * Puts claimed messages into words and into mails. One that cannot be said is postponed and reported;
 * it never stops the others.
 */
export async function writeMails(ports: OutreachPorts, store: StoreId, messages: readonly Message[], now: Instant): Promise<Written> {
  const rows = await findNotices(ports.db, store, [...new Set(messages.map((message) => message.noticeId))]);
  const { speakable } = await loadNotices(ports.db, store, rows);
  const notices = new Map(speakable.map((notice) => [notice.id, notice]));
  const views = await findOrders(ports.db, store, [...new Set(messages.map((message) => message.orderId))]);
  const orders = new Map(views.map((order) => [order.orderId, order]));
  const mails: { message: Message; envelope: Envelope }[] = [];
  const unsent: { message: Message; happening: Happening }[] = [];
  for (const message of messages) {
    const quietUntil = allowedAt(now, ports.settings.quietHours.email, zonesOf(orders.get(message.orderId)?.country, ports.settings.zone));
    if (quietUntil > now) {
      unsent.push({ message, happening: { kind: "postponed", until: quietUntil, why: "quiet hours" } });
      continue;
    }
    try {
      mails.push({ message, envelope: writeMail(ports, message, notices.get(message.noticeId), orders.get(message.orderId), now) });
    } catch (error) {
      const why = reportable(error instanceof Error ? error.message : String(error));
      ports.log.error({ store, message: message.id, why }, "A message cannot be put into words; it waits");
      unsent.push({ message, happening: { kind: "postponed", until: plus(now, UNSPEAKABLE_WAIT), why: `cannot be said: ${why}` } });
    }
  }
  return { mails, unsent };
}

function writeMail(ports: OutreachPorts, message: Message, notice: NoticeToSay | undefined, order: OrderView | undefined, now: Instant): Envelope {
  if (!notice) throw new Error("its notice is not known to its playbook version");
  if (!order) throw new Error("its order is gone");
  const { settings, wording } = ports;
  const said = wording.say(notice, order, message.locale);
  const { from, template } = compiled(settings, said.words, message.locale);
  const to = address(message.address ?? "");
  const name = [order.contact.firstName, order.contact.lastName].filter(Boolean).join(" ");
  const content = template.fill({
    to: name === "" ? { address: to } : { name, address: to },
    values: said.values,
    messageId: message.rfcId ?? `${message.id}@${settings.mailDomain}`,
    date: now,
  });
  return { from, to, content };
}

interface Compiled {
  readonly from: MailAddress;
  readonly template: MailTemplate;
}

const compiledMails = new WeakMap<Said["words"], WeakMap<OutreachSettings, Compiled>>();

/** The mail of these words from this sender: compiled once, then only filled. */
function compiled(settings: OutreachSettings, words: Said["words"], language: string): Compiled {
  const bySender = compiledMails.get(words) ?? new WeakMap<OutreachSettings, Compiled>();
  compiledMails.set(words, bySender);
  const known = bySender.get(settings);
  if (known) return known;
  const from = address(settings.from.address);
  const template = prebuild({
    from: { name: settings.from.name, address: from },
    replyTo: { name: settings.from.name, address: address(settings.replyTo) },
    language,
    subject: words.subject,
    text: words.text,
    html: words.html,
  });
  const built = { from, template };
  bySender.set(settings, built);
  return built;
}

function address(written: string): MailAddress {
  const parsed = parseMailAddress(written);
  if (parsed === undefined) throw new Error("no mail can be addressed to its address");
  return parsed;
}

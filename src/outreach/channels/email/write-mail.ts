import type { Instant } from "../../../base/time.ts";
import type { Spoken } from "../../channel.ts";
import type { OutreachSettings } from "../../core/model.ts";
import type { Said } from "../../said.ts";
import { parseMailAddress } from "../../smtp/addresses.ts";
import type { MailAddress } from "../../smtp/addresses.ts";
import { prebuild } from "../../smtp/mime.ts";
import type { MailTemplate } from "../../smtp/mime.ts";
import type { Envelope } from "../../smtp/outcome.ts";

/** A message as a mail: its words compiled once for all who get them, filled for this reader. Throws where no mail can be addressed. */
export function writeMail({ message, said, order, settings }: Spoken, now: Instant): Envelope {
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

import type { Tx } from "../../../base/db.ts";
import type { StoreId } from "../../../base/ids.ts";
import { plainText } from "../../../base/text-length.ts";
import { fill } from "../../../words/index.ts";
import type { Spoken } from "../../channel.ts";
import type { Message } from "../../core/model.ts";
import type { Said } from "../../said.ts";
import { writtenBefore } from "../../store/messages.ts";
import type { TextLetter } from "./module.ts";

/** How to end it, said until a number is known to have been sent it, and no more. */
const HOW_TO_STOP: Readonly<Record<string, string>> = {
  en: "Reply STOP to opt out.",
  de: "Keine SMS mehr? Antworten Sie STOP.",
  fr: "Plus de SMS ? Répondez STOP.",
};

/** The words of a text on one line, but for how to end them; undefined where the playbook has none. */
export function textOf({ words: { sms }, values }: Said): string | undefined {
  return sms && plainText(fill(sms, values, "text")).replace(/\s+/g, " ").trim();
}

/** What writes a batch of texts: it looks once which of the numbers were written to before. */
export async function textWriter(tx: Tx, store: StoreId, messages: readonly Message[]): Promise<(spoken: Spoken) => TextLetter> {
  const before = await writtenBefore(tx, store, "sms", messages.map(({ addressHash }) => addressHash));
  return ({ message, said, settings }) => {
    const text = textOf(said);
    if (text === undefined) throw new Error("its playbook has no words for a text");
    if (message.address === null || message.rfcId === null) throw new Error("its number is gone");
    // A resend says what the first send said: only other messages count. Those of the same batch do not, because a carrier
    // may refuse the one that says it and take the other.
    const isFirst = (before.get(message.addressHash) ?? []).every((id) => id === message.id);
    const howToStop = HOW_TO_STOP[message.locale.split("-")[0] ?? ""] ?? HOW_TO_STOP[settings.locale.split("-")[0] ?? ""] ?? HOW_TO_STOP["en"];
    return { to: message.address, text: isFirst ? `${text} ${howToStop}` : text, rfcId: message.rfcId };
  };
}

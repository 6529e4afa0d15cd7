import { never } from "../../base/errors.ts";
import type { ReplyMeaning } from "./reply-words.ts";

/** What somebody answered to a text, as its provider tells it. */
export interface HeardReply {
  /** The provider's own id of it: the same whenever it is told. */
  readonly id: string;
  /** The address that it came from. */
  readonly from: string;
  readonly words: string;
  /** What the provider has understood and confirmed to its sender by itself. */
  readonly honoured?: "stop" | "start" | "help";
}

/** A store as it names itself in an answer. */
export interface Answering {
  readonly storeName: string;
  readonly supportContact: string;
}

type Answer = (store: Answering) => string;

/** Facts and the way to a person, nothing to buy: a confirmation may hold no advertising (47 CFR 64.1200(a)(12)). */
const ANSWERS: Readonly<Record<string, Readonly<Record<"stop" | "start" | "help", Answer>>>> = {
  en: {
    stop: ({ storeName, supportContact }) => `${storeName}: you get no more texts from us. You reach us here: ${supportContact}`,
    start: ({ storeName }) => `${storeName}: you get texts about your orders again. Reply STOP to opt out.`,
    help: ({ storeName, supportContact }) => `${storeName}: we text when something about your order changes. A person helps you here: ${supportContact}. Reply STOP to opt out.`,
  },
  de: {
    stop: ({ storeName, supportContact }) => `${storeName}: Sie erhalten keine SMS mehr von uns. Sie erreichen uns hier: ${supportContact}`,
    start: ({ storeName }) => `${storeName}: Sie erhalten wieder SMS zu Ihren Bestellungen. Abbestellen: Antworten Sie STOP.`,
    help: ({ storeName, supportContact }) => `${storeName}: Wir schreiben, wenn sich an Ihrer Bestellung etwas ändert. Hier hilft Ihnen ein Mensch: ${supportContact}. Abbestellen: Antworten Sie STOP.`,
  },
  fr: {
    stop: ({ storeName, supportContact }) => `${storeName} : nous ne vous envoyons plus de SMS. Pour nous joindre : ${supportContact}`,
    start: ({ storeName }) => `${storeName} : vous recevrez de nouveau nos SMS sur vos commandes. Pour les arrêter : STOP.`,
    help: ({ storeName, supportContact }) => `${storeName} : nous vous écrivons quand votre commande change. Une personne vous aide ici : ${supportContact}. Pour ne plus recevoir de SMS : STOP.`,
  },
};

/** What is answered at once, in one text; nothing where a person answers, or where the provider has. */
export function answerTo(reply: HeardReply, meaning: ReplyMeaning, locale: string, store: Answering): string | undefined {
  if (reply.honoured !== undefined) return undefined;
  switch (meaning.kind) {
    case "stop":
    case "start":
    case "help":
      return (ANSWERS[locale.split("-")[0] ?? ""] ?? ANSWERS["en"])?.[meaning.kind](store);
    case "person":
      return undefined;
    default:
      return never(meaning);
  }
}

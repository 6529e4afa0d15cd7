/**
 * How machines say that nobody reads what is sent to them, as the words of a local part, in the languages that shops of
 * our customers write in. Separators between the words are whatever stands there.
 */
const UNREAD: Readonly<Record<string, readonly string[]>> = {
  en: ["no reply", "not reply", "do not reply", "dont reply", "never reply", "no response", "no answer", "unmonitored"],
  de: ["keine antwort", "nicht antworten", "nicht beantworten", "antwort nicht"],
  fr: ["ne pas repondre", "ne repondez pas", "sans reponse", "pas de reponse"],
  es: ["no responder", "no responda", "no contestar", "sin respuesta"],
  it: ["non rispondere", "no risposta"],
  nl: ["niet antwoorden", "niet beantwoorden", "geen antwoord"],
  pt: ["nao responder", "nao responda", "sem resposta"],
};

// A word begins where no letter stands before it: `casino-reply` is a casino's.
const PATTERN = new RegExp(`(?<![a-z])(?:${Object.values(UNREAD).flat().map((words) => words.replaceAll(" ", "[^a-z]{0,2}")).join("|")})`);

/** Whether an address says of itself that nobody reads what is sent to it. */
export function isNoReply(address: string): boolean {
  const local = address.slice(0, Math.max(0, address.lastIndexOf("@")));
  return PATTERN.test(local.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase());
}

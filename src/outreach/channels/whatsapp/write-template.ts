import { fill } from "../../../words/index.ts";
import type { Spoken } from "../../channel.ts";
import type { Said } from "../../said.ts";

/** A template message to one number. */
export interface TemplateLetter {
  /** E.164. */
  readonly to: string;
  /** As the template has it. */
  readonly language: string;
  /** What stands for {{1}}, {{2}} of its body. */
  readonly parameters: readonly string[];
  /** The message's own id, under which reports of it come back. */
  readonly rfcId: string;
}

interface Template {
  readonly languages: Readonly<Record<string, string>>;
  readonly parameters: readonly ("text" | "link")[];
}

/** It says what a text says; where the playbook has no words for a text, what the mail says. */
export function wordsOf({ words, values }: Said): string {
  // A parameter with a line break, a tab or more than four spaces is refused (132012, 132018).
  return fill(words.sms ?? words.text, values, "text").replace(/\s+/g, " ").trim();
}

/** What writes messages into a template. */
export function templateWriter({ languages, parameters }: Template): (spoken: Spoken) => TemplateLetter {
  return ({ message, said, settings }) => {
    if (message.address === null || message.rfcId === null) throw new Error("its number is gone");
    const link = said.values["order_page"];
    if (parameters.includes("link") && link === undefined) throw new Error("there is no page of its order to link to");
    return {
      to: message.address,
      language: languageFor(languages, [message.locale, settings.locale]),
      parameters: parameters.map((parameter) => (parameter === "link" ? (link ?? "") : wordsOf(said))),
      rfcId: message.rfcId,
    };
  };
}

/** The template's language for the first of these locales that it has, also without the region; else its first: words in two languages are better than none. */
function languageFor(languages: Template["languages"], locales: readonly string[]): string {
  const wanted = locales.flatMap((locale) => [locale, locale.split("-")[0] ?? ""]).find((locale) => Object.hasOwn(languages, locale));
  return (wanted === undefined ? Object.values(languages)[0] : languages[wanted]) ?? "";
}

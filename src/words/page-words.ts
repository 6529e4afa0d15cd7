import { fill } from "./core/segments.ts";
import type { CompiledWords } from "./compile-words.ts";

/** A message as the order's page shows it. */
export interface PageWords {
  readonly title: string;
  /** A fragment of safe markup: paragraphs, lists, links; the reader's values are escaped. */
  readonly html: string;
  readonly locale: string;
}

/** The same words as in the mail, for the order's page: made from the same blocks, so the two cannot differ. */
export function pageWords(words: CompiledWords, values: Readonly<Record<string, string>>): PageWords {
  return { title: fill(words.subject, values, "text"), html: fill(words.page, values, "html"), locale: words.locale };
}

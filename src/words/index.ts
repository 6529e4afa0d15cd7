/**
 * What is said, compiled once and filled per reader.
 *
 * A message is Liquid over a closed set of choices, then Markdown. `compileWords` renders it once per
 * (playbook version, message, language, choices, branding) with a mark in place of every reader's value, and
 * cuts subject, plain text, HTML and page at the marks. What is left per reader is joining strings:
 * `fill(words.text, values, "text")`, `fill(words.html, values, "html")`. Values are plain text for either; in HTML
 * they are escaped when filled in, so a segment needs no escaping of its own and a value can never become markup.
 */
export { compileWords } from "./compile-words.ts";
export type { CompiledWords } from "./compile-words.ts";
export type { Block, Inline } from "./core/blocks.ts";
export { matchLocale } from "./core/locales.ts";
export { fill } from "./core/segments.ts";
export type { Segments } from "./core/segments.ts";
export { layMail } from "./lay-mail.ts";
export type { Branding } from "./layout/lay-out.ts";
export { makeMailLayout } from "./layout/make-layout.ts";
export { pageWords } from "./page-words.ts";
export type { PageWords } from "./page-words.ts";
export { choicesFor, slotValues } from "./slot-values.ts";
export type { Reader } from "./slot-values.ts";

import assert from "node:assert/strict";
import { test } from "node:test";
import { LANGUAGES } from "../core/texts.ts";
import { TEXTS } from "./index.ts";

/** Every sentence of a language, with `<word>` where a value stands, and with and without the second value where it has two. */
function sentencesOf(texts: unknown): string[] {
  if (typeof texts === "string") return [texts];
  if (typeof texts === "function") return [texts("<word>", "<word>"), ...(texts.length > 1 ? [texts("<word>")] : [])];
  return Object.values((texts ?? {}) as object).flatMap(sentencesOf);
}

test("no sentence of a page has a hole or a stray space, in any language", () => {
  for (const language of LANGUAGES) {
    const sentences = sentencesOf(TEXTS[language]);
    assert.ok(sentences.length > 150, `every sentence, got ${sentences.length}`);
    for (const sentence of sentences) assert.doesNotMatch(sentence, /^$|^\s|\s$|\s{2}|\[object| [,.;:?!]/, language);
  }
});

test("in French no line of a page begins with a sign: before it stands a space that does not break", () => {
  // Imprimerie nationale, Lexique des règles typographiques: a narrow one before `;`, `?` and `!`, a whole one before `:`.
  for (const sentence of sentencesOf(TEXTS.fr)) assert.doesNotMatch(sentence, /(?<!\u202F)[;?!]|(?<!\u00A0)[:»]|«(?!\u00A0)/u);
});

test("French addresses its reader as vous, and leaves open whether it is a man or a woman", () => {
  for (const sentence of sentencesOf(TEXTS.fr)) assert.doesNotMatch(sentence, /(?<!\p{L})(?:tu|te|toi|ton|ta|tes)(?!\p{L})|\(e\)|·e/iu);
});

import { Liquid } from "liquidjs";
import { invariant } from "../base/errors.ts";
import { uuidOf } from "../base/ids.ts";
import { isSlot, SLOTS } from "../playbooks/index.ts";
import type { MessageSource, Playbook } from "../playbooks/index.ts";
import type { Block } from "./core/blocks.ts";
import { htmlFragment, PAGE_LOOK } from "./core/html.ts";
import { Lru } from "./core/lru.ts";
import { plainText, wordsOnly } from "./core/plain-text.ts";
import { cutAtMarks, markOf, slotsIn } from "./core/segments.ts";
import type { Segments } from "./core/segments.ts";
import { layOut, mailLook } from "./layout/lay-out.ts";
import type { Branding } from "./layout/lay-out.ts";
import { readMarkdown } from "./read-markdown.ts";

/** One message in one language for one set of choices, with holes for each reader's values. */
export interface CompiledWords {
  /** The same words in the same layout have the same version; others never do. */
  readonly version: string;
  /** BCP 47. */
  readonly locale: string;
  readonly subject: Segments;
  readonly text: Segments;
  /** A whole document. Literals are markup; values are text and are escaped where they are filled in. */
  readonly html: Segments;
  /** A fragment for the order's page, made of the same blocks. */
  readonly page: Segments;
  /** What a text message says; only where the message has words for one. */
  readonly sms?: Segments;
  /** Every slot that needs a value. */
  readonly slots: readonly string[];
}

/** A value for each of the playbook's choices. */
export type Choices = Readonly<Record<string, string>>;

/** Who released the words, where the playbook asks for it. */
const RELEASED_BY = "released_by";

/** About 12 KB each. Two playbooks in three languages have some 800 in use at once; a larger store compiles a few anew. */
const CACHE_LIMIT = 1_000;

const SLOT_NAMES = Object.keys(SLOTS).filter(isSlot);
const marks = Object.fromEntries(SLOT_NAMES.map((name, index) => [name, markOf(index)]));

const engine = new Liquid({ strictFilters: true, strictVariables: true });
const cache = new Lru<CompiledWords>(CACHE_LIMIT);

/**
 * The words of a message, compiled once per (playbook version, message, language, choices, branding) and kept.
 * Throws when the playbook has no such message or a choice is not in its closed list, and when a person must release
 * its words and no name of one is given as `released_by`: our own mistakes.
 */
export function compileWords(playbook: Playbook, message: string, locale: string, choices: Choices, branding: Branding): CompiledWords {
  invariant(playbook.release === undefined || (choices[RELEASED_BY] ?? "").trim() !== "", `the words of ${playbook.slug} to have been released by a person, whose name stands in ${RELEASED_BY}`);
  const chosen = chosenOf(playbook, choices);
  const parts = [playbook.slug, playbook.version, message, locale, branding.storeName, branding.colour, ...Object.entries(chosen).flat()];
  return cache.getOrMake(JSON.stringify(parts), () => {
    const source = playbook.messages[message]?.[locale];
    invariant(source !== undefined, `playbook ${playbook.slug} to have the message ${message} in ${locale}`);
    return compile(source, uuidOf("words", ...parts), locale, chosen, branding);
  });
}

/** The playbook's choices in order, each with a value of its list. Others that a case carries are not this playbook's. */
function chosenOf(playbook: Playbook, choices: Choices): Choices {
  return Object.fromEntries(
    Object.entries(playbook.choices).map(([choice, values]) => {
      const value = choices[choice];
      invariant(value !== undefined && values.includes(value), `the choice ${choice} of ${playbook.slug} to be one of ${values.join(", ")}, got ${value}`);
      return [choice, value];
    }),
  );
}

function compile(source: MessageSource, version: string, locale: string, chosen: Choices, branding: Branding): CompiledWords {
  const render = (template: string): string => String(engine.parseAndRenderSync(template, { ...marks, ...chosen }));
  const title = render(source.subject).trim();
  const blocks = readMarkdown(render(source.body));
  const body = htmlFragment(blocks, mailLook(branding));
  const subject = cutAtMarks(title, SLOT_NAMES);
  const text = cutAtMarks(plainText(blocks, locale), SLOT_NAMES);
  const html = cutAtMarks(layOut({ locale, title, preheader: preheaderOf(blocks), body }, branding), SLOT_NAMES);
  const page = cutAtMarks(htmlFragment(blocks, PAGE_LOOK), SLOT_NAMES);
  const sms = source.sms === undefined ? undefined : cutAtMarks(render(source.sms).replace(/\s+/g, " ").trim(), SLOT_NAMES);
  return { version, locale, subject, text, html, page, ...(sms && { sms }), slots: slotsIn([...subject, ...text, ...html, ...page, ...(sms ?? [])]) };
}

/** The first paragraph that says something: a greeting ends with a comma. */
function preheaderOf(blocks: readonly Block[]): string {
  const paragraphs = blocks.flatMap((block) => (block.kind === "paragraph" ? [wordsOnly(block.inline)] : []));
  return paragraphs.find((words) => !words.endsWith(",")) ?? "";
}

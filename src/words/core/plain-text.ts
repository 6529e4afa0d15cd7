import { never } from "../../base/errors.ts";
import type { Block, Inline } from "./blocks.ts";
import { languageOf } from "./locales.ts";

/** The message as plain text: paragraphs apart by an empty line, addresses written out. */
export function plainText(blocks: readonly Block[], locale: string): string {
  return `${blocks.map((block) => blockText(block, locale)).join("\n\n")}\n`;
}

/** The words of some inline parts alone, without addresses. */
export function wordsOnly(inline: readonly Inline[]): string {
  return inline.map((part) => ("inline" in part ? wordsOnly(part.inline) : part.kind === "break" ? " " : part.text)).join("");
}

function blockText(block: Block, locale: string): string {
  switch (block.kind) {
    case "paragraph":
      return inlineText(block.inline);
    case "action":
      return `${inlineText(block.label)}${colonIn(locale)}\n${block.href}`;
    case "list":
      return block.items.map((item, index) => `${block.ordered ? `${index + 1}.` : "-"} ${inlineText(item)}`).join("\n");
    default:
      return never(block);
  }
}

/** French sets a space before a colon, one that never breaks a line. */
function colonIn(locale: string): string {
  return languageOf(locale) === "fr" ? "\u00A0:" : ":";
}

function inlineText(inline: readonly Inline[]): string {
  return inline.map(partText).join("");
}

function partText(part: Inline): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "break":
      return "\n";
    case "strong":
    case "emphasis":
      return inlineText(part.inline);
    case "link":
      return wordsOnly(part.inline) === part.href ? part.href : `${inlineText(part.inline)} (${part.href})`;
    default:
      return never(part);
  }
}

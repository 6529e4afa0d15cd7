import { never } from "../../base/errors.ts";
import type { Block, Inline } from "./blocks.ts";

/** The message as plain text: paragraphs apart by an empty line, addresses written out. */
export function plainText(blocks: readonly Block[]): string {
  return `${blocks.map(blockText).join("\n\n")}\n`;
}

/** The words of some inline parts alone, without addresses. */
export function wordsOnly(inline: readonly Inline[]): string {
  return inline.map((part) => ("inline" in part ? wordsOnly(part.inline) : part.kind === "break" ? " " : part.text)).join("");
}

function blockText(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return inlineText(block.inline);
    case "action":
      return `${inlineText(block.label)}:\n${block.href}`;
    case "list":
      return block.items.map((item, index) => `${block.ordered ? `${index + 1}.` : "-"} ${inlineText(item)}`).join("\n");
    default:
      return never(block);
  }
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

import { never } from "../../base/errors.ts";
import type { Block, Inline } from "./blocks.ts";
import { escapeHtml } from "./segments.ts";

/** Attributes of the elements, by what they are for. Mail clients drop style sheets, so mail carries its styles in them. */
export interface HtmlLook {
  readonly paragraph: string;
  readonly list: string;
  readonly item: string;
  readonly link: string;
  readonly action: string;
}

/** For a page that has its own style sheet. */
export const PAGE_LOOK: HtmlLook = { paragraph: "", list: "", item: "", link: "", action: ' class="action"' };

/** The message as an HTML fragment. */
export function htmlFragment(blocks: readonly Block[], look: HtmlLook): string {
  return blocks.map((block) => blockHtml(block, look)).join("\n");
}

function blockHtml(block: Block, look: HtmlLook): string {
  switch (block.kind) {
    case "paragraph":
      return `<p${look.paragraph}>${inlineHtml(block.inline, look)}</p>`;
    case "action":
      return `<p${look.paragraph}><a${look.action} href="${escapeHtml(block.href)}">${inlineHtml(block.label, look)}</a></p>`;
    case "list": {
      const tag = block.ordered ? "ol" : "ul";
      const items = block.items.map((item) => `<li${look.item}>${inlineHtml(item, look)}</li>`);
      return `<${tag}${look.list}>${items.join("")}</${tag}>`;
    }
    default:
      return never(block);
  }
}

function inlineHtml(inline: readonly Inline[], look: HtmlLook): string {
  return inline.map((part) => partHtml(part, look)).join("");
}

function partHtml(part: Inline, look: HtmlLook): string {
  switch (part.kind) {
    case "text":
      return escapeHtml(part.text);
    case "break":
      return "<br>";
    case "strong":
      return `<strong>${inlineHtml(part.inline, look)}</strong>`;
    case "emphasis":
      return `<em>${inlineHtml(part.inline, look)}</em>`;
    case "link":
      return `<a${look.link} href="${escapeHtml(part.href)}">${inlineHtml(part.inline, look)}</a>`;
    default:
      return never(part);
  }
}

import { marked } from "marked";
import type { Token, Tokens } from "marked";
import { invariant } from "../base/errors.ts";
import type { Block, Inline } from "./core/blocks.ts";

/** Reads the Markdown that the playbook checker allows. Anything else is our own mistake. */
export function readMarkdown(markdown: string): readonly Block[] {
  return marked.lexer(markdown).flatMap(readBlock);
}

function readBlock(token: Token): Block[] {
  switch (token.type) {
    case "space":
      return [];
    case "paragraph":
      return [readParagraph(readInline(token.tokens ?? []))];
    case "list": {
      const list = token as Tokens.List;
      return [{ kind: "list", ordered: list.ordered, items: list.items.map((item) => readItem(item)) }];
    }
    default:
      invariant(false, `Markdown that the checker allows, got a block of ${token.type}`);
  }
}

function readParagraph(inline: readonly Inline[]): Block {
  const [only] = inline;
  return inline.length === 1 && only?.kind === "link" ? { kind: "action", label: only.inline, href: only.href } : { kind: "paragraph", inline };
}

function readItem(item: Tokens.ListItem): readonly Inline[] {
  return item.tokens.flatMap((token) => readInline("tokens" in token && token.tokens !== undefined ? token.tokens : [token]));
}

function readInline(tokens: readonly Token[]): readonly Inline[] {
  return tokens.map((token): Inline => {
    const inline = "tokens" in token ? readInline(token.tokens ?? []) : [];
    switch (token.type) {
      case "text":
      case "escape":
        return { kind: "text", text: (token as Tokens.Text).text.replaceAll("\n", " ") };
      case "strong":
        return { kind: "strong", inline };
      case "em":
        return { kind: "emphasis", inline };
      case "link":
        return { kind: "link", inline, href: (token as Tokens.Link).href };
      case "br":
        return { kind: "break" };
      default:
        invariant(false, `Markdown that the checker allows, got ${token.type}`);
    }
  });
}

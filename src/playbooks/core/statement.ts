import { STATEMENT_PARTS } from "./vocabulary.ts";
import type { StatementPart } from "./vocabulary.ts";

/** What is the same for all who are affected, part by part, in one language: Markdown with Liquid. */
export type Statement = Readonly<Record<StatementPart, string>>;

/** A place in a message that the statement, or some of its parts, stand in. */
export interface StatementMark {
  readonly offset: number;
  readonly parts: readonly string[];
}

const PART = /^\{%\s*part\s+(\S+)\s*%\}[ ]*$/gm;
const MARK = /\{%\s*statement(\s[^%]*)?%\}/g;

/** A part as it stands in its file. */
export interface WrittenPart {
  readonly name: string;
  readonly text: string;
  /** Of its tag, and of its text, from the start of the file. */
  readonly offset: number;
  readonly textOffset: number;
}

/** The parts of a statement's file, as they stand in it. */
export function writtenParts(text: string): readonly WrittenPart[] {
  const tags = [...text.matchAll(PART)];
  return tags.map((tag, index) => {
    const textOffset = tag.index + tag[0].length;
    return { name: tag[1] as string, text: text.slice(textOffset, tags[index + 1]?.index), offset: tag.index, textOffset };
  });
}

/** Where a message says the statement: all of it, or the parts that it names. */
export function statementMarks(body: string): readonly StatementMark[] {
  return [...body.matchAll(MARK)].map((mark) => ({ offset: mark.index, parts: partsOf(mark[1]) }));
}

/** The body with letters in place of its marks, as many: every other part keeps its place, and none becomes an indented block. */
export function withoutMarks(body: string): string {
  return body.replace(MARK, (mark) => "s".repeat(mark.length));
}

/** The body with the statement's words in place of its marks, so that every surface says the same. */
export function withStatement(body: string, statement: Statement | undefined): string {
  if (statement === undefined) return body;
  return body.replace(MARK, (_mark, named: string | undefined) => partsOf(named).map((part) => statement[part as StatementPart]).join("\n\n"));
}

function partsOf(named: string | undefined): readonly string[] {
  const parts = (named ?? "").split(/[\s,]+/).filter((part) => part !== "");
  return parts.length === 0 ? STATEMENT_PARTS : parts;
}

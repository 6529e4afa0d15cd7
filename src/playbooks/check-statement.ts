import { err, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";
import { bodyProblems } from "./check-message.ts";
import type { TextRules } from "./check-message.ts";
import { positionAt } from "./core/problem.ts";
import type { PlaybookProblem } from "./core/problem.ts";
import { writtenParts } from "./core/statement.ts";
import type { Statement, WrittenPart } from "./core/statement.ts";
import { STATEMENT_PARTS } from "./core/vocabulary.ts";

const SHAPE = `Write ${STATEMENT_PARTS.map((part) => `{% part ${part} %}`).join(", ")}, in this order, each on a line of its own with its text below.`;

/** Reads and checks `messages/statement.<locale>.liquid`: every part, once, in order, and nothing of one customer. */
export function checkStatement(file: string, text: string, rules: TextRules): Result<Statement, readonly PlaybookProblem[]> {
  const parts = writtenParts(text);
  const place = (offset: number, what: string, next: string): PlaybookProblem => ({ file, ...positionAt(text, offset), what, next });
  const problems: PlaybookProblem[] = [];
  const before = text.slice(0, parts[0]?.offset);
  if (parts.length > 0 && before.trim() !== "") problems.push(place(0, "This stands before the first part.", SHAPE));
  const wrong = parts.findIndex(({ name }, index) => name !== STATEMENT_PARTS[index]);
  if (wrong >= 0) problems.push(place(parts[wrong]?.offset ?? 0, `The part ${parts[wrong]?.name} does not belong here.`, SHAPE));
  else if (parts.length < STATEMENT_PARTS.length) problems.push(place(text.length, `The statement has no part ${STATEMENT_PARTS[parts.length]}.`, SHAPE));
  for (const part of parts) problems.push(...partProblems(part, rules).map(({ offset, what, next }) => place(part.textOffset + offset, what, next)));
  if (problems.length > 0) return err(problems);
  return ok(Object.fromEntries(parts.map(({ name, text: words }) => [name, words.trim()])) as unknown as Statement);
}

function partProblems({ name, text }: WrittenPart, rules: TextRules) {
  if (text.trim() === "") return [{ offset: 0, what: `The part ${name} says nothing.`, next: "Write it. Where there is nothing to say in some cases, write it inside {% if %}." }];
  // A branch that begins in one part and ends in another could not be taken apart: each is read alone.
  return bodyProblems(text, rules);
}

import { marked } from "marked";
import type { Token } from "marked";
import { err, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";
import type { MessageSource } from "./core/model.ts";
import { positionAt } from "./core/problem.ts";
import type { PlaybookProblem } from "./core/problem.ts";
import { statementMarks, withoutMarks } from "./core/statement.ts";
import { COMMON_SLOTS, GUARDED_SLOTS, HUMAN_WAY_OUT, isSlot, SLOTS, STATEMENT_PARTS, SUBJECT_OF } from "./core/vocabulary.ts";
import { textProblems } from "./check-text.ts";
import { readTemplate } from "./read-template.ts";
import type { Comparison, OpenCase, ShownSlot, TemplateProblem } from "./read-template.ts";
import { readYaml } from "./read-yaml.ts";
import { frontMatterSchema } from "./schema.ts";

type Choices = Readonly<Record<string, readonly string[]>>;

/** What one text may use. */
export interface TextRules {
  readonly choices: Choices;
  /** What its playbook's cases are about. */
  readonly subject: string;
  /** `everybody`: it shows nothing of one customer. `team`: it needs no way to a person. */
  readonly hearers: "customer" | "everybody" | "team";
  /** Whether the playbook has a statement to say. */
  readonly hasStatement: boolean;
  /** Whether it must show the way to a person; a statement stands in messages that do. */
  readonly needsWayOut: boolean;
}

const FRONT_MATTER = /^---\n([\s\S]*?\n)---\n/;

/** Code points that stand for slots while a text is compiled (src/words), so no text may hold them. */
const RESERVED = /[\uE000-\uF8FF]/u;

/** The Markdown that becomes HTML, plain text and a page alike. */
const MARKDOWN = new Set(["paragraph", "text", "space", "list", "list_item", "strong", "em", "link", "br", "escape"]);

/** Stands for a slot while Markdown is looked at. `.invalid` never resolves (RFC 2606). */
const SLOT_ADDRESS = "https://slot.invalid/";

/** Reads and checks one file under `messages/`. */
export function checkMessage(file: string, text: string, rules: TextRules): Result<MessageSource, readonly PlaybookProblem[]> {
  const [front, yaml] = FRONT_MATTER.exec(text) ?? [];
  if (front === undefined || yaml === undefined) {
    return err([{ file, line: 1, column: 1, what: "The file does not begin with its front matter.", next: "Begin with a line ---, then subject: …, then a line ---." }]);
  }
  const head = readYaml(file, yaml, frontMatterSchema, 2);
  const body = text.slice(front.length);
  const placed = (problem: TemplateProblem): PlaybookProblem => ({ file, ...positionAt(text, front.length + problem.offset), what: problem.what, next: problem.next });
  const problems = [...bodyProblems(withoutMarks(body), rules), ...markProblems(body, rules)].map(placed);
  if (!head.ok) return err([...head.error, ...problems]);
  const subject = head.value.value.subject.trim();
  const subjectPlace = head.value.locate(["subject"]);
  problems.unshift(...subjectProblems(subject, rules).map(({ what, next }) => ({ file, ...subjectPlace, what, next })));
  const sms = head.value.value.sms?.replace(/\s+/g, " ").trim();
  if (sms !== undefined) problems.push(...smsProblems(sms, rules).map(({ what, next }) => ({ file, ...head.value.locate(["sms"]), what, next })));
  return problems.length > 0 ? err(problems) : ok({ subject, body: body.trim(), ...(sms !== undefined && { sms }) });
}

function smsProblems(sms: string, rules: TextRules): readonly Omit<TemplateProblem, "offset">[] {
  const read = readTemplate(sms);
  const problems = templateProblems(sms, { ...rules, needsWayOut: false });
  return problems.length > 0 || !read.ok ? problems : textProblems(sms, read.value, rules.choices);
}

function markProblems(body: string, { hasStatement, hearers }: TextRules): TemplateProblem[] {
  const marks = statementMarks(body);
  const [first] = marks;
  if (first === undefined) return hearers === "everybody" ? [{ offset: 0, what: "The message does not say the statement.", next: "Write {% statement %}, or the parts of it that fit: everybody is told the same." }] : [];
  if (!hasStatement) return [{ offset: first.offset, what: "This playbook has no statement to say.", next: "Write messages/statement.<locale>.liquid, or remove this." }];
  const unknown = (part: string): boolean => !STATEMENT_PARTS.some((each) => each === part);
  return marks.flatMap(({ offset, parts }) => parts.filter(unknown).map((part) => ({ offset, what: `A statement has no part ${part}.`, next: `Use one of: ${STATEMENT_PARTS.join(", ")}.` })));
}

function subjectProblems(subject: string, rules: TextRules): TemplateProblem[] {
  const several = /\n/.test(subject) ? [{ offset: 0, what: "The subject has more than one line.", next: "Write it on one line." }] : [];
  return [...several, ...templateProblems(subject, { ...rules, needsWayOut: false })];
}

/** What is wrong with a text of Liquid and Markdown. */
export function bodyProblems(body: string, rules: TextRules): TemplateProblem[] {
  return [...templateProblems(body, rules), ...markdownProblems(body)].sort((a, b) => a.offset - b.offset);
}

function templateProblems(text: string, rules: TextRules): TemplateProblem[] {
  const reserved = text.search(RESERVED);
  const problems: TemplateProblem[] = reserved < 0 ? [] : [{ offset: reserved, what: "This character is for private use and is not shown alike everywhere.", next: "Remove it." }];
  const read = readTemplate(text);
  if (!read.ok) return [...problems, read.error];
  const { choices, needsWayOut } = rules;
  const { slots, comparisons, openCases } = read.value;
  problems.push(...read.value.problems);
  problems.push(...slots.flatMap((slot) => slotProblems(slot, rules)));
  problems.push(...comparisons.flatMap((comparison) => comparisonProblems(comparison, choices)));
  problems.push(...openCases.flatMap((open) => openCaseProblems(open, choices)));
  if (needsWayOut && !slots.some((slot) => slot.name === HUMAN_WAY_OUT && slot.always)) {
    problems.push({
      offset: 0,
      what: "The message names no way to a person in every case.",
      next: `Show {{ ${HUMAN_WAY_OUT} }} outside of any if or case.`,
    });
  }
  return problems;
}

function slotProblems(slot: ShownSlot, { subject, hearers }: TextRules): TemplateProblem[] {
  if (!isSlot(slot.name)) {
    return [{ offset: slot.offset, what: `\`${slot.name}\` is not a slot.`, next: `Use one of: ${Object.keys(SLOTS).join(", ")}.` }];
  }
  if (hearers === "everybody" && !COMMON_SLOTS.has(slot.name)) {
    return [{ offset: slot.offset, what: `\`${slot.name}\` is one customer's, and this is told to everybody.`, next: `Use one of: ${[...COMMON_SLOTS].join(", ")}.` }];
  }
  const about = SUBJECT_OF[slot.name];
  if (about !== undefined && about !== subject) {
    return [{ offset: slot.offset, what: `\`${slot.name}\` is of cases about: ${about}. Those of this playbook are about: ${subject}.`, next: "Remove it, or correct subject in playbook.yaml." }];
  }
  const guard = GUARDED_SLOTS[slot.name];
  if (guard === undefined || slot.guards.some(({ choice, value }) => choice === guard.choice && value === guard.value)) return [];
  return [{
    offset: slot.offset,
    what: `\`${slot.name}\` is empty for some readers.`,
    next: `Show it only inside {% if ${guard.choice} == '${guard.value}' %}.`,
  }];
}

function comparisonProblems({ choice, value, offset }: Comparison, choices: Choices): TemplateProblem[] {
  const values = choices[choice];
  if (values === undefined) {
    return [{ offset, what: `\`${choice}\` is not a choice of this playbook.`, next: `Declare it under choices in playbook.yaml, or use one of: ${Object.keys(choices).join(", ")}.` }];
  }
  if (values.includes(value)) return [];
  return [{ offset, what: `\`${choice}\` never is '${value}'.`, next: `Use one of: ${values.join(", ")}.` }];
}

function openCaseProblems(open: OpenCase, choices: Choices): TemplateProblem[] {
  const missing = (choices[open.choice] ?? []).filter((value) => !open.values.includes(value));
  if (missing.length === 0) return [];
  return [{
    offset: open.offset,
    what: `This case says nothing where \`${open.choice}\` is ${missing.join(", ")}.`,
    next: "Add {% when %} for each, or {% else %}.",
  }];
}

function markdownProblems(body: string): TemplateProblem[] {
  const html = /<[A-Za-z/!?]/.exec(body);
  if (html !== null) return [{ offset: html.index, what: "HTML is not allowed in a message.", next: "Write Markdown: **bold**, lists and [links]({{ order_page }})." }];
  const bare = withoutLiquid(body);
  const problems: TemplateProblem[] = [];
  let bareOffset = 0;
  for (const token of marked.lexer(bare)) {
    const line = bare.slice(0, bareOffset).split("\n").length - 1;
    for (const problem of tokenProblems(token)) problems.push({ offset: lineOffset(body, line), ...problem });
    bareOffset += token.raw.length;
  }
  return problems;
}

/** The Markdown alone. Lines stay lines, so that a block's place is the same in both. */
function withoutLiquid(body: string): string {
  return body
    .replace(/\{%[\s\S]*?%\}/g, (tag) => tag.replace(/[^\n]/g, ""))
    .replace(/\]\(\{\{-?\s*(\w+)[^}]*\}\}\)/g, `](${SLOT_ADDRESS}$1)`)
    .replace(/\{\{-?\s*(\w+)[^}]*\}\}/g, "$1");
}

function lineOffset(text: string, line: number): number {
  return text.split("\n").slice(0, line).reduce((sum, each) => sum + each.length + 1, 0);
}

function tokenProblems(token: Token): Omit<TemplateProblem, "offset">[] {
  if (!MARKDOWN.has(token.type)) {
    return [{ what: `Markdown \`${token.type}\` cannot be shown alike in mail, plain text and on the page.`, next: "Use paragraphs, lists, bold, italics and links." }];
  }
  const inner = [...("tokens" in token ? (token.tokens ?? []) : []), ...(token.type === "list" ? (token["items"] as Token[]) : [])];
  return [...(token.type === "link" ? linkProblems(token["href"] as string) : []), ...inner.flatMap(tokenProblems)];
}

function linkProblems(href: string): Omit<TemplateProblem, "offset">[] {
  if (!href.startsWith(SLOT_ADDRESS)) {
    return href.startsWith("https://") ? [] : [{ what: `The link ${href} does not begin with https://.`, next: "Link to an https address or to a slot that holds one." }];
  }
  const slot = href.slice(SLOT_ADDRESS.length);
  if (isSlot(slot) && SLOTS[slot].kind === "address") return [];
  return [{ what: `\`${slot}\` holds no address to link to.`, next: `Link to one of: ${Object.entries(SLOTS).filter(([, { kind }]) => kind === "address").map(([name]) => name).join(", ")}.` }];
}

import { CaseTag, IfTag, Liquid, LiquidError, Output, TokenKind } from "liquidjs";
import type { Tag, Template, Token, Value } from "liquidjs";
import { err, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";

/** A choice that is known to have a value in a part of a text. */
export interface Guard {
  readonly choice: string;
  readonly value: string;
}

/** A value that a text shows. `offset` counts from the start of the text. */
export interface ShownSlot {
  readonly name: string;
  readonly offset: number;
  /** Whether it is shown whatever the choices are. */
  readonly always: boolean;
  readonly guards: readonly Guard[];
}

/** A comparison of a choice with a value. */
export interface Comparison extends Guard {
  readonly offset: number;
}

/** A `case` without an `else`: the values that it speaks of. */
export interface OpenCase {
  readonly choice: string;
  readonly values: readonly string[];
  readonly offset: number;
}

/** What is wrong at a place of a text. */
export interface TemplateProblem {
  readonly offset: number;
  readonly what: string;
  readonly next: string;
}

/** What a text uses, as the checker judges it. */
export interface TemplateUse {
  readonly slots: readonly ShownSlot[];
  readonly comparisons: readonly Comparison[];
  readonly openCases: readonly OpenCase[];
  readonly problems: readonly TemplateProblem[];
}

interface Seen {
  readonly slots: ShownSlot[];
  readonly comparisons: Comparison[];
  readonly openCases: OpenCase[];
  readonly problems: TemplateProblem[];
}

/** Where in the branches a part stands. */
interface Branch {
  readonly always: boolean;
  readonly guards: readonly Guard[];
}

/** Unknown filters are parsed, so that each is reported at its own place. */
const engine = new Liquid({ strictFilters: false });

const WORDS_OF_LIQUID = "Use only {{ slot }}, {% if %} and {% case %}.";

/** Reads a text without rendering it. Fails only where Liquid cannot parse it at all. */
export function readTemplate(text: string): Result<TemplateUse, TemplateProblem> {
  let templates: Template[];
  try {
    templates = engine.parse(text);
  } catch (error) {
    if (!LiquidError.is(error)) throw error;
    const what = error.message.replace(/, line:\d+, col:\d+$/, "");
    return err({ offset: error.token.begin, what: `Liquid cannot read this: ${what}.`, next: WORDS_OF_LIQUID });
  }
  const seen: Seen = { slots: [], comparisons: [], openCases: [], problems: [] };
  walk(templates, { always: true, guards: [] }, seen);
  return ok(seen);
}

function walk(templates: readonly Template[], branch: Branch, seen: Seen): void {
  for (const template of templates) {
    if (template instanceof Output) walkOutput(template, branch, seen);
    else if (template instanceof IfTag) walkIf(template, branch, seen);
    else if (template instanceof CaseTag) walkCase(template, branch, seen);
    else if ("name" in template) refuseTag(template as Tag, seen);
  }
}

function refuseTag(tag: Tag, seen: Seen): void {
  seen.problems.push({ offset: tag.token.begin, what: `The tag \`${tag.name}\` is not part of the playbook language.`, next: WORDS_OF_LIQUID });
}

function walkOutput(output: Output, branch: Branch, seen: Seen): void {
  const offset = output.token.begin;
  refuseFilters(output.value, offset, seen);
  const [token, ...others] = output.value.initial.postfix;
  const name = token === undefined || others.length > 0 ? undefined : nameOf(token);
  if (name === undefined) {
    seen.problems.push({ offset, what: "This is not the name of a slot.", next: "Show one slot by its name, such as {{ amount }}." });
  } else {
    seen.slots.push({ name, offset, ...branch });
  }
}

function refuseFilters(value: Value, offset: number, seen: Seen): void {
  for (const filter of value.filters) {
    seen.problems.push({
      offset,
      what: `The filter \`${filter.name}\` cannot be applied: texts are compiled before a recipient's values are known.`,
      next: "Remove it; slots arrive formatted for the reader.",
    });
  }
}

function walkIf(tag: IfTag, branch: Branch, seen: Seen): void {
  for (const { value, templates } of tag.branches) {
    refuseFilters(value, tag.token.begin, seen);
    const guards = readCondition(value.initial.postfix, tag.token.begin, seen);
    walk(templates, { always: false, guards: [...branch.guards, ...guards] }, seen);
  }
  walk(tag.elseTemplates ?? [], { always: false, guards: branch.guards }, seen);
}

function walkCase(tag: CaseTag, branch: Branch, seen: Seen): void {
  const offset = tag.token.begin;
  refuseFilters(tag.value, offset, seen);
  const [token] = tag.value.initial.postfix;
  const choice = token === undefined ? undefined : nameOf(token);
  if (choice === undefined) {
    seen.problems.push({ offset, what: "`case` is not about a choice.", next: "Write {% case reason %} with a choice of the playbook." });
    return;
  }
  const named: string[] = [];
  for (const { values, templates } of tag.branches) {
    const texts = values.map((value) => quotedText(value as Token));
    if (texts.includes(undefined)) {
      seen.problems.push({ offset: values[0]?.begin ?? offset, what: "`when` does not name a value.", next: "Write the value in quotes: {% when 'inventory' %}." });
    }
    const known = texts.filter((text) => text !== undefined);
    known.forEach((value, index) => seen.comparisons.push({ choice, value, offset: values[index]?.begin ?? offset }));
    named.push(...known);
    const guards = known.length === 1 && known[0] !== undefined ? [{ choice, value: known[0] }] : [];
    walk(templates, { always: false, guards: [...branch.guards, ...guards] }, seen);
  }
  if (tag.elseTemplates.length > 0) walk(tag.elseTemplates, { always: false, guards: branch.guards }, seen);
  else seen.openCases.push({ choice, values: named, offset });
}

/** Either side of an operator, while a condition is read from its postfix form. */
type Operand = { readonly kind: "choice" | "value"; readonly text: string; readonly offset: number } | { readonly kind: "truth"; readonly guards: readonly Guard[] };

/** Reads `choice == 'value'`, joined by `and` / `or`; returns what surely holds where the condition does. */
function readCondition(postfix: readonly Token[], offset: number, seen: Seen): readonly Guard[] {
  const stack: Operand[] = [];
  for (const token of postfix) {
    const operator = token.kind === TokenKind.Operator ? token.getText() : undefined;
    const operand = operator === undefined ? operandOf(token) : combine(operator, stack.pop(), stack.pop(), seen);
    if (operand === undefined) return refuseCondition(offset, seen);
    stack.push(operand);
  }
  const [only] = stack;
  return stack.length === 1 && only?.kind === "truth" ? only.guards : refuseCondition(offset, seen);
}

function refuseCondition(offset: number, seen: Seen): readonly Guard[] {
  seen.problems.push({ offset, what: "This condition does not compare a choice with a value.", next: "Write {% if named == 'yes' %}; join several with and / or." });
  return [];
}

function operandOf(token: Token): Operand | undefined {
  const value = quotedText(token);
  if (value !== undefined) return { kind: "value", text: value, offset: token.begin };
  const choice = nameOf(token);
  return choice === undefined ? undefined : { kind: "choice", text: choice, offset: token.begin };
}

function combine(operator: string, right: Operand | undefined, left: Operand | undefined, seen: Seen): Operand | undefined {
  if (left?.kind === "truth" && right?.kind === "truth") {
    if (operator === "and") return { kind: "truth", guards: [...left.guards, ...right.guards] };
    return operator === "or" ? { kind: "truth", guards: [] } : undefined;
  }
  if (left?.kind !== "choice" || right?.kind !== "value" || (operator !== "==" && operator !== "!=")) return undefined;
  seen.comparisons.push({ choice: left.text, value: right.text, offset: left.offset });
  return { kind: "truth", guards: operator === "==" ? [{ choice: left.text, value: right.text }] : [] };
}

/** The plain name that a token reads; undefined for `a.b`, numbers and quoted texts. */
function nameOf(token: Token): string | undefined {
  const text = token.getText();
  return token.kind === TokenKind.PropertyAccess && /^[a-z][a-z0-9_]*$/.test(text) ? text : undefined;
}

function quotedText(token: Token): string | undefined {
  return token.kind === TokenKind.Quoted ? token.getText().slice(1, -1) : undefined;
}

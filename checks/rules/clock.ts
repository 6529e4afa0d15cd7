import ts from "typescript";
import { ADAPTER_FOLDER, isTest } from "../layout.ts";
import type { Check, Violation } from "../model.ts";
import type { Tree } from "../tree.ts";
import { codeIn, lineOf, visit } from "../tree.ts";

/** The one file that reads the machine's clock, and the one that makes the port for randomness. */
const CLOCK = "src/server/clock.ts";
const RANDOM = "src/base/ids.ts";

/** Prints how long a run took; the simulated world itself has a clock of its own. */
const STOPWATCH = "sim/run.ts";

/** What talks to the real world needs real deadlines and secrets; a simulation replaces these files whole. */
const REAL_WORLD = [/^src\/server\//, /^src\/outreach\/smtp\//, ADAPTER_FOLDER, /^sim\/run\.ts$/];

const PURE_OF_DATE = new Set(["parse", "UTC", "prototype"]);
const CLOCKS_OF: Readonly<Record<string, ReadonlySet<string>>> = {
  Math: new Set(["random"]),
  Temporal: new Set(["Now"]),
  process: new Set(["hrtime", "uptime"]),
  AbortSignal: new Set(["timeout"]),
};
const TIMERS = new Set(["setTimeout", "setInterval", "setImmediate"]);
const TIMER_MODULES = new Set(["node:timers", "node:timers/promises", "timers", "timers/promises"]);
const RANDOM_NAMES = new Set(["randomBytes", "randomUUID", "randomInt", "randomFill", "randomFillSync", "getRandomValues"]);

/** Time and chance come in through ports, so that a simulation replays exactly. */
export const clock: Check = {
  name: "clock",
  rules: ["clock", "random", "timers"],
  holds: "Only src/server/clock.ts reads the clock; randomness is drawn and timers are set only by what a simulation replaces (src/base/ids.ts, the server, adapters).",
  counts: "files",
  run: (tree) => {
    const judged = codeIn(tree, ["src", "sim"]);
    return { seen: judged.length, violations: judged.flatMap((file) => readingsIn(tree, file)) };
  },
};

function readingsIn(tree: Tree, file: string): Violation[] {
  const source = tree.syntax(file);
  const found: Violation[] = [];
  visit(source, (node) => {
    const reading = readingOf(node);
    if (reading === undefined || isAllowed(reading.rule, file)) return;
    found.push({ rule: reading.rule, file, line: lineOf(source, node), what: `uses ${reading.what}`, next: NEXT[reading.rule] });
  });
  return found;
}

type Rule = "clock" | "random" | "timers";

const NEXT: Readonly<Record<Rule, string>> = {
  clock: "take `now: Instant` as a parameter, or read ports.clock.now() in the verb",
  random: "take ports.random, or derive the id with uuidOf",
  timers: "store a due time and let the server's one timer wake the work",
};

function isAllowed(rule: Rule, file: string): boolean {
  if (rule === "clock") return file === CLOCK || file === STOPWATCH;
  if (rule === "random" && file === RANDOM) return true;
  if (rule === "timers" && file.startsWith("sim/")) return true;
  return isTest(file) || REAL_WORLD.some((place) => place.test(file));
}

function readingOf(node: ts.Node): { rule: Rule; what: string } | undefined {
  if (ts.isStringLiteral(node) && TIMER_MODULES.has(node.text) && ts.isImportDeclaration(node.parent)) return { rule: "timers", what: node.text };
  if (!ts.isIdentifier(node)) return undefined;
  const name = node.text;
  if (RANDOM_NAMES.has(name) && !isOwnName(node)) return { rule: "random", what: name };
  if (!isGlobalUse(node)) return undefined;
  if (name === "Date") return readsDate(node) ? { rule: "clock", what: node.parent.getText() } : undefined;
  if (name === "performance") return { rule: "clock", what: node.parent.getText() };
  if (TIMERS.has(name)) return { rule: "timers", what: name };
  const member = memberOf(node);
  if (member === undefined || CLOCKS_OF[name]?.has(member) !== true) return undefined;
  const rule = name === "Math" ? "random" : name === "AbortSignal" ? "timers" : "clock";
  return { rule, what: `${name}.${member}` };
}

/** `Date` is pure only as `new Date(something)`, `Date.parse`, `Date.UTC` and in types; anything else can reach the clock. */
function readsDate(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isNewExpression(parent) && parent.expression === node) return (parent.arguments ?? []).length === 0;
  if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword) return false;
  const member = memberOf(node);
  return member === undefined || !PURE_OF_DATE.has(member);
}

function memberOf(node: ts.Identifier): string | undefined {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node ? memberOfAccess(parent) : parent.name.text;
  if (ts.isElementAccessExpression(parent) && ts.isStringLiteralLike(parent.argumentExpression)) return parent.argumentExpression.text;
  return undefined;
}

/** For `globalThis.Date.now`: the member after `globalThis.Date`. */
function memberOfAccess(access: ts.PropertyAccessExpression): string | undefined {
  return ts.isPropertyAccessExpression(access.parent) ? access.parent.name.text : undefined;
}

/** Whether the identifier stands for the global of that name, used as a value. */
function isGlobalUse(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return parent.expression.getText() === "globalThis";
  return !isOwnName(node) && !ts.isTypeNode(parent) && !ts.isTypeQueryNode(parent) && !ts.isImportSpecifier(parent);
}

/** Whether this is the name that a declaration or an object's key gives to something of its own. */
function isOwnName(node: ts.Identifier): boolean {
  const parent = node.parent as ts.Node & { name?: ts.Node };
  const named = parent.name === node;
  return named && !ts.isPropertyAccessExpression(parent) && !ts.isImportSpecifier(parent) && !ts.isShorthandPropertyAssignment(parent);
}

import ts from "typescript";
import { isTest } from "../layout.ts";
import type { Check, Violation } from "../model.ts";
import type { Tree } from "../tree.ts";
import { codeIn, lineOf, visit } from "../tree.ts";

/** What reads the database's clock. `current_date` and its kin depend on the session's zone as well. */
const CLOCK =
  /(?<![.\w])(?:now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(\s*\)|(?<![.\w])(?:current_timestamp|localtimestamp|current_date|current_time)\b|\bdefault\s+now\b|'now'\s*::/i;

/** What draws randomness in the database, where no seed reaches it. */
const CHANCE = /(?<![.\w])(?:gen_random_uuid|uuidv4|uuidv7|uuid_generate_v4|gen_random_bytes|random)\s*\(\s*\)/i;

/** How a SQL statement begins, in lower case or capitals (a sentence begins with one capital). */
const BEGINS =
  /^(?:select\s|SELECT\s|insert\s+into\s|INSERT\s+INTO\s|update\s+\S+(?:\s+(?:as\s+)?\w+)?\s+set\s|UPDATE\s+\S+(?:\s+(?:AS\s+)?\w+)?\s+SET\s|delete\s+from\s|DELETE\s+FROM\s|with\s+(?:recursive\s+)?\w+(?:\s*\([^)]*\))?\s+as\s|WITH\s+(?:RECURSIVE\s+)?\w+\s+AS\s|merge\s+into\s|truncate\s+\w|(?:create|alter|drop|CREATE|ALTER|DROP)\s+(?:table|index|unique|function|schema|role|database|TABLE|INDEX|UNIQUE|FUNCTION|SCHEMA|ROLE|DATABASE)\b)/;

/** Where SQL may stand: a stage's store, and the server's folders for the database and for the embedded server. */
const HOMES = [/\/store\.ts$/, /\/store\//, /^src\/server\/(?:database|postgres)\//, /^src\/base\/db\.ts$/];

/** SQL reads no clock, draws no randomness, and stands in the stores. */
export const sql: Check = {
  name: "sql",
  rules: ["sql-place", "sql-clock", "sql-random"],
  holds: "SQL stands only in a stage's store and the server's database folder; it never reads a clock and never draws randomness.",
  counts: "files",
  run: (tree) => {
    const scripts = tree.files.filter((file) => /^(?:db|src)\/.*\.sql$/.test(file));
    const code = codeIn(tree, ["src", "scripts"]);
    const violations = [...scripts.flatMap((file) => clocksInScript(file, tree.text(file))), ...code.flatMap((file) => judge(tree, file))];
    return { seen: scripts.length + code.length, violations };
  },
};

function clocksInScript(file: string, text: string): Violation[] {
  return text.split("\n").flatMap((content, index) => readings(file, index + 1, content.replace(/--.*$/, "")));
}

function judge(tree: Tree, file: string): Violation[] {
  const source = tree.syntax(file);
  const mayHold = !file.startsWith("src/") || isTest(file) || HOMES.some((home) => home.test(file));
  const found: Violation[] = [];
  visit(source, (node) => {
    const text = textOf(node);
    if (text === undefined) return;
    const line = lineOf(source, node);
    found.push(...readings(file, line, text));
    if (!mayHold && BEGINS.test(text.trimStart())) {
      const start = text.trim().split("\n")[0];
      found.push({ rule: "sql-place", file, line, what: `holds SQL: ${start}`, next: "move the statement into the stage's store.ts and call it by a name" });
    }
  });
  return found;
}

function readings(file: string, line: number, text: string): Violation[] {
  const clock = CLOCK.exec(text)?.[0];
  const chance = CHANCE.exec(text)?.[0];
  return [
    ...(clock === undefined ? [] : [{ rule: "sql-clock", file, line, what: `SQL reads a clock: ${clock}`, next: "pass the moment as a parameter: ms($n)" }]),
    ...(chance === undefined ? [] : [{ rule: "sql-random", file, line, what: `SQL draws randomness: ${chance}`, next: "pass the id as a parameter: uuidOf or ports.random" }]),
  ];
}

/** The text of a string or template, with a placeholder for what is filled in. Messages of errors are read too: they cost nothing. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return ts.isImportDeclaration(node.parent) ? undefined : node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map((span) => `x${span.literal.text}`).join("");
}

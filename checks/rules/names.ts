import ts from "typescript";
import type { Check, Violation } from "../model.ts";
import type { Tree } from "../tree.ts";
import { codeIn, lineOf, visit } from "../tree.ts";

/** Words that say nothing about what a thing is, in any name. */
const EMPTY = new Set(["manager", "managers", "helper", "helpers", "util", "utils"]);
/** Names that say nothing when they stand alone, or begin the name of a verb. */
const VAGUE = new Set(["data", "handle", "process"]);

/** Names are words that a person at a store would use. */
export const names: Check = {
  name: "names",
  rules: ["names"],
  holds: "Nothing is called Manager, Helper or Util; nothing is just `data`, and no verb is `handle…` or `process…`.",
  counts: "files",
  run: (tree) => {
    const judged = codeIn(tree);
    return { seen: judged.length, violations: judged.flatMap((file) => [...pathNames(file), ...declaredNames(tree, file)]) };
  },
};

function pathNames(file: string): Violation[] {
  const empty = wordsOf(file).find((word) => EMPTY.has(word));
  return empty === undefined ? [] : [violation(file, 1, `the path says "${empty}"`)];
}

function declaredNames(tree: Tree, file: string): Violation[] {
  const source = tree.syntax(file);
  const found: Violation[] = [];
  visit(source, (node) => {
    const name = declaredName(node);
    if (name !== undefined && saysNothing(name.text, isVerb(node))) found.push(violation(file, lineOf(source, name), `is called ${name.text}`));
  });
  return found;
}

/** The identifier that this node declares. Keys of objects and of types are left alone: often they are somebody else's. */
function declaredName(node: ts.Node): ts.Identifier | undefined {
  const declares =
    ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node) || ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isMethodDeclaration(node);
  if (!declares || node.name === undefined || !ts.isIdentifier(node.name)) return undefined;
  return node.name;
}

function isVerb(node: ts.Node): boolean {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return true;
  return ts.isVariableDeclaration(node) && node.initializer !== undefined && ts.isFunctionLike(node.initializer);
}

function saysNothing(name: string, verb: boolean): boolean {
  const words = wordsOf(name);
  if (words.some((word) => EMPTY.has(word)) || VAGUE.has(name.toLowerCase())) return true;
  return verb && (words[0] === "handle" || words[0] === "process");
}

function wordsOf(name: string): string[] {
  return name.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/).map((word) => word.toLowerCase());
}

function violation(file: string, line: number, what: string): Violation {
  return { rule: "names", file, line, what, next: "name the thing or the use case: what it is at a store, what it does for one" };
}

import ts from "typescript";
import type { Check, Violation } from "../model.ts";
import type { Tree } from "../tree.ts";
import { codeIn, lineOf, visit } from "../tree.ts";

/** Both must stay below. A function fits on a screen; a file can be read in one sitting. Blank lines are free. */
const FUNCTION_LINES = 70;
const FILE_LINES = 400;

/** A suite of tests is a list, not a function that anybody has to follow. */
const SUITES = new Set(["describe", "suite"]);

/** Functions under 70 lines, files under 400. */
export const sizes: Check = {
  name: "sizes",
  rules: ["file-size", "function-size"],
  holds: `Functions stay under ${FUNCTION_LINES} lines and files under ${FILE_LINES}, not counting blank lines.`,
  counts: "files",
  run: (tree) => {
    const judged = codeIn(tree);
    return { seen: judged.length, violations: judged.flatMap((file) => [...tooLong(tree, file), ...longFunctions(tree, file)]) };
  },
};

function tooLong(tree: Tree, file: string): Violation[] {
  const lines = written(tree.text(file));
  if (lines < FILE_LINES) return [];
  return [{ rule: "file-size", file, line: 1, what: `has ${lines} lines`, next: `split it by subject; files stay under ${FILE_LINES}` }];
}

function longFunctions(tree: Tree, file: string): Violation[] {
  const source = tree.syntax(file);
  const found: Violation[] = [];
  visit(source, (node) => {
    if (!ts.isFunctionLike(node) || !("body" in node) || isSuite(node)) return;
    const lines = written(node.getText(source));
    if (lines < FUNCTION_LINES) return;
    const next = `name its steps and move them out; functions stay under ${FUNCTION_LINES}`;
    found.push({ rule: "function-size", file, line: lineOf(source, node), what: `${nameOf(node)} has ${lines} lines`, next });
  });
  return found;
}

function written(text: string): number {
  return text.split("\n").filter((line) => line.trim() !== "").length;
}

function isSuite(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && ts.isIdentifier(node.parent.expression) && SUITES.has(node.parent.expression.text);
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  return ts.isVariableDeclaration(node.parent) ? node.parent.name.getText() : "a function";
}

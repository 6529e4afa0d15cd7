import ts from "typescript";
import { TEST_FILE } from "../layout.ts";
import type { Check, Violation } from "../model.ts";
import type { Tree } from "../tree.ts";
import { codeIn, lineOf, visit } from "../tree.ts";

const SWITCHES = new Set(["only", "skip", "todo"]);

/** Every test runs, or says why it does not. */
export const tests: Check = {
  name: "tests",
  rules: ["tests"],
  holds: "No test runs alone (`only`), none is a note (`todo`), and one that is skipped says why.",
  counts: "test files",
  run: (tree) => {
    const judged = codeIn(tree).filter((file) => TEST_FILE.test(file));
    return { seen: judged.length, violations: judged.flatMap((file) => silenced(tree, file)) };
  },
};

function silenced(tree: Tree, file: string): Violation[] {
  const source = tree.syntax(file);
  const found: Violation[] = [];
  visit(source, (node) => {
    const what = silencing(node);
    if (what === undefined) return;
    const next = 'let it run; where something is absent, skip with its reason: { skip: present ? false : "…" } or t.skip("…")';
    found.push({ rule: "tests", file, line: lineOf(source, node), what, next });
  });
  return found;
}

function silencing(node: ts.Node): string | undefined {
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) return silencingCall(node, node.expression);
  if (!ts.isPropertyAssignment(node) || !SWITCHES.has(node.name.getText()) || !isOfTest(node)) return undefined;
  const name = node.name.getText();
  if (name !== "skip") return node.initializer.kind === ts.SyntaxKind.FalseKeyword ? undefined : `is marked \`${name}\``;
  return givesReason(node.initializer) ? undefined : "is skipped without a reason";
}

function silencingCall(call: ts.CallExpression, called: ts.PropertyAccessExpression): string | undefined {
  const name = called.name.text;
  const on = called.expression.getText();
  if (/^(?:test|it|describe|suite)$/.test(on)) return SWITCHES.has(name) ? `calls ${on}.${name}` : undefined;
  // The context that a test receives: `t.skip("why")`.
  const isContext = /^(?:t|context)$/.test(on) && (name === "skip" || name === "todo");
  return isContext && call.arguments.length === 0 ? `calls ${on}.${name} without a reason` : undefined;
}

/** Whether an options object belongs to a test or a suite. */
function isOfTest(property: ts.PropertyAssignment): boolean {
  const call = property.parent.parent;
  return ts.isCallExpression(call) && /^(?:test|it|describe|suite)(?:\.\w+)?$/.test(call.expression.getText());
}

function givesReason(value: ts.Expression): boolean {
  if (ts.isStringLiteralLike(value)) return value.text.trim() !== "";
  if (ts.isConditionalExpression(value)) return givesReason(value.whenTrue) && givesReason(value.whenFalse);
  if (ts.isParenthesizedExpression(value)) return givesReason(value.expression);
  return ts.isTemplateExpression(value) || ts.isIdentifier(value) || ts.isCallExpression(value) || value.kind === ts.SyntaxKind.FalseKeyword;
}

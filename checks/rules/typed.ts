import ts from "typescript";
import { inRepository } from "../external.ts";
import { isTest } from "../layout.ts";
import type { Check, Violation } from "../model.ts";
import type { Tree } from "../tree.ts";
import { codeIn, lineOf, visit } from "../tree.ts";

/** Globals beyond the language that are as pure as it is. */
const PURE_GLOBALS = new Set(["URL", "URLSearchParams", "TextEncoder", "TextDecoder"]);
const CORE = /^src\/[^/]+\/core\//;

/** What only the compiler can tell: types, promises that nobody waits for, and what `core/` can see. */
export const typed: Check = {
  name: "typed",
  rules: ["types", "unattended", "promise-name", "core-globals"],
  holds: "The code type-checks, no JavaScript promise is left unattended, and core/ sees only the language itself (no process, fetch, Buffer, console or timer).",
  counts: "files",
  heavy: true,
  run: (tree) => {
    const judged = codeIn(tree).filter((file) => file.endsWith(".ts"));
    const program = compile(tree, judged);
    const violations = judged.flatMap((file) => {
      const source = program.getSourceFile(`${tree.root}/${file}`);
      return source === undefined ? [] : [...typeErrors(program, source, file), ...judge(program.getTypeChecker(), source, file)];
    });
    return { seen: judged.length, violations };
  },
};

function compile(tree: Tree, files: readonly string[]): ts.Program {
  const config = ts.readConfigFile(inRepository("tsconfig.json"), (path) => ts.sys.readFile(path));
  const { options } = ts.convertCompilerOptionsFromJson(config.config.compilerOptions, tree.root);
  return ts.createProgram({
    rootNames: files.map((file) => `${tree.root}/${file}`),
    options: { ...options, typeRoots: [inRepository("node_modules/@types")] },
  });
}

function typeErrors(program: ts.Program, source: ts.SourceFile, file: string): Violation[] {
  const errors = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  return errors.map((error) => ({
    rule: "types",
    file,
    line: source.getLineAndCharacterOfPosition(error.start ?? 0).line + 1,
    what: ts.flattenDiagnosticMessageText(error.messageText, " ").replace(/\.$/, ""),
    next: `see TS${error.code}`,
  }));
}

function judge(checker: ts.TypeChecker, source: ts.SourceFile, file: string): Violation[] {
  const found: Violation[] = [];
  const inCore = CORE.test(file) && !isTest(file);
  visit(source, (node) => {
    const line = (): number => lineOf(source, node);
    if (ts.isExpressionStatement(node) && isUnattended(checker, node.expression, isTest(file))) {
      const next = "await it, return it, or say `void` beside the reason why nobody has to know";
      found.push({ rule: "unattended", file, line: line(), what: "leaves a JavaScript promise unattended: its failure is lost", next });
    }
    if (isMisnamed(checker, node)) {
      const next = "name what it will become; `promise` is what a store owes";
      found.push({ rule: "promise-name", file, line: line(), what: "keeps a JavaScript promise in a variable called promise", next });
    }
    const outside = inCore ? outsideWorld(checker, node) : undefined;
    if (outside !== undefined) {
      const next = "pass the value in as an argument, or move this into the verb";
      found.push({ rule: "core-globals", file, line: line(), what: `core/ reaches for ${outside}`, next });
    }
  });
  return found;
}

/** `test("…", async …)` returns a promise that the runner itself awaits. */
const AWAITED_BY_RUNNER = /^(?:test|it|describe|suite|before|after|beforeEach|afterEach)(?:\.\w+)?$/;

function isUnattended(checker: ts.TypeChecker, expression: ts.Expression, inTest: boolean): boolean {
  if (!ts.isCallExpression(expression) && !ts.isNewExpression(expression)) return false;
  if (inTest && AWAITED_BY_RUNNER.test(expression.expression.getText())) return false;
  if (!isThenable(checker, expression)) return false;
  return !isCaught(expression);
}

/** `.catch(…)`, or `.then(…, onFailure)`: somebody hears of the failure. */
function isCaught(expression: ts.Expression): boolean {
  if (!ts.isCallExpression(expression) || !ts.isPropertyAccessExpression(expression.expression)) return false;
  const name = expression.expression.name.text;
  if (name === "finally") return isCaught(expression.expression.expression);
  return (name === "catch" && expression.arguments.length === 1) || (name === "then" && expression.arguments.length === 2);
}

/** A native promise; the lazy thenables of libraries run when awaited and are typed as promises too. */
function isThenable(checker: ts.TypeChecker, node: ts.Node): boolean {
  const type = checker.getTypeAtLocation(node);
  const parts = type.isUnion() ? type.types : [type];
  return parts.some((part) => part.symbol?.name === "Promise" || part.symbol?.name === "PromiseLike");
}

function isMisnamed(checker: ts.TypeChecker, node: ts.Node): boolean {
  if (!ts.isVariableDeclaration(node) && !ts.isParameter(node)) return false;
  return ts.isIdentifier(node.name) && node.name.text === "promise" && isThenable(checker, node);
}

/** The global that this name stands for, where it is not part of the language. */
function outsideWorld(checker: ts.TypeChecker, node: ts.Node): string | undefined {
  if (!ts.isIdentifier(node) || PURE_GLOBALS.has(node.text) || isMember(node)) return undefined;
  if (node.text === "globalThis") return node.text;
  const declarations = checker.getSymbolAtLocation(node)?.declarations ?? [];
  if (declarations.length === 0) return undefined;
  return declarations.some(isOfLanguageOrOurs) ? undefined : node.text;
}

function isMember(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return ts.isQualifiedName(parent) && parent.right === node;
}

function isOfLanguageOrOurs(declaration: ts.Declaration): boolean {
  const file = declaration.getSourceFile();
  if (/\/typescript\/lib\/lib\.(?:es|decorators)/.test(file.fileName)) return true;
  // Imports are the import rules' business; here only names that nobody imported count.
  return ts.isExternalModule(file) && !isGlobalAugmentation(declaration);
}

function isGlobalAugmentation(declaration: ts.Node): boolean {
  for (let node: ts.Node | undefined = declaration; node !== undefined; node = node.parent) {
    if (ts.isModuleDeclaration(node) && node.name.text === "global") return true;
  }
  return false;
}

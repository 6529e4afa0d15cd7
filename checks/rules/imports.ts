import { cruise } from "dependency-cruiser";
import type { ICruiseResult, IRegularForbiddenRuleType, IViolation } from "dependency-cruiser";
import { readExample, withExample } from "../examples.ts";
import { CODE } from "../layout.ts";
import type { Check, Findings, Violation } from "../model.ts";
import type { Tree } from "../tree.ts";
import { openTree } from "../tree.ts";
import { importRules, NEXT } from "./import-rules.ts";

/** A bad import that must be reported in every run: a checker that has gone silent looks like a clean house. */
const CANARY = new URL("../bad/imports/canary.txt", import.meta.url);

/** Who may import whom. */
export const imports: Check = importCheck(importRules);

/** A check of the given rules that also proves, in each run, that it can still see. */
export function importCheck(rules: IRegularForbiddenRuleType[]): Check {
  return {
    name: "imports",
    rules: Object.keys(NEXT),
    holds: "Stages are entered through their front door, never import a later stage, keep a pure core, and form no cycle.",
    counts: "modules",
    run: async (tree) => {
      const found = await cruiseTree(tree, rules);
      const canary = await withExample(readExample(CANARY), async (root) => cruiseTree(openTree(root), rules));
      if (found.seen > 0 && canary.violations.length > 0) return found;
      return { ...found, violations: [...found.violations, silent(found.seen, canary.violations.length > 0)] };
    },
  };
}

function silent(seen: number, alive: boolean): Violation {
  return {
    rule: "imports",
    file: "checks/rules/imports.ts",
    line: 1,
    what: `import checker went silent: ${seen} modules seen, its known bad import ${alive ? "was" : "was not"} reported`,
    next: "check that dependency-cruiser supports the installed TypeScript",
  };
}

async function cruiseTree(tree: Tree, rules: IRegularForbiddenRuleType[]): Promise<Findings> {
  const { output } = await cruise(CODE.filter((folder) => tree.has(folder)), {
    baseDir: tree.root,
    validate: true,
    ruleSet: { forbidden: rules },
    // Imports of types count too.
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^checks/bad/" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default", "types"] },
  });
  if (typeof output === "string") throw new Error(`Expected dependency-cruiser to return its findings, got text: ${output}`);
  const seen = output.modules.filter((module) => CODE.some((folder) => module.source.startsWith(`${folder}/`))).length;
  return { seen, violations: onePerImport(output.summary.violations.map((broken) => violationOf(tree, output, broken))) };
}

function violationOf(tree: Tree, result: ICruiseResult, broken: IViolation): Violation {
  const loop = broken.cycle?.map((step) => step.name).join(" -> ");
  return {
    rule: broken.rule.name,
    file: broken.from,
    line: lineOfImport(tree, result, broken),
    what: loop === undefined ? `imports ${broken.to}` : `is part of a cycle: ${broken.from} -> ${loop}`,
    next: NEXT[broken.rule.name] ?? "remove the import",
  };
}

function lineOfImport(tree: Tree, result: ICruiseResult, broken: IViolation): number {
  const importer = result.modules.find((module) => module.source === broken.from);
  const dependency = importer?.dependencies.find((candidate) => candidate.resolved === broken.to);
  // dependency-cruiser keeps the protocol of `node:fs` apart.
  const written = `${dependency?.protocol ?? ""}${dependency?.module ?? broken.to}`;
  const at = tree.text(broken.from).split("\n").findIndex((line) => line.includes(`"${written}"`) || line.includes(`'${written}'`));
  return at + 1;
}

function onePerImport(violations: readonly Violation[]): Violation[] {
  return [...new Map(violations.map((violation) => [`${violation.rule} ${violation.file} ${violation.what}`, violation])).values()];
}

import type { Check, Violation } from "../model.ts";
import type { Tree } from "../tree.ts";

interface Manifest {
  readonly bin?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const MANIFEST = "package.json";
const REASONS = "docs/decisions/dependencies.md";
const FILE_IN_SCRIPT = /(?:^|\s)((?:[\w.-]+\/)*[\w.-]+\.(?:ts|mts|mjs|js))(?=\s|$)/g;

/** package.json tells the truth: its commands start files that exist, and each dependency has earned its place. */
export const packages: Check = {
  name: "package",
  rules: ["package-command", "dependency-reason"],
  holds: `Every command in package.json starts a file that exists, and every dependency has its line in ${REASONS}.`,
  counts: "entries",
  run: (tree) => {
    const manifest = JSON.parse(tree.text(MANIFEST)) as Manifest;
    const commands = [...Object.values(manifest.bin ?? {}), ...Object.values(manifest.scripts ?? {})];
    const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies });
    const missing = commands.flatMap((command) => missingFiles(tree, command));
    return { seen: commands.length + dependencies.length, violations: [...missing, ...unexplained(tree, dependencies)] };
  },
};

function missingFiles(tree: Tree, command: string): Violation[] {
  const named = [...command.matchAll(FILE_IN_SCRIPT)].map((match) => match[1] ?? "");
  return [...new Set(named)]
    .filter((path) => !tree.has(path))
    .map((path) => ({
      rule: "package-command",
      file: MANIFEST,
      line: lineWith(tree.text(MANIFEST), command),
      what: `starts ${path}, which does not exist`,
      next: "write the file or correct the command",
    }));
}

function unexplained(tree: Tree, dependencies: readonly string[]): Violation[] {
  const reasons = tree.has(REASONS) ? tree.text(REASONS) : "";
  // A line of the table names its package first: | `name` | licence | …
  const explained = [...reasons.matchAll(/^\|\s*`([^`]+)`\s*\|/gm)].map((match) => match[1] ?? "");
  const silent = dependencies
    .filter((name) => !explained.includes(name))
    .map((name) => ({
      rule: "dependency-reason",
      file: MANIFEST,
      line: lineWith(tree.text(MANIFEST), `"${name}":`),
      what: `depends on ${name}, which has no line in ${REASONS}`,
      next: "say there what it is, its licence, why it earns its place and what it runs on install",
    }));
  const stale = explained
    .filter((name) => !dependencies.includes(name))
    .map((name) => ({
      rule: "dependency-reason",
      file: REASONS,
      line: lineWith(reasons, `\`${name}\``),
      what: `explains ${name}, which is no longer a dependency`,
      next: "delete the line",
    }));
  return [...silent, ...stale];
}

function lineWith(text: string, part: string): number {
  return text.split("\n").findIndex((line) => line.includes(part)) + 1;
}

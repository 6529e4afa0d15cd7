import { LineCounter, parseDocument, type Document } from "yaml";
import type { z } from "zod";
import { parseStoreId } from "../../base/ids.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { createAdapters, type AdapterProblem } from "./adapters.ts";
import { configSchema, type Config } from "./schema.ts";

/** One thing wrong with a configuration, where it stands and what to do. */
export interface ConfigProblem {
  readonly line: number;
  readonly path: string;
  readonly what: string;
}

type Path = readonly (string | number)[];

const ENV_REFERENCE = /^\$\{([A-Z][A-Z0-9_]*)\}$/;

/**
 * Reads a makegood.yaml. Values written as `${NAME}` come from the environment, so that no secret stands in the file.
 * Every problem is reported at once, each with its line.
 */
export function loadConfig(text: string, env: Readonly<Record<string, string | undefined>>): Result<Config, readonly ConfigProblem[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    return err(document.errors.map((error) => ({ line: lines.linePos(error.pos[0]).line, path: "", what: `is not valid YAML: ${error.message.split("\n")[0]}` })));
  }
  const missing: ConfigProblem[] = [];
  const content = withEnvironment(document.toJS() as unknown, env, [], (path, name) =>
    missing.push({ line: lineOf(document, lines, path), path: path.join("."), what: `names the environment variable ${name}, which is not set: set it, or write the value` }),
  );
  const parsed = configSchema.safeParse(content);
  const problems = [
    ...missing,
    ...(parsed.success ? crossCheck(parsed.data) : parsed.error.issues.map(asProblem)).map(({ path, what }) => ({
      line: lineOf(document, lines, path),
      path: path.join("."),
      what,
    })),
  ];
  const unique = problems.filter((problem, index) => problems.findIndex((other) => other.path === problem.path) === index);
  if (unique.length > 0) return err(unique.sort((a, b) => a.line - b.line));
  return parsed.success ? ok(parsed.data) : err([]);
}

function withEnvironment(value: unknown, env: Readonly<Record<string, string | undefined>>, path: Path, missing: (path: Path, name: string) => void): unknown {
  if (typeof value === "string") {
    const name = ENV_REFERENCE.exec(value)?.[1];
    if (name === undefined) return value;
    const found = env[name];
    if (found === undefined) missing(path, name);
    return found ?? value;
  }
  if (Array.isArray(value)) return value.map((item, index) => withEnvironment(item, env, [...path, index], missing));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withEnvironment(item, env, [...path, key], missing)]));
  }
  return value;
}

function asProblem(issue: z.core.$ZodIssue): { path: Path; what: string } {
  const path = issue.path.filter((part) => typeof part !== "symbol");
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    return { path: [...path, key], what: "is not a setting that Makegood knows: check its spelling against docs/reference/config.md" };
  }
  if (issue.code === "invalid_type" && issue.input === undefined) return { path, what: "is missing: add it (docs/reference/config.md says what it means)" };
  return { path, what: issue.message };
}

function crossCheck(config: Config): AdapterProblem[] {
  const names = new Set(config.people.map((person) => person.name));
  const adapters: AdapterProblem[] = [];
  createAdapters(config, adapters);
  const stores = Object.entries(config.stores).flatMap(([id, store]) => [
    ...(parseStoreId(id) === undefined ? [{ path: ["stores", id], what: "is not a short name: use lower-case letters, digits and hyphens, 40 at most" }] : []),
    ...store.paging.order.flatMap((name, index) =>
      names.has(name) ? [] : [{ path: ["stores", id, "paging", "order", index], what: `names ${name}, who is not listed under people: add that person or correct the name` }],
    ),
    ...(store.mondayList.to === undefined || names.has(store.mondayList.to)
      ? []
      : [{ path: ["stores", id, "mondayList", "to"], what: `names ${store.mondayList.to}, who is not listed under people: add that person or correct the name` }]),
    ...(store.support.email === undefined && store.support.phone === undefined
      ? [{ path: ["stores", id, "support"], what: "has no human way out: give an e-mail address or a phone number that people answer" }]
      : []),
  ]);
  return [...stores, ...adapters];
}

/** The line of a path, or of its nearest ancestor that is written down. */
function lineOf(document: Document, lines: LineCounter, path: Path): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/** The problems as a person reads them. */
export function describeProblems(file: string, problems: readonly ConfigProblem[]): string {
  return problems.map((problem) => `${file}:${problem.line}: ${problem.path} ${problem.what}`.replace(":  ", ": ")).join("\n");
}

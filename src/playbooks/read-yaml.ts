import { isMap, isPair, LineCounter, parseDocument, visit } from "yaml";
import type { Document, Node, Pair } from "yaml";
import type { core, ZodType } from "zod";
import { err, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";
import type { PlaybookProblem, Position } from "./core/problem.ts";

export type Path = readonly PropertyKey[];

/** A YAML text that follows its schema, and where each of its parts stands. */
export interface ReadYaml<T> {
  readonly value: T;
  /** The place of a key's value; of the nearest part that exists, where it does not. */
  locate(path: Path): Position;
  /** Whether the text itself says anything at this path. */
  has(path: Path): boolean;
}

/**
 * Reads YAML against a schema. Every problem is reported at once, with its place.
 * `firstLine` is the line of the file on which the text begins.
 */
export function readYaml<T>(file: string, text: string, schema: ZodType<T>, firstLine = 1): Result<ReadYaml<T>, readonly PlaybookProblem[]> {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number): Position => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(line, 1) + firstLine - 1, column: Math.max(col, 1) };
  };
  if (document.errors.length > 0) {
    return err(document.errors.map((error) => ({ file, ...at(error.pos[0]), what: `This is not valid YAML: ${error.message}.`, next: "Correct the spelling; indentation matters." })));
  }
  const aliases: PlaybookProblem[] = [];
  visit(document, {
    Alias: (_key, alias) => {
      aliases.push({ file, ...at(alias.range?.[0] ?? 0), what: `\`*${alias.source}\` repeats another part.`, next: "Write the part out where it is meant: each place is read and overridden on its own." });
    },
  });
  if (aliases.length > 0) return err(aliases);
  const locate = (path: Path): Position => at(startOf(document, path));
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (parsed.success) return ok({ value: parsed.data, locate, has: (path) => document.hasIn(path) });
  return err(parsed.error.issues.flatMap((issue) => explain(file, issue, locate)));
}

function startOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    const pair = isMap(parent) ? parent.items.find((item) => isPair(item) && keyOf(item) === key) : undefined;
    const node = (pair?.value ?? pair?.key ?? (isMap(parent) ? undefined : document.getIn(path.slice(0, length), true))) as Node | undefined;
    if (node?.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function keyOf(pair: Pair): unknown {
  return (pair.key as { value?: unknown } | null)?.value;
}

function explain(file: string, issue: core.$ZodIssue, locate: (path: Path) => Position): PlaybookProblem[] {
  const place = { file, ...locate(issue.path) };
  const name = issue.path.length === 0 ? "The file" : `\`${issue.path.map(String).join(".")}\``;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        file,
        ...locate([...issue.path, key]),
        what: `\`${key}\` is not a word of the playbook language here.`,
        next: "Correct its spelling or remove it.",
      }));
    case "invalid_type":
      return [issue.message.endsWith("received undefined")
        ? { ...place, what: `${name} is missing.`, next: `Add it; it is a ${issue.expected}.` }
        : { ...place, what: `${name} is not a ${issue.expected}.`, next: `Write a ${issue.expected} here.` }];
    case "invalid_value":
      return [{ ...place, what: `${name} has a value that is not in its list.`, next: `Use one of: ${issue.values.map(String).join(", ")}.` }];
    case "custom":
      return [{ ...place, what: `${name} ${issue.message}`, next: String(issue.params?.["next"] ?? "Correct it.") }];
    default:
      return [{ ...place, what: `${name} is not right: ${issue.message}.`, next: "See docs/playbooks.md for what belongs here." }];
  }
}

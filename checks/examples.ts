import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inRepository } from "./external.ts";

/**
 * A small tree that shows what a check reports and what it lets pass, kept as one text file so that no other
 * tool takes its bad code for ours. Each `-- path --` line starts a file; `-- expect --` lists every violation
 * as `rule file:line`. Without a package.json of its own it gets one for ES modules.
 */
export interface Example {
  readonly files: ReadonlyMap<string, string>;
  /** Sorted; empty for a good example. */
  readonly expected: readonly string[];
}

const HEADING = /^-- (\S+) --$/;

/** Reads an example file. */
export function readExample(url: URL): Example {
  const files = new Map<string, string[]>([["package.json", ['{ "type": "module" }']]]);
  let lines: string[] = [];
  for (const line of readFileSync(url, "utf8").trimEnd().split("\n")) {
    const heading = HEADING.exec(line)?.[1];
    if (heading === undefined) lines.push(line);
    else files.set(heading, (lines = []));
  }
  const expected = (files.get("expect") ?? []).filter((line) => line !== "").sort();
  files.delete("expect");
  return { files: new Map([...files].map(([path, text]) => [path, `${text.join("\n")}\n`])), expected };
}

/** Lays the example out in a folder of its own while `use` looks at it, with the packages that are installed here. */
export async function withExample<T>(example: Example, use: (root: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), "makegood-example-"));
  try {
    for (const [path, text] of example.files) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    symlinkSync(inRepository("node_modules"), join(root, "node_modules"), "dir");
    return await use(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

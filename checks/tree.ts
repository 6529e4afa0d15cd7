import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { CODE } from "./layout.ts";

/** A copy of the repository (or an example of one) that checks look at. Paths are relative, with forward slashes. */
export interface Tree {
  readonly root: string;
  /** Every file that people write, sorted. */
  readonly files: readonly string[];
  text(file: string): string;
  /** The parsed file, with parents set. */
  syntax(file: string): ts.SourceFile;
  /** Whether a file or folder stands at this path. */
  has(path: string): boolean;
}

/** Not written by people, or not part of the project. `bad` holds examples that break the rules on purpose. */
const PASSED_OVER = new Set(["node_modules", ".git", ".data", ".bench", "coverage", "dist"]);
const EXAMPLES = "checks/bad";

/** Larger files are captured input, not something that people wrote. */
const LARGEST_READ = 2_000_000;

/** Opens a tree; files are listed once, and read and parsed at most once. */
export function openTree(root: string): Tree {
  const texts = new Map<string, string>();
  const parsed = new Map<string, ts.SourceFile>();
  const text = (file: string): string => remember(texts, file, () => readFileSync(join(root, file), "utf8"));
  return {
    root,
    files: list(root, ""),
    text,
    syntax: (file) => remember(parsed, file, () => ts.createSourceFile(file, text(file), ts.ScriptTarget.ESNext, true)),
    has: (path) => existsSync(join(root, path)),
  };
}

function remember<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}

function list(root: string, folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (PASSED_OVER.has(entry.name) || path === EXAMPLES) continue;
    if (entry.isDirectory()) found.push(...list(root, path));
    else if (entry.isFile() && statSync(join(root, path)).size <= LARGEST_READ) found.push(path);
  }
  return found.sort();
}

const CODE_FILE = /\.(?:ts|tsx|mts|mjs|js)$/;

/** The code files under the given folders. */
export function codeIn(tree: Tree, folders: readonly string[] = CODE): string[] {
  return tree.files.filter((file) => CODE_FILE.test(file) && folders.some((folder) => file.startsWith(`${folder}/`)));
}

/** The line on which a node of a parsed file starts. */
export function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

/** Visits every node of a parsed file, parents first. */
export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

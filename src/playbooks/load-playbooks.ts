import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { err, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";
import { checkPlaybook } from "./check-playbook.ts";
import type { PlaybookFiles } from "./check-playbook.ts";
import type { Playbook } from "./core/model.ts";
import type { PlaybookProblem } from "./core/problem.ts";

/** A playbook is a page of YAML and some letters; a larger file is a mistake, and parsing it would stall the start. */
const MAX_FILE_BYTES = 256 * 1024;
/** Far more files than letters times languages of any playbook. */
const MAX_FILES = 500;

/**
 * Reads and checks every playbook of a folder, with one store's overrides of them (`<overrides>/<slug>/`).
 * In the order of their names. Problems of all of them are returned together.
 */
export async function loadPlaybooks(folder: string, overridesFolder?: string): Promise<Result<readonly Playbook[], readonly PlaybookProblem[]>> {
  const slugs = await foldersIn(folder);
  const overridden = overridesFolder === undefined ? [] : await foldersIn(overridesFolder);
  const problems: PlaybookProblem[] = [];
  const playbooks: Playbook[] = [];
  for (const slug of overridden.filter((each) => !slugs.includes(each))) {
    problems.push({ file: `${basename(overridesFolder ?? "")}/${slug}`, line: 1, column: 1, what: `There is no playbook called ${slug}.`, next: `Use one of: ${slugs.join(", ")}.` });
  }
  for (const slug of slugs) {
    const files = await readFolder(folder, slug, problems);
    const override = overridesFolder !== undefined && overridden.includes(slug) ? await readFolder(overridesFolder, slug, problems) : undefined;
    const checked = checkPlaybook(files, override);
    if (checked.ok) playbooks.push(checked.value);
    else problems.push(...checked.error);
  }
  if (slugs.length === 0) problems.push({ file: basename(folder), line: 1, column: 1, what: "There is no playbook in this folder.", next: "Point to the folder that holds one folder per playbook." });
  return problems.length > 0 ? err(problems) : ok(playbooks);
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(".")).map((entry) => entry.name).sort();
}

async function readFolder(folder: string, slug: string, problems: PlaybookProblem[]): Promise<PlaybookFiles> {
  const shownAs = `${basename(folder)}/${slug}`;
  const names = (await readdir(join(folder, slug), { recursive: true })).map((name) => name.replaceAll("\\", "/")).sort();
  const texts = new Map<string, string>();
  for (const name of names.slice(0, MAX_FILES)) {
    const path = join(folder, slug, name);
    const found = await stat(path);
    if (!found.isFile() || basename(name).startsWith(".")) continue;
    if (found.size > MAX_FILE_BYTES) {
      problems.push({ file: `${shownAs}/${name}`, line: 1, column: 1, what: `The file has ${found.size} bytes.`, next: `Keep it under ${MAX_FILE_BYTES}.` });
      continue;
    }
    texts.set(name, withPlainLines(await readFile(path, "utf8")));
  }
  if (names.length > MAX_FILES) problems.push({ file: shownAs, line: 1, column: 1, what: `The folder has ${names.length} files.`, next: `Keep it under ${MAX_FILES}.` });
  return { slug, shownAs, texts };
}

/** Editors on some systems write a mark at the start and CR LF at the end of lines; neither means anything here. */
function withPlainLines(text: string): string {
  return text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
}

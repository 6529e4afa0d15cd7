import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Outcome } from "./table.ts";

const ROOT = join(import.meta.dirname, "../..");

/** What a row of `test <path>` says when that test exists and names the file. */
const COMPARED = "compared by this test";

/** A row may say that a test reads the file only if there is such a test and it names the file. */
export function checkNamedTest(path: string, file: string): Outcome {
  const [test] = globSync(path, { cwd: ROOT });
  if (test === undefined) return { became: [], ended: "there is no such test" };
  return { became: [], ended: names(test, file) ? COMPARED : "this test does not name the file" };
}

/** A row may say that nobody reads the file only while no test names it; why nobody does is for a person to write. */
export function checkUnread(file: string, why: string): Outcome {
  const reader = globSync("{src,sim,test,sample}/**/*.test.ts", { cwd: ROOT }).find((test) => names(test, file));
  return { became: [], ended: reader === undefined ? why : `read by ${reader}: make its reader "test ${reader}"` };
}

/** Prose about the folder is no input that anybody could read. Of a part of a file (`file.json#part`) the file is named. */
function names(test: string, file: string): boolean {
  return !file.endsWith(".md") && readFileSync(join(ROOT, test), "utf8").includes(basename(file).replace(/#.*$/, ""));
}

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Check, Findings, Violation } from "./model.ts";
import type { Tree } from "./tree.ts";

/** One check's findings in a tree, with how long it took. */
export interface Result {
  readonly check: Check;
  readonly found: Findings;
  readonly seconds: number;
}

/** Runs the checks beside each other; never throws, because a check that cannot run is a violation too. */
export async function inspect(tree: Tree, checks: readonly Check[]): Promise<Result[]> {
  return Promise.all(
    checks.map(async (check) => {
      const start = performance.now();
      const found = await judge(tree, check);
      return { check, found, seconds: (performance.now() - start) / 1_000 };
    }),
  );
}

/** A check that fails to run, or that looked at nothing, is itself a violation: silence is never success. */
async function judge(tree: Tree, check: Check): Promise<Findings> {
  try {
    const found = check.heavy === true ? await inThread(tree, check) : await check.run(tree);
    return found.seen > 0 ? found : { ...found, violations: [...found.violations, broken(check, "looked at nothing")] };
  } catch (failure) {
    return { seen: 0, violations: [broken(check, `could not run: ${failure instanceof Error ? failure.message : String(failure)}`)] };
  }
}

async function inThread(tree: Tree, check: Check): Promise<Findings> {
  const thread = new Worker(new URL("./thread.ts", import.meta.url), { workerData: { name: check.name, root: tree.root } });
  const [found] = (await once(thread, "message")) as [Findings];
  return found;
}

function broken(check: Check, what: string): Violation {
  return { rule: check.name, file: "checks/all.ts", line: 1, what: `the check ${what}`, next: "repair the check before trusting its silence" };
}

/** A violation as one line: rule, place, what, what to do. */
function lineFor(violation: Violation): string {
  return `${violation.rule}  ${violation.file}:${violation.line}  ${violation.what}. To do: ${violation.next}.`;
}

/** What to print, and the exit code: 1 on any violation. */
export function reportFor(results: readonly Result[]): { lines: readonly string[]; exitCode: 0 | 1 } {
  const violations = results.flatMap((result) => result.found.violations);
  const verdict = violations.length === 0 ? "No violations." : `${violations.length} violations.`;
  return { lines: [...violations.map(lineFor), "", ...results.map(summaryFor), verdict], exitCode: violations.length === 0 ? 0 : 1 };
}

/** A check's line in the summary. */
function summaryFor({ check, found, seconds }: Result): string {
  const state = found.violations.length === 0 ? "ok  " : "FAIL";
  const count = String(found.violations.length).padStart(4);
  const note = found.note === undefined ? "" : `  (${found.note})`;
  return `${state} ${check.name.padEnd(9)}${count} violations in ${found.seen} ${check.counts}, ${seconds.toFixed(1)} s${note}`;
}

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";
import { checks } from "./all.ts";
import type { Example } from "./examples.ts";
import { readExample, withExample } from "./examples.ts";
import { inspect, reportFor } from "./house.ts";
import type { Check, Violation } from "./model.ts";
import { importRules } from "./rules/import-rules.ts";
import { importCheck } from "./rules/imports.ts";
import { openTree } from "./tree.ts";

const BAD = new URL("./bad/", import.meta.url);

function examplesOf(check: Check): { name: string; example: Example }[] {
  const folder = new URL(`${check.name}/`, BAD);
  return readdirSync(folder).map((file) => ({ name: file.replace(".txt", ""), example: readExample(new URL(file, folder)) }));
}

function place(violation: Violation): string {
  return `${violation.rule} ${violation.file}:${violation.line}`;
}

for (const check of checks) {
  describe(`check ${check.name}`, () => {
    const examples = examplesOf(check);

    for (const { name, example } of examples) {
      test(`reports in "${name}" exactly what its example lists`, async () => {
        const found = await withExample(example, async (root) => check.run(openTree(root)));
        assert.deepEqual(found.violations.map(place).sort(), example.expected);
        assert.ok(found.seen > 0, "the check looked at nothing");
      });
    }

    test("has an example for every rule that it can report, and one in which it reports nothing", () => {
      const reported = new Set(examples.flatMap(({ example }) => example.expected.map((line) => line.split(" ")[0])));
      assert.deepEqual([...reported].sort(), [...check.rules].sort());
      assert.ok(examples.some(({ example }) => example.expected.length === 0), "no good example");
    });
  });
}

describe("the house", () => {
  const anything: Example = { files: new Map([["src/a.ts", "export const a = 1;\n"]]), expected: [] };
  const quiet: Check = { name: "quiet", rules: [], holds: "", counts: "files", run: () => ({ seen: 0, violations: [] }) };

  test("a check that looked at nothing is a violation", async () => {
    const [result] = await withExample(anything, async (root) => inspect(openTree(root), [quiet]));
    assert.deepEqual(result?.found.violations.map(place), ["quiet checks/all.ts:1"]);
  });

  test("a check that cannot run is a violation, and the others still run", async () => {
    const breaks: Check = { ...quiet, name: "breaks", run: () => Promise.reject(new Error("no compiler")) };
    const fine: Check = { ...quiet, name: "fine", run: () => ({ seen: 1, violations: [] }) };
    const results = await withExample(anything, async (root) => inspect(openTree(root), [breaks, fine]));
    assert.deepEqual(results.map(({ found }) => found.violations.length), [1, 0]);
    assert.match(results[0]?.found.violations[0]?.what ?? "", /no compiler/);
  });

  test("one violation makes the run fail, in a line that says rule, place, what is wrong and what to do", () => {
    const violation: Violation = { rule: "names", file: "src/a.ts", line: 3, what: "is called data", next: "name the thing" };
    const { lines, exitCode } = reportFor([{ check: quiet, found: { seen: 7, violations: [violation] }, seconds: 0.5 }]);
    assert.equal(exitCode, 1);
    assert.equal(lines[0], "names  src/a.ts:3  is called data. To do: name the thing.");
    assert.equal(lines.at(-1), "1 violations.");
  });

  test("the summary says what a check looked at and what it could not judge", () => {
    const found = { seen: 7, violations: [], note: "not judged: no program" };
    const { lines, exitCode } = reportFor([{ check: quiet, found, seconds: 0.5 }]);
    assert.equal(exitCode, 0);
    assert.equal(lines[1], "ok   quiet       0 violations in 7 files, 0.5 s  (not judged: no program)");
  });

  test("an import checker that misses its canary says that it went silent, however clean the house looks", async () => {
    const found = await withExample(anything, async (root) => importCheck([]).run(openTree(root)));
    assert.match(found.violations[0]?.what ?? "", /went silent: 1 modules seen, its known bad import was not reported/);
  });

  test("an import checker that sees no module says that it went silent", async () => {
    const nothing: Example = { files: new Map([["src/a.md", ""]]), expected: [] };
    const found = await withExample(nothing, async (root) => importCheck(importRules).run(openTree(root)));
    assert.match(found.violations[0]?.what ?? "", /went silent: 0 modules seen/);
  });
});

import { pathToFileURL } from "node:url";
import type { Check, Generated, Violation } from "../model.ts";
import type { Tree } from "../tree.ts";

const REGISTRY = "checks/generated.ts";

/** Generated files say what their source says now. */
export const fresh: Check = {
  name: "fresh",
  rules: ["fresh"],
  holds: "Every generated file regenerates to the same bytes.",
  counts: "generated files",
  run: async (tree) => {
    const registry = (await import(pathToFileURL(`${tree.root}/${REGISTRY}`).href)) as { generated: readonly Generated[] };
    const found = await Promise.all(registry.generated.map((entry) => compare(tree, entry)));
    return { seen: registry.generated.length, violations: found.flat() };
  },
};

async function compare(tree: Tree, entry: Generated): Promise<Violation[]> {
  let made: string;
  try {
    made = await entry.make();
  } catch (failure) {
    const what = `cannot be generated from ${entry.from}: ${failure instanceof Error ? failure.message : String(failure)}`;
    return [{ rule: "fresh", file: entry.file, line: 1, what, next: "repair its source" }];
  }
  const kept = tree.has(entry.file) ? tree.text(entry.file) : undefined;
  if (made === kept) return [];
  const what = kept === undefined ? `is not there; it is generated from ${entry.from}` : `differs from what ${entry.from} generates now`;
  const line = kept === undefined ? 1 : firstDifference(made, kept);
  return [{ rule: "fresh", file: entry.file, line, what, next: "run `node checks/regenerate.ts` and commit the result" }];
}

function firstDifference(made: string, kept: string): number {
  const expected = made.split("\n");
  return kept.split("\n").findIndex((line, index) => line !== expected[index]) + 1 || expected.length;
}

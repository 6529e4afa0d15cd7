import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runSeeds, type SeedResult } from "./seeds.ts";

const root = join(import.meta.dirname, "..");
/** Small enough for every test run; `node sim/run.ts` takes the whole size. */
const SIZE = { days: 7, orders: 20 } as const;
const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

test("twenty seeds of everything that can go wrong leave every guarantee standing", async () => {
  const wrong: string[] = [];
  const onResult = (result: SeedResult): boolean => {
    if ("broke" in result) wrong.push(`seed ${result.seed} broke: ${result.broke}`);
    else wrong.push(...result.report.violations.map((violation) => `seed ${result.report.seed} ${violation.guarantee}: ${violation.what}`));
    return false;
  };
  await runSeeds({ ...SIZE, root, jobs: 2, seeds: SEEDS, onResult });
  assert.deepEqual(wrong, [], `replay one: node sim/run.ts --seed N --days ${SIZE.days} --orders ${SIZE.orders} --trace`);
});

test("a seed replays step by step", async () => {
  const digests: string[] = [];
  const onResult = (result: SeedResult): boolean => {
    assert.ok("report" in result && result.report.steps > 1_000, `a run of some length, got ${JSON.stringify(result)}`);
    digests.push(result.report.digest);
    return false;
  };
  await runSeeds({ ...SIZE, root, jobs: 2, seeds: [5, 5], onResult });
  assert.equal(digests.length, 2);
  assert.equal(digests[0], digests[1]);
});

test("every planted bug can still be planted", () => {
  const folder = join(root, "sim/bugs");
  const patches = readdirSync(folder).filter((name) => name.endsWith(".patch"));
  assert.ok(patches.length >= 15, `at least fifteen, got ${patches.length}`);
  for (const patch of patches) execFileSync("git", ["apply", "--check", join(folder, patch)], { cwd: root });
});

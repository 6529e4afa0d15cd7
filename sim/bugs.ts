import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { runSeeds, type SeedResult } from "./seeds.ts";

/** Shows that the simulator catches each planted bug of `sim/bugs/`: a judge that never condemns proves nothing. */

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    "most-seeds": { type: "string", default: "40" },
    days: { type: "string", default: "14" },
    orders: { type: "string", default: "100" },
    jobs: { type: "string", default: "2" },
  },
});

const root = join(import.meta.dirname, "..");
const COPIED = ["src", "sim", "sample", "playbooks", "db", "package.json"] as const;

interface Caught {
  readonly by: string;
  readonly after: number;
}

/** The committed tree: what is being edited meanwhile must not be judged. */
function cleanTree(): string {
  const folder = mkdtempSync(join(tmpdir(), "committed-"));
  const tree = execFileSync("git", ["archive", "HEAD", ...COPIED], { cwd: root, maxBuffer: 256 * 1_048_576 });
  execFileSync("tar", ["-x", "-C", folder], { input: tree });
  return folder;
}

/** A copy of the tree with one bug in it, outside of the checkout. */
function plant(patch: string): string {
  const copy = mkdtempSync(join(tmpdir(), "planted-"));
  for (const path of COPIED) cpSync(join(clean, path), join(copy, path), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  execFileSync("git", ["apply", patch], { cwd: copy, env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() } });
  return copy;
}

async function hunt(patch: string): Promise<Caught | undefined> {
  const copy = plant(patch);
  let caught: Caught | undefined;
  let tried = 0;
  const onResult = (result: SeedResult): boolean => {
    tried += 1;
    // A tree that does not run proves nothing.
    if ("broke" in result) throw new Error(`${basename(patch)} breaks the simulator itself: ${result.broke}`);
    const [first] = result.report.violations;
    if (!caught && first) caught = { by: `${first.guarantee}: ${first.what.slice(0, 160)}`, after: tried };
    return caught !== undefined;
  };
  try {
    const seeds = Array.from({ length: Number(values["most-seeds"]) }, (_, index) => index + 1);
    await runSeeds({ root: copy, seeds, jobs: Number(values.jobs), days: Number(values.days), orders: Number(values.orders), onResult });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  return caught;
}

const clean = cleanTree();
const folder = join(root, "sim/bugs");
const patches = readdirSync(folder).filter((name) => name.endsWith(".patch") && (values.only === undefined || name.startsWith(values.only)));
let missed = 0;
for (const name of patches) {
  const caught = await hunt(join(folder, name));
  if (!caught) missed += 1;
  const why = readFileSync(join(folder, name), "utf8").split("\n")[0] ?? "";
  process.stdout.write(`${caught ? "caught" : "MISSED"}  ${basename(name, ".patch")}: ${why}\n`);
  if (caught) process.stdout.write(`        after ${caught.after} seeds by ${caught.by}\n`);
}
rmSync(clean, { recursive: true, force: true });
process.stdout.write(`\n${patches.length - missed} of ${patches.length} planted bugs caught.\n`);
process.exitCode = missed === 0 ? 0 : 1;

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
    "most-seeds": { type: "string", default: "16" },
    days: { type: "string", default: "12" },
    orders: { type: "string", default: "80" },
    jobs: { type: "string", default: "2" },
  },
});

const root = join(import.meta.dirname, "..");
const size = { days: Number(values.days), orders: Number(values.orders) };
const COPIED = ["src", "sim", "sample", "playbooks", "db", "package.json"] as const;

interface Condemned {
  readonly seed: number;
  readonly by: string;
  readonly after: number;
}

/** The committed tree: what is being edited meanwhile must not be judged. */
function cleanTree(): string {
  const folder = mkdtempSync(join(tmpdir(), "committed-"));
  const tree = execFileSync("git", ["archive", "HEAD", ...COPIED], { cwd: root, maxBuffer: 256 * 1_048_576 });
  execFileSync("tar", ["-x", "-C", folder], { input: tree });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
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

async function hunt(patch: string): Promise<Condemned | undefined> {
  const copy = plant(patch);
  let condemned: Condemned | undefined;
  let tried = 0;
  const onResult = async (result: SeedResult): Promise<boolean> => {
    tried += 1;
    // A tree that does not run proves nothing.
    if ("broke" in result) throw new Error(`${basename(patch)} breaks the simulator itself: ${result.broke}`);
    const { seed, violations } = result.report;
    const [first] = violations;
    if (first && (await isClean(seed))) condemned ??= { seed, by: `${first.guarantee}: ${first.what.slice(0, 160)}`, after: tried };
    return condemned !== undefined;
  };
  try {
    const seeds = Array.from({ length: Number(values["most-seeds"]) }, (_, index) => index + 1);
    await runSeeds({ ...size, root: copy, seeds, jobs: Number(values.jobs), onResult });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  return condemned;
}

/** A seed that condemns the tree without the bug as well shows nothing about the bug. Each is asked once, and named where it does. */
async function isClean(seed: number): Promise<boolean> {
  const known = cleanSeeds.get(seed);
  if (known !== undefined) return known;
  const onResult = (result: SeedResult): boolean => {
    cleanSeeds.set(seed, "report" in result && result.report.violations.length === 0);
    return true;
  };
  await runSeeds({ ...size, root: clean, seeds: [seed], jobs: 1, onResult });
  const isFree = cleanSeeds.get(seed) === true;
  if (!isFree) process.stdout.write(`Seed ${seed} condemns the tree without any planted bug: node sim/run.ts --seed ${seed} --days ${size.days} --orders ${size.orders}\n`);
  return isFree;
}

const clean = cleanTree();
const cleanSeeds = new Map<number, boolean>();
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
const faulty = [...cleanSeeds].filter(([, isFree]) => !isFree).map(([seed]) => seed);
process.stdout.write(`\n${patches.length - missed} of ${patches.length} planted bugs caught.${faulty.length === 0 ? "" : ` The tree itself is condemned by ${faulty.join(", ")}.`}\n`);
process.exitCode = missed === 0 && faulty.length === 0 ? 0 : 1;

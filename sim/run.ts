import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { iso } from "../src/base/time.ts";
import { runSeeds, type SeedResult } from "./seeds.ts";
import { simulate } from "./simulation.ts";
import { FAULTS, noFaults } from "./world/faults.ts";

const USAGE = `Simulates the whole product on virtual time, seed by seed.

  node sim/run.ts [--seeds 20] [--from 1] [--days 30] [--orders 200] [--jobs 2]
  node sim/run.ts --seed N [--trace]     replays one seed, step by step

Ctrl-C lets the seeds under way end, and then tells what there was.
`;

/** A run this long must have met every fault this often; in a shorter one the table is for information. */
const FULL_RUN = 300;
const LEAST_HITS = 100;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "20" },
    from: { type: "string", default: "1" },
    days: { type: "string", default: "30" },
    orders: { type: "string", default: "200" },
    jobs: { type: "string", default: "2" },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const root = join(import.meta.dirname, "..");
const size = { days: Number(values.days), orders: Number(values.orders) };

function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

function tell(result: SeedResult, say: (line: string) => void): boolean {
  const seed = "report" in result ? result.report.seed : result.seed;
  const replay = `  replay at commit ${commit()}: node sim/run.ts --seed ${seed} --days ${size.days} --orders ${size.orders} --trace`;
  if ("broke" in result) {
    say(`seed ${seed} BROKE\n  ${result.broke}\n${replay}`);
    return false;
  }
  const { report } = result;
  say(`seed ${seed}: ${report.steps} steps, ${report.mails} mails, ${report.digest.slice(0, 16)}, ${report.violations.length === 0 ? "no violation" : `${report.violations.length} VIOLATIONS`}`);
  for (const violation of report.violations) say(`  ${violation.guarantee} at ${iso(violation.at)}: ${violation.what}`);
  if (report.violations.length > 0) say(replay);
  return report.violations.length === 0;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function replayOne(seed: number): Promise<boolean> {
  const report = await simulate({ seed, ...size, ...(values.trace && { trace: say }) });
  return tell({ report }, say);
}

async function runAll(): Promise<boolean> {
  const count = Number(values.seeds);
  const from = Number(values.from);
  const faults = noFaults();
  const started = performance.now();
  let [done, steps, failed] = [0, 0, 0];
  let isEnough = false;
  process.once("SIGINT", () => void (isEnough = true));
  await runSeeds({
    ...size,
    root,
    jobs: Number(values.jobs),
    seeds: Array.from({ length: count }, (_, index) => from + index),
    onResult: (result) => {
      done += 1;
      if (!tell(result, say)) failed += 1;
      if ("report" in result) {
        steps += result.report.steps;
        for (const fault of FAULTS) faults[fault] += result.report.faults[fault];
      }
      return isEnough;
    },
  });
  const seconds = (performance.now() - started) / 1_000;
  say(`\n${done} seeds of ${size.days} days and ${size.orders} orders in ${seconds.toFixed(0)} s: ${steps} steps, ${Math.round(steps / seconds)} a second\n`);
  for (const fault of FAULTS) say(`${String(faults[fault]).padStart(9)}  ${fault}`);
  const rare = FAULTS.filter((fault) => faults[fault] < LEAST_HITS);
  const isFull = done >= FULL_RUN;
  if (isFull && rare.length > 0) say(`\nHit fewer than ${LEAST_HITS} times: ${rare.join(", ")}`);
  say(`\n${failed === 0 ? "No violation." : `${failed} seeds with violations.`}`);
  return failed === 0 && !(isFull && rare.length > 0);
}

if (values.help) say(USAGE);
else process.exitCode = (await (values.seed === undefined ? runAll() : replayOne(Number(values.seed)))) ? 0 : 1;

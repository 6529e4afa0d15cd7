import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { pinning } from "./engine/processor.ts";
import type { SimulationReport, SimulationWish } from "./simulation.ts";

/** What came of one seed. A run that broke is a violation too: nothing in it may throw. */
export type SeedResult = { readonly report: SimulationReport } | { readonly seed: number; readonly broke: string };

export interface SeedsWish extends Omit<SimulationWish, "seed" | "trace"> {
  readonly seeds: readonly number[];
  readonly jobs: number;
  /** The tree whose product is simulated. */
  readonly root: string;
  /** Hears each result; true ends the run early. */
  readonly onResult: (result: SeedResult) => boolean | Promise<boolean>;
}

/** Runs seeds in several processes at once; each seed is independent of all others. */
export async function runSeeds({ seeds, jobs, root, onResult, ...wish }: SeedsWish): Promise<void> {
  const waiting = [...seeds];
  let isOver = false;
  const work = async (slot: number): Promise<void> => {
    const start = (): ChildProcess => fork(join(root, "sim/child.ts"), { ...pinning(slot), detached: true, stdio: ["ignore", "inherit", "inherit", "ipc"] });
    let child = start();
    for (let seed = waiting.shift(); seed !== undefined && !isOver; seed = waiting.shift()) {
      // One that was killed took its database with it.
      if (!child.connected) child = start();
      isOver = (await onResult(await ask(child, { ...wish, seed }))) || isOver;
    }
    if (child.connected) child.disconnect();
  };
  await Promise.all(Array.from({ length: Math.min(jobs, seeds.length) }, (_, slot) => work(slot)));
}

function ask(child: ChildProcess, wish: SimulationWish): Promise<SeedResult> {
  return new Promise((resolve) => {
    const onExit = (code: number | null, signal: string | null): void => resolve({ seed: wish.seed, broke: `the simulator ended with ${signal ?? `code ${code}`}` });
    child.once("exit", onExit);
    child.once("message", (result) => {
      child.off("exit", onExit);
      resolve(result as SeedResult);
    });
    child.send(wish);
  });
}

import { simulate, type SimulationWish } from "./simulation.ts";

/** Runs one seed in a process of its own, so that nothing that an earlier one cached can change its steps. */
process.once("message", (wish: SimulationWish) => {
  const answer = (result: object): void => void process.send?.(result, () => process.exit());
  simulate(wish).then(
    (report) => answer({ report }),
    (error: unknown) => answer({ seed: wish.seed, broke: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});

import { simulate, type SimulationWish } from "./simulation.ts";

/** Runs the seeds that its parent sends, one after the other. */
process.on("message", (wish: SimulationWish) => {
  simulate(wish).then(
    (report) => process.send?.({ report }),
    (error: unknown) => process.send?.({ seed: wish.seed, broke: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on("disconnect", () => process.exit());

import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../src/server/log.ts";
import { startDisposablePostgres } from "../src/server/postgres/index.ts";
import type { SimulationWish } from "./simulation.ts";

/** Holds a database server for the seeds that its parent sends, one after the other; each gets a process of its own. */
const server = startDisposablePostgres(silentLog);
/** Loading the code takes a second; the later seeds find it compiled. */
const compiled = mkdtempSync(join(tmpdir(), "simulator-"));
/** Nearly everything that a seed makes is thrown away at once: room for it, in MiB, saves an eighth of the time. */
const ROOM = ["--max-semi-space-size=64"];
// Who is asked first hears of it.
server.catch(() => {});

async function runSeed(wish: SimulationWish): Promise<void> {
  const { url } = await server;
  const seed = fork(join(import.meta.dirname, "seed.ts"), [], { execArgv: ROOM, env: { ...process.env, MAKEGOOD_TEST_DATABASE_URL: url, NODE_COMPILE_CACHE: compiled } });
  let said: unknown;
  seed.on("message", (result) => void (said = result));
  seed.on("exit", (code, signal) => process.send?.(said ?? { seed: wish.seed, broke: `the simulator ended with ${signal ?? `code ${code}`}` }));
  seed.send(wish);
}

process.on("message", (wish: SimulationWish) => {
  runSeed(wish).catch((error: unknown) => process.send?.({ seed: wish.seed, broke: String(error) }));
});
process.on("disconnect", () => {
  rmSync(compiled, { recursive: true, force: true });
  void server.then((running) => running.stop()).finally(() => process.exit());
});

import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "../../base/ports.ts";
import type { Milliseconds } from "../../base/time.ts";
import type { ServerRun } from "./server.ts";

/** A server that is started again when it ends without having been asked to. */
export interface Running {
  pid(): number;
  readonly lost: Promise<Error>;
  stop(): Promise<void>;
}

/** More crashes than this without a calm stretch between them will not be cured by another start. */
const MOST_CRASHES_IN_A_ROW = 5;
/** Running this long makes a crash a new one. */
const CALM: Milliseconds = 60_000;
/** Grows with each crash in a row, so that a full disk is not hammered. */
const PAUSE_PER_CRASH: Milliseconds = 200;

/** Keeps one server running until it is told to stop. `clear` removes what a crashed run left behind. */
export async function keepRunning(start: () => Promise<ServerRun>, clear: () => Promise<void>, log: Log): Promise<Running> {
  let run = await start();
  let stopping = false;
  let restarting = Promise.resolve();
  const lost = Promise.withResolvers<Error>();

  const restart = async (how: string, crash: number): Promise<void> => {
    log.error({ how, crash }, "PostgreSQL ended unexpectedly; starting it again");
    if (crash > MOST_CRASHES_IN_A_ROW) return lost.resolve(new Error(`PostgreSQL crashed ${crash} times in a row (last: ${how})`));
    await wait(PAUSE_PER_CRASH * (crash - 1));
    if (stopping) return;
    try {
      await clear();
      run = await start();
    } catch (error) {
      return restart(String(error), crash + 1);
    }
    log.info({ pid: run.pid }, "PostgreSQL is back");
    watch(run, crash);
  };

  const watch = (watched: ServerRun, crashes: number): void => {
    let inARow = crashes;
    const calm = setTimeout(() => (inARow = 0), CALM);
    calm.unref();
    void watched.ended.then((how) => {
      clearTimeout(calm);
      if (!stopping) restarting = restart(how, inARow + 1);
    });
  };

  watch(run, 0);
  return {
    pid: () => run.pid,
    lost: lost.promise,
    stop: async () => {
      stopping = true;
      await restarting;
      await run.stop();
    },
  };
}

import type { Log } from "../base/ports.ts";
import { plus, SECOND, type Clock, type Instant, type Milliseconds } from "../base/time.ts";

/** One kind of recurring work of a worker. `run` does a batch and says how much there was and when to look again. */
export interface Duty {
  readonly name: string;
  /** Looks at least this often, whatever it was told: a lost wake-up costs a delay, never a promise. */
  readonly every: Milliseconds;
  /** How many batches one worker has under way at once; one if absent. While one computes, another waits for the database. */
  readonly lanes?: number;
  run(): Promise<DutyReport>;
}

export interface DutyReport {
  readonly worked: number;
  readonly nextAt?: Instant | undefined;
}

export interface RunningDuty {
  /** Looks now instead of at the next due time. */
  wake(): void;
  /** Finishes the batch under way and stops. */
  stop(): Promise<void>;
}

/** After an error a duty rests this long, doubling up to the maximum: a failing database must not be hammered. */
const REST_FIRST = SECOND;
const REST_MAX = 30 * SECOND;
/** However fast the clock runs, an idle duty does not look more often than this in real time. */
const LEAST_WAIT = 250;
/** A Node timer holds no longer wait than this. */
const TIMER_MAX = 2 ** 31 - 1;

/** A clock and how many of its milliseconds pass in a real one: 1, but in the sample store. */
export interface PacedClock extends Clock {
  readonly pace: number;
}

/** Runs a duty until it is stopped: at once while there is work, then when woken or due. */
export function startDuty(duty: Duty, clock: PacedClock, log: Log, after: (report: DutyReport) => void = () => {}): RunningDuty {
  const lanes = Array.from({ length: duty.lanes ?? 1 }, () => startLane(duty, clock, log, after));
  return {
    wake: () => lanes.forEach((lane) => lane.wake()),
    stop: async () => void (await Promise.all(lanes.map((lane) => lane.stop()))),
  };
}

function startLane(duty: Duty, clock: PacedClock, log: Log, after: (report: DutyReport) => void): RunningDuty {
  let stopped = false;
  let woken = false;
  let interrupt: (() => void) | undefined;

  const rest = (until: Instant) =>
    new Promise<void>((resolve) => {
      if (woken || stopped) return resolve();
      const timer = setTimeout(resolve, Math.min(Math.max((until - clock.now()) / clock.pace, 0), TIMER_MAX));
      interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const loop = async () => {
    let restAfterError = REST_FIRST;
    while (!stopped) {
      woken = false;
      try {
        const report = await duty.run();
        restAfterError = REST_FIRST;
        after(report);
        if (report.worked > 0) continue;
        const now = clock.now();
        const idleUntil = plus(now, Math.max(duty.every, LEAST_WAIT * clock.pace));
        // A due time that has passed with nothing done is somebody else's, or waits for a source: it is no reason to spin.
        const dueAhead = report.nextAt !== undefined && report.nextAt > now && report.nextAt < idleUntil;
        await rest(dueAhead && report.nextAt !== undefined ? report.nextAt : idleUntil);
      } catch (error) {
        log.error({ duty: duty.name, err: error }, "a duty failed; it rests and tries again");
        await rest(plus(clock.now(), restAfterError * clock.pace));
        restAfterError = Math.min(restAfterError * 2, REST_MAX);
      }
      interrupt = undefined;
    }
  };

  const running = loop();
  return {
    wake: () => {
      woken = true;
      interrupt?.();
    },
    stop: async () => {
      stopped = true;
      interrupt?.();
      await running;
    },
  };
}

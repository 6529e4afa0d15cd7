import { instant, type Clock, type Instant, type Milliseconds } from "../src/base/time.ts";

/** How much faster time passes in the sample store: an hour takes five seconds, a day two minutes. */
export const SAMPLE_PACE = 720;

/** Time advances in ticks this long. */
const TICK: Milliseconds = 20;
/**
 * However long the machine slept between two ticks, no more than this much real time counts: a laptop that was
 * closed must not find its leases expired and its sources silent.
 */
const TICK_COUNTS_AT_MOST: Milliseconds = 100;

/** A clock on which time is compressed, running from `start` until stopped. */
export interface CompressedClock extends Clock {
  readonly pace: number;
  stop(): void;
}

export function compressedClock(start: Instant, real: Clock): CompressedClock {
  let virtual: number = start;
  let lastTick = real.now();
  const timer = setInterval(() => {
    const now = real.now();
    virtual += Math.min(Math.max(now - lastTick, 0), TICK_COUNTS_AT_MOST) * SAMPLE_PACE;
    lastTick = now;
  }, TICK);
  timer.unref();
  return { pace: SAMPLE_PACE, now: () => instant(virtual), stop: () => clearInterval(timer) };
}

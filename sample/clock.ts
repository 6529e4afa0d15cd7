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
  /**
   * Lets time stand still until the returned function is called, and every other hold is over. A lease of two minutes
   * is a sixth of a second here: what is late because the machine is slow must not count.
   */
  hold(): () => void;
  stop(): void;
}

export function compressedClock(start: Instant, real: Clock): CompressedClock {
  let virtual: number = start;
  let lastTick = real.now();
  let holds = 0;
  const timer = setInterval(() => {
    const now = real.now();
    if (holds === 0) virtual += Math.min(Math.max(now - lastTick, 0), TICK_COUNTS_AT_MOST) * SAMPLE_PACE;
    lastTick = now;
  }, TICK);
  timer.unref();
  const hold = () => {
    let isOver = false;
    holds += 1;
    return () => {
      if (!isOver) holds -= 1;
      isOver = true;
    };
  };
  return { pace: SAMPLE_PACE, now: () => instant(virtual), hold, stop: () => clearInterval(timer) };
}

import { HOUR, MINUTE, type Milliseconds } from "../../src/base/time.ts";

/** Clocks of the product's machines may be off by this much, and be stepped by as much again. */
export const CLOCK_TOLERANCE: Milliseconds = 20 * MINUTE;
/** What is known for this long may no longer be contradicted by a mail: the time to write, retry and send one. */
export const NEWS_WITHIN: Milliseconds = 12 * HOUR;
/** What is heard has been read and has taken effect this long after. */
export const READ_WITHIN: Milliseconds = 2 * HOUR;
/** At the end everything that is older must be settled. */
export const SETTLED_WITHIN: Milliseconds = 12 * HOUR;

import { instant, type Clock } from "../base/time.ts";

/** The machine's clock. The only place in the product that reads it. */
export const systemClock: Clock = { now: () => instant(Date.now()) };

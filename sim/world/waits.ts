import { HOUR, MINUTE, plus, SECOND, type Instant } from "../../src/base/time.ts";
import type { Dice } from "../engine/random.ts";
import { moneyClocks } from "../oracle/law.ts";
import type { Place } from "./eras.ts";
import type { Fate } from "./fates.ts";

/** Of the refunds that are paid, so many come within hours of the time at which one of their clocks runs out. */
const NARROW_SHARE = 0.4;

export interface WaitWish {
  readonly dice: Dice;
  readonly fate: Fate;
  readonly placedAt: Instant;
  readonly country: string;
  readonly place: Place;
}

/** A fate whose money comes narrowly before one of its clocks has run out, or narrowly after. */
export function narrowly({ dice, fate, placedAt, country, place }: WaitWish): Fate {
  const { cancelled, refund } = fate;
  if (refund?.ends.kind !== "paid" || !dice.chance(NARROW_SHARE)) return fate;
  const from = cancelled === undefined ? wholeSecond(plus(placedAt, refund.after)) : plus(placedAt, cancelled.after);
  const { due } = dice.pick(moneyClocks(cancelled === undefined ? "asked" : "cancelled", from, country, place));
  const paidAt = plus(due, dice.chance(0.5) ? -dice.between(MINUTE, 3 * HOUR) : dice.between(2 * SECOND, 3 * HOUR));
  if (cancelled === undefined) return { refund: { ...refund, ends: { kind: "paid", after: paidAt - from } } };
  return { cancelled, refund: { ...refund, after: paidAt - placedAt - Math.min(refund.ends.after, HOUR) } };
}

/** The processor's books count in seconds. */
function wholeSecond(at: Instant): Instant {
  return plus(at, -(at % SECOND));
}

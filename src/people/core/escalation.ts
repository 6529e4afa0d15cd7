import { invariant } from "../../base/errors.ts";
import { plus, type Instant } from "../../base/time.ts";
import type { Person, Roster } from "./model.ts";

/** A first call may be missed by chance; a second unanswered one means that somebody else should know. */
export const CALLS_EACH = 2;

/** Who is called at the given step (0 is the first call): each person in order `CALLS_EACH` times, then from the first again. */
export function personAt(order: Roster["order"], step: number): Person {
  invariant(Number.isInteger(step) && step >= 0, `a call's step to be 0 or more, got ${step}`);
  const person = order[Math.floor(step / CALLS_EACH) % order.length];
  invariant(person, "somebody to be on the roster");
  return person;
}

/** When the call after the one at `now` goes out. There is always one: it ends only when somebody acknowledges. */
export function nextCallAt(roster: Roster, now: Instant): Instant {
  return plus(now, roster.repeatAfter);
}

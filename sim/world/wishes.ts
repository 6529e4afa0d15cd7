import { DAY, HOUR, instant, MINUTE, plus, type Instant } from "../../src/base/time.ts";
import type { Dice } from "../engine/random.ts";
import type { SimOrder } from "./orders.ts";

/** What somebody lets the store know about texts to a number: to the shop, which records it, or by a text of their own. */
export interface Wish {
  readonly at: Instant;
  readonly number: string;
  readonly says: Consent | Reply;
}

interface Consent {
  readonly kind: "consent";
  readonly given: boolean;
}

export interface Reply {
  readonly kind: "reply";
  /** As a person would understand it. */
  readonly means: "stop" | "start" | "help" | "other";
  readonly words: string;
  /** The carrier has understood it, keeps texts from the number itself and has answered. */
  readonly isHonoured: boolean;
}

const STOPS = ["STOP", "stop", "Stop please", "S.T.O.P", "Unsubscribe", "Please don't text me again", "Stopp!", "Bitte keine SMS mehr", "Abbestellen", "arrêt", "ARRETER", "Ne m'envoyez plus de SMS"] as const;
const STARTS = ["START", "Start", "unstop", "starten"] as const;
const HELPS = ["HELP", "help?", "Hilfe", "aide"] as const;
/** The words that carriers know by themselves. */
const KNOWN = /^(?:stop|unsubscribe|start|unstop|help)$/i;

/** What the people of a seed wish, in the order of time. Each number has one story, whoever shares it. */
export function wishes(orders: readonly SimOrder[], dice: Dice, start: Instant, calmFrom: Instant): readonly Wish[] {
  const numbers = [...new Set(orders.flatMap(({ person }) => person.customer.phone ?? []))].sort();
  return numbers.flatMap((number) => story(number, orders, dice.fork(number), start, calmFrom)).sort((a, b) => a.at - b.at || (a.number < b.number ? -1 : 1));
}

function story(number: string, orders: readonly SimOrder[], dice: Dice, start: Instant, calmFrom: Instant): Wish[] {
  const all: Wish[] = [];
  // Most change their mind in the middle of a case.
  const failures = orders.filter(({ person }) => person.customer.phone === number).flatMap(({ truth }) => [truth.cancelledAt ?? [], truth.failedAt ?? [], truth.owedFrom === undefined ? [] : plus(truth.owedFrom, 2 * DAY)].flat());
  const sometime = (): Instant => (failures.length > 0 && dice.chance(0.7) ? plus(dice.pick(failures), dice.between(MINUTE, 12 * HOUR)) : instant(dice.between(start + HOUR, calmFrom)));
  const add = (at: Instant, says: Consent | Reply): void => void (at > start && at < calmFrom && all.push({ at, number, says }));
  const reply = (means: Reply["means"], words: string): Reply => ({ kind: "reply", means, words, isHonoured: KNOWN.test(words) && dice.chance(0.5) });
  const roll = dice.unit();
  if (roll < 0.75) add(roll < 0.55 ? plus(start, dice.between(MINUTE, 50 * MINUTE)) : sometime(), { kind: "consent", given: true });
  if (dice.chance(0.25)) add(sometime(), { kind: "consent", given: false });
  if (dice.chance(0.08)) add(sometime(), { kind: "consent", given: true });
  if (dice.chance(0.25)) {
    const at = sometime();
    add(at, reply("stop", dice.pick(STOPS)));
    if (dice.chance(0.4)) add(plus(at, dice.between(MINUTE, 2 * DAY)), reply("start", dice.pick(STARTS)));
  } else if (dice.chance(0.08)) add(sometime(), reply("start", dice.pick(STARTS)));
  if (dice.chance(0.1)) add(sometime(), reply("help", dice.pick(HELPS)));
  if (dice.chance(0.1)) add(sometime(), reply("other", `Where is my parcel? q${number.slice(-5)}x`));
  return all;
}

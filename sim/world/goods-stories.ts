import { DAY, HOUR, plus, SECOND, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { Dice } from "../engine/random.ts";
import { toSecond } from "./seconds.ts";

/** A day by which an order is to leave, and when the warehouse told it. */
export interface ToldDate {
  readonly at: Instant;
  readonly by: Instant;
}

export type Choice = "cancel" | "wait";

/** What becomes of an order's goods: told days, when they leave, what the customer says on the order's page, and what the shop's people do then. */
export interface GoodsStory {
  /** Told with the order: it is owed by then. */
  readonly stated?: ToldDate;
  /** To when it was moved, in the order in which it was told. */
  readonly revised: readonly ToldDate[];
  /** Absent for goods that never leave; it does not happen once the order is called off. */
  readonly leavesAt?: Instant;
  readonly answers: readonly { readonly at: Instant; readonly choice: Choice }[];
  /** Whether its people cancel in the shop what was called off: in time, days later, or never. */
  readonly shop: "cancels" | "dawdles" | "forgets";
}

/** Of the orders that nothing else befalls, so many have a story of their goods. */
const SHARE = { US: 0.8, elsewhere: 0.45 } as const;
/** Of those in the US, where silence has consequences, so many are moved and never answered. */
const UNANSWERED = 0.5;
/** A playbook speaks of a day this long before it. */
const LEAD: Milliseconds = DAY;

type Days = Pick<GoodsStory, "stated" | "revised">;

/** What was told, each as often as it stands here. Days of a few hours' distance, so that the law's clocks run out within a short seed. */
const TOLD: readonly ((dice: Dice, placedAt: Instant) => Days)[] = [
  () => ({ revised: [] }),
  (dice, placedAt) => ({ stated: statedBy(dice, placedAt), revised: [] }),
  (dice, placedAt) => moved(dice, placedAt, 1),
  (dice, placedAt) => moved(dice, placedAt, 1),
  (dice, placedAt) => moved(dice, placedAt, 1),
  (dice, placedAt) => moved(dice, placedAt, 2),
  (dice, placedAt) => moved(dice, placedAt, 2),
];

/** The story of an order's goods; none for most. */
export function goodsStory(dice: Dice, placedAt: Instant, country: string): GoodsStory | undefined {
  const isUs = country === "US";
  if (!dice.chance(isUs ? SHARE.US : SHARE.elsewhere)) return undefined;
  if (isUs && dice.chance(UNANSWERED)) return { ...moved(dice, placedAt, dice.chance(0.7) ? 1 : 2), answers: [], shop: dice.pick(["cancels", "dawdles", "forgets"]) };
  const days = dice.pick(TOLD)(dice, placedAt);
  const due = days.stated?.by ?? plus(placedAt, 3 * DAY);
  const last = days.revised.at(-1)?.by ?? due;
  const leavesAt = dice.pick([
    () => soon(dice, placedAt),
    () => undefined,
    () => undefined,
    () => plus(due, dice.between(2 * HOUR, 30 * HOUR)),
    () => plus(last, -dice.between(2 * HOUR, 10 * HOUR)),
    () => plus(last, dice.between(6 * HOUR, 3 * DAY)),
  ])();
  const isHeard = plus(due, -LEAD + 6 * HOUR);
  const said = (): Instant => toSecond(plus(isHeard, dice.between(HOUR, 50 * HOUR)));
  const answers = dice.pick([() => [], () => [], () => ["cancel"] as const, () => ["cancel"] as const, () => ["wait"] as const, () => ["wait", "cancel"] as const])();
  const times = answers.map(said).sort((a, b) => a - b);
  return {
    ...days,
    ...(leavesAt !== undefined && { leavesAt: toSecond(leavesAt) }),
    answers: answers.map((choice, index) => ({ choice, at: times[index] as Instant })),
    shop: dice.pick(["cancels", "cancels", "cancels", "dawdles", "forgets"]),
  };
}

/** Well before anybody could call it late. */
function soon(dice: Dice, placedAt: Instant): Instant {
  return plus(placedAt, dice.between(HOUR, 10 * HOUR));
}

function statedBy(dice: Dice, placedAt: Instant): ToldDate {
  return { at: toSecond(plus(placedAt, dice.between(10 * SECOND, 2 * HOUR))), by: toSecond(plus(placedAt, dice.between(40 * HOUR, 72 * HOUR))) };
}

/** Moved once or twice: the first time long before the day, so that the first word can name the new one, or only just before it. */
function moved(dice: Dice, placedAt: Instant, times: 1 | 2): Days {
  const stated = statedBy(dice, placedAt);
  const latest = stated.by - placedAt - LEAD - HOUR;
  const first = { at: dice.chance(0.7) ? plus(placedAt, dice.between(3 * HOUR, latest)) : plus(stated.by, -dice.between(2 * HOUR, 20 * HOUR)), by: plus(stated.by, dice.between(20 * HOUR, 50 * HOUR)) };
  const second = { at: plus(first.at, dice.between(6 * HOUR, first.by - first.at - 2 * HOUR)), by: plus(first.by, dice.between(20 * HOUR, 50 * HOUR)) };
  return { stated, revised: [first, second].slice(0, times).map(({ at, by }) => ({ at: toSecond(at), by: toSecond(by) })) };
}

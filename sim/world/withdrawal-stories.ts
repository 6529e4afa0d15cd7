import { DAY, HOUR, MINUTE, plus, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { Dice } from "../engine/random.ts";
import { arrivingParcel, type SimParcel } from "./parcels.ts";
import { toSecond } from "./seconds.ts";

/** How a customer withdraws from the contract of an order, and what the store's people do then. */
export interface WithdrawalStory {
  readonly at: Instant;
  /** On the order's page, or by a mail or a letter, of which the help desk tells so much later. */
  readonly by: "page" | { readonly toldAfter: Milliseconds };
  /** Says the same once more to the help desk, so long after: the first declaration counts. */
  readonly againAfter?: Milliseconds;
  /** Whether its people cancel the order in the shop: in time, days later, or never. */
  readonly shop: "cancels" | "dawdles" | "forgets";
  /** When the money goes back. `narrowly`: within hours of the time at which one of its clocks runs out. */
  readonly pays: "soon" | "within days" | "narrowly" | "late" | "never";
  /** Absent for goods that had not left. */
  readonly parcel?: SimParcel;
}

/** Of the orders that nothing else befalls and that nobody follows, so many are withdrawn from; in the US, where no law lets them, some try. */
const SHARE: Readonly<Record<string, number>> = { US: 0.15 };
const SHARE_OTHERWISE = 0.8;
/** Directive 2011/83/EU art. 9(1). */
const WITHDRAWAL_DAYS = 14;

export interface WithdrawalWish {
  readonly dice: Dice;
  /** Digits of the order. */
  readonly orderId: string;
  readonly placedAt: Instant;
  readonly country: string;
}

/** The story of a withdrawal; none for most orders. */
export function withdrawalStory({ dice, orderId, placedAt, country }: WithdrawalWish): WithdrawalStory | undefined {
  if (!dice.chance(SHARE[country] ?? SHARE_OTHERWISE)) return undefined;
  // An order's page takes the declarations of buyers in the EU.
  const isOnPage = country !== "US" && country !== "GB" && dice.chance(0.6);
  const { at, parcel } = dice.pick(WHEN)(dice, orderId, placedAt, isOnPage);
  const [soonest, latest] = dice.pick([[MINUTE, 30 * MINUTE], [MINUTE, 30 * MINUTE], [HOUR, 8 * HOUR], parcel === undefined ? [HOUR, 8 * HOUR] : [DAY, 3 * DAY]] as const);
  return {
    at: toSecond(at),
    by: isOnPage ? "page" : { toldAfter: dice.between(soonest, latest) },
    ...(dice.chance(0.25) && { againAfter: dice.between(4 * DAY, 6 * DAY) }),
    shop: parcel === undefined ? dice.pick(["cancels", "cancels", "dawdles", "forgets"]) : dice.pick(["cancels", "forgets", "forgets", "forgets"]),
    pays: dice.pick(["soon", "within days", "within days", "narrowly", "narrowly", "narrowly", "late", "never"]),
    ...(parcel && { parcel }),
  };
}

/** Before it left, on its way, or from its arrival on; by a page sometimes when its time is over. */
const WHEN: readonly ((dice: Dice, orderId: string, placedAt: Instant, isOnPage: boolean) => Pick<WithdrawalStory, "at" | "parcel">)[] = [
  (dice, _, placedAt) => ({ at: plus(placedAt, dice.between(20 * MINUTE, DAY)) }),
  (dice, _, placedAt) => ({ at: plus(placedAt, dice.between(20 * MINUTE, DAY)) }),
  (dice, orderId, placedAt) => {
    const parcel = sent(dice, orderId, placedAt);
    return { at: plus(parcel.scans[0]?.at ?? parcel.shippedAt, dice.between(HOUR, 7 * HOUR)), parcel };
  },
  (dice, orderId, placedAt) => arrived(dice, orderId, placedAt, [HOUR, 2 * DAY]),
  (dice, orderId, placedAt) => arrived(dice, orderId, placedAt, [HOUR, 2 * DAY]),
  (dice, orderId, placedAt) => arrived(dice, orderId, placedAt, [2 * DAY, 6 * DAY]),
  (dice, orderId, placedAt, isOnPage) => arrived(dice, orderId, placedAt, isOnPage ? [(WITHDRAWAL_DAYS - 1) * DAY, (WITHDRAWAL_DAYS + 6) * DAY] : [8 * DAY, 12 * DAY]),
];

function arrived(dice: Dice, orderId: string, placedAt: Instant, span: readonly [Milliseconds, Milliseconds]): Pick<WithdrawalStory, "at" | "parcel"> {
  const parcel = sent(dice, orderId, placedAt);
  return { at: plus(parcel.scans.at(-1)?.at ?? parcel.shippedAt, dice.between(...span)), parcel };
}

function sent(dice: Dice, orderId: string, placedAt: Instant): SimParcel {
  return arrivingParcel(dice, orderId, toSecond(plus(placedAt, dice.between(HOUR, 20 * HOUR))));
}

import type { Instant } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import type { Start } from "../../playbooks/index.ts";
import { type AddDays, consentsOf, goodsOf, isOfGoods, outcomeOfGoods } from "./goods.ts";
import { type Journey, journeysOf, outcomeOfStretch, pickupsOf, stretchesOf } from "./journeys.ts";
import type { StorePromise } from "./model.ts";
import { followedBy } from "./departure.ts";
import { MONEY_OF_CANCELLATION, moneyOwedBy, type Obligation, type Outcome } from "./obligations.ts";
import { isOfPayment, outcomeOfTries, triesToHear } from "./payments.ts";

/** Whether events have the care of a promise of this thing. Other stages make and settle promises of their own. */
export function isOfOrders(thing: string): boolean {
  return isOfMoney(thing) || isOfParcel(thing) || isOfGoods(thing) || isOfPayment(thing);
}

/** Whether the thing is money that goes back. */
export function isOfMoney(thing: string): boolean {
  return thing === MONEY_OF_CANCELLATION || thing.startsWith("refund/");
}

/** Whether the thing is about a parcel on its way. */
export function isOfParcel(thing: string): boolean {
  return /^(?:scan|pickup)\//.test(thing);
}

/** What an order owes. How a journey divides into stretches depends on the rule that puts a time to them. */
export interface Owing {
  readonly obligations: readonly Obligation[];
  readonly journeys: readonly Journey[];
}

/** Everything that an order owes. `trackers` are the sources that follow parcels. */
export function owingOf(order: OrderView, trackers: readonly string[], addDays: AddDays): Owing {
  const follows = followedBy(trackers);
  return { obligations: [...moneyOwedBy(order), ...pickupsOf(order, follows), ...goodsOf(order, follows), ...consentsOf(order, follows, addDays), ...triesToHear(order)], journeys: journeysOf(order) };
}

/** What starts a clock, by when it is due from there. */
export function startedBy({ obligations, journeys }: Owing, starts: Start, due: (from: Instant) => Instant): readonly Obligation[] {
  if (starts === "parcel.scanned") return journeys.flatMap((journey) => stretchesOf(journey, due));
  return obligations.filter((obligation) => obligation.starts === starts);
}

/** What has become of what a promise owes, whatever rule made it; undefined where it was never owed. */
export function outcomeFor(order: OrderView, { thing, madeAt }: Pick<StorePromise, "thing" | "madeAt">, trackers: readonly string[]): Outcome | undefined {
  if (thing.startsWith("scan/")) {
    const journey = journeysOf(order).find(({ things }) => things.some((name) => thing === name || thing.startsWith(`${name}/`)));
    return journey && outcomeOfStretch(journey, madeAt);
  }
  if (isOfPayment(thing)) return outcomeOfTries(order);
  if (isOfGoods(thing)) return outcomeOfGoods(order, thing, followedBy(trackers));
  const owed = thing.startsWith("pickup/") ? pickupsOf(order, () => true) : moneyOwedBy(order);
  return owed.find(({ things }) => things.includes(thing))?.outcome;
}

import type { Instant } from "../base/time.ts";
import type { OrderView, StatedDate } from "../commerce/index.ts";
import { arrivedAt, type CalledOff, calledOffOf, consentOf, followedBy, holdsIn, leftAt, MONEY_OF_CANCELLATION, parcelsOf, revisedShipDates, thingsOfGoods, type ThingsOfGoods } from "../promises/index.ts";

/** What evidence shows of an order whose goods leave or arrive too late. */
export interface DelayView {
  readonly leftAt: Instant | undefined;
  readonly arrivedAt: Instant | undefined;
  readonly calledOff: CalledOff | undefined;
  /** It counted as called off, until it was heard that it had left by then. */
  readonly isCalledBack: boolean;
  /** The shop has cancelled it as well. */
  readonly isCancelledInShop: boolean;
  /** Until when its customer agreed to wait; Infinity for as long as it takes; undefined where they have not said so. */
  readonly agreedUntil: number | undefined;
  /** The dates to which it was moved, in the order in which they were told. */
  readonly revised: readonly StatedDate[];
  /** When its carriers expect to have delivered all of it. */
  readonly expectedBy: Instant | undefined;
  /** Whose law gives its customer rights beyond our own promise. */
  readonly law: "us" | "eu" | "gb" | "none";
  /** What the ledger calls what is owed. */
  readonly things: ThingsOfGoods & { readonly money: string };
}

/** Where an order that is late stands. `trackers` are the sources that follow parcels. */
export function delayOf(order: OrderView, trackers: readonly string[]): DelayView {
  const expected = parcelsOf(order).flatMap(({ expectedBy, first }) => (expectedBy === undefined || first.delivered !== undefined ? [] : [expectedBy]));
  const calledOff = calledOffOf(order);
  return {
    leftAt: leftAt(order, followedBy(trackers)),
    arrivedAt: arrivedAt(order),
    calledOff,
    isCalledBack: calledOff === undefined && Object.values(order.doc.choices ?? {}).some(({ value }) => value.choice === "cancel"),
    isCancelledInShop: order.doc.cancellation !== undefined,
    agreedUntil: consentOf(order, Infinity as Instant),
    revised: revisedShipDates(order),
    expectedBy: expected.length === 0 ? undefined : (Math.max(...expected) as Instant),
    law: lawOf(order.country),
    things: { ...thingsOfGoods(order), money: MONEY_OF_CANCELLATION },
  };
}

function lawOf(country: string | undefined): DelayView["law"] {
  if (country === "US") return "us";
  if (country === "GB") return "gb";
  return holdsIn(["EU"], country) ? "eu" : "none";
}

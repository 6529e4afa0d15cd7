import type { Instant } from "../../src/base/time.ts";
import type { SimOrder } from "../world/orders.ts";
import { isLoss, type Scan, type SimParcel } from "../world/parcels.ts";
import type { Script } from "../world/script.ts";
import type { Telling, Tellings } from "../world/tellings.ts";
import { businessDaysAfter } from "./calendar.ts";
import { heardAt } from "./known.ts";

/** The rules of the playbook that wait for a scan, in business days of the store. */
const SCAN_DAYS: Readonly<Record<string, number>> = { "no-pickup": 4, "scan-domestic": 3, "scan-abroad": 5 };

/** A parcel's journey, by the truth or by what the product could know of it. */
export interface Journey {
  readonly order: SimOrder;
  readonly parcel: SimParcel;
  /** Ascending. */
  readonly scans: readonly Scan[];
  /** Whether a tracker would have told of the first scan. */
  readonly isFollowed: boolean;
  readonly cancelledAt?: Instant;
}

/** A stretch in which nothing was heard of a parcel for longer than its rule allows. */
export interface Standstill {
  readonly rule: string;
  readonly since: Instant;
  readonly due: Instant;
  /** When it was handled again, or came to an end. */
  readonly over?: Instant;
}

/** Everything that vendors have told of an order's parcels by `at`, whether it arrived or not. */
export function trueJourneys(order: SimOrder, at: Instant): readonly Journey[] {
  const { cancelledAt } = order.truth;
  const isCancelled = cancelledAt !== undefined && cancelledAt <= at;
  return order.parcels.filter(({ shippedAt }) => shippedAt <= at).map((parcel) => ({
    order, parcel, scans: parcel.scans.filter((scan) => scan.toldAt <= at), isFollowed: parcel.trackerId !== undefined, ...(isCancelled && { cancelledAt }),
  }));
}

/**
 * What the product surely knew of an order's parcels at `at`: what was acknowledged or given out by then and did not go
 * with a restored backup. A tracker's word counts once the shop has named the parcel's number.
 */
export function knownJourneys(order: SimOrder, at: Instant, tellings: Tellings, backup: Script["backup"]): readonly Journey[] {
  const heard = tellings.of(order).filter((telling) => isHeard(telling, at, backup)).map(({ fact }) => fact);
  const isCancelled = heard.some(({ what }) => what === "cancelled");
  return order.parcels.flatMap((parcel): Journey[] => {
    const own = heard.filter((fact) => fact.parcel?.of === parcel);
    const isNamed = own.some(({ what }) => what === "shipped");
    const said = own.filter(({ what }) => isNamed || what !== "tracked");
    const scans = new Set(said.flatMap((fact) => fact.parcel?.scans ?? []));
    if (said.length === 0) return [];
    const isFollowed = said.some(({ what }) => what === "tracked");
    return [{ order, parcel, scans: parcel.scans.filter((scan) => scans.has(scan)), isFollowed, ...(isCancelled && order.truth.cancelledAt !== undefined && { cancelledAt: order.truth.cancelledAt }) }];
  });
}

/** Whether a telling had reached the product by then, and is not forgotten. */
export function isHeard(telling: Telling, at: Instant, backup: Script["backup"]): boolean {
  const since = heardAt(telling, backup, at);
  return since !== undefined && since <= at;
}

/**
 * Whether the product may hold at `at` that a warehouse holds the order: it was told so, and has not surely heard of the release.
 * A release whose webhook was lost is heard with the pull that asks after the work, and a parcel may be of other goods of the order.
 */
export function maySeemHeld(order: SimOrder, at: Instant, tellings: Tellings, backup: Script["backup"]): boolean {
  const own = tellings.of(order);
  return own.some(({ fact, heard }) => fact.what === "held" && heard.some((when) => when <= at)) && !own.some((telling) => telling.fact.what === "released" && isHeard(telling, at, backup));
}

/** When the journey came to its end: it arrived, will not, or nobody waits for it any more. */
export function endOf({ scans, cancelledAt }: Journey): Instant | undefined {
  const last = scans.at(-1);
  const end = last !== undefined && (last.status === "delivered" || isLoss(last.status)) ? last.at : undefined;
  return cancelledAt === undefined || (end !== undefined && end <= cancelledAt) ? end : cancelledAt;
}

/** When its carrier said that it will not arrive, unless the order was cancelled before. */
export function lossOf({ scans, cancelledAt }: Journey): Scan | undefined {
  return scans.find(({ status, at }) => isLoss(status) && at < (cancelledAt ?? Infinity));
}

/** Whether its carrier handled it after it had said that it will not arrive. */
export function isFound(journey: Journey): boolean {
  const lost = lossOf(journey);
  return lost !== undefined && journey.scans.some(({ at, status }) => at > lost.at && !isLoss(status));
}

export function dueOf(rule: string, since: Instant, { place }: SimOrder): Instant {
  return businessDaysAfter(since, SCAN_DAYS[rule] ?? 0, place);
}

export function scanRuleOf({ person, place }: SimOrder): string {
  return person.customer.country === place.country ? "scan-domestic" : "scan-abroad";
}

/** The standstills of a journey whose time had run out by `until`. */
export function standstillsOf(journey: Journey, until: Instant): readonly Standstill[] {
  const { order, parcel, scans, isFollowed, cancelledAt } = journey;
  const end = endOf(journey);
  const marks = scans.map(({ at }) => at).filter((at) => at < (end ?? Infinity));
  const taken = scans[0] !== undefined && scans[0].at <= (cancelledAt ?? Infinity) ? scans[0].at : cancelledAt;
  const stretches = marks.map((since, index) => ({ rule: scanRuleOf(order), since, over: marks[index + 1] ?? end }));
  if (isFollowed) stretches.unshift({ rule: "no-pickup", since: parcel.shippedAt, over: taken });
  return stretches.flatMap(({ rule, since, over }) => {
    const due = dueOf(rule, since, order);
    return due < until && (over ?? Infinity) > due ? [{ rule, since, due, ...(over !== undefined && { over }) }] : [];
  });
}

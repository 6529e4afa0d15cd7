import type { Instant } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import { type JoinedParcel, parcelsOf } from "./parcels.ts";

/** Whether these sources would tell of a parcel's first scan. */
export type Follows = (sources: readonly string[]) => boolean;

export function followedBy(trackers: readonly string[]): Follows {
  return (sources) => sources.some((source) => trackers.includes(source));
}

/** A part of an order as its sources know it: work of a warehouse, or a parcel. `at`: when it was done. */
interface Part {
  readonly since: Instant;
  readonly at: Instant | undefined;
}

/**
 * When the whole order had left, as far as its parts are known: its fulfilments shipped, its parcels with their
 * carriers. Parts that were first heard of after that (a parcel sent again) do not call it back.
 * A parcel that nobody follows has left with its label: no better word of it will come. Some shops tell of the parcel
 * and never that the work on it is done.
 */
export function leftAt(order: OrderView, follows: Follows): Instant | undefined {
  const sent = sentWith(order);
  const works = Object.entries(order.doc.fulfilments)
    .filter(([, { latest }]) => latest.value.status !== "cancelled")
    .map(([id, { since, first }]): Part => ({ since, at: first.shipped ?? sent.get(id) }));
  const parcels = parcelsOf(order).filter(isOnItsWay).map((parcel): Part => ({ since: sinceOf(parcel), at: parcel.handled[0] ?? (follows(parcel.sources) ? undefined : parcel.first.label) }));
  return firstComplete([...works, ...parcels]);
}

/**
 * When works that are open by their last word were sent: each with a parcel of its own that the same source made since.
 * A large shop system has no webhook that the work is closed: the last that is heard of it is that it was released or moved.
 */
function sentWith({ doc }: OrderView): ReadonlyMap<string, Instant> {
  const labels = Object.values(doc.parcels).flatMap(({ first, latest }) => (first.label === undefined || latest.value.status === "unknown" ? [] : [{ at: first.label, source: latest.source }])).sort((a, b) => a.at - b.at);
  const open = Object.entries(doc.fulfilments).filter(([, { latest, first }]) => latest.value.status === "open" && first.shipped === undefined);
  const sent = new Map<string, Instant>();
  for (const [id, { latest }] of open.sort(([, a], [, b]) => a.latest.at - b.latest.at)) {
    const own = labels.findIndex(({ at, source }) => source === latest.source && at >= latest.at);
    if (own >= 0) sent.set(id, (labels.splice(own, 1)[0] as { at: Instant }).at);
  }
  return sent;
}

/** When everything that had left had arrived: with its reader, or where they collect it. What was lost and sent again does not count twice. */
export function arrivedAt(order: OrderView): Instant | undefined {
  return allAt(order, arrivalOf);
}

/** When its reader had all of it in their hands: what waits to be collected is not there yet. */
export function deliveredAt(order: OrderView): Instant | undefined {
  return allAt(order, ({ first }) => first.delivered);
}

function allAt(order: OrderView, doneAt: (parcel: JoinedParcel) => Instant | undefined): Instant | undefined {
  const parcels = parcelsOf(order).filter(isOnItsWay);
  const counted = parcels.filter((parcel) => !isReplaced(parcel, parcels));
  return firstComplete(counted.map((parcel) => ({ since: sinceOf(parcel), at: doneAt(parcel) })));
}

/** The earliest moment at which all that was known by then was done. */
function firstComplete(parts: readonly Part[]): Instant | undefined {
  const moments = parts.flatMap(({ at }) => at ?? []).sort((a, b) => a - b);
  return moments.find((moment) => parts.every(({ since, at }) => since > moment || (at !== undefined && at <= moment)));
}

/** A parcel without a label is none yet, and one that was called off is none any more. */
function isOnItsWay({ first, handled }: JoinedParcel): boolean {
  return first.label !== undefined || handled.length > 0;
}

function sinceOf({ first }: JoinedParcel): Instant {
  return Math.min(...Object.values(first)) as Instant;
}

function arrivalOf({ first: { delivered, pickup } }: JoinedParcel): Instant | undefined {
  if (delivered === undefined || pickup === undefined) return delivered ?? pickup;
  return delivered <= pickup ? delivered : pickup;
}

function isReplaced(parcel: JoinedParcel, all: readonly JoinedParcel[]): boolean {
  const isLost = parcel.status === "returning" || parcel.status === "failed";
  return isLost && all.some((other) => other !== parcel && sinceOf(other) >= parcel.statusAt);
}

/** Whether a source would tell of the arrival: a tracker, or a shop that passes on what the carrier says. */
export function isFollowed(order: OrderView, follows: Follows): boolean {
  return parcelsOf(order).some((parcel) => follows(parcel.sources) || parcel.handled.length > 0);
}

import type { Instant } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import type { Obligation, Outcome } from "./obligations.ts";
import { endOf, type JoinedParcel, parcelsOf } from "./parcels.ts";

/** Cancelled, an order has nobody who waits for its parcels. */
const CALLED_OFF = "the order was cancelled";

/**
 * What a parcel on its way owes: that its carrier handles it again. Each handling starts the clock anew, so that one
 * promise moves with the parcel for as long as it never stands still; a standstill ends that promise, and the next
 * handling begins another.
 */
export interface Journey {
  /** Every name of it: `scan/<id>` of each view of the parcel. */
  readonly things: readonly string[];
  /** When the carrier handled it, ascending; at least once. */
  readonly handled: readonly Instant[];
  /** How it ended, if it did. */
  readonly end: { readonly at: Instant; readonly because?: string } | undefined;
}

/** The journeys of an order's parcels. */
export function journeysOf(order: OrderView): readonly Journey[] {
  return parcelsOf(order).filter(({ handled }) => handled.length > 0).map((parcel) => ({
    things: parcel.ids.map((id) => `scan/${id}`),
    handled: parcel.handled,
    end: endOfJourney(order, parcel),
  }));
}

function endOfJourney(order: OrderView, parcel: JoinedParcel): Journey["end"] {
  const at = endOf(parcel);
  const cancelledAt = order.doc.cancellation?.at;
  if (cancelledAt !== undefined && (at === undefined || cancelledAt < at)) return { at: cancelledAt, because: CALLED_OFF };
  return at === undefined ? undefined : { at };
}

/**
 * A journey as what it owes: one stretch for each standstill, and the one that goes on or was the last. `due` says by
 * when a handling must be followed by the next.
 */
export function stretchesOf(journey: Journey, due: (from: Instant) => Instant): readonly Obligation[] {
  const marks = marksOf(journey);
  const standstills = marks.flatMap((since, index): { since: Instant; outcome: Outcome }[] => {
    const next = marks[index + 1];
    return next !== undefined && next > due(since) ? [{ since, outcome: { kind: "kept", at: next } }] : [];
  });
  const last = { since: marks.at(-1) ?? (journey.handled[0] as Instant), outcome: outcomeOfEnd(journey.end) };
  return [...standstills, last].map((stretch, count) => ({
    starts: "parcel.scanned",
    things: journey.things.map((thing) => (count === 0 ? thing : `${thing}/${count}`)),
    restarts: true,
    ...stretch,
  }));
}

/** What became of the stretch of a journey that began at `since`: the next handling kept it, whenever that was. */
export function outcomeOfStretch(journey: Journey, since: Instant): Outcome {
  const next = marksOf(journey).find((at) => at > since);
  return next === undefined ? outcomeOfEnd(journey.end) : { kind: "kept", at: next };
}

function marksOf({ handled, end }: Journey): readonly Instant[] {
  return end === undefined ? handled : handled.filter((at) => at < end.at);
}

function outcomeOfEnd(end: Journey["end"]): Outcome {
  if (end === undefined) return { kind: "open" };
  return end.because === undefined ? { kind: "kept", at: end.at } : { kind: "withdrawn", at: end.at, because: end.because, isOver: true };
}

/** That the carrier takes a parcel, from its label on. `follows`: whether these sources would tell of its first scan. */
export function pickupsOf(order: OrderView, follows: (sources: readonly string[]) => boolean): readonly Obligation[] {
  return parcelsOf(order).flatMap((parcel): Obligation[] => {
    const since = parcel.first.label;
    if (since === undefined || !follows(parcel.sources)) return [];
    return [{ starts: "parcel.labelled", things: parcel.ids.map((id) => `pickup/${id}`), since, outcome: outcomeOfPickup(order, parcel), restarts: true }];
  });
}

function outcomeOfPickup(order: OrderView, { handled: [taken] }: JoinedParcel): Outcome {
  const cancelledAt = order.doc.cancellation?.at;
  if (taken !== undefined && (cancelledAt === undefined || taken <= cancelledAt)) return { kind: "kept", at: taken };
  return cancelledAt === undefined ? { kind: "open" } : { kind: "withdrawn", at: cancelledAt, because: CALLED_OFF, isOver: true };
}

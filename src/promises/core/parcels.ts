import { plainTrackingNumber } from "../../base/tracking-number.ts";
import type { Instant } from "../../base/time.ts";
import type { OrderView, ParcelHistory } from "../../commerce/index.ts";
import type { ParcelStatus, ParcelTrouble } from "../../intake/index.ts";

/** One parcel as all that speak of it see it together: the shop's fulfilment and a carrier's tracker. */
export interface JoinedParcel {
  /** Every view's id, the shop's first. */
  readonly ids: readonly [string, ...string[]];
  /** The last word of any view. */
  readonly status: ParcelStatus;
  readonly why?: ParcelTrouble;
  readonly statusAt: Instant;
  /** When each status was first said, by any view. */
  readonly first: Readonly<Partial<Record<ParcelStatus, Instant>>>;
  /** When the carrier was first known to have it, and each time that it handled it since, ascending. */
  readonly handled: readonly Instant[];
  readonly carrier?: string;
  /** The carrier's own estimate of the latest moment of delivery. */
  readonly expectedBy?: Instant;
  /** The sources that speak of it. */
  readonly sources: readonly string[];
}

/** States in which the carrier has the parcel, or had it. */
const WITH_CARRIER: readonly ParcelStatus[] = ["moving", "delayed", "last_mile", "pickup", "attempt_failed", "delivered", "returning", "failed"];

/** An order's parcels: views that name the same tracking number are one. By their first word and id. */
export function parcelsOf(order: OrderView): readonly JoinedParcel[] {
  const shop = order.doc.details?.source;
  const views = Object.entries(order.doc.parcels).map(([id, history]): View => ({ id, history, isShop: history.latest.source === shop }));
  const groups = Map.groupBy(views, ({ id, history }) => trackingKey(history) ?? id);
  return [...groups.values()].map((group) => join(group.sort(shopFirst))).sort((a, b) => earliestOf(a) - earliestOf(b) || (a.ids[0] < b.ids[0] ? -1 : 1));
}

interface View {
  readonly id: string;
  readonly history: ParcelHistory;
  readonly isShop: boolean;
}

/** With a space in front: no id looks like it. */
function trackingKey({ tracking }: ParcelHistory): string | undefined {
  const plain = tracking && plainTrackingNumber(tracking.value);
  return plain ? ` ${plain}` : undefined;
}

function shopFirst(a: View, b: View): number {
  return Number(b.isShop) - Number(a.isShop) || (a.id < b.id ? -1 : 1);
}

function join(views: readonly View[]): JoinedParcel {
  const histories = views.map(({ history }) => history);
  const first = mergedFirst(histories);
  const last = lastWord(histories);
  const named = <K extends "carrier" | "expectedBy">(key: K) => histories.flatMap((history) => history[key] ?? []).toSorted((a, b) => b.at - a.at)[0]?.value;
  const carrier = named("carrier") as string | undefined;
  const expectedBy = named("expectedBy") as Instant | undefined;
  const moments = [...WITH_CARRIER.flatMap((status) => first[status] ?? []), ...histories.flatMap(({ scans }) => scans)];
  return {
    ids: views.map(({ id }) => id) as [string, ...string[]],
    status: last.value.status,
    ...(last.value.why !== undefined && { why: last.value.why }),
    statusAt: first[last.value.status] ?? last.at,
    first,
    handled: [...new Set(moments)].sort((a, b) => a - b),
    ...(carrier !== undefined && { carrier }),
    ...(expectedBy !== undefined && { expectedBy }),
    sources: [...new Set(histories.map(({ latest: { source } }) => source))].sort(),
  };
}

/** The later word of two views counts; of two at one moment, the carrier's tracker knows more than the shop's copy of it. */
function lastWord(histories: readonly ParcelHistory[]): ParcelHistory["latest"] {
  return histories.map((history) => history.latest).reduce((winner, word) => (word.at >= winner.at ? word : winner));
}

function mergedFirst(histories: readonly ParcelHistory[]): JoinedParcel["first"] {
  const first: Partial<Record<ParcelStatus, Instant>> = {};
  for (const history of histories) {
    for (const [status, at] of Object.entries(history.first) as [ParcelStatus, Instant][]) {
      const known = first[status];
      first[status] = known === undefined || at < known ? at : known;
    }
  }
  return first;
}

function earliestOf({ first }: JoinedParcel): Instant {
  return Math.min(...Object.values(first)) as Instant;
}

/** States that end a journey: the parcel is with its reader, waits for them, or will not reach them. */
const ENDS: ReadonlySet<ParcelStatus> = new Set(["delivered", "pickup", "returning", "failed"]);

/** When a parcel's journey ended, if it did: nobody waits for its next scan any more. */
export function endOf({ status, first, handled }: JoinedParcel): Instant | undefined {
  const at = first[status];
  if (!ENDS.has(status) || at === undefined) return undefined;
  // It may have ended, gone on and ended again in the same way.
  const wentOn = Object.entries(first).some(([other, when]) => !ENDS.has(other as ParcelStatus) && when > at);
  return wentOn ? (handled.at(-1) ?? at) : at;
}

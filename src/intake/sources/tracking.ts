import { plainTrackingNumber } from "../../base/tracking-number.ts";
import type { Instant } from "../../base/time.ts";
import type { InboxRow, Normalised } from "../core/delivery.ts";
import type { FactOf, ParcelStatus, ParcelTrouble } from "../core/event.ts";
import { makeEvent, type Telling } from "../core/make-event.ts";
import { present } from "./payload.ts";

const PREFIX = "tracking/";

/** Longer ones are no tracking numbers: the longest in use (a GS1 route code, several joined) have some forty characters. */
const MAX_NUMBER = 100;

/**
 * The name by which a parcel's tracker finds the order that the shop's fulfilment named: `tracking/JD014600001`,
 * in capitals and without the blanks and hyphens that people and vendors write into numbers. Every source that knows
 * a tracking number tells it. No name where there is no number.
 */
export function trackingRefs(...numbers: readonly (string | null | undefined)[]): readonly string[] {
  const plain = numbers.map((number) => plainTrackingNumber(number ?? ""));
  return [...new Set(plain.filter((number) => number !== "" && number.length <= MAX_NUMBER).map((number) => PREFIX + number))];
}

/** Whether a ref is a tracking number. It leads to an address, so it is stored under a digest only. */
export function isTrackingRef(ref: string): boolean {
  return ref.startsWith(PREFIX);
}

/** Of a longer history the newest scans are told: a parcel around the world has some sixty. */
export const MAX_SCANS = 200;

/** What a carrier said of a parcel at one moment. */
export interface Scan {
  /** The carrier's own time. */
  readonly at: Instant;
  readonly status: ParcelStatus;
  readonly why?: ParcelTrouble | undefined;
}

/** A parcel as a tracker knows it. */
export interface Tracked {
  readonly parcelId: string;
  readonly carrier?: string | null | undefined;
  readonly tracking?: string | null | undefined;
  /** The order, where the tracker was given its id; else it is found by the tracking number. */
  readonly orderId?: string | undefined;
  readonly scans: readonly Scan[];
  /** The tracker's own view of it now; its time counts only where the carrier has scanned nothing yet. */
  readonly now: Scan;
  /** The carrier's estimate. */
  readonly expectedBy?: Instant | undefined;
}

/** Once it has come to one of these, an estimate says nothing any more. */
const OVER: ReadonlySet<ParcelStatus> = new Set(["delivered", "returning", "failed", "label_failed"]);

/** Of these the carrier has had nothing in its hands: a label is data. */
const UNHANDLED: ReadonlySet<ParcelStatus> = new Set(["unknown", "label", "label_failed"]);

/** What a carrier's word with a moment of its own says beside its status: that the parcel was handled then. */
export function scannedAs(status: ParcelStatus): { scanned?: true } {
  return UNHANDLED.has(status) ? {} : { scanned: true };
}

/**
 * Each scan is a fact of its own, at the carrier's time: told again in the next webhook, it is the same event.
 * The estimate is not the scan's: it is told beside the newest one, as is a state that the tracker knows and no scan says.
 * Empty when nothing is known: the number was given to the tracker before the carrier had heard of it.
 */
export function parcelTellings({ parcelId, carrier, tracking, orderId, scans, now, expectedBy }: Tracked): readonly Telling[] {
  const telling = ({ at, status, why }: Scan, more: Pick<FactOf<"parcel.recorded">, "scanned"> & { readonly expectedBy?: Instant | undefined }): Telling => ({
    at,
    ...(orderId !== undefined && { orderId }),
    refs: trackingRefs(tracking),
    fact: present<FactOf<"parcel.recorded">>({ kind: "parcel.recorded", parcelId, status, carrier, tracking, why, ...more }),
  });
  const told = scans.toSorted((a, b) => a.at - b.at).slice(-MAX_SCANS);
  const last = told.at(-1);
  const view = { ...now, at: last?.at ?? now.at };
  const until = OVER.has(view.status) ? undefined : expectedBy;
  const isSaid = view.status === "unknown" || (last?.status === view.status && (view.why === undefined || last.why === view.why));
  return unique([...told.map((scan) => telling(scan, scannedAs(scan.status))), ...(isSaid && until === undefined ? [] : [telling(view, { expectedBy: until })])]);
}

function unique(tellings: readonly Telling[]): readonly Telling[] {
  return [...new Map(tellings.map((each) => [JSON.stringify([each.at, each.fact]), each])).values()];
}

/** What a vendor's finer word adds to its status. */
export interface Finer {
  /** What the parcel is meanwhile, as long as it is under way. */
  readonly status?: ParcelStatus;
  readonly why?: ParcelTrouble;
}

const UNDER_WAY: ReadonlySet<ParcelStatus> = new Set(["moving", "last_mile", "unknown"]);
const UNTROUBLED: ReadonlySet<ParcelStatus> = new Set(["delivered", "label"]);

/** A status with its finer word: `moving` and "held by customs" is delayed; what has been delivered is delivered. */
export function refined(status: ParcelStatus, { status: finer, why }: Finer = {}): Pick<Scan, "status" | "why"> {
  return { status: finer !== undefined && UNDER_WAY.has(status) ? finer : status, why: UNTROUBLED.has(status) ? undefined : why };
}

/** The events of a parcel; a parcel of which the carrier knows nothing yet says nothing to anybody. */
export function tellParcel(row: InboxRow, tellings: readonly Telling[]): Normalised {
  if (tellings.length === 0) return { kind: "ignored", why: "The carrier knows nothing of this parcel yet. Its first scan comes with another webhook." };
  return { kind: "events", events: tellings.map((telling) => makeEvent(row, telling)) };
}

import { uuidOf } from "../../../base/ids.ts";
import { table } from "../../../base/table.ts";
import type { InboxRow, Normalised } from "../../core/delivery.ts";
import type { FactOf } from "../../core/event.ts";
import { estimateEnd } from "../estimates.ts";
import { present, readPayload, unknownKind } from "../payload.ts";
import { parcelTellings, type Scan, tellParcel, trackingRefs } from "../tracking.ts";
import * as payloads from "./payloads.ts";
import { statusOf } from "./statuses.ts";

/** Names of the store's sources that a Shippo fact mentions. */
export interface Names {
  /** This account's own name. */
  readonly tracker: string;
  /** The shop whose order ids stand in `metadata`. */
  readonly orderIdsFrom?: string;
}

type Reader = (row: InboxRow, names: Names) => Normalised;

const track: Reader = (row, names) =>
  readPayload(row, payloads.trackEvent, ({ data: body }) => {
    const now = body.tracking_status ?? {};
    const tellings = parcelTellings({
      parcelId: parcelIdOf(body, names),
      carrier: body.carrier,
      tracking: body.tracking_number,
      orderId: orderIdOf(body.metadata, names),
      // The newest is often in both; it is one fact all the same.
      scans: [...(body.tracking_history ?? []), now].flatMap(scanOf),
      now: { at: now.status_date ?? row.receivedAt, ...statusOf(now) },
      expectedBy: estimateEnd(body.eta, body.address_to?.country ?? undefined),
    });
    return tellParcel(row, tellings);
  });

/** A purchase that is finished: a label, or none. */
const transaction: Reader = (row, names) =>
  readPayload(row, payloads.transactionEvent, ({ data: body }) => {
    const { status, tracking_number: tracking, object_created: createdAt, object_updated: updatedAt } = body;
    if (status !== "SUCCESS" && status !== "ERROR") return ignored(`The label's purchase is "${status.slice(0, 40)}": neither bought nor refused, or taken back. The parcel is told by its tracking.`);
    const orderId = orderIdOf(body.metadata, names);
    const refs = trackingRefs(tracking);
    if (orderId === undefined && refs.length === 0) return ignored("Nothing says for which order this label was to be. Write the shop's order id into the metadata of transactions, and set orderIdsFrom.");
    const failed = status === "ERROR";
    const fact = present<FactOf<"parcel.recorded">>({
      kind: "parcel.recorded",
      parcelId: `${names.tracker}/${body.object_id}`,
      status: failed ? "label_failed" : "label",
      tracking,
      why: failed ? (isOfAddress(body) ? "address" : "other") : undefined,
    });
    const at = (failed ? (updatedAt ?? createdAt) : (createdAt ?? updatedAt)) ?? row.receivedAt;
    return tellParcel(row, [{ at, ...(orderId !== undefined && { orderId }), refs, fact }]);
  });

const batch: Reader = () => ignored("A batch of labels was made or bought. Each label is told by its own transaction: keep these events subscribed.");

const READERS = table<Reader>({
  track_updated: track,
  transaction_created: transaction,
  transaction_updated: transaction,
  batch_created: batch,
  batch_purchased: batch,
});

/** What a Shippo event says. */
export function normaliseShippo(row: InboxRow, names: Names): Normalised {
  if (row.kind === "unreadable") return { kind: "quarantined", code: "unreadable", why: "It came from Shippo but is no event. It is kept; report it with its inbox id." };
  const read = READERS[row.kind];
  return read ? read(row, names) : unknownKind(row, "Shippo");
}

/** A track has no id of its own: it is its label's parcel, or that of its number, which no id may show. */
function parcelIdOf({ transaction: label, carrier, tracking_number: number }: payloads.Track, { tracker }: Names): string {
  return `${tracker}/${label ?? uuidOf("shippo track", carrier ?? "", ...trackingRefs(number))}`;
}

function scanOf(status: Partial<payloads.TrackingStatus>): readonly Scan[] {
  const at = status.status_date ?? status.object_created;
  return at ? [{ at, ...statusOf({ status: status.status, substatus: status.substatus }) }] : [];
}

/** What can be an order's id; anything else in the metadata is a note of the store's. */
const ORDER_ID = /^[\w.-]{1,64}$/;

function orderIdOf(metadata: string | null | undefined, { orderIdsFrom }: Names): string | undefined {
  const given = metadata?.trim() ?? "";
  return orderIdsFrom !== undefined && ORDER_ID.test(given) ? `${orderIdsFrom}/${given}` : undefined;
}

/** Carriers have their own codes (`failed_address_validation`); those of an address say so. */
function isOfAddress({ messages }: payloads.Transaction): boolean {
  return (messages ?? []).some(({ code }) => /address/i.test(code ?? ""));
}

function ignored(why: string): Normalised {
  return { kind: "ignored", why };
}

import { uuidOf } from "../../../base/ids.ts";
import { table } from "../../../base/table.ts";
import type { InboxRow, Normalised } from "../../core/delivery.ts";
import { estimateEnd } from "../estimates.ts";
import { readPayload, unknownKind } from "../payload.ts";
import { parcelTellings, type Scan, tellParcel, trackingRefs } from "../tracking.ts";
import * as payloads from "./payloads.ts";
import { statusOf } from "./statuses.ts";

/** Names of the store's sources that a 17TRACK fact mentions. */
export interface Names {
  /** This account's own name. */
  readonly tracker: string;
  /** The shop whose order ids stand in `tag`. */
  readonly orderIdsFrom?: string;
}

type Reader = (row: InboxRow, names: Names) => Normalised;

const updated: Reader = (row, names) =>
  readPayload(row, payloads.update, ({ data: tracking }) => {
    const { number, track_info: info } = tracking;
    const providers = info.tracking?.providers ?? [];
    const estimate = info.time_metrics?.estimated_delivery_date;
    const tellings = parcelTellings({
      parcelId: parcelIdOf(tracking, names),
      carrier: providers.find((each) => each.provider?.name)?.provider?.name,
      tracking: number,
      orderId: orderIdOf(tracking, names),
      scans: providers.flatMap(({ events }) => (events ?? []).flatMap(scanOf)),
      now: { at: row.receivedAt, ...statusOf(info.latest_status.sub_status, info.latest_status.status) },
      expectedBy: estimateEnd(estimate?.to ?? estimate?.from, info.shipping_info?.recipient_address?.country ?? undefined),
    });
    return tellParcel(row, tellings);
  });

const stopped: Reader = () => ({
  kind: "ignored",
  why: "17TRACK follows this number no more. If its parcel is still under way, register the number again, or nothing more will be heard of it.",
});

const READERS = table<Reader>({ TRACKING_UPDATED: updated, TRACKING_STOPPED: stopped });

const LOOK = "Or look in the account's settings whether its webhooks are of version 2 or later.";

/** What a 17TRACK webhook says. */
export function normalise17Track(row: InboxRow, names: Names): Normalised {
  if (row.kind === "unreadable") return { kind: "quarantined", code: "unreadable", why: `It is signed by 17TRACK but is no event. It is kept; report it with its inbox id. ${LOOK}` };
  const read = READERS[row.kind];
  if (!read) return unknownKind(row, "17TRACK");
  const said = read(row, names);
  return said.kind === "quarantined" ? { ...said, why: `${said.why} ${LOOK}` } : said;
}

/** A number has no id of its own, and no id may show it. */
function parcelIdOf({ number, carrier }: payloads.Tracking, { tracker }: Names): string {
  return `${tracker}/${uuidOf("17track number", carrier ?? "", ...trackingRefs(number))}`;
}

function scanOf({ time_utc: utc, time_iso: local, sub_status: subStatus, stage }: payloads.TrackEvent): readonly Scan[] {
  const at = utc ?? local;
  return at == null ? [] : [{ at, ...statusOf(subStatus ?? stage) }];
}

/** What can be an order's id; anything else in the tag is a note of the store's. */
const ORDER_ID = /^[\w.-]{1,64}$/;

function orderIdOf({ tag }: payloads.Tracking, { orderIdsFrom }: Names): string | undefined {
  const given = tag?.trim() ?? "";
  return orderIdsFrom !== undefined && ORDER_ID.test(given) ? `${orderIdsFrom}/${given}` : undefined;
}

import { table } from "../../../base/table.ts";
import type { Instant } from "../../../base/time.ts";
import type { InboxRow, Normalised } from "../../core/delivery.ts";
import { estimateEnd } from "../estimates.ts";
import { readPayload, unknownKind } from "../payload.ts";
import { parcelTellings, tellParcel } from "../tracking.ts";
import * as payloads from "./payloads.ts";
import { statusOf } from "./statuses.ts";

/** Names of the store's sources that an EasyPost fact mentions. */
export interface Names {
  /** This account's own name. */
  readonly tracker: string;
  /** The shop whose order ids stand in the `reference` of shipments. */
  readonly orderIdsFrom?: string;
}

type Reader = (row: InboxRow, names: Names) => Normalised;

const trackerEvent: Reader = (row, names) => readPayload(row, payloads.trackerEvent, ({ result }) => told(row, names, result));

/** What a webhook of a tracker never says: whose order it is. */
const shipment: Reader = (row, names) =>
  readPayload(row, payloads.shipment, ({ reference, tracker }) => {
    if (!tracker) return ignored("The shipment has no tracker yet: its label is not bought.");
    const orderId = names.orderIdsFrom !== undefined && reference ? `${names.orderIdsFrom}/${reference}` : undefined;
    return told(row, names, tracker, orderId);
  });

const READERS = table<Reader>({ "tracker.created": trackerEvent, "tracker.updated": trackerEvent, "shipment.pulled": shipment });

const OFFICE = "It is about the account with EasyPost and says nothing of a parcel or an order. Unsubscribe from it, or leave it.";

/** https://docs.easypost.com/docs/events: what comes to the same address and is about no customer's parcel. */
const OF_NO_PARCEL = table<string>({
  batch: "A batch of labels was made or printed. Each parcel is told by its tracker.",
  claim: OFFICE,
  claims: OFFICE,
  insurance: OFFICE,
  payment: OFFICE,
  refund: "The postage of an unused label comes back to the store. It is not a refund of a customer's money.",
  report: OFFICE,
  scan_form: "A list of parcels for the carrier's driver was made. Each parcel is told by its tracker.",
  "shipment.invoice": OFFICE,
});

/** What an EasyPost event says. */
export function normaliseEasyPost(row: InboxRow, names: Names): Normalised {
  if (row.kind === "unreadable") return { kind: "quarantined", code: "unreadable", why: "It is signed by EasyPost but is no event. It is kept; report it with its inbox id." };
  const read = READERS[row.kind];
  if (read) return read(row, names);
  const why = OF_NO_PARCEL[row.kind.slice(0, row.kind.lastIndexOf("."))];
  return why === undefined ? unknownKind(row, "EasyPost") : ignored(why);
}

/** The kinds that the reconciling pull asks the sent webhooks of. */
export const TRACKER_KINDS: ReadonlySet<string> = new Set(["tracker.created", "tracker.updated"]);

function told(row: InboxRow, names: Names, tracker: payloads.Tracker, orderId?: string): Normalised {
  if (tracker.is_return) return ignored("The parcel is a return on its way to the store: no customer waits for it.");
  const now = statusOf(tracker);
  const started = now.status === "label" || now.status === "unknown";
  const tellings = parcelTellings({
    parcelId: `${names.tracker}/${tracker.id}`,
    carrier: tracker.carrier,
    tracking: tracker.tracking_code,
    orderId,
    scans: (tracker.tracking_details ?? []).flatMap((detail) => (detail.datetime ? [{ at: detail.datetime, ...statusOf(detail) }] : [])),
    now: { at: started ? tracker.created_at : (tracker.updated_at ?? tracker.created_at), ...now },
    expectedBy: expectedBy(tracker),
  });
  return tellParcel(row, tellings);
}

/** The carrier's local date says more than the same date as midnight UTC. */
function expectedBy({ est_delivery_date: date, carrier_detail: detail }: payloads.Tracker): Instant | undefined {
  const { est_delivery_date_local: day, est_delivery_time_local: time, destination_location: destination } = detail ?? {};
  const country = detail?.destination_tracking_location?.country ?? /(?:^|[\s,])([A-Z]{2})$/.exec(destination ?? "")?.[1];
  return estimateEnd(day ? (time ? `${day}T${time}` : day) : date, country);
}

function ignored(why: string): Normalised {
  return { kind: "ignored", why };
}

import type { InboxRow, Normalised } from "../../core/delivery.ts";
import { estimateEnd } from "../estimates.ts";
import { readPayload, unknownKind } from "../payload.ts";
import { parcelTellings, tellParcel } from "../tracking.ts";
import * as payloads from "./payloads.ts";
import { statusOf } from "./statuses.ts";

/** Names of the store's sources that an AfterShip fact mentions, and where it names the order. */
export interface Names {
  /** This account's own name. */
  readonly tracker: string;
  /** The shop whose order ids stand in `orderIdIn`. */
  readonly orderIdsFrom?: string;
  /** `order_id`, `order_number`, or a custom field. */
  readonly orderIdIn: string;
}

/** https://www.aftership.com/docs/tracking/webhook/webhook-specifications; each holds the whole tracking. */
const UPDATES: ReadonlySet<string> = new Set(["tracking_update", "edd_revise", "tracking_pending_time"]);
export const PULLED = "tracking_pulled";

/** What an AfterShip event says. */
export function normaliseAfterShip(row: InboxRow, names: Names): Normalised {
  if (row.kind === "unreadable") return { kind: "quarantined", code: "unreadable", why: "It is signed by AfterShip but is no event. It is kept; report it with its inbox id." };
  if (row.kind === PULLED) return readPayload(row, payloads.tracking, (tracking) => told(row, names, tracking));
  if (UPDATES.has(row.kind)) return readPayload(row, payloads.update, ({ msg }) => told(row, names, msg));
  return unknownKind(row, "AfterShip");
}

function told(row: InboxRow, names: Names, tracking: payloads.Tracking): Normalised {
  const { id, slug, tracking_number: number, created_at: createdAt, updated_at: updatedAt, courier_estimated_delivery_date: estimate } = tracking;
  const now = statusOf(tracking);
  const started = now.status === "label" || now.status === "unknown";
  const tellings = parcelTellings({
    parcelId: `${names.tracker}/${id}`,
    carrier: slug,
    tracking: number,
    orderId: orderIdOf(tracking, names),
    scans: (tracking.checkpoints ?? []).flatMap((scan) => (scan.at === undefined ? [] : [{ at: scan.at, ...statusOf(scan) }])),
    now: { at: started ? createdAt : (updatedAt ?? createdAt), ...now },
    // AfterShip names countries by three letters, which no zone is known by.
    expectedBy: estimateEnd(estimate?.estimated_delivery_date_max ?? estimate?.estimated_delivery_date ?? tracking.expected_delivery, undefined),
  });
  return tellParcel(row, tellings);
}

function orderIdOf(tracking: payloads.Tracking, { orderIdsFrom, orderIdIn }: Names): string | undefined {
  if (orderIdsFrom === undefined) return undefined;
  const known: Readonly<Record<string, unknown>> = { ...tracking.custom_fields, order_id: tracking.order_id, order_number: tracking.order_number };
  const given = known[orderIdIn];
  return typeof given === "string" && given !== "" ? `${orderIdsFrom}/${given}` : undefined;
}

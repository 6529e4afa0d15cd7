import { table } from "../../../base/table.ts";
import type { ParcelStatus } from "../../core/event.ts";
import { type Finer, refined, type Scan } from "../tracking.ts";
import type { TrackingStatus } from "./payloads.ts";

/** https://docs.goshippo.com/tracking/tracking */
const STATUSES = table<ParcelStatus>({
  UNKNOWN: "unknown",
  PRE_TRANSIT: "label",
  TRANSIT: "moving",
  DELIVERED: "delivered",
  RETURNED: "returning",
  FAILURE: "failed",
});

/** The codes of `substatus`, where they say more than the status. */
const SUBSTATUSES = table<Finer>({
  address_issue: { status: "delayed", why: "address" },
  contact_carrier: { status: "delayed", why: "carrier" },
  delayed: { status: "delayed" },
  delivery_attempted: { status: "attempt_failed" },
  delivery_rescheduled: { status: "delayed" },
  location_inaccessible: { status: "attempt_failed", why: "address" },
  notice_left: { status: "attempt_failed" },
  out_for_delivery: { status: "last_mile" },
  package_damaged: { status: "delayed", why: "damaged" },
  package_disposed: { status: "failed", why: "other" },
  package_held: { status: "delayed", why: "carrier" },
  package_lost: { status: "failed", why: "lost" },
  package_unclaimed: { status: "pickup", why: "unclaimed" },
  package_undeliverable: { status: "failed" },
  pickup_available: { status: "pickup" },
  reschedule_delivery: { status: "attempt_failed" },
  return_to_sender: { status: "returning" },
});

/** Shippo's words in ours; `unknown` for a word that we do not know. */
export function statusOf({ status, substatus }: Pick<TrackingStatus, "status" | "substatus">): Pick<Scan, "status" | "why"> {
  return refined(STATUSES[status ?? ""] ?? "unknown", SUBSTATUSES[substatus?.code ?? ""]);
}

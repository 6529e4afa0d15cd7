import { table } from "../../../base/table.ts";
import type { ParcelStatus } from "../../core/event.ts";
import { type Finer, refined, type Scan } from "../tracking.ts";

/** https://docs.easypost.com/docs/trackers: `status` of a tracker and of each of its details. */
const STATUSES = table<ParcelStatus>({
  unknown: "unknown",
  pre_transit: "label",
  in_transit: "moving",
  out_for_delivery: "last_mile",
  available_for_pickup: "pickup",
  delivered: "delivered",
  return_to_sender: "returning",
  failure: "failed",
  cancelled: "failed",
  error: "failed",
});

/** `status_detail`, where it says more than the status. */
const DETAILS = table<Finer>({
  address_correction: { status: "delayed", why: "address" },
  awaiting_information: { status: "delayed", why: "other" },
  damaged: { status: "delayed", why: "damaged" },
  delayed: { status: "delayed" },
  delivery_exception: { status: "attempt_failed" },
  held: { status: "delayed", why: "carrier" },
  lost: { status: "failed", why: "lost" },
  missorted: { status: "delayed", why: "carrier" },
  refused: { status: "attempt_failed", why: "refused" },
  return: { status: "returning" },
  transit_exception: { status: "delayed", why: "carrier" },
  weather_delay: { status: "delayed", why: "weather" },
});

/** EasyPost's words in ours; `unknown` for a word that we do not know. */
export function statusOf({ status, status_detail: detail }: { status?: string | null | undefined; status_detail?: string | null | undefined }): Pick<Scan, "status" | "why"> {
  return refined(STATUSES[status ?? ""] ?? "unknown", DETAILS[detail ?? ""]);
}

import { table } from "../../../base/table.ts";
import type { FactOf, ParcelStatus } from "../../core/event.ts";
import { present } from "../payload.ts";
import { trackingRefs } from "../tracking.ts";
import { exactId, type Fulfillment } from "./payloads.ts";

/** Shopify's fulfilment event statuses in our words (REST has them in lower case). */
const STATUSES = table<ParcelStatus>({
  label_purchased: "label",
  label_printed: "label",
  confirmed: "label",
  carrier_picked_up: "moving",
  in_transit: "moving",
  delayed: "delayed",
  out_for_delivery: "last_mile",
  ready_for_pickup: "pickup",
  attempted_delivery: "attempt_failed",
  delivered: "delivered",
  failure: "failed",
});

/** The carrier's word on a parcel; `unknown` for a word that we do not know. */
export function parcelStatus(status: string): ParcelStatus {
  return STATUSES[status.toLowerCase()] ?? "unknown";
}

/** A fulfilment as a parcel. Before the carrier's first scan there is a label at most. */
export function parcelFact(fulfillment: Fulfillment, shop: string): FactOf<"parcel.recorded"> {
  const { shipment_status: scanned, status } = fulfillment;
  const withdrawn = status === "cancelled" || status === "error" || status === "failure";
  return present<FactOf<"parcel.recorded">>({
    kind: "parcel.recorded",
    parcelId: `${shop}/${exactId(fulfillment)}`,
    status: scanned ? parcelStatus(scanned) : withdrawn ? "unknown" : "label",
    carrier: fulfillment.tracking_company,
    tracking: fulfillment.tracking_number,
  });
}

/** The names by which a carrier's tracker finds the order: a fulfilment may leave in several parcels. */
export function parcelRefs({ tracking_number: first, tracking_numbers: all }: Fulfillment): readonly string[] {
  return trackingRefs(first, ...(all ?? []));
}

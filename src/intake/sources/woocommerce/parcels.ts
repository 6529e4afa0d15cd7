import { z } from "zod";
import { uuidOf } from "../../../base/ids.ts";
import { type Instant, instant, SECOND } from "../../../base/time.ts";
import type { FactOf } from "../../core/event.ts";
import type { Telling } from "../../core/make-event.ts";
import { present, vendorId } from "../payload.ts";
import { trackingRefs } from "../tracking.ts";
import type { Order } from "./payloads.ts";

/** Where the Shipment Tracking extension keeps what it knows, and others that took its place (https://woocommerce.com/document/shipment-tracking/). */
const TRACKING = "_wc_shipment_tracking_items";

/** A plugin's record: anything else in it, and an item that is none, is left alone. */
const item = z.object({
  tracking_id: vendorId.nullish(),
  tracking_number: vendorId,
  tracking_provider: z.string().nullish(),
  custom_tracking_provider: z.string().nullish(),
  /** The day as seconds since 1970, at midnight. */
  date_shipped: z.coerce.number().int().positive().nullish().catch(undefined),
});

/** The parcels of an order. The shop has handed them over; before the carrier's first scan there is a label at most. */
export function parcelTellings(order: Order, orderId: string): readonly Telling[] {
  const kept = order.meta_data?.find(({ key }) => key === TRACKING)?.value;
  return (Array.isArray(kept) ? kept : []).flatMap((each: unknown) => {
    const read = item.safeParse(each);
    if (!read.success) return [];
    const { tracking_id: id, tracking_number: tracking, tracking_provider: known, custom_tracking_provider: other, date_shipped: day } = read.data;
    const refs = trackingRefs(tracking);
    const fact = present<FactOf<"parcel.recorded">>({
      kind: "parcel.recorded",
      // An id outlives the person: no tracking number may stand in it.
      parcelId: `${orderId}/${id ?? uuidOf("parcel", ...refs)}`,
      status: "label",
      carrier: known || other,
      tracking,
    });
    return [{ at: shippedAt(day ?? undefined, order), refs, fact }];
  });
}

/**
 * That the shop has sent the order. To WooCommerce a completed order needs no further action, which for goods is that
 * they have left; many shops keep no tracking number, and this is all that is ever said of it.
 */
export function completionTellings({ date_completed_gmt: at, status }: Order, orderId: string): readonly Telling[] {
  if (at == null || status !== "completed") return [];
  return [{ at, fact: { kind: "fulfilment.recorded", fulfilmentId: `${orderId}/completed`, status: "shipped" } }];
}

/** The stated day, within what can be: staff may choose one before the order or ahead. */
function shippedAt(day: number | undefined, { date_created_gmt: placed, date_modified_gmt: modified }: Order): Instant {
  return day === undefined ? modified : instant(Math.min(Math.max(day * SECOND, placed), modified));
}

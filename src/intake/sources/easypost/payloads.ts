import { z } from "zod";
import { moment, vendorId } from "../payload.ts";

// EasyPost's objects as far as we read them (https://docs.easypost.com/docs/trackers, /docs/events, /docs/shipments).

const place = z.object({ country: z.string().nullish() }).nullish();

const detail = z.object({ status: z.string().nullish(), status_detail: z.string().nullish(), datetime: moment.nullish() });

export const tracker = z.object({
  id: vendorId,
  tracking_code: z.string().nullish(),
  status: z.string(),
  status_detail: z.string().nullish(),
  created_at: moment,
  updated_at: moment.nullish(),
  est_delivery_date: z.string().nullish(),
  carrier: z.string().nullish(),
  tracking_details: z.array(detail).nullish(),
  carrier_detail: z
    .object({
      est_delivery_date_local: z.string().nullish(),
      est_delivery_time_local: z.string().nullish(),
      destination_location: z.string().nullish(),
      destination_tracking_location: place,
    })
    .nullish(),
  is_return: z.boolean().nullish(),
});
export type Tracker = z.infer<typeof tracker>;

export const trackerEvent = z.object({ id: z.string(), description: z.string(), result: tracker });

/** A bought label; `reference` is whatever the store wrote there. */
export const shipment = z.object({ id: vendorId, reference: z.string().nullish(), tracker: tracker.nullish() });

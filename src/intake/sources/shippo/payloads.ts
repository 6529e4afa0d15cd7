import { z } from "zod";
import { moment, vendorId } from "../payload.ts";

// Shippo's objects as far as we read them (https://docs.goshippo.com/tracking/webhooks, /shippoapi/public-api/transactions).

const status = z.object({ status: z.string().nullish(), status_date: moment.nullish(), object_created: moment.nullish(), substatus: z.object({ code: z.string().nullish() }).nullish() });
export type TrackingStatus = z.infer<typeof status>;

const track = z.object({
  carrier: z.string().nullish(),
  tracking_number: z.string().min(1),
  eta: z.string().nullish(),
  metadata: z.string().nullish(),
  /** The label, where it was bought at Shippo. */
  transaction: vendorId.nullish(),
  address_to: z.object({ country: z.string().nullish() }).nullish(),
  tracking_status: status.nullish(),
  tracking_history: z.array(status).nullish(),
});
export type Track = z.infer<typeof track>;

const transaction = z.object({
  object_id: vendorId,
  status: z.string(),
  tracking_number: z.string().nullish(),
  metadata: z.string().nullish(),
  messages: z.array(z.object({ code: z.string().nullish() })).nullish(),
  object_created: moment.nullish(),
  object_updated: moment.nullish(),
});
export type Transaction = z.infer<typeof transaction>;

export const trackEvent = z.object({ event: z.string(), data: track });
export const transactionEvent = z.object({ event: z.string(), data: transaction });

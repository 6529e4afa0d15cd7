import { z } from "zod";
import { moment, vendorId } from "../payload.ts";

// 17TRACK's tracking of version 2 as far as we read it (https://api.17track.net/en/doc: "Tracking info").

/** A time may be missing where the carrier gives only words: such a scan has no moment. */
const time = moment.nullish().catch(undefined);

const event = z.object({ time_utc: time, time_iso: time, sub_status: z.string().nullish(), stage: z.string().nullish() });
export type TrackEvent = z.infer<typeof event>;

const provider = z.object({
  provider: z.object({ name: z.string().nullish() }).nullish(),
  events: z.array(event).nullish(),
});

const info = z.object({
  latest_status: z.object({ status: z.string(), sub_status: z.string().nullish() }),
  shipping_info: z.object({ recipient_address: z.object({ country: z.string().nullish() }).nullish() }).nullish(),
  time_metrics: z.object({ estimated_delivery_date: z.object({ from: z.string().nullish(), to: z.string().nullish() }).nullish() }).nullish(),
  /** Of the carriers that hand it on, in turn. */
  tracking: z.object({ providers: z.array(provider).nullish() }).nullish(),
});

const tracking = z.object({
  number: z.string().min(1),
  /** The carrier's key at 17TRACK. */
  carrier: vendorId.nullish(),
  /** Whatever the store registered the number with. */
  tag: z.string().nullish(),
  track_info: info,
});
export type Tracking = z.infer<typeof tracking>;

export const update = z.object({ event: z.string(), data: tracking });

import { z } from "zod";
import { earliest, type Instant, parseInstant } from "../../../base/time.ts";
import { moment, vendorId } from "../payload.ts";

// AfterShip's tracking as far as we read it (https://www.aftership.com/docs/tracking/model/tracking, /model/checkpoint).

/**
 * The carrier's time of a checkpoint. Many carriers give a wall clock and no zone: it is read as UTC, and is never
 * later than AfterShip itself had heard of it.
 */
function scannedAt(text: string | null | undefined, heardAt: Instant | null | undefined): Instant | undefined {
  const at = text ? (parseInstant(text) ?? parseInstant(`${text}Z`) ?? parseInstant(`${text}T00:00:00Z`)) : undefined;
  return at !== undefined && heardAt != null ? earliest(at, heardAt) : (at ?? heardAt ?? undefined);
}

const checkpoint = z
  .object({ checkpoint_time: z.string().nullish(), created_at: moment.nullish(), tag: z.string().nullish(), subtag: z.string().nullish() })
  .transform(({ checkpoint_time: time, created_at: heardAt, tag, subtag }) => ({ at: scannedAt(time, heardAt), tag, subtag }));

export const tracking = z.object({
  id: vendorId,
  tracking_number: z.string().nullish(),
  slug: z.string().nullish(),
  tag: z.string(),
  subtag: z.string().nullish(),
  created_at: moment,
  updated_at: moment.nullish(),
  checkpoints: z.array(checkpoint).nullish(),
  courier_estimated_delivery_date: z.object({ estimated_delivery_date: z.string().nullish(), estimated_delivery_date_max: z.string().nullish() }).nullish(),
  /** Before API version 2024-04. */
  expected_delivery: z.string().nullish(),
  order_id: vendorId.nullish(),
  order_number: vendorId.nullish(),
  custom_fields: z.record(z.string(), z.unknown()).nullish(),
});
export type Tracking = z.infer<typeof tracking>;

export const update = z.object({ event: z.string(), msg: tracking });

import { z } from "zod";
import { minorDigits, type Money, money } from "../../../base/money.ts";
import { instant, SECOND } from "../../../base/time.ts";

// Stripe's objects as far as we read them (https://docs.stripe.com/api). A field that names another object is its id,
// or the object itself where the account expands it.

const reference = z
  .union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)])
  .nullish()
  .transform((id) => id ?? undefined);

/** A moment in seconds, none later than a date can be. */
export const seconds = z.int().positive().max(8.64e12).transform((at) => instant(at * SECOND));

/** What the shop gave Stripe: its order, or the checkout that is none yet. */
const metadata = z.object({ order_id: z.string().optional(), checkout_id: z.string().optional(), checkout_token: z.string().optional() }).nullish();
export type Metadata = z.infer<typeof metadata>;

const text = z.string().nullish();
/** Who pays, as they said at the till. */
const billing = z.object({ email: text, address: z.object({ country: text }).nullish() }).nullish();
export type Billing = z.infer<typeof billing>;

export const refund = z.object({
  id: z.string(),
  object: z.literal("refund"),
  amount: z.int(),
  currency: z.string(),
  status: z.string().nullish(),
  created: seconds,
  charge: reference,
  payment_intent: reference,
  failure_reason: z.string().nullish(),
  pending_reason: z.string().nullish(),
  metadata,
});
export type Refund = z.infer<typeof refund>;

export const charge = z.object({
  id: z.string(),
  object: z.literal("charge"),
  amount: z.int(),
  currency: z.string(),
  status: z.string(),
  captured: z.boolean(),
  payment_intent: reference,
  failure_code: z.string().nullish(),
  outcome: z.object({ reason: z.string().nullish() }).nullish(),
  billing_details: billing,
  receipt_email: text,
  refunds: z.object({ data: z.array(refund) }).nullish(),
  metadata,
});
export type Charge = z.infer<typeof charge>;

export const paymentIntent = z.object({
  id: z.string(),
  object: z.literal("payment_intent"),
  amount: z.int(),
  currency: z.string(),
  status: z.string(),
  latest_charge: reference,
  charges: z.object({ data: z.array(z.object({ id: z.string() })) }).nullish(),
  cancellation_reason: z.string().nullish(),
  last_payment_error: z
    .object({ code: z.string().nullish(), decline_code: z.string().nullish(), charge: reference, payment_method: z.object({ billing_details: billing }).nullish() })
    .nullish(),
  receipt_email: text,
  metadata,
});

export const dispute = z.object({
  id: z.string(),
  object: z.literal("dispute"),
  amount: z.int(),
  currency: z.string(),
  reason: z.string(),
  charge: reference,
  payment_intent: reference,
  metadata,
});

export const checkoutSession = z.object({
  id: z.string(),
  object: z.literal("checkout.session"),
  amount_total: z.int().nullish(),
  currency: z.string().nullish(),
  payment_status: z.string(),
  payment_intent: reference,
  customer_details: billing,
  customer_email: text,
  locale: text,
  consent: z.object({ promotions: text }).nullish(),
  metadata,
});

/** An event around one of them. */
export function eventOf<T>(object: z.ZodType<T>) {
  return z.object({ id: z.string(), type: z.string(), created: seconds, data: z.object({ object }) });
}

// https://docs.stripe.com/currencies: what Stripe counts in; it differs from ISO 4217 for some currencies.
const WHOLE_UNITS = new Set("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split(" "));
const THOUSANDTHS = new Set("BHD JOD KWD OMR TND".split(" "));

/** Money of an amount as Stripe counts it. Throws when our minor unit cannot hold it exactly. */
export function stripeMoney(amount: number, currency: string): Money {
  const code = currency.toUpperCase();
  const theirs = WHOLE_UNITS.has(code) ? 0 : THOUSANDTHS.has(code) ? 3 : 2;
  return money(amount * 10 ** (minorDigits(code) - theirs), code);
}

import { z } from "zod";
import type { Money } from "../../../base/money.ts";
import { amountOf, moment } from "../payload.ts";

// PayPal's resources as far as we read them, in version 2 (https://developer.paypal.com/api/payments/v2/,
// https://developer.paypal.com/api/customer-disputes/v1/).

const id = z.string().min(1).max(255);
const text = z.string().nullish();

const money = z.object({ currency_code: z.string(), value: z.string() }).transform(({ currency_code, value }): Money => amountOf(value, currency_code));

/** What a shop gave PayPal to know the order by. */
const given = { custom_id: text, invoice_id: text };

const related = {
  supplementary_data: z.object({ related_ids: z.record(z.string(), z.string()).optional() }).nullish(),
  links: z.array(z.object({ rel: z.string(), href: z.string() })).nullish(),
};

const payment = { id, amount: money, status: text, status_details: z.object({ reason: text }).nullish(), create_time: moment, ...given, ...related };

export const capture = z.object(payment);
export const authorization = z.object(payment);
export const refund = z.object({ ...payment, status: z.string() });
export type Payment = z.infer<typeof capture>;

/** An order whose payment was approved and then given back, never taken. */
export const approval = z.object({ order_id: id, purchase_units: z.array(z.object({ ...given, amount: money.optional() })).min(1) });

export const dispute = z.object({
  dispute_id: id,
  create_time: moment,
  reason: z.string(),
  dispute_amount: money,
  disputed_transactions: z
    .array(z.object({ seller_transaction_id: id.nullish(), custom: text, invoice_number: text, gross_amount: money.nullish() }))
    .min(1),
});

/** An event around one of them. */
export function eventOf<T>(resource: z.ZodType<T>) {
  return z.object({ id: z.string(), event_type: z.string(), create_time: moment, resource_type: text, resource });
}

import { z } from "zod";
import { decimal, moment, vendorId } from "../payload.ts";

// Shopify REST webhook bodies, as far as we read them (https://shopify.dev/docs/api/webhooks). `nullish`, because a
// field that a shop has not filled is null in one API version and absent in another.

const GID = /^gid:\/\/shopify\/\w+\/(\d+)/;

const identified = { id: vendorId.nullish(), admin_graphql_api_id: z.string().nullish() };

/** The exact id: the GraphQL id where it is given, because a proxy that re-serialised the body has rounded the other. */
export function exactId(thing: { id?: string | null | undefined; admin_graphql_api_id?: string | null | undefined }): string {
  const id = GID.exec(thing.admin_graphql_api_id ?? "")?.[1] ?? thing.id;
  if (!id) throw new RangeError("a part of it carries no id");
  return id;
}

const moneyPair = z.object({ amount: decimal, currency_code: z.string() });
/** What the customer saw (presentment) beside the shop's own books. */
const moneySet = z.object({ presentment_money: moneyPair.nullish(), shop_money: moneyPair.nullish() });
export type MoneySet = z.infer<typeof moneySet>;

const address = z.object({
  name: z.string().nullish(),
  first_name: z.string().nullish(),
  last_name: z.string().nullish(),
  company: z.string().nullish(),
  address1: z.string().nullish(),
  address2: z.string().nullish(),
  city: z.string().nullish(),
  province: z.string().nullish(),
  province_code: z.string().nullish(),
  zip: z.string().nullish(),
  country_code: z.string().nullish(),
});

export const customer = z.object({
  ...identified,
  email: z.string().nullish(),
  phone: z.string().nullish(),
  first_name: z.string().nullish(),
  last_name: z.string().nullish(),
  locale: z.string().nullish(),
  updated_at: moment.nullish(),
});
export type Customer = z.infer<typeof customer>;

export const transaction = z.object({
  ...identified,
  order_id: vendorId.nullish(),
  parent_id: vendorId.nullish(),
  kind: z.string(),
  status: z.string(),
  amount: decimal.nullish(),
  currency: z.string().nullish(),
  gateway: z.string().nullish(),
  authorization: z.string().nullish(),
  error_code: z.string().nullish(),
  created_at: moment.nullish(),
  processed_at: moment.nullish(),
  receipt: z.unknown().optional(),
});
export type Transaction = z.infer<typeof transaction>;

export const refund = z.object({
  ...identified,
  order_id: vendorId.nullish(),
  created_at: moment.nullish(),
  processed_at: moment.nullish(),
  transactions: z.array(transaction).nullish(),
  refund_line_items: z
    .array(z.object({ subtotal: decimal.nullish(), total_tax: decimal.nullish(), subtotal_set: moneySet.nullish(), total_tax_set: moneySet.nullish() }))
    .nullish(),
  order_adjustments: z.array(z.object({ kind: z.string().nullish(), amount_set: moneySet.nullish(), tax_amount_set: moneySet.nullish() })).nullish(),
});
export type Refund = z.infer<typeof refund>;

export const fulfillment = z.object({
  ...identified,
  order_id: vendorId.nullish(),
  status: z.string().nullish(),
  shipment_status: z.string().nullish(),
  tracking_company: z.string().nullish(),
  tracking_number: z.string().nullish(),
  tracking_numbers: z.array(z.string().nullish()).nullish(),
  created_at: moment.nullish(),
  updated_at: moment.nullish(),
});
export type Fulfillment = z.infer<typeof fulfillment>;

export const fulfillmentEvent = z.object({
  fulfillment_id: vendorId,
  order_id: vendorId,
  status: z.string(),
  happened_at: moment.nullish(),
  created_at: moment.nullish(),
});

export const order = z.object({
  ...identified,
  name: z.string(),
  created_at: moment,
  processed_at: moment.nullish(),
  updated_at: moment,
  cancelled_at: moment.nullish(),
  cancel_reason: z.string().nullish(),
  currency: z.string(),
  total_price: decimal,
  total_price_set: moneySet.nullish(),
  financial_status: z.string().nullish(),
  email: z.string().nullish(),
  contact_email: z.string().nullish(),
  phone: z.string().nullish(),
  customer_locale: z.string().nullish(),
  test: z.boolean().nullish(),
  checkout_id: vendorId.nullish(),
  checkout_token: z.string().nullish(),
  cart_token: z.string().nullish(),
  customer: customer.nullish(),
  billing_address: address.nullish(),
  shipping_address: address.nullish(),
  line_items: z.array(z.object({ ...identified, title: z.string(), quantity: z.number().int() })),
  refunds: z.array(refund).nullish(),
  fulfillments: z.array(fulfillment).nullish(),
});
export type Order = z.infer<typeof order>;

/** A checkout, whose buyer may still be typing (https://shopify.dev/docs/api/webhooks: checkouts/create, checkouts/update). */
export const checkout = z.object({
  id: vendorId.nullish(),
  token: z.string().min(1),
  cart_token: z.string().nullish(),
  name: z.string().nullish(),
  created_at: moment,
  updated_at: moment,
  completed_at: moment.nullish(),
  currency: z.string(),
  total_price: decimal,
  email: z.string().nullish(),
  phone: z.string().nullish(),
  customer_locale: z.string().nullish(),
  buyer_accepts_marketing: z.boolean().nullish(),
  abandoned_checkout_url: z.string().nullish(),
  customer: customer.nullish(),
  billing_address: address.nullish(),
  shipping_address: address.nullish(),
  line_items: z.array(z.object({ key: z.string().nullish(), title: z.string(), quantity: z.number().int() })),
});
export type Checkout = z.infer<typeof checkout>;

export const dispute = z.object({
  ...identified,
  order_id: vendorId.nullish(),
  amount: decimal,
  currency: z.string(),
  reason: z.string().nullish(),
  initiated_at: moment.nullish(),
});

/** The mandatory privacy topics (https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance). */
export const privacy = z.object({
  customer: z.object({ id: vendorId.nullish(), email: z.string().nullish() }).nullish(),
  orders_requested: z.array(vendorId).nullish(),
  orders_to_redact: z.array(vendorId).nullish(),
});

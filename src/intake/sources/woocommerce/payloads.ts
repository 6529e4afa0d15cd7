import { z } from "zod";
import { minorDigits, type Money, money } from "../../../base/money.ts";
import { parseInstant } from "../../../base/time.ts";
import { amountOf, decimal, vendorId } from "../payload.ts";

// WooCommerce REST v3 objects, as far as we read them (https://woocommerce.github.io/woocommerce-rest-api-docs/). The
// webhooks carry the same objects. `nullish`, because versions and plugins leave fields out.

/** Names of the store's sources that a WooCommerce fact mentions. */
export interface Names {
  /** This shop's own name. */
  readonly shop: string;
  /** The payments source whose ids stand in the shop's orders; a processor's own type unless configured. */
  readonly processor?: string;
}

/** `date_*_gmt` is UTC without saying so; the dates beside it are in the shop's own zone, which nothing names. */
const utc = z.string({ error: `is missing: set the webhook's API version to "WP REST API Integration v3"` }).transform((text, context) => {
  const at = parseInstant(`${text}Z`);
  if (at !== undefined) return at;
  context.addIssue({ code: "custom", message: "is not a time" });
  return z.NEVER;
});

const text = z.string().nullish();

const address = z.object({
  first_name: text,
  last_name: text,
  company: text,
  address_1: text,
  address_2: text,
  city: text,
  state: text,
  postcode: text,
  country: text,
});
export type Address = z.infer<typeof address>;

/** What gateways and plugins keep beside an order, without any schema. */
const metaData = z.array(z.object({ key: z.string(), value: z.unknown() })).nullish();
export type MetaData = z.infer<typeof metaData>;

export const order = z.object({
  id: vendorId,
  /** What customers see; plugins for numbering make it differ from the id. */
  number: vendorId.nullish(),
  status: z.string(),
  currency: z.string(),
  total: decimal,
  date_created_gmt: utc,
  date_modified_gmt: utc,
  date_paid_gmt: utc.nullish(),
  date_completed_gmt: utc.nullish(),
  /** 0 for a guest. */
  customer_id: vendorId.nullish(),
  payment_method: text,
  transaction_id: text,
  billing: address.extend({ email: text, phone: text }).nullish(),
  shipping: address.nullish(),
  meta_data: metaData,
  line_items: z.array(z.object({ id: vendorId, name: z.string(), quantity: z.number() })),
  refunds: z.array(z.object({ id: vendorId, total: decimal })).nullish(),
});
export type Order = z.infer<typeof order>;

/** What only the refund's own record says of it; an order names its id and amount alone. */
const refundRecord = z.object({ id: vendorId, date_created_gmt: utc, refunded_payment: z.boolean().nullish(), meta_data: metaData });
export type RefundRecord = z.infer<typeof refundRecord>;

/** An order as the reconciling pull keeps it, with the records of its refunds. */
export const pulledOrder = z.object({ order, refunds: z.array(refundRecord) });

export const customer = z.object({
  id: vendorId,
  email: text,
  first_name: text,
  last_name: text,
  billing: z.object({ phone: text }).nullish(),
  date_created_gmt: utc.nullish(),
  date_modified_gmt: utc.nullish(),
});

/** Of what was deleted, only the id is told. */
export const deleted = z.object({ id: vendorId });

/** What a webhook carries when the shop could not read what it was to tell. */
export const problem = z.object({ code: z.string(), message: z.string(), data: z.object({ status: z.number() }) });

const AMOUNT = /^(\d{1,13})(?:\.(\d{1,12}))?$/;

/**
 * An amount in the decimals that the shop chose to show, whatever its currency has (500.00 JPY, 12.3456 EUR).
 * What is finer than the currency is rounded, half up: nobody can be charged a part of a cent.
 */
export function shopMoney(given: string, currency: string): Money {
  const [, whole, fraction = ""] = AMOUNT.exec(given) ?? [];
  if (whole === undefined || fraction === "") return amountOf(given, currency);
  const digits = minorDigits(currency.toUpperCase());
  const kept = amountOf(`${whole}.${fraction.slice(0, digits) || "0"}`, currency);
  return /^[5-9]/.test(fraction.slice(digits)) ? money(kept.minor + 1, currency) : kept;
}

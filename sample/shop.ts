import { createHmac } from "node:crypto";
import { uuidOf } from "../src/base/ids.ts";
import { minorDigits, type Money } from "../src/base/money.ts";
import { iso, type Instant } from "../src/base/time.ts";
import type { SampleOrder, SampleParcel, SampleRefund, VendorDelivery } from "./model.ts";

/**
 * The sample shop's webhooks, in Shopify's documented format (REST resources, API 2024-10), signed as Shopify signs.
 * Ids are bare 64-bit numbers in the JSON, greater than a JavaScript number holds: that is how they arrive.
 */
export type ShopTopic = "orders/create" | "orders/paid" | "orders/updated" | "orders/cancelled" | "order_transactions/create" | "refunds/create" | "checkouts/create" | "checkouts/update" | "fulfillments/create" | "fulfillment_events/create" | "fulfillment_orders/rescheduled" | "fulfillment_orders/placed_on_hold" | "fulfillment_orders/hold_released";

// ES2025 JSON.rawJSON: writes digits as they are.
export const bigId = (digits: string): unknown => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(digits);

/** The id of a delivery: a function of what it tells, so that a restart tells the same story. */
export function webhookId(order: SampleOrder, ...parts: readonly (string | number)[]): string {
  return uuidOf("sample", order.id, ...parts);
}

export function chargeIdOf(order: SampleOrder): string {
  return `ch_sample${order.id}`;
}

export function orderDelivery(order: SampleOrder, topic: Extract<ShopTopic, `orders/${string}`>, secret: string, webhookId: string): VendorDelivery {
  return deliver(topic, JSON.stringify(orderBody(order)), order.updatedAt, secret, webhookId);
}

/** The capture, which carries the processor's own id of the charge: what joins the two books. */
export function captureDelivery(order: SampleOrder, secret: string, webhookId: string): VendorDelivery {
  const body = {
    id: bigId(`7${order.id.slice(1)}`),
    order_id: bigId(order.id),
    kind: "sale",
    gateway: "shopify_payments",
    status: "success",
    created_at: iso(order.placedAt),
    processed_at: iso(order.placedAt),
    test: false,
    authorization: chargeIdOf(order),
    error_code: null,
    receipt: { charge: chargeIdOf(order) },
    amount: decimal(order.total),
    currency: order.total.currency,
    admin_graphql_api_id: `gid://shopify/OrderTransaction/7${order.id.slice(1)}`,
  };
  return deliver("order_transactions/create", JSON.stringify(body), order.placedAt, secret, webhookId);
}

/** A basket at the till, which is no order: what it is made of is what the order would have been. */
export function checkoutDelivery(order: SampleOrder, token: string, secret: string, webhookId: string): VendorDelivery {
  const { contact, placedAt, total } = order;
  const body = {
    id: bigId(order.id),
    token,
    cart_token: `cart-${token}`,
    name: `#${order.number}`,
    email: contact.email,
    customer_locale: contact.locale,
    buyer_accepts_marketing: false,
    created_at: iso(placedAt),
    updated_at: iso(placedAt),
    completed_at: null,
    currency: total.currency,
    total_price: decimal(total),
    abandoned_checkout_url: `https://hearth.example/checkouts/${token}/recover`,
    billing_address: { first_name: contact.firstName, last_name: contact.lastName, country_code: contact.country },
    line_items: order.lines.map(({ id, title, quantity }) => ({ key: id, title, quantity })),
  };
  return deliver("checkouts/update", JSON.stringify(body), placedAt, secret, webhookId);
}

export function refundDelivery(order: SampleOrder, refund: SampleRefund, secret: string, webhookId: string): VendorDelivery {
  return deliver("refunds/create", JSON.stringify(refundBody(order, refund)), refund.requestedAt, secret, webhookId);
}

/** The carrier of every parcel, by its name as the shop writes it. */
export const CARRIER = "DHL";

/** A parcel as it leaves: with its label, before its carrier's first scan. */
export function parcelDelivery(order: SampleOrder, parcel: SampleParcel, secret: string, webhookId: string): VendorDelivery {
  return deliver("fulfillments/create", JSON.stringify(fulfilmentBody(order, parcel)), parcel.shippedAt, secret, webhookId);
}

/** What the carrier says of a parcel, and when it happened. */
export function scanDelivery(order: SampleOrder, parcel: SampleParcel, status: string, at: Instant, secret: string, webhookId: string): VendorDelivery {
  const body = { fulfillment_id: bigId(parcel.id), order_id: bigId(order.id), status, happened_at: iso(at), created_at: iso(at) };
  return deliver("fulfillment_events/create", JSON.stringify(body), at, secret, webhookId);
}

/** The work of sending an order, with the day by which it is to leave where one is known. */
export interface SampleWork {
  readonly id: string;
  readonly updatedAt: Instant;
  readonly fulfilBy?: Instant;
  /** Why the warehouse holds it, in the shop's words. */
  readonly heldFor?: string;
}

/** That the work is held, or goes on. Such a webhook names neither the order nor its own moment. */
export function holdDelivery({ id, heldFor, updatedAt }: SampleWork, secret: string, webhookId: string): VendorDelivery {
  const work = { id: `gid://shopify/FulfillmentOrder/${id}`, status: heldFor === undefined ? "open" : "on_hold", ...(heldFor !== undefined && { fulfillment_holds: holdsOf(heldFor) }) };
  return deliver(heldFor === undefined ? "fulfillment_orders/hold_released" : "fulfillment_orders/placed_on_hold", JSON.stringify({ fulfillment_order: work }), updatedAt, secret, webhookId);
}

function holdsOf(reason: string): readonly object[] {
  return [{ reason, reason_notes: null }];
}

/** That the work is to be done by another day. Such a webhook does not say whose order it is: the API does. */
export function workDelivery(work: SampleWork, secret: string, webhookId: string): VendorDelivery {
  return deliver("fulfillment_orders/rescheduled", JSON.stringify(workBody(work, "open")), work.updatedAt, secret, webhookId);
}

/** The work as the API has it. */
export function workBody({ id, updatedAt, fulfilBy, heldFor }: SampleWork, status: "open" | "on_hold" | "closed" | "cancelled", order?: SampleOrder): object {
  return { fulfillment_order: { id: bigId(id), ...(order && { order_id: bigId(order.id) }), status, ...(fulfilBy !== undefined && { fulfill_by: iso(fulfilBy) }), ...(heldFor !== undefined && { fulfillment_holds: holdsOf(heldFor) }), updated_at: iso(updatedAt) } };
}

/** One delivery of the shop, signed. */
export function deliver(topic: ShopTopic, body: string, triggeredAt: Instant, secret: string, webhookId: string): VendorDelivery {
  return {
    source: "shopify",
    topic,
    headers: {
      "content-type": "application/json",
      "x-shopify-topic": topic,
      "x-shopify-shop-domain": "sample.example",
      "x-shopify-api-version": "2024-10",
      "x-shopify-webhook-id": webhookId,
      "x-shopify-triggered-at": iso(triggeredAt),
      "x-shopify-hmac-sha256": createHmac("sha256", secret).update(body).digest("base64"),
    },
    body,
  };
}

function orderBody(order: SampleOrder): object {
  const { contact } = order;
  const address = { first_name: contact.firstName, last_name: contact.lastName, country_code: contact.country, phone: null };
  return {
    id: bigId(order.id),
    admin_graphql_api_id: `gid://shopify/Order/${order.id}`,
    name: `#${order.number}`,
    order_number: order.number,
    test: false,
    email: contact.email,
    contact_email: contact.email,
    phone: contact.phone ?? null,
    customer_locale: contact.locale,
    currency: order.total.currency,
    total_price: decimal(order.total),
    created_at: iso(order.placedAt),
    processed_at: iso(order.placedAt),
    updated_at: iso(order.updatedAt),
    cancelled_at: order.cancelled ? iso(order.cancelled.at) : null,
    cancel_reason: order.cancelled?.reason ?? null,
    financial_status: financialStatus(order),
    ...(order.till?.checkout && { checkout_id: bigId(order.till.checkout.id), checkout_token: order.till.checkout.token }),
    payment_gateway_names: order.paid ? ["shopify_payments"] : [],
    line_items: order.lines.map((line) => ({
      id: bigId(line.id),
      admin_graphql_api_id: `gid://shopify/LineItem/${line.id}`,
      title: line.title,
      quantity: line.quantity,
      price: decimal(line.price),
    })),
    billing_address: address,
    shipping_address: { ...address, name: `${contact.firstName} ${contact.lastName}`, ...contact.address },
    customer: order.customer
      ? {
          id: bigId(order.customer.id),
          admin_graphql_api_id: `gid://shopify/Customer/${order.customer.id}`,
          email: order.customer.email,
          first_name: order.customer.firstName,
          last_name: order.customer.lastName,
          phone: null,
        }
      : null,
    refunds: order.refunds.map((refund) => refundBody(order, refund)),
    fulfillments: (order.fulfilments ?? []).map((fulfilment) => fulfilmentBody(order, fulfilment)),
  };
}

function refundBody(order: SampleOrder, refund: SampleRefund): object {
  return {
    id: bigId(refund.id),
    order_id: bigId(order.id),
    admin_graphql_api_id: `gid://shopify/Refund/${refund.id}`,
    created_at: iso(refund.requestedAt),
    processed_at: iso(refund.requestedAt),
    note: null,
    refund_line_items: [],
    order_adjustments: [],
    transactions: [
      {
        id: bigId(`8${refund.id.slice(1)}`),
        order_id: bigId(order.id),
        kind: "refund",
        gateway: "shopify_payments",
        status: refund.shop,
        amount: decimal(refund.amount),
        currency: refund.amount.currency,
        authorization: `re_sample${refund.id}`,
        receipt: { id: `re_sample${refund.id}` },
        created_at: iso(refund.requestedAt),
        processed_at: iso(refund.requestedAt),
        admin_graphql_api_id: `gid://shopify/OrderTransaction/8${refund.id.slice(1)}`,
      },
    ],
  };
}

/** The shop's listing of an order names its parcels, and leaves it to the events of each where they are. */
function fulfilmentBody(order: SampleOrder, { id, tracking, shippedAt }: SampleParcel): object {
  return {
    id: bigId(id),
    order_id: bigId(order.id),
    admin_graphql_api_id: `gid://shopify/Fulfillment/${id}`,
    status: "success",
    shipment_status: null,
    tracking_company: CARRIER,
    tracking_number: tracking,
    created_at: iso(shippedAt),
    updated_at: iso(shippedAt),
  };
}

function financialStatus(order: SampleOrder): string {
  if (!order.paid) return order.cancelled ? "voided" : "pending";
  const refunded = order.refunds.filter((refund) => refund.shop === "success").reduce((sum, refund) => sum + refund.amount.minor, 0);
  if (refunded === 0) return "paid";
  return refunded >= order.total.minor ? "refunded" : "partially_refunded";
}

export function decimal(amount: Money): string {
  const digits = minorDigits(amount.currency);
  return (amount.minor / 10 ** digits).toFixed(digits);
}

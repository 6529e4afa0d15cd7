import { table } from "../../../base/table.ts";
import type { Instant } from "../../../base/time.ts";
import type { InboxRow } from "../../core/delivery.ts";
import type { CancelReason, Contact, Fact, FactOf, PaymentStatus, PostalAddress, StoreEvent } from "../../core/event.ts";
import { makeEvent, type Telling } from "../../core/make-event.ts";
import { amountOf, dialable, present } from "../payload.ts";
import { parcelFact, parcelRefs } from "./parcels.ts";
import { type Customer, exactId, type Order, type Refund } from "./payloads.ts";
import type { Names } from "./processor-ids.ts";
import { refundFact, refundRefs } from "./refunds.ts";

/** https://shopify.dev/docs/api/admin-rest/latest/resources/order (cancel_reason). */
const CANCEL_REASONS = table<CancelReason>({
  customer: "customer",
  inventory: "inventory",
  fraud: "fraud",
  declined: "declined",
  staff: "staff",
  other: "other",
});

/** The shop's own view of the order's money. Partly paid is still pending: the order is not paid. */
const PAYMENT_STATUSES = table<PaymentStatus>({
  pending: "pending",
  partially_paid: "pending",
  authorized: "authorized",
  paid: "captured",
  partially_refunded: "captured",
  refunded: "captured",
  voided: "voided",
  expired: "voided",
});

/** Everything that a snapshot of an order says, as of its `updated_at`. */
export function orderEvents(row: InboxRow, order: Order, names: Names): readonly StoreEvent[] {
  const orderId = `${names.shop}/${exactId(order)}`;
  const tellings: Telling[] = [
    { at: order.updated_at, fact: recorded(order, names) },
    ...cancellation(order),
    ...payment(order, orderId),
    ...(order.refunds ?? []).flatMap((refund) => refundTellings(order, refund, names)),
    ...(order.fulfillments ?? []).map((each) => ({ at: each.updated_at ?? order.updated_at, refs: parcelRefs(each), fact: parcelFact(each, names.shop) })),
  ];
  return tellings.map((telling) => makeEvent(row, { orderId, ...telling }));
}

function recorded(order: Order, names: Names): Fact {
  const price = order.total_price_set?.presentment_money;
  return present<FactOf<"order.recorded">>({
    kind: "order.recorded",
    reference: order.name,
    placedAt: order.processed_at ?? order.created_at,
    contact: contactOf(order, names.shop),
    country: order.shipping_address?.country_code ?? order.billing_address?.country_code,
    shipTo: order.shipping_address && shipTo(order.shipping_address),
    total: price ? amountOf(price.amount, price.currency_code) : amountOf(order.total_price, order.currency),
    lines: order.line_items.map((line) => ({ id: exactId(line), title: line.title, quantity: line.quantity })),
    test: order.test ?? false,
  });
}

/** An address that the shop has emptied (a redacted customer's) is none. */
function shipTo(address: NonNullable<Order["shipping_address"]>): PostalAddress | undefined {
  const { address1, address2, city, zip } = address;
  const lines = [address1, address2].filter((line) => line != null && line !== "") as string[];
  if (lines.length === 0 && !city && !zip) return undefined;
  return present<PostalAddress>({
    name: address.name,
    company: address.company,
    lines,
    city,
    region: address.province_code ?? address.province,
    postalCode: zip,
    country: address.country_code,
  });
}

type Buyer = Pick<Order, "customer" | "billing_address" | "email" | "phone" | "customer_locale"> & Partial<Pick<Order, "contact_email">>;

/** Names come from the customer or the bill, never from the shipping address: that may be a gift's recipient. */
export function contactOf(order: Buyer, shop: string): Contact {
  const { customer, billing_address: bill } = order;
  return present<Contact>({
    customerId: customer ? `${shop}/${exactId(customer)}` : undefined,
    firstName: customer?.first_name ?? bill?.first_name,
    lastName: customer?.last_name ?? bill?.last_name,
    email: order.contact_email ?? order.email ?? customer?.email,
    phone: dialable(order.phone) ?? dialable(customer?.phone),
    locale: order.customer_locale ?? customer?.locale,
  });
}

/** A customer's own record, which outlives the order. */
export function customerContact(customer: Customer, shop: string): Contact {
  return present<Contact>({
    customerId: `${shop}/${exactId(customer)}`,
    firstName: customer.first_name,
    lastName: customer.last_name,
    email: customer.email,
    phone: dialable(customer.phone),
    locale: customer.locale,
  });
}

function cancellation(order: Order): Telling[] {
  if (!order.cancelled_at) return [];
  const { cancel_reason: given } = order;
  // A reason that a newer API adds is a reason, just none that we know: `other`, not `unstated`.
  const reason = given ? (CANCEL_REASONS[given] ?? "other") : "unstated";
  return [{ at: order.cancelled_at, fact: { kind: "order.cancelled", reason } }];
}

function payment(order: Order, orderId: string): Telling[] {
  const status = PAYMENT_STATUSES[order.financial_status ?? ""];
  if (!status) return [];
  const amount = amountOf(order.total_price, order.currency);
  const why = order.financial_status === "expired" || order.financial_status === "partially_paid" ? order.financial_status : undefined;
  const fact = present<FactOf<"payment.recorded">>({ kind: "payment.recorded", paymentId: orderId, status, amount, why });
  return [{ at: order.updated_at, fact }];
}

/**
 * A refund as the snapshot sees it, and that it was asked for when it was created: its clock starts there, not
 * when this snapshot was made.
 */
function refundTellings(order: Order, refund: Refund, names: Names): Telling[] {
  const fact = refundFact(refund, names, order.currency);
  if (!fact) return [];
  const refs = refundRefs(refund, names);
  const seen: Telling = { at: order.updated_at, refs, fact: neverPaid(order) && fact.status === "requested" ? withdrawn(fact) : fact };
  const since = refund.created_at;
  if (!since || since >= order.updated_at) return [seen];
  return [{ at: since, fact: asked(fact) }, seen];
}

function asked({ kind, refundId, view, amount }: FactOf<"refund.recorded">): FactOf<"refund.recorded"> {
  return { kind, refundId, view, status: "requested", amount };
}

/** Cancelling an unpaid order writes a refund with lines and no money: nothing is owed of what was never paid. */
function withdrawn(fact: FactOf<"refund.recorded">): FactOf<"refund.recorded"> {
  return { ...fact, status: "cancelled", why: "never_paid" };
}

function neverPaid({ financial_status: status }: Order): boolean {
  return status === "pending" || status === "authorized" || status === "voided" || status === "expired";
}

/** The moment itself, or when the delivery says that it happened, or when it came. */
export function momentOf(row: InboxRow, ...known: readonly (Instant | null | undefined)[]): Instant {
  return known.find((at) => at != null) ?? row.triggeredAt ?? row.receivedAt;
}

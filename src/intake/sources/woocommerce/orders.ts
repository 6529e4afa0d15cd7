import { table } from "../../../base/table.ts";
import { decodeHTMLStrict } from "entities";
import type { InboxRow } from "../../core/delivery.ts";
import type { Contact, Fact, FactOf, PaymentStatus, PostalAddress, StoreEvent } from "../../core/event.ts";
import { makeEvent, type Telling } from "../../core/make-event.ts";
import { dialable, present } from "../payload.ts";
import { completionTellings, parcelTellings } from "./parcels.ts";
import { type Address, type MetaData, type Names, type Order, type RefundRecord, shopMoney } from "./payloads.ts";
import { processorRefs, refundTellings } from "./refunds.ts";

/** The gateways of WooCommerce itself that take an order before its money: by transfer, by cheque, at the door. */
const PAID_LATER = new Set(["bacs", "cheque", "cod"]);

/** Where WPML, TranslatePress and Weglot keep the language that an order was placed in; WooCommerce itself keeps none. */
const LANGUAGE_KEYS = ["wpml_language", "trp_language", "weglot_language"];

/** Everything that a snapshot of an order says, as of its last change. */
export function orderEvents(row: InboxRow, order: Order, records: readonly RefundRecord[], names: Names): readonly StoreEvent[] {
  const orderId = `${names.shop}/${order.id}`;
  const tellings: readonly Telling[] = [
    { at: order.date_modified_gmt, refs: processorRefs(order, names), fact: recorded(order, names) },
    ...cancellation(order),
    ...payment(order, orderId),
    // Nothing is owed of what was never paid: the shop writes a refund even when only the status of an unpaid order is changed.
    ...(isPaid(order) ? refundTellings(order, records, names) : []),
    ...parcelTellings(order, orderId),
    ...completionTellings(order, orderId),
  ];
  const events = tellings.map((telling) => makeEvent(row, { orderId, ...telling }));
  return isAnonymised(order) ? [...events, makeEvent(row, { at: order.date_modified_gmt, fact: { kind: "privacy.redact", orderIds: [orderId] } })] : events;
}

function recorded(order: Order, names: Names): Fact {
  return present<FactOf<"order.recorded">>({
    kind: "order.recorded",
    // As the shop's own mails write it.
    reference: `#${order.number ?? order.id}`,
    placedAt: order.date_created_gmt,
    contact: contactOf(order, names.shop),
    country: order.shipping?.country || order.billing?.country,
    shipTo: order.shipping && !isAnonymised(order) ? shipTo(order.shipping) : undefined,
    total: shopMoney(order.total, order.currency),
    lines: order.line_items.map(({ id, name, quantity }) => ({ id, title: decodeHTMLStrict(name), quantity })),
    test: false,
  });
}

/** Who pays is who ordered: the shipping address may be a gift's recipient. */
function contactOf(order: Order, shop: string): Contact {
  const customerId = order.customer_id && order.customer_id !== "0" ? `${shop}/${order.customer_id}` : undefined;
  const locale = localeOf(order.meta_data);
  if (isAnonymised(order)) return present<Contact>({ customerId, locale });
  const { billing } = order;
  return present<Contact>({
    customerId,
    firstName: billing?.first_name,
    lastName: billing?.last_name,
    email: billing?.email,
    phone: dialable(billing?.phone),
    locale,
  });
}

/** Without anything to ship there is no address. */
function shipTo(address: Address): PostalAddress | undefined {
  const { first_name: first, last_name: last, address_1: line1, address_2: line2, city, postcode, state, country } = address;
  const lines = [line1, line2].filter((line) => line != null && line !== "") as string[];
  if (lines.length === 0 && !city && !postcode) return undefined;
  return present<PostalAddress>({
    name: [first, last].filter(Boolean).join(" "),
    company: address.company,
    lines,
    city,
    // Some countries' states carry the country (DE-BE).
    region: country && state?.startsWith(`${country}-`) ? state.slice(country.length + 1) : state,
    postalCode: postcode,
    country,
  });
}

function localeOf(meta: MetaData): string | undefined {
  for (const { key, value } of meta ?? []) {
    if (!LANGUAGE_KEYS.includes(key) || typeof value !== "string" || value === "") continue;
    try {
      return Intl.getCanonicalLocales(value.replaceAll("_", "-"))[0];
    } catch {
      // Some plugins invent codes: the store's own language serves as well as a guess.
    }
  }
  return undefined;
}

/**
 * WooCommerce keeps neither the moment nor the reason of a cancellation. What was never paid and waits for an online
 * payment is no order that anybody counts on: the shop cancels it by itself once it has been held for long enough, and
 * so can the customer. Only its payment is over; the money of a customer who pays after all is taken again.
 */
function cancellation(order: Order): readonly Telling[] {
  if (order.status !== "cancelled" || !isCountedOn(order)) return [];
  return [{ at: order.date_modified_gmt, fact: { kind: "order.cancelled", reason: "unstated" } }];
}

function isCountedOn(order: Order): boolean {
  return isPaid(order) || Boolean(order.transaction_id) || PAID_LATER.has(order.payment_method ?? "");
}

/** https://woocommerce.com/document/managing-orders/order-statuses/. Undefined for a status of a plugin's own. */
const UNPAID = table<PaymentStatus>({
  pending: "pending",
  "on-hold": "pending",
  // Not paid yet, so at the door.
  processing: "pending",
  failed: "failed",
  cancelled: "voided",
});

function payment(order: Order, orderId: string): readonly Telling[] {
  const status = isPaid(order) ? "captured" : UNPAID[order.status];
  if (!status) return [];
  const amount = shopMoney(order.total, order.currency);
  const isPaidLater = status === "pending" && PAID_LATER.has(order.payment_method ?? "");
  const fact: Fact = { kind: "payment.recorded", paymentId: orderId, status, amount, ...(status === "voided" && { why: "never_paid" }), ...(isPaidLater && { why: "paid_later" }) };
  return [{ at: order.date_modified_gmt, fact }];
}

/** Both dates stay whatever becomes of the order. To WooCommerce a completed order is paid, also one that was paid at the door. */
function isPaid({ date_paid_gmt: paid, date_completed_gmt: completed }: Order): boolean {
  return paid != null || completed != null;
}

/** The shop has removed the person from the order, at their wish or after the time that it keeps them (Accounts and privacy). */
function isAnonymised(order: Order): boolean {
  return order.meta_data?.some(({ key, value }) => key === "_anonymized" && value === "yes") ?? false;
}

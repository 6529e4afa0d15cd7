import type { Contact } from "../../intake/index.ts";
import type { CheckoutDetails, CustomerDoc, OrderDetails, OrderDoc, OrderView, Register, StateHistory } from "./model.ts";

/** What is known of an order beside its document. */
export interface OrderIdentity {
  readonly orderId: string;
  readonly spokenRef: string;
  readonly redacted: boolean;
}

/** An order as other stages see it. `customer` is the record of its own customer, where there is one. */
export function viewOf(order: OrderIdentity, doc: OrderDoc, customer: CustomerDoc | undefined): OrderView {
  const begun = begunOf(doc);
  const details = begun?.value;
  const customerId = details?.contact.customerId;
  const retryUrl = doc.checkout?.value.retryUrl;
  return {
    orderId: order.orderId,
    reference: referenceOf(order.orderId, doc),
    spokenRef: order.spokenRef,
    doc,
    contact: contactOf(begun?.at, details?.contact, customer?.contact),
    // By the vendor's id and never by address: people who share one are told apart.
    recipient: customerId === undefined ? `order/${order.orderId}` : `customer/${customerId}`,
    ...(details?.country !== undefined && { country: details.country }),
    ...(retryUrl !== undefined && { retryUrl }),
    sources: sourcesOf(doc),
    redacted: order.redacted,
  };
}

/** Who it is and what they chose: as the order says it, and until there is one as its checkout does. */
export function begunOf(doc: OrderDoc): Register<OrderDetails> | Register<CheckoutDetails> | undefined {
  return doc.details ?? doc.checkout;
}

/** What the customer calls the order. Until the order itself was heard of, the vendor's id has to do. */
export function referenceOf(orderId: string, doc: OrderDoc): string {
  return begunOf(doc)?.value.reference ?? orderId.slice(orderId.lastIndexOf("/") + 1);
}

/** The customer's own record where it is newer; what it leaves open, the order may still know. */
function contactOf(orderAt: number | undefined, ofOrder: Contact | undefined, ofCustomer: Register<Contact> | undefined): Contact {
  if (ofCustomer === undefined || ofOrder === undefined) return ofOrder ?? {};
  const newer = ofCustomer.at > (orderAt ?? -Infinity);
  const merged = newer ? { ...ofOrder, ...ofCustomer.value } : { ...ofCustomer.value, ...ofOrder };
  // The order says whose it is; a customer's record cannot move it to somebody else.
  return { ...merged, ...(ofOrder.customerId !== undefined && { customerId: ofOrder.customerId }) };
}

function sourcesOf(doc: OrderDoc): string[] {
  const single = [doc.details, doc.checkout, doc.cancellation].filter((known) => known !== undefined);
  const histories = [doc.refunds, doc.parcels, doc.fulfilments].flatMap((known) => Object.values<StateHistory<string, unknown>>(known)).map(({ latest }) => latest);
  const entries = [doc.payments, doc.disputes, doc.said].flatMap((known) => Object.values<Register<unknown>>(known));
  return [...new Set([...single, ...histories, ...entries].map((known) => known.source))].sort();
}

import { table } from "../../../base/table.ts";
import type { Instant } from "../../../base/time.ts";
import type { InboxRow, Normalised } from "../../core/delivery.ts";
import type { FactOf, PaymentStatus, RefundStatus } from "../../core/event.ts";
import { makeEvent, type Telling } from "../../core/make-event.ts";
import { present, readPayload, unknownKind } from "../payload.ts";
import { atCheckout, type Names, type PaymentTelling } from "./checkouts.ts";
import * as payloads from "./payloads.ts";
import { stripeMoney } from "./payloads.ts";

/** https://docs.stripe.com/payments/paymentintents/lifecycle */
const INTENT_STATUSES = table<PaymentStatus>({
  requires_payment_method: "pending",
  requires_confirmation: "pending",
  requires_action: "pending",
  processing: "pending",
  requires_capture: "authorized",
  succeeded: "captured",
  canceled: "voided",
});

/** https://docs.stripe.com/refunds: a refund that needs the customer's bank details is pending. */
const REFUND_STATUSES = table<RefundStatus>({
  pending: "pending",
  requires_action: "pending",
  succeeded: "succeeded",
  failed: "failed",
  canceled: "cancelled",
});

type Reader = (row: InboxRow, names: Names) => Normalised;

const intent: Reader = (row, names) =>
  readPayload(row, payloads.eventOf(payloads.paymentIntent), ({ type, created, data: { object } }) => {
    const { last_payment_error: error, receipt_email } = object;
    const failed = type === "payment_intent.payment_failed";
    const status = failed ? "failed" : INTENT_STATUSES[object.status];
    if (!status) return strange(row, object.status);
    const why = failed ? (error?.decline_code ?? error?.code) : object.cancellation_reason;
    const charges = [object.latest_charge, ...(object.charges?.data ?? []).map(({ id }) => id)];
    const found = whose(names, object.metadata, { payment_intent: [object.id], charge: charges });
    const paid = payment(object.id, object, { status, why, attempt: error?.charge ?? object.latest_charge }, created, names, found);
    return events(row, [paid, ...atCheckout(paid, object.metadata, { ...error?.payment_method, receipt_email }, names)]);
  });

const charge: Reader = (row, names) =>
  readPayload(row, payloads.eventOf(payloads.charge), ({ type, created, data: { object } }) => {
    const status = chargeStatus(type, object);
    if (!status) return strange(row, object.status);
    const found = whose(names, object.metadata, { payment_intent: [object.payment_intent], charge: [object.id] });
    const why = status === "failed" ? (object.outcome?.reason ?? object.failure_code) : undefined;
    const refunds = (object.refunds?.data ?? []).flatMap((each) => refundTellings(each, created, names, found) ?? []);
    const paid = payment(object.payment_intent ?? object.id, object, { status, why, attempt: object.id }, created, names, found);
    return events(row, [paid, ...atCheckout(paid, object.metadata, object, names), ...refunds]);
  });

const refund: Reader = (row, names) =>
  readPayload(row, payloads.eventOf(payloads.refund), ({ created, data: { object } }) => {
    const found = whose(names, object.metadata, { payment_intent: [object.payment_intent], charge: [object.charge], refund: [object.id] });
    const tellings = refundTellings(object, created, names, found);
    return tellings ? events(row, tellings) : strange(row, object.status ?? "none");
  });

const dispute: Reader = (row, names) =>
  readPayload(row, payloads.eventOf(payloads.dispute), ({ created, data: { object } }) => {
    const found = whose(names, object.metadata, { payment_intent: [object.payment_intent], charge: [object.charge] });
    const amount = stripeMoney(object.amount, object.currency);
    const disputeId = `${names.processor}/${object.id}`;
    return events(row, [{ at: created, ...found, fact: { kind: "dispute.opened", disputeId, amount, reason: object.reason } }]);
  });

const checkout: Reader = (row, names) =>
  readPayload(row, payloads.eventOf(payloads.checkoutSession), ({ type, created, data: { object } }) => {
    const { amount_total: amount, currency } = object;
    if (amount == null || !currency) return { kind: "ignored", why: "The checkout takes no payment (set-up only): it says nothing of an order." };
    const status = checkoutStatus(type, object.payment_status);
    const found = whose(names, object.metadata, { payment_intent: [object.payment_intent], checkout_session: [object.id] });
    const why = type === "checkout.session.expired" ? "checkout_expired" : undefined;
    const paid = payment(object.payment_intent ?? object.id, { amount, currency }, { status, why }, created, names, found);
    const buyer = { billing_details: object.customer_details, receipt_email: object.customer_email, locale: object.locale, promotions: object.consent?.promotions };
    return events(row, [paid, ...atCheckout(paid, object.metadata, buyer, names)]);
  });

const READERS = table<Reader>({
  "payment_intent.created": intent,
  "payment_intent.processing": intent,
  "payment_intent.requires_action": intent,
  "payment_intent.amount_capturable_updated": intent,
  "payment_intent.succeeded": intent,
  "payment_intent.payment_failed": intent,
  "payment_intent.canceled": intent,
  "charge.pending": charge,
  "charge.succeeded": charge,
  "charge.captured": charge,
  "charge.updated": charge,
  "charge.failed": charge,
  "charge.expired": charge,
  "charge.refunded": charge,
  "charge.refund.updated": refund,
  "refund.created": refund,
  "refund.updated": refund,
  "refund.failed": refund,
  "charge.dispute.created": dispute,
  "checkout.session.completed": checkout,
  "checkout.session.async_payment_succeeded": checkout,
  "checkout.session.async_payment_failed": checkout,
  "checkout.session.expired": checkout,
});

/** The event types that are read, for the subscription and the reconciling pull. */
export const STRIPE_TYPES: readonly string[] = Object.keys(READERS);

/** What a Stripe event says. */
export function normaliseStripe(row: InboxRow, names: Names): Normalised {
  if (row.kind === "unreadable") {
    return { kind: "quarantined", code: "unreadable", why: "It is signed by Stripe but is no event. It is kept; look whether the endpoint is subscribed as a classic webhook (snapshot events)." };
  }
  const read = READERS[row.kind];
  return read ? read(row, names) : unknownKind(row, "Stripe");
}

type Found = Pick<Telling, "orderId" | "refs">;

/** Of which order an object speaks: by the configured metadata, and by the processor's own names for later. */
function whose(names: Names, metadata: payloads.Metadata, ids: Readonly<Record<string, readonly (string | undefined)[]>>): Found {
  const refs = Object.entries(ids).flatMap(([kind, list]) => list.filter((id) => id !== undefined).map((id) => `${names.processor}/${kind}/${id}`));
  const order = names.orderIdsFrom === undefined ? undefined : metadata?.order_id;
  return { refs: [...new Set(refs)], ...(order && { orderId: `${names.orderIdsFrom}/${order}` }) };
}

function payment(
  id: string,
  of: { amount: number; currency: string },
  { status, why, attempt }: { status: PaymentStatus; why: string | null | undefined; attempt?: string | undefined },
  created: Instant,
  names: Names,
  found: Found,
): PaymentTelling {
  const amount = stripeMoney(of.amount, of.currency);
  const fact = present<FactOf<"payment.recorded">>({ kind: "payment.recorded", paymentId: `${names.processor}/${id}`, status, amount, attempt: status === "failed" ? attempt : undefined, why });
  return { at: created, ...found, fact };
}

/** A refund's state as of the event, and that it was asked for when Stripe made it: its clock starts there. */
function refundTellings(refund: payloads.Refund, as: Instant, names: Names, found: Found): readonly Telling[] | undefined {
  const status = REFUND_STATUSES[refund.status ?? "pending"];
  if (!status) return undefined;
  const base = { kind: "refund.recorded", refundId: `${names.processor}/${refund.id}`, view: "processor" } as const;
  const amount = stripeMoney(refund.amount, refund.currency);
  const refs = [...new Set([...(found.refs ?? []), `${names.processor}/refund/${refund.id}`])];
  const why = status === "failed" ? refund.failure_reason : status === "pending" ? refund.pending_reason : undefined;
  const fact = present<FactOf<"refund.recorded">>({ ...base, status, amount, why });
  const seen: Telling = { at: as, ...found, refs, fact };
  if (refund.created >= as) return [seen];
  return [{ at: refund.created, ...found, refs, fact: { ...base, status: "requested", amount } }, seen];
}

function chargeStatus(type: string, { status, captured }: payloads.Charge): PaymentStatus | undefined {
  if (type === "charge.expired") return "voided";
  if (status === "failed") return "failed";
  if (status === "pending") return "pending";
  if (status === "succeeded") return captured ? "captured" : "authorized";
  return undefined;
}

function checkoutStatus(type: string, paid: string): PaymentStatus {
  if (type === "checkout.session.expired") return "voided";
  if (type === "checkout.session.async_payment_failed") return "failed";
  return paid === "unpaid" ? "pending" : "captured";
}

function strange(row: InboxRow, status: string): Normalised {
  const why = `Stripe gives the status "${status.slice(0, 40)}" in ${row.kind}, which Makegood does not know. It is kept; requeue it after the upgrade that reads it.`;
  return { kind: "quarantined", code: "unreadable", why };
}

function events(row: InboxRow, tellings: readonly Telling[]): Normalised {
  return { kind: "events", events: tellings.map((telling) => makeEvent(row, telling)) };
}

import { table } from "../../../base/table.ts";
import type { Instant } from "../../../base/time.ts";
import type { InboxRow, Normalised } from "../../core/delivery.ts";
import type { FactOf, PaymentStatus, RefundStatus } from "../../core/event.ts";
import { makeEvent, type Telling } from "../../core/make-event.ts";
import { present, readPayload, unknownKind } from "../payload.ts";
import * as payloads from "./payloads.ts";

/** Names of the store's sources that a PayPal fact mentions. */
export interface Names {
  /** This account's own name. */
  readonly processor: string;
  /** The shop whose order ids stand in `orderIdIn`. */
  readonly orderIdsFrom?: string;
  readonly orderIdIn: "custom_id" | "invoice_id";
}

type Reader = (row: InboxRow, names: Names) => Normalised;

/** A capture is a payment of its own: an authorisation may be taken in parts. The event's type says how it stands. */
const capture =
  (status: PaymentStatus): Reader =>
  (row, names) =>
    readPayload(row, payloads.eventOf(payloads.capture), ({ create_time: at, resource }) =>
      events(row, [payment("capture", resource, status, at, names)]));

/** https://developer.paypal.com/api/payments/v2/: an authorisation may be made and still wait for a review. */
const authorized: Reader = (row, names) =>
  readPayload(row, payloads.eventOf(payloads.authorization), ({ create_time: at, resource }) =>
    events(row, [payment("authorization", resource, resource.status === "PENDING" ? "pending" : "authorized", at, names)]));

const voided: Reader = (row, names) =>
  readPayload(row, payloads.eventOf(payloads.authorization), ({ create_time: at, resource }) =>
    events(row, [payment("authorization", resource, "voided", at, names)]));

const REFUND_STATUSES = table<RefundStatus>({ PENDING: "pending", COMPLETED: "succeeded", FAILED: "failed", CANCELLED: "cancelled" });

/** A refund's state as of the event, and that it was asked for when PayPal made it: its clock starts there. */
const refund =
  (told?: RefundStatus): Reader =>
  (row, names) =>
    readPayload(row, payloads.eventOf(payloads.refund), ({ create_time: at, resource }) => {
      const status = told ?? REFUND_STATUSES[resource.status];
      if (!status) return strange(row, resource.status);
      const { create_time: asked, amount, status_details: details } = resource;
      const base = { kind: "refund.recorded", refundId: `${names.processor}/${resource.id}`, view: "processor", amount } as const;
      const found = whose(names, resource, objectsOf("refund", resource));
      const seen: Telling = { at, ...found, fact: present<FactOf<"refund.recorded">>({ ...base, status, why: status === "succeeded" ? undefined : details?.reason }) };
      return events(row, asked < at ? [{ at: asked, ...found, fact: { ...base, status: "requested" } }, seen] : [seen]);
    });

/** PayPal itself gave a payment back (a claim, a chargeback): nobody asked the store for this refund, and the customer has the money. */
const reversal: Reader = (row, names) =>
  readPayload(row, payloads.eventOf(payloads.refund), ({ create_time: at, resource_type: type, resource }) => {
    if (type !== "refund") return strange(row, `resource ${type ?? "without a type"}`);
    const fact = { kind: "refund.recorded", refundId: `${names.processor}/${resource.id}`, view: "processor", status: "succeeded", amount: resource.amount, why: "reversed" } as const;
    return events(row, [{ at, ...whose(names, resource, objectsOf("refund", resource)), fact }]);
  });

/** https://developer.paypal.com/payment-methods/uncaptured-payments: approved by the buyer, never captured, given back. */
const givenBack: Reader = (row, names) =>
  readPayload(row, payloads.eventOf(payloads.approval), ({ create_time: at, resource }) => {
    const [unit, ...others] = resource.purchase_units;
    if (!unit?.amount || others.length > 0) return { kind: "ignored", why: "PayPal gave back a payment that was never captured. No money was taken, and it does not say how much it would have been." };
    const fact = { kind: "payment.recorded", paymentId: `${names.processor}/${resource.order_id}`, status: "voided", amount: unit.amount, why: "never_captured" } as const;
    return events(row, [{ at, ...whose(names, unit, [["order", resource.order_id]]), fact }]);
  });

/** Opened when PayPal says it was, however late it is heard of; each disputed payment may be of an order of its own. */
const dispute: Reader = (row, names) =>
  readPayload(row, payloads.eventOf(payloads.dispute), ({ resource }) => {
    const { disputed_transactions: disputed, dispute_amount: whole, reason, create_time: at } = resource;
    const disputeId = `${names.processor}/${resource.dispute_id}`;
    return events(row, disputed.map(({ seller_transaction_id: id, custom, invoice_number, gross_amount }) => {
      const amount = disputed.length === 1 ? whole : (gross_amount ?? whole);
      const found = whose(names, { custom_id: custom, invoice_id: invoice_number }, id ? [["capture", id]] : []);
      return { at, ...found, fact: { kind: "dispute.opened", disputeId, amount, reason } } as const;
    }));
  });

/** https://developer.paypal.com/api/rest/webhooks/event-names/ */
const READERS = table<Reader>({
  "PAYMENT.AUTHORIZATION.CREATED": authorized,
  "PAYMENT.AUTHORIZATION.VOIDED": voided,
  "PAYMENT.CAPTURE.PENDING": capture("pending"),
  "PAYMENT.CAPTURE.COMPLETED": capture("captured"),
  "PAYMENT.CAPTURE.DECLINED": capture("failed"),
  "PAYMENT.CAPTURE.DENIED": capture("failed"),
  "PAYMENT.CAPTURE.REFUNDED": refund(),
  "PAYMENT.CAPTURE.REVERSED": reversal,
  "PAYMENT.REFUND.PENDING": refund("pending"),
  "PAYMENT.REFUND.COMPLETED": refund("succeeded"),
  "PAYMENT.REFUND.FAILED": refund("failed"),
  "CHECKOUT.PAYMENT-APPROVAL.REVERSED": givenBack,
  "CUSTOMER.DISPUTE.CREATED": dispute,
  "CUSTOMER.DISPUTE.UPDATED": dispute,
});

/** The event types that are read, for the subscription and the reconciling pull. */
export const PAYPAL_TYPES: ReadonlySet<string> = new Set(Object.keys(READERS));

/** What a PayPal event says. */
export function normalisePayPal(row: InboxRow, names: Names): Normalised {
  if (row.kind === "unreadable") {
    return { kind: "quarantined", code: "unreadable", why: "It is signed by PayPal but is no event. It is kept; report it with its inbox id, and requeue it after the upgrade that reads it." };
  }
  const read = READERS[row.kind];
  return read ? read(row, names) : unknownKind(row, "PayPal");
}

type Found = Required<Pick<Telling, "refs">> & Pick<Telling, "orderId">;
type ObjectName = readonly [kind: string, id: string];

/** Of which order an object speaks: by what the shop gave PayPal, and by PayPal's own names for later. */
function whose(names: Names, given: { custom_id?: string | null | undefined; invoice_id?: string | null | undefined }, objects: readonly ObjectName[]): Found {
  const order = names.orderIdsFrom === undefined ? undefined : given[names.orderIdIn];
  const refs = [...new Set(objects.map(([kind, id]) => `${names.processor}/${kind}/${id}`))];
  return { refs, ...(order && { orderId: `${names.orderIdsFrom}/${order}` }) };
}

/** PayPal's API names an object's parent by its address. */
const PARENT = /\/(capture|authorization|order)s\/([A-Z0-9]{1,20})$/;

/** All names under which PayPal's events speak of what an object belongs to. */
function objectsOf(kind: string, { id, supplementary_data: beside, links }: payloads.Payment): readonly ObjectName[] {
  const { order_id: order, authorization_id: authorization, capture_id: taken } = beside?.related_ids ?? {};
  const parents = (links ?? []).filter(({ rel }) => rel === "up").flatMap(({ href }) => {
    const [, parent, parentId] = PARENT.exec(href) ?? [];
    return parent && parentId ? [[parent, parentId] as const] : [];
  });
  const named = [["order", order], ["authorization", authorization], ["capture", taken]] as const;
  return [[kind, id], ...named.flatMap(([of, its]) => (its ? [[of, its] as const] : [])), ...parents];
}

function payment(kind: "capture" | "authorization", resource: payloads.Payment, status: PaymentStatus, at: Instant, names: Names): Telling {
  const why = status === "failed" || status === "pending" ? resource.status_details?.reason : undefined;
  const fact = present<FactOf<"payment.recorded">>({ kind: "payment.recorded", paymentId: `${names.processor}/${resource.id}`, status, amount: resource.amount, why });
  return { at, ...whose(names, resource, objectsOf(kind, resource)), fact };
}

function strange(row: InboxRow, what: string): Normalised {
  const why = `PayPal gives "${what.slice(0, 40)}" in ${row.kind}, which Makegood does not know. It is kept; requeue it after the upgrade that reads it.`;
  return { kind: "quarantined", code: "unreadable", why };
}

function events(row: InboxRow, tellings: readonly Telling[]): Normalised {
  return { kind: "events", events: tellings.map((telling) => makeEvent(row, telling)) };
}

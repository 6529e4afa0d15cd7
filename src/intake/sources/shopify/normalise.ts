import { table } from "../../../base/table.ts";
import type { InboxRow, Normalised } from "../../core/delivery.ts";
import type { Fact, FactOf, PaymentStatus } from "../../core/event.ts";
import { makeEvent, type Telling } from "../../core/make-event.ts";
import { amountOf, present, readPayload, unknownKind } from "../payload.ts";
import { scannedAs } from "../tracking.ts";
import { checkoutEvents, completedEvents } from "./checkouts.ts";
import { readFulfilment } from "./fulfilments.ts";
import { customerContact, momentOf, orderEvents } from "./orders.ts";
import { parcelFact, parcelRefs, parcelStatus } from "./parcels.ts";
import * as payloads from "./payloads.ts";
import { type Names, processorRefs } from "./processor-ids.ts";
import { refundFact, refundMoment, refundRefs } from "./refunds.ts";

type Reader = (row: InboxRow, names: Names) => Normalised;

const order: Reader = (row, names) =>
  readPayload(row, payloads.order, (body) => ({ kind: "events", events: [...orderEvents(row, body, names), ...completedEvents(row, body, names)] }));

const checkout: Reader = (row, names) =>
  readPayload(row, payloads.checkout, (body) => ({ kind: "events", events: checkoutEvents(row, body, names) }));

const checkoutDeleted: Reader = () => ignored("The shop has deleted an old checkout. A payment that failed at it is told of all the same.");

const refund: Reader = (row, names) =>
  readPayload(row, payloads.refund, (body) => {
    if (!body.order_id) return ignored("The refund names no order, so no customer can be told of it.");
    const fact = refundFact(body, names);
    if (!fact) return ignored("The refund moves no money (a restock, or a payment that was only authorised): nothing is owed.");
    return one(row, { at: momentOf(row, refundMoment(body)), orderId: inShop(names, body.order_id), refs: refundRefs(body, names), fact });
  });

const transaction: Reader = (row, names) =>
  readPayload(row, payloads.transaction, (body) => {
    if (!body.order_id) return ignored("The transaction names no order.");
    if (body.kind === "refund") return ignored("The refund that it belongs to comes with refunds/create and orders/updated: keep these topics subscribed.");
    const status = transactionStatus(body);
    if (!status || !body.amount || !body.currency) return ignored(`A transaction of kind "${body.kind}" and status "${body.status}" says nothing of the payment.`);
    const fact = present<FactOf<"payment.recorded">>({
      kind: "payment.recorded",
      paymentId: inShop(names, body.parent_id ?? payloads.exactId(body)),
      status,
      amount: amountOf(body.amount, body.currency),
      why: status === "failed" ? (body.error_code ?? body.status) : undefined,
    });
    const at = momentOf(row, body.processed_at, body.created_at);
    return one(row, { at, orderId: inShop(names, body.order_id), refs: processorRefs([body], names), fact });
  });

const fulfillment: Reader = (row, names) =>
  readPayload(row, payloads.fulfillment, (body) => {
    if (!body.order_id) return ignored("The fulfilment names no order.");
    const at = momentOf(row, body.updated_at, body.created_at);
    return one(row, { at, orderId: inShop(names, body.order_id), refs: parcelRefs(body), fact: parcelFact(body, names.shop) });
  });

const fulfillmentEvent: Reader = (row, names) =>
  readPayload(row, payloads.fulfillmentEvent, (body) => {
    const status = parcelStatus(body.status);
    const fact: Fact = { kind: "parcel.recorded", parcelId: inShop(names, body.fulfillment_id), status, ...scannedAs(status) };
    return one(row, { at: momentOf(row, body.happened_at, body.created_at), orderId: inShop(names, body.order_id), fact });
  });

const customer: Reader = (row, names) =>
  readPayload(row, payloads.customer, (body) => {
    const contact = customerContact(body, names.shop);
    const customerId = inShop(names, payloads.exactId(body));
    return one(row, { at: momentOf(row, body.updated_at), fact: { kind: "customer.recorded", customerId, contact } });
  });

const dispute: Reader = (row, names) =>
  readPayload(row, payloads.dispute, (body) => {
    if (!body.order_id) return ignored("The dispute names no order. Look at it in the shop's admin: its evidence has a due date.");
    const amount = amountOf(body.amount, body.currency);
    const fact: Fact = { kind: "dispute.opened", disputeId: inShop(names, payloads.exactId(body)), amount, reason: body.reason ?? "unstated" };
    return one(row, { at: momentOf(row, body.initiated_at), orderId: inShop(names, body.order_id), fact });
  });

const privacy =
  (kind: "privacy.requested" | "privacy.redact"): Reader =>
  (row, names) =>
    readPayload(row, payloads.privacy, (body) => {
      const orders = body.orders_requested ?? body.orders_to_redact ?? [];
      const fact = present<FactOf<typeof kind>>({
        kind,
        customerId: body.customer?.id ? inShop(names, body.customer.id) : undefined,
        orderIds: orders.map((id) => inShop(names, id)),
        email: body.customer?.email,
      });
      return one(row, { at: momentOf(row), fact });
    });

const shopRedact: Reader = (row) => one(row, { at: momentOf(row), fact: { kind: "privacy.redactStore" } });

const uninstalled: Reader = () =>
  ignored("The app was uninstalled from the shop: no more webhooks come. Install it again and pull what was missed, or remove this source from the configuration.");

const fulfilment: Reader = (row, names) => readFulfilment(row, names.shop);

const READERS = table<Reader>({
  "orders/create": order,
  "orders/updated": order,
  "orders/paid": order,
  "orders/fulfilled": order,
  "orders/partially_fulfilled": order,
  "orders/cancelled": order,
  "orders/pulled": order,
  "checkouts/create": checkout,
  "checkouts/update": checkout,
  "checkouts/delete": checkoutDeleted,
  "refunds/create": refund,
  "order_transactions/create": transaction,
  "fulfillments/create": fulfillment,
  "fulfillments/update": fulfillment,
  "fulfillment_events/create": fulfillmentEvent,
  "fulfillment_orders/placed_on_hold": fulfilment,
  "fulfillment_orders/hold_released": fulfilment,
  "fulfillment_orders/rescheduled": fulfilment,
  "fulfillment_orders/cancelled": fulfilment,
  "fulfillment_orders/pulled": fulfilment,
  "customers/create": customer,
  "customers/update": customer,
  "disputes/create": dispute,
  "customers/data_request": privacy("privacy.requested"),
  "customers/redact": privacy("privacy.redact"),
  "shop/redact": shopRedact,
  "app/uninstalled": uninstalled,
});

/** What a delivery of a Shopify topic says. */
export function normaliseShopify(row: InboxRow, names: Names): Normalised {
  const read = READERS[row.kind];
  return read ? read(row, names) : unknownKind(row, "Shopify");
}

function transactionStatus({ kind, status }: payloads.Transaction): PaymentStatus | undefined {
  if (status === "failure" || status === "error") return kind === "void" ? undefined : "failed";
  if (status === "pending" || status === "awaiting_response") return kind === "void" ? undefined : "pending";
  if (status !== "success") return undefined;
  const done: Readonly<Record<string, PaymentStatus>> = { authorization: "authorized", sale: "captured", capture: "captured", void: "voided" };
  return done[kind];
}

function inShop(names: Names, id: string): string {
  return `${names.shop}/${id}`;
}

function ignored(why: string): Normalised {
  return { kind: "ignored", why };
}

function one(row: InboxRow, telling: Telling): Normalised {
  return { kind: "events", events: [makeEvent(row, telling)] };
}

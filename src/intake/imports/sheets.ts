import type { FactKind } from "../core/event.ts";
import type { CellKind } from "./cells.ts";

/** A column that a sheet may have. */
export interface Column {
  readonly name: string;
  /** Other names that exports give it. Case, spaces and underscores make no difference. */
  readonly also?: readonly string[];
  readonly reads: CellKind;
  readonly required?: true;
  readonly meaning: string;
}

/** One fact that a row tells. */
export interface Telling {
  readonly kind: FactKind;
  /** The columns of the moment when it happened, the first that is filled. Where none is, the fact is not told. */
  readonly at: readonly string[];
  /** Which part of the fact each column is, as in the schema of the CloudEvent: the first that is filled. */
  readonly says: Readonly<Record<string, readonly string[]>>;
  /** What is said where no column says otherwise. */
  readonly unsaid?: Readonly<Record<string, string>>;
}

/** What one kind of file holds: a row for each order, payment, refund or parcel. */
export interface Sheet {
  readonly name: SheetName;
  /** What `kind` of a row says, in a file that mixes several sheets. */
  readonly kind: FactKind;
  readonly row: string;
  readonly columns: readonly Column[];
  readonly tells: readonly Telling[];
  /** Lines of a file as an operator would have it, the header first. */
  readonly example: readonly string[];
}

export const SHEET_NAMES = ["orders", "cancellations", "payments", "refunds", "parcels"] as const;
export type SheetName = (typeof SHEET_NAMES)[number];

export function isSheetName(name: unknown): name is SheetName {
  return (SHEET_NAMES as readonly unknown[]).includes(name);
}

const REASONS = "customer, inventory, fraud, declined, staff, other or unstated";

const orderId: Column = { name: "order_id", also: ["order"], reads: "id", required: true, meaning: "The order's id exactly as the source's webhooks have it (of many shops a long number, not `#1001`)." };
const refs: Column = { name: "refs", reads: "list", meaning: "Other names of the order, separated by commas, such as `payments/charge/ch_1`: what a processor says under them finds it." };
const total: Column = { name: "total", also: ["amount", "order_total", "total_price"], reads: "amount", required: true, meaning: "What the order comes to: `49.90`, `49,90` or `1.249,90`." };
const amount: Column = { name: "amount", also: ["total"], reads: "amount", required: true, meaning: "The sum: `49.90`, `49,90` or `1.249,90`." };
const currency: Column = { name: "currency", also: ["currency_code"], reads: "currency", required: true, meaning: "ISO 4217 code of all sums of the row." };
const why: Column = { name: "why", also: ["note"], reads: "text", meaning: "The reason, for staff." };
const cancelReason: Column = { name: "cancel_reason", also: ["reason"], reads: "choice", meaning: `Why: ${REASONS}. Unstated when empty.` };

const at = (meaning: string, ...also: string[]): Column => ({ name: "at", also: ["date", "updated_at", ...also], reads: "moment", required: true, meaning });

const address: readonly Column[] = [
  { name: "ship_name", also: ["shipping_name"], reads: "text", meaning: "Who receives the goods." },
  { name: "ship_company", also: ["shipping_company"], reads: "text", meaning: "Their company." },
  { name: "ship_line1", also: ["shipping_address1", "shipping_address_1", "address1", "address"], reads: "text", meaning: "Street and number." },
  { name: "ship_line2", also: ["shipping_address2", "shipping_address_2", "address2"], reads: "text", meaning: "Second line of the address." },
  { name: "ship_city", also: ["shipping_city", "city"], reads: "text", meaning: "Town." },
  { name: "ship_region", also: ["shipping_province", "shipping_state", "state", "province"], reads: "text", meaning: "State or province." },
  { name: "ship_postal_code", also: ["shipping_zip", "shipping_postcode", "zip", "postcode"], reads: "text", meaning: "Postal code." },
  { name: "ship_country", also: ["shipping_country"], reads: "country", meaning: "Two letters, such as DE." },
];

const orders: Sheet = {
  name: "orders",
  kind: "order.recorded",
  row: "an order, with its payment and its cancellation where it had them",
  columns: [
    orderId,
    { name: "reference", also: ["order_number", "order_name", "name"], reads: "id", meaning: "What the customer knows it by, such as `#1001`; the id when empty." },
    { name: "placed_at", also: ["created_at", "order_date", "date", "date_created"], reads: "moment", required: true, meaning: "When it was placed." },
    { name: "updated_at", also: ["modified_at", "date_modified"], reads: "moment", meaning: "As of when the row is true; `placed_at` when empty. Of two words about an order the later one stands." },
    total,
    currency,
    { name: "customer_id", reads: "id", meaning: "The source's id of the customer; empty for a guest." },
    { name: "email", also: ["customer_email", "billing_email"], reads: "text", meaning: "Where the customer is reached." },
    { name: "first_name", also: ["billing_first_name"], reads: "text", meaning: "First name." },
    { name: "last_name", also: ["billing_last_name"], reads: "text", meaning: "Last name." },
    { name: "phone", also: ["billing_phone"], reads: "phone", meaning: "E.164, such as +4930123456; what is not is left out." },
    { name: "locale", also: ["language"], reads: "text", meaning: "Language, such as `de` or `en-GB`." },
    { name: "country", also: ["country_code", "billing_country"], reads: "country", meaning: "The buyer's, two letters; `ship_country` when empty." },
    ...address,
    { name: "ship_by", reads: "moment", meaning: "The latest moment to ship that the customer was told." },
    { name: "deliver_by", reads: "moment", meaning: "The latest moment to deliver that the customer was told." },
    { name: "lines", also: ["items", "line_items"], reads: "lines", meaning: "What was ordered, separated by `|` or line breaks: `2 x Mug | Plate`." },
    { name: "test", reads: "flag", meaning: "`yes` for a test order." },
    { name: "paid_at", also: ["date_paid"], reads: "moment", meaning: "When its money was taken; empty when it was not." },
    { name: "paid_amount", reads: "amount", meaning: "What was taken; `total` when empty." },
    { name: "payment_id", also: ["transaction_id"], reads: "id", meaning: "The payment's id; the order's when empty." },
    { name: "cancelled_at", also: ["canceled_at", "date_cancelled"], reads: "moment", meaning: "When it was cancelled; empty when it was not." },
    cancelReason,
    refs,
  ],
  tells: [
    {
      kind: "order.recorded",
      at: ["updated_at", "placed_at"],
      says: {
        reference: ["reference", "order_id"], placedAt: ["placed_at"], total: ["total"], lines: ["lines"], test: ["test"], shipBy: ["ship_by"], deliverBy: ["deliver_by"], country: ["country", "ship_country"],
        "contact.customerId": ["customer_id"], "contact.email": ["email"], "contact.firstName": ["first_name"], "contact.lastName": ["last_name"], "contact.phone": ["phone"], "contact.locale": ["locale"],
        "shipTo.name": ["ship_name"], "shipTo.company": ["ship_company"], "shipTo.lines.0": ["ship_line1"], "shipTo.lines.1": ["ship_line2"], "shipTo.city": ["ship_city"],
        "shipTo.region": ["ship_region"], "shipTo.postalCode": ["ship_postal_code"], "shipTo.country": ["ship_country"],
      },
    },
    { kind: "payment.recorded", at: ["paid_at"], says: { paymentId: ["payment_id", "order_id"], amount: ["paid_amount", "total"] }, unsaid: { status: "captured" } },
    { kind: "order.cancelled", at: ["cancelled_at"], says: { reason: ["cancel_reason"] }, unsaid: { reason: "unstated" } },
  ],
  example: [
    "order_id,reference,placed_at,email,first_name,last_name,country,total,currency,lines,paid_at,cancelled_at,cancel_reason",
    '5501,#1001,2026-02-03 09:12,ada@example.com,Ada,Berg,DE,49.90,EUR,"2 x Mug | Plate",2026-02-03 09:12,,',
    "5502,#1002,2026-02-03T10:00:00+01:00,lin@example.com,Lin,Okoye,US,20.00,USD,1 x Tea,2026-02-03 10:00,2026-02-04 08:30,inventory",
    "5503,#1003,2026-02-05,kim@example.com,Kim,,FR,12.00,EUR,,,,",
  ],
};

const cancellations: Sheet = {
  name: "cancellations",
  kind: "order.cancelled",
  row: "an order that was cancelled, where the file of orders does not say so",
  columns: [orderId, at("When it was cancelled.", "cancelled_at", "canceled_at"), cancelReason],
  tells: [{ kind: "order.cancelled", at: ["at"], says: { reason: ["cancel_reason"] }, unsaid: { reason: "unstated" } }],
  example: ["order_id,at,cancel_reason", "5503,2026-02-06 11:00,inventory", "5504,2026-02-06 12:30,customer", "5505,2026-02-07,"],
};

const payments: Sheet = {
  name: "payments",
  kind: "payment.recorded",
  row: "a payment, as it stands at that moment",
  columns: [
    orderId,
    { name: "payment_id", also: ["transaction_id"], reads: "id", required: true, meaning: "The payment's id; with its source in front (`payments/ch_1`) where another source speaks of it as well." },
    { name: "status", reads: "choice", required: true, meaning: "pending, authorized, captured, failed or voided." },
    amount,
    currency,
    at("When it came to stand so.", "paid_at"),
    why,
    refs,
  ],
  tells: [{ kind: "payment.recorded", at: ["at"], says: { paymentId: ["payment_id"], status: ["status"], amount: ["amount"], why: ["why"] } }],
  example: ["order_id;payment_id;status;amount;currency;at", "5501;p-1;captured;49,90;EUR;2026-02-03 09:12", "5502;p-2;captured;20,00;USD;2026-02-03 10:00", "5503;p-3;failed;12,00;EUR;2026-02-05 07:01"],
};

const refunds: Sheet = {
  name: "refunds",
  kind: "refund.recorded",
  row: "a refund, as it stands at that moment",
  columns: [
    orderId,
    { name: "refund_id", reads: "id", required: true, meaning: "The refund's id." },
    { name: "status", reads: "choice", required: true, meaning: "requested, pending, succeeded, failed or cancelled. Only what succeeded has been paid." },
    amount,
    currency,
    { name: "requested_at", also: ["created_at"], reads: "moment", meaning: "When it was asked for, where that was earlier: its clock starts there." },
    at("When it came to stand so.", "refunded_at", "paid_at"),
    { name: "view", reads: "choice", meaning: "`processor` where the payment processor's books say so; `shop` when empty." },
    { name: "processor_ref", also: ["transaction_id"], reads: "id", meaning: "The processor's id for it, with its source in front: `payments/re_1`." },
    why,
  ],
  tells: [
    { kind: "refund.recorded", at: ["requested_at"], says: { refundId: ["refund_id"], amount: ["amount"], view: ["view"], processorRef: ["processor_ref"] }, unsaid: { view: "shop", status: "requested" } },
    { kind: "refund.recorded", at: ["at"], says: { refundId: ["refund_id"], status: ["status"], amount: ["amount"], view: ["view"], processorRef: ["processor_ref"], why: ["why"] }, unsaid: { view: "shop" } },
  ],
  example: ["order_id,refund_id,status,amount,currency,requested_at,at", "5502,r-1,succeeded,20.00,USD,2026-02-04 08:30,2026-02-06 16:00", "5503,r-2,pending,12.00,EUR,,2026-02-06 11:00", "5504,r-3,failed,8.50,EUR,2026-02-06 12:31,2026-02-10 09:00"],
};

const parcels: Sheet = {
  name: "parcels",
  kind: "parcel.recorded",
  row: "what is known of a parcel at that moment",
  columns: [
    orderId,
    { name: "parcel_id", also: ["shipment_id", "fulfillment_id"], reads: "id", required: true, meaning: "The parcel's id." },
    { name: "status", reads: "choice", required: true, meaning: "label, moving, delayed, last_mile, pickup, attempt_failed, delivered, returning, failed, label_failed or unknown." },
    at("When it was so.", "shipped_at", "delivered_at"),
    { name: "scanned", reads: "flag", meaning: "`yes` where the carrier handled it at that very moment." },
    { name: "carrier", also: ["tracking_company"], reads: "text", meaning: "Who carries it." },
    { name: "tracking", also: ["tracking_number"], reads: "text", meaning: "The tracking number: what a tracker says of it finds the order." },
    { name: "expected_by", also: ["eta"], reads: "moment", meaning: "The carrier's estimate of the latest moment of delivery." },
    { name: "why", reads: "choice", meaning: "What is the matter: address, weather, customs, damaged, lost, refused, unclaimed, carrier or other." },
  ],
  tells: [{ kind: "parcel.recorded", at: ["at"], says: { parcelId: ["parcel_id"], status: ["status"], why: ["why"], scanned: ["scanned"], carrier: ["carrier"], tracking: ["tracking"], expectedBy: ["expected_by"] } }],
  example: ["Order ID,Parcel ID,Status,At,Carrier,Tracking", "5501,k-1,moving,2026-02-04 15:00,DHL,JD014600003", "5501,k-1,delivered,2026-02-06 12:10,DHL,JD014600003", "5506,k-2,returning,2026-02-09 08:00,DHL,JD014600007"],
};

/** Every sheet that can be imported. */
export const SHEETS: readonly Sheet[] = [orders, cancellations, payments, refunds, parcels];

import { table } from "../../../base/table.ts";
import { earliest } from "../../../base/time.ts";
import type { InboxRow, Normalised } from "../../core/delivery.ts";
import type { FactOf, PaymentStatus, RefundStatus } from "../../core/event.ts";
import { makeEvent, type Telling } from "../../core/make-event.ts";
import { present, readPayload, unknownKind } from "../payload.ts";
import { adyenMoney, type AdyenItem, item } from "./payloads.ts";

/** What the configuration says of an account. */
export interface Account {
  /** The account's own name among the store's sources. */
  readonly processor: string;
  /** The shop whose order ids stand in a payment's reference. */
  readonly orderIdsFrom?: string;
  readonly capture: "automatic" | "manual";
}

type Reader = (row: InboxRow, said: AdyenItem, account: Account) => Normalised;

/** Reasons are free words: this much says enough. */
const MAX_REASON = 200;

const authorisation: Reader = (row, said, account) => {
  if (said.amount.value === 0) return { kind: "ignored", why: "It only checks a card: no money was asked for." };
  const status = !said.success ? "failed" : account.capture === "manual" ? "authorized" : "captured";
  return payment(row, said, account, said.pspReference, status);
};

/**
 * With manual capture each capture is a payment of its own: an authorisation may be captured in parts, which add up.
 * With automatic capture the authorisation has told it, and a capture that is asked for all the same takes nothing.
 * https://docs.adyen.com/online-payments/capture
 */
const capture: Reader = (row, said, account) => {
  if (account.capture === "automatic") return { kind: "ignored", why: "This account captures automatically: the authorisation has told it." };
  return payment(row, said, account, said.pspReference, said.success ? "captured" : "failed");
};

const captureFailed: Reader = (row, said, account) =>
  payment(row, said, account, account.capture === "manual" ? said.pspReference : said.originalReference, "failed");

const cancellation: Reader = (row, said, account) =>
  said.success ? payment(row, said, account, said.originalReference, "voided") : { kind: "ignored", why: "The cancellation was refused: the payment stands as it was." };

/**
 * The whole sum goes back, and `modification.action` says which way. It is not signed; a lie would change the word for
 * it, not what the customer gets.
 */
const cancelOrRefund: Reader = (row, said, account) => {
  const action = said.additionalData?.["modification.action"];
  if (!said.success) return refund(row, said, account, "failed");
  if (action === "refund") return refund(row, said, account, "succeeded");
  return action === "cancel" ? cancellation(row, said, account) : strange(row, "does not say whether it cancelled or refunded (modification.action)");
};

/**
 * `success` means that Adyen has checked the refund and sent it to the scheme, "usually" the end of it: no event says
 * that it arrived, and the rare refund that is rejected or comes back is told by REFUND_FAILED or REFUNDED_REVERSED.
 * So it has succeeded until one of them says otherwise. https://docs.adyen.com/online-payments/refund
 */
const refunded: Reader = (row, said, account) => refund(row, said, account, said.success ? "succeeded" : "failed");

/** `success` says here that the news is true, not that the refund was one. */
const refundFailed: Reader = (row, said, account) => refund(row, said, account, "failed");

/** All events of a dispute carry its own pspReference (https://docs.adyen.com/risk-management/disputes-api/dispute-notifications). */
const dispute: Reader = (row, said, account) => {
  const disputeId = `${account.processor}/${said.pspReference}`;
  const reason = said.reason?.slice(0, MAX_REASON) ?? said.eventCode;
  return event(row, said, { ...whose(said, account), fact: { kind: "dispute.opened", disputeId, amount: adyenMoney(said.amount), reason } });
};

const READERS = table<Reader>({
  AUTHORISATION: authorisation,
  CAPTURE: capture,
  CAPTURE_FAILED: captureFailed,
  CANCELLATION: cancellation,
  CANCEL_OR_REFUND: cancelOrRefund,
  REFUND: refunded,
  REFUND_FAILED: refundFailed,
  REFUNDED_REVERSED: refundFailed,
  REQUEST_FOR_INFORMATION: dispute,
  NOTIFICATION_OF_CHARGEBACK: dispute,
  CHARGEBACK: dispute,
});

const NO_PAYMENT = "It says nothing of an order's money.";
const DISPUTE_GOES_ON = "It carries on a dispute that is known: nothing in the order changes by it.";

/** Events of the default subscription that no order rests on (https://docs.adyen.com/development-resources/webhooks/webhook-types). */
const SILENT = table<string>({
  REPORT_AVAILABLE: NO_PAYMENT,
  NOTIFICATIONTEST: NO_PAYMENT,
  AUTHENTICATION: NO_PAYMENT,
  RECURRING_CONTRACT: NO_PAYMENT,
  ORDER_OPENED: NO_PAYMENT,
  ORDER_CLOSED: NO_PAYMENT,
  MANUAL_REVIEW_ACCEPT: NO_PAYMENT,
  NOTIFICATION_OF_FRAUD: NO_PAYMENT,
  INFORMATION_SUPPLIED: DISPUTE_GOES_ON,
  ISSUER_COMMENTS: DISPUTE_GOES_ON,
  CHARGEBACK_REVERSED: DISPUTE_GOES_ON,
  SECOND_CHARGEBACK: DISPUTE_GOES_ON,
  PREARBITRATION_WON: DISPUTE_GOES_ON,
  PREARBITRATION_LOST: DISPUTE_GOES_ON,
  DISPUTE_DEFENSE_PERIOD_ENDED: DISPUTE_GOES_ON,
  ISSUER_RESPONSE_TIMEFRAME_EXPIRED: DISPUTE_GOES_ON,
});

/** What an item of a webhook says. */
export function normaliseAdyen(row: InboxRow, account: Account): Normalised {
  if (row.kind === "unreadable") return strange(row, "names no event code");
  const read = READERS[row.kind];
  if (read) return readPayload(row, item, (said) => read(row, said, account));
  const why = SILENT[row.kind];
  return why === undefined ? unknownKind(row, "Adyen") : { kind: "ignored", why };
}

function payment(row: InboxRow, said: AdyenItem, account: Account, reference: string | undefined, status: PaymentStatus): Normalised {
  if (reference === undefined) return strange(row, "names no payment (originalReference)");
  const why = status === "failed" ? said.reason?.slice(0, MAX_REASON) : undefined;
  const paymentId = `${account.processor}/${reference}`;
  return event(row, said, { ...whose(said, account), fact: present<FactOf<"payment.recorded">>({ kind: "payment.recorded", paymentId, status, amount: adyenMoney(said.amount), why }) });
}

function refund(row: InboxRow, said: AdyenItem, account: Account, status: RefundStatus): Normalised {
  const { refs } = whose(said, account);
  const why = status === "failed" ? said.reason?.slice(0, MAX_REASON) : undefined;
  const refundId = `${account.processor}/${said.pspReference}`;
  const fact = present<FactOf<"refund.recorded">>({ kind: "refund.recorded", refundId, view: "processor", status, amount: adyenMoney(said.amount), why });
  return event(row, said, { refs: [...refs, `${account.processor}/refund/${said.pspReference}`], fact });
}

/**
 * Of which order an item speaks: by the payment that it names, which its authorisation has linked to the order.
 * merchantReference is the payment's own only there and in disputes; captures, cancellations and refunds may be asked
 * for under a reference of their own (https://docs.adyen.com/api-explorer/Checkout/latest/post/payments/(paymentPspReference)/refunds).
 */
function whose({ eventCode, pspReference, originalReference, merchantReference }: AdyenItem, { processor, orderIdsFrom }: Account): { readonly refs: readonly string[]; readonly orderId?: string } {
  const isOfPayment = READERS[eventCode] === authorisation || READERS[eventCode] === dispute;
  const paid = READERS[eventCode] === authorisation ? pspReference : originalReference;
  const order = isOfPayment && orderIdsFrom !== undefined ? merchantReference : undefined;
  return { refs: paid === undefined ? [] : [`${processor}/payment/${paid}`], ...(order !== undefined && { orderId: `${orderIdsFrom}/${order}` }) };
}

function event(row: InboxRow, said: AdyenItem, telling: Omit<Telling, "at">): Normalised {
  // Not signed: a time that is yet to come is none.
  const at = earliest(said.eventDate ?? row.receivedAt, row.receivedAt);
  return { kind: "events", events: [makeEvent(row, { at, ...telling })] };
}

function strange(row: InboxRow, what: string): Normalised {
  return { kind: "quarantined", code: "unreadable", why: `This ${row.kind} is signed by Adyen but ${what}. It is kept; look it up in Adyen, and requeue it after the upgrade that reads it.` };
}

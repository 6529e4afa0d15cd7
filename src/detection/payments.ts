import type { Money } from "../base/money.ts";
import type { OrderView } from "../commerce/index.ts";
import { holdsIn, triesOf } from "../promises/index.ts";

/** Where somebody stands who tried to pay and failed. */
export interface PaymentView {
  /** `under_way`: another try has begun. `placed`: their checkout became an order. */
  readonly state: "failed" | "under_way" | "paid" | "placed" | "called_off";
  /** `none`: the processor's record proves that nothing was taken. */
  readonly charge: "none" | "unclear";
  /** What was not paid: an order, or a basket that is none yet. */
  readonly goods: "order" | "basket";
  readonly amount?: Money;
  /** Whether more than one word may follow on it. */
  readonly followUps: "yes" | "no";
}

/** What evidence shows of the failed payment of an order or a checkout. */
export function paymentOf(order: OrderView): PaymentView {
  const { details, payments } = order.doc;
  const tries = triesOf(order);
  // What was tried: a basket may have changed since.
  const amount = Object.values(payments).filter((payment) => payment.tries !== undefined).toSorted((a, b) => b.at - a.at)[0]?.value.amount;
  return {
    state: tries?.end?.how ?? (tries?.isTryingAgain === true ? "under_way" : "failed"),
    charge: isUncharged(order) ? "none" : "unclear",
    goods: details === undefined ? "basket" : "order",
    ...(amount !== undefined && { amount }),
    followUps: mayFollowUp(order) ? "yes" : "no",
  };
}

/** What a processor says of every payment is proof; the shop's word alone is none: it may not have heard of a capture. */
function isUncharged(order: OrderView): boolean {
  const payments = Object.values(order.doc.payments);
  const shop = shopOf(order);
  return payments.some(({ source }) => source !== shop) && payments.every(({ value }) => value.status === "failed" || value.status === "voided");
}

/** Who took the order, or would have: whoever recorded it, else the one under whose name its id stands. */
function shopOf({ orderId, doc }: OrderView): string {
  return doc.details?.source ?? orderId.slice(0, orderId.indexOf("/"));
}

/** Where reminders of an unfinished purchase count as marketing: PECR reg. 22 (UK), Directive 2002/58/EC art. 13 (EU). */
const NEEDS_CONSENT: readonly string[] = ["EU", "GB", "IS", "LI", "NO", "CH"];

/** A first word is service. More of them need the buyer's consent there, and wherever the buyer's country is unknown. */
function mayFollowUp({ country, doc }: OrderView): boolean {
  return doc.checkout?.value.marketing === true || (country !== undefined && !holdsIn(NEEDS_CONSENT, country));
}

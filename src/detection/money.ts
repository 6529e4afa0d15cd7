import { money, type Money } from "../base/money.ts";
import { latest, type Instant } from "../base/time.ts";
import type { OrderView } from "../commerce/index.ts";
import { isOfGoods, MONEY_OF_CANCELLATION, moneyOwedBy, refundsOf, type JoinedRefund, type MoneyOwed } from "../promises/index.ts";
import { LATE, matterOf } from "./matter.ts";

/** The cause of a cancelled order itself: a telling event. */
export const CANCELLED = "cancelled";

/** Where the money of a case stands, as far as evidence goes. */
export interface MoneyView {
  /** `none`: the processor's record shows that nothing was taken. `unclear`: the sources disagree or are silent. */
  readonly state: "none" | "due" | "sent" | "settled" | "failed" | "unclear";
  readonly amount?: Money;
  /** When the refund was sent. */
  readonly sentAt?: Instant;
  /** What each source says, where they disagree. */
  readonly conflict?: string;
  /** What a person has to find out, where no source says. */
  readonly ask?: string;
}

/** The cause of a case about something owed: `refund/<id>`, `late/<order>` for all that its goods owe, or `refund/cancelled` for all the money of a cancelled order. */
export function causeOfThing(thing: string, orderId = ""): string {
  if (isOfGoods(thing)) return `${LATE}${orderId}`;
  return thing === MONEY_OF_CANCELLATION ? `refund/${MONEY_OF_CANCELLATION}` : thing;
}

/** The ledger's name of what a cause is about. */
export function thingOfCause(cause: string): string {
  return cause === `refund/${MONEY_OF_CANCELLATION}` || cause === CANCELLED || matterOf(cause) === "withdrawal" ? MONEY_OF_CANCELLATION : cause;
}

/** What evidence shows of the money that a cause is about. */
export function moneyOf(order: OrderView, cause: string): MoneyView {
  const thing = thingOfCause(cause);
  const obligations = moneyOwedBy(order);
  const found = obligations.find((each) => each.things.includes(thing));
  const ofOrder = obligations.find((each) => each.things.includes(MONEY_OF_CANCELLATION));
  // Once the order is cancelled all of its money is owed as one, each refund of it included.
  const owed = found?.outcome.kind === "withdrawn" && ofOrder !== undefined ? ofOrder : found;
  const refunds = refundsOf(order).filter((refund) => owed === ofOrder || refund.things.includes(thing));
  const conflict = refunds.find((refund) => refund.conflict !== undefined)?.conflict;
  if (conflict !== undefined) return { state: "unclear", conflict: `The records of the refund disagree: ${conflict}.` };
  return owed === undefined ? untaken(order) : ofObligation(owed, refunds);
}

function ofObligation({ outcome, amount }: MoneyOwed, refunds: readonly JoinedRefund[]): MoneyView {
  // A pending refund is not a sent one: a processor that waits for funds says "pending" for weeks.
  const sent = refunds.filter((refund) => refund.status === "succeeded");
  const paid = { amount: amount.minor > 0 ? amount : sumOf(sent, amount.currency), ...sentAtOf(sent) };
  switch (outcome.kind) {
    case "kept":
      return { state: "settled", ...paid };
    case "impossible":
      return outcome.madeGoodAt === undefined ? { state: "failed", amount } : { state: "settled", ...paid, sentAt: outcome.madeGoodAt };
    case "withdrawn":
      return { state: "unclear", ask: `The refund was taken back (${outcome.because}). Find out whether the customer is owed anything.` };
    case "open":
      break;
  }
  const last = refunds.findLast((refund) => refund.status !== "cancelled");
  return { state: last?.status === "failed" ? "failed" : "due", amount };
}

function sentAtOf(sent: readonly JoinedRefund[]): { sentAt?: Instant } {
  const [first, ...rest] = sent.map((refund) => refund.paidAt ?? refund.statusAt);
  return first === undefined ? {} : { sentAt: latest(first, ...rest) };
}

function sumOf(refunds: readonly JoinedRefund[], currency: string): Money {
  return money(refunds.reduce((sum, { amount }) => (amount.currency === currency ? sum + amount.minor : sum), 0), currency);
}

/** A processor is whoever speaks of payments and is not the shop that took the order. */
function untaken(order: OrderView): MoneyView {
  const payments = Object.values(order.doc.payments);
  const byProcessor = payments.filter((payment) => payment.source !== order.doc.details?.source);
  const untouched = (status: string): boolean => status === "failed" || status === "voided" || status === "authorized";
  if (byProcessor.length > 0 && payments.every((payment) => untouched(payment.value.status))) return { state: "none" };
  return { state: "unclear", ask: "No payment processor has said whether money was taken for this order. Find out, and refund it if it was." };
}

/** Refunds that failed and that nothing has replaced, each with every name of its cause. */
export function failedRefunds(order: OrderView): readonly { readonly names: readonly string[]; readonly at: Instant }[] {
  const obligations = moneyOwedBy(order);
  const ofOrder = obligations.find((each) => each.things.includes(MONEY_OF_CANCELLATION));
  const failed = refundsOf(order).filter((refund) => refund.status === "failed");
  const found = failed.flatMap((refund) => {
    const own = obligations.find((each) => each.things.some((thing) => refund.things.includes(thing)));
    if (own?.outcome.kind === "impossible") return own.outcome.madeGoodAt === undefined ? [{ names: refund.things, at: refund.statusAt }] : [];
    const isOpen = ofOrder?.outcome.kind === "open";
    return isOpen ? [{ names: [causeOfThing(MONEY_OF_CANCELLATION)], at: refund.statusAt }] : [];
  });
  return found;
}

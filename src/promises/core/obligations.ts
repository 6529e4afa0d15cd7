import { type Money, money } from "../../base/money.ts";
import type { Instant } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import type { Start } from "../../playbooks/index.ts";
import { type Amounts, capturedOf } from "./captured.ts";
import { cancelledOf } from "./choices.ts";
import { type JoinedRefund, refundsOf } from "./refunds.ts";
import { withdrawnAt } from "./withdrawal.ts";

/** The thing that an order owes that was cancelled, or from whose contract its customer withdrew: all the money that was taken for it. */
export const MONEY_OF_CANCELLATION = "cancelled";

/** What an order owes its customer by what is known of it now, whatever rules put a time to it. */
export interface Obligation {
  readonly starts: Exclude<Start, "case.opened" | "incident.opened" | "statement.released">;
  /** Every name of what is owed, the lasting one first. */
  readonly things: readonly string[];
  /** Where its clock starts, by event time. */
  readonly since: Instant;
  /** Of money that is owed. */
  readonly amount?: Money;
  readonly outcome: Outcome;
  /** The time that the customer was told for it, where they were told one. */
  readonly stated?: Instant;
  /** When another time was first told: from then on it is at risk. */
  readonly postponedAt?: Instant;
  /** Imports of the past alone told of it, from this moment on: what was due by then is not followed. */
  readonly importedAt?: Instant;
  /** Another start moves the clock even where its time had run out: nobody knew of that start yet. */
  readonly restarts?: true;
}

/** Money that is owed. */
export interface MoneyOwed extends Obligation {
  readonly amount: Money;
}

/** What has become of an obligation, by event time. */
export type Outcome =
  | { readonly kind: "open" }
  | { readonly kind: "kept"; readonly at: Instant }
  /** It cannot be kept as it was: this refund failed. `paidAt`: it had been paid and came back. `madeGoodAt`: another refund paid it. */
  | { readonly kind: "impossible"; readonly at: Instant; readonly because: string; readonly paidAt?: Instant; readonly madeGoodAt?: Instant }
  /** It is not owed any more, or owed otherwise. `isOver`: even where it had broken before, nothing is left to make good. */
  | { readonly kind: "withdrawn"; readonly at: Instant; readonly because: string; readonly isOver?: true };

/** The money that an order owes. Cancelled or withdrawn from, it owes all its money at once; otherwise each refund is owed for itself. */
export function moneyOwedBy(order: OrderView): readonly MoneyOwed[] {
  const refunds = refundsOf(order);
  const wholes = wholesOf(order).flatMap((whole) => moneyOfWhole(order, whole, refunds) ?? []);
  return [...wholes, ...refunds.map((refund) => ofRefund(refund, refunds, wholes[0]))];
}

/** All of an order's money at once, by what made it owed. */
interface MoneyOfWhole extends MoneyOwed {
  readonly starts: "refund.owed" | "withdrawal.declared";
}
type Whole = Pick<MoneyOfWhole, "starts" | "since" | "importedAt">;

/** The withdrawal where it came first, then the cancellation: that the shop cancels what was withdrawn from makes the law's time no longer. */
function wholesOf(order: OrderView): readonly Whole[] {
  const { cancellation } = order.doc;
  const cancelled = cancelledOf(order);
  const withdrawn = withdrawnAt(order);
  const ofShop = cancelled?.by === "shop" && cancellation?.importedAt !== undefined && { importedAt: cancellation.importedAt };
  return [
    ...(withdrawn !== undefined && withdrawn < (cancelled?.at ?? Infinity) ? [{ starts: "withdrawal.declared" as const, since: withdrawn }] : []),
    ...(cancelled === undefined ? [] : [{ starts: "refund.owed" as const, since: cancelled.at, ...ofShop }]),
  ];
}

function moneyOfWhole(order: OrderView, whole: Whole, refunds: readonly JoinedRefund[]): MoneyOfWhole | undefined {
  const { details } = order.doc;
  const captured = capturedOf(order);
  const currencies = [...captured].filter(([, minor]) => minor > 0).map(([currency]) => currency).sort();
  // What the customer saw, where money was taken in it.
  const shown = currencies.find((currency) => currency === details?.value.total.currency) ?? currencies[0];
  if (shown === undefined) return undefined;
  const before = sumOf(refunds.filter((refund) => (paidFrom(refund) ?? Infinity) < whole.since), shown);
  const paidAt = paidInFullAt(captured, refunds);
  return {
    ...whole,
    things: [MONEY_OF_CANCELLATION],
    amount: money(Math.max(0, (captured.get(shown) ?? 0) - before), shown),
    outcome: paidAt === undefined ? { kind: "open" } : { kind: "kept", at: paidAt },
  };
}

/** When all the money that was taken for an order had been given back, cancelled or not. */
export function refundedInFullAt(order: OrderView): Instant | undefined {
  return paidInFullAt(capturedOf(order), refundsOf(order));
}

/** When the refunds that stand reached what was taken, in any currency that it is known in: they are views of one sum. */
function paidInFullAt(captured: Amounts, refunds: readonly JoinedRefund[]): Instant | undefined {
  const paid = refunds.filter((refund) => paidFrom(refund) !== undefined).sort((a, b) => (paidFrom(a) ?? 0) - (paidFrom(b) ?? 0));
  for (const [index, last] of paid.entries()) {
    const sofar = paid.slice(0, index + 1);
    if ([...captured].some(([currency, taken]) => taken > 0 && sumOf(sofar, currency) >= taken)) return paidFrom(last);
  }
  return undefined;
}

function ofRefund(refund: JoinedRefund, all: readonly JoinedRefund[], whole: MoneyOfWhole | undefined): MoneyOwed {
  return { starts: "refund.requested", things: refund.things, since: refund.since, amount: refund.amount, outcome: outcomeOf(refund, all, whole) };
}

const ALL_IS_OWED = { "refund.owed": "the order was cancelled: all its money is owed", "withdrawal.declared": "the customer withdrew from the contract: all its money is owed" };

function outcomeOf(refund: JoinedRefund, all: readonly JoinedRefund[], whole: MoneyOfWhole | undefined): Outcome {
  const { status, statusAt, paidAt } = refund;
  // From then on the whole sum is owed as one; before it, the refund was owed for itself.
  const covered = whole !== undefined && (status === "succeeded" || status === "failed" || status === "cancelled" ? statusAt : Infinity) >= whole.since;
  if (covered) return { kind: "withdrawn", at: whole.since, because: ALL_IS_OWED[whole.starts] };
  switch (status) {
    case "requested":
    case "pending":
      return { kind: "open" };
    case "succeeded":
      return { kind: "kept", at: paidAt ?? statusAt };
    case "cancelled":
      return { kind: "withdrawn", at: statusAt, because: "the refund was cancelled" };
    case "failed": {
      const madeGoodAt = replacedAt(refund, all);
      return { kind: "impossible", at: statusAt, because: "the refund failed", ...(paidAt !== undefined && { paidAt }), ...(madeGoodAt !== undefined && { madeGoodAt }) };
    }
  }
}

/** When a later refund paid what this one could not. Each later refund replaces one failed one, the oldest first. */
function replacedAt(failed: JoinedRefund, all: readonly JoinedRefund[]): Instant | undefined {
  const free = new Set(all.filter((refund) => paidFrom(refund) !== undefined));
  for (const other of all.filter((refund) => refund.status === "failed")) {
    const replacement = [...free].find((refund) => refund.since >= other.since && refund.amount.currency === other.amount.currency && refund.amount.minor >= other.amount.minor);
    if (replacement === undefined) continue;
    if (other === failed) return paidFrom(replacement);
    free.delete(replacement);
  }
  return undefined;
}

/** When a refund that stands was paid; undefined for one that is under way or came to nothing. */
function paidFrom(refund: JoinedRefund): Instant | undefined {
  return refund.status === "succeeded" ? (refund.paidAt ?? refund.statusAt) : undefined;
}

function sumOf(refunds: readonly JoinedRefund[], currency: string): number {
  return refunds.reduce((total, { amount }) => total + (amount.currency === currency ? amount.minor : 0), 0);
}

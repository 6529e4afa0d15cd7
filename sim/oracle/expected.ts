import { HOUR, instant, MINUTE, plus, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { SimOrder } from "../world/orders.ts";
import { clocksOf } from "./law.ts";

/** The store's policy: money that is owed is sent within this time. */
export const REFUND_WITHIN: Milliseconds = 48 * HOUR;

/** A failure that truly happened, and what its customer is owed for it. */
export interface Failure {
  readonly order: SimOrder;
  readonly playbook: "cancelled-by-store" | "refund-idle";
  /** When it happened. */
  readonly at: Instant;
  /** Within this time of it the first word is owed. */
  readonly within: Milliseconds;
  /** The fact that a vendor must tell for anybody to know; none for a promise that broke by the clock. */
  readonly toldBy?: string;
}

/** Whether the money was not paid by the policy's time, or by the law's where a policy has none. */
export function brokePolicy(order: SimOrder): boolean {
  const { truth } = order;
  if (truth.owedFrom === undefined) return false;
  return truth.failedAt !== undefined || (truth.paidAt ?? Infinity) > firstDue(order, truth.owedFrom);
}

/** A withdrawal has the law's clock alone, until the shop cancels the order as well. */
function firstDue(order: SimOrder, owedFrom: Instant): Instant {
  if (order.truth.withdrawnAt === undefined) return plus(owedFrom, REFUND_WITHIN);
  return instant(Math.min(...clocksOf(order).flatMap(({ owedTo, due }) => (owedTo === "customer" ? [due] : []))));
}

/** Every failure of an order up to `now`. A customer's own cancellation is none. */
export function failuresOf(order: SimOrder, now: Instant): readonly Failure[] {
  const { truth } = order;
  const all: Failure[] = [];
  if (truth.cancelledAt !== undefined && truth.reason !== "customer") {
    all.push({ order, playbook: "cancelled-by-store", at: truth.cancelledAt, within: 60 * MINUTE, toldBy: "cancelled" });
  }
  if (truth.owedFrom !== undefined && brokePolicy(order)) {
    const at = truth.failedAt ?? firstDue(order, truth.owedFrom);
    all.push({ order, playbook: "refund-idle", at, within: 4 * HOUR });
  }
  return all.filter((failure) => failure.at <= now);
}

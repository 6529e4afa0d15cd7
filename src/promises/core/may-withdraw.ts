import type { Instant } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import { addDaysToAct, type Calendar } from "./calendar.ts";
import { calledOffOf } from "./choices.ts";
import { holdsIn } from "./countries.ts";
import { deliveredAt } from "./departure.ts";

/** Directive 2011/83/EU art. 9(1). */
const WITHDRAWAL_DAYS = 14;

/**
 * Whether a customer in the EU may still withdraw from an order: from its placing until 14 days after all of it was
 * delivered (Directive 2011/83/EU art. 9(2)(b)(i)), or for as long as no source tells of its delivery. `calendar`: the
 * working days of their country. What art. 16 leaves out (perishables, made to measure) is not known here.
 */
export function mayWithdraw(order: OrderView, now: Instant, calendar: Calendar): boolean {
  const { details, withdrawal } = order.doc;
  if (details === undefined || withdrawal !== undefined || calledOffOf(order) !== undefined || !holdsIn(["EU"], order.country)) return false;
  const delivered = deliveredAt(order);
  return delivered === undefined || now <= addDaysToAct(delivered, WITHDRAWAL_DAYS, calendar);
}

import { iso, type Instant } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import type { OwnWord } from "../../intake/index.ts";
import { CONSENT } from "./goods.ts";
import type { LedgerChange } from "./model.ts";
import { refundedInFullAt } from "./obligations.ts";

/**
 * What the law makes of silence: an order that has not left, and to whose delay its customer has not agreed, counts as
 * cancelled from the moment that its time ran out (16 CFR 435.2(c)(2) and (3)).
 */
export function deemedCancelled(changes: readonly LedgerChange[], orders: readonly OrderView[]): readonly OwnWord[] {
  return changes.flatMap(({ promise: { thing, state, dueAt, orderId, madeGoodAt }, from }) => {
    if (!thing.startsWith(CONSENT) || state !== "broken" || from === "broken" || orderId === undefined) return [];
    // It left after all; or the shop cancelled it for a reason of its own, and tells of that.
    if (madeGoodAt !== undefined && !isLeftToTheLaw(orders.find((order) => order.orderId === orderId), madeGoodAt)) return [];
    return [{ orderId, key: `deemed ${iso(dueAt)}`, at: dueAt, kind: "choice.made" as const, stated: { choice: "cancel", terms: "unknown", deemed: true } }];
  });
}

/** Whether what put it right gives no reason but the law's: cancelled as its customer's, or its money given back and nothing said yet. */
function isLeftToTheLaw(order: OrderView | undefined, at: Instant): boolean {
  const cancellation = order?.doc.cancellation;
  if (cancellation === undefined) return order !== undefined && refundedInFullAt(order) === at;
  return cancellation.at === at && cancellation.value.reason === "customer";
}

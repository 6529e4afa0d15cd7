import { iso } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import type { OwnWord } from "../../intake/index.ts";
import { CONSENT } from "./goods.ts";
import type { LedgerChange } from "./model.ts";

/**
 * What the law makes of silence: an order that has not left, and to whose delay its customer has not agreed, counts as
 * cancelled from the moment that its time ran out (16 CFR 435.2(c)(2) and (3)).
 */
export function deemedCancelled(changes: readonly LedgerChange[], orders: readonly OrderView[]): readonly OwnWord[] {
  const cancelled = new Map(orders.map(({ orderId, doc }) => [orderId, doc.cancellation]));
  return changes.flatMap(({ promise: { thing, state, dueAt, orderId, madeGoodAt }, from }) => {
    if (!thing.startsWith(CONSENT) || state !== "broken" || from === "broken" || orderId === undefined) return [];
    const inShop = cancelled.get(orderId);
    // It left after all; or the shop cancelled it for a reason of its own, and tells of that.
    if (madeGoodAt !== undefined && !(inShop?.at === madeGoodAt && inShop.value.reason === "customer")) return [];
    return [{ orderId, key: `deemed ${iso(dueAt)}`, at: dueAt, kind: "choice.made" as const, stated: { choice: "cancel", terms: "unknown", deemed: true } }];
  });
}

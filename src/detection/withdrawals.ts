import type { Instant } from "../base/time.ts";
import type { OrderView } from "../commerce/index.ts";
import { cancelledOf, followedBy, leftAt, withdrawnAt } from "../promises/index.ts";
import { WITHDRAWAL } from "./matter.ts";

/** What evidence shows of an order whose customer withdrew from its contract, beside its money. */
export interface WithdrawalView {
  readonly declaredAt: Instant | undefined;
  /** Where the goods were when it was declared. */
  readonly goods: "with_store" | "sent";
  readonly isCancelledInShop: boolean;
}

/** The withdrawal to be acknowledged (Directive 2011/83/EU art. 11a(4)), under its name as a cause. What was cancelled before had no contract left. */
export function declaredWithdrawal(order: OrderView): readonly { readonly names: readonly string[]; readonly at: Instant }[] {
  const at = withdrawnAt(order);
  return at === undefined || at > (cancelledOf(order)?.at ?? Infinity) ? [] : [{ names: [`${WITHDRAWAL}${order.orderId}`], at }];
}

/** Where the goods of a withdrawn order were. `trackers` are the sources that follow parcels. */
export function withdrawalOf(order: OrderView, trackers: readonly string[]): WithdrawalView {
  const declaredAt = withdrawnAt(order);
  const left = leftAt(order, followedBy(trackers));
  return { declaredAt, goods: left !== undefined && left <= (declaredAt ?? Infinity) ? "sent" : "with_store", isCancelledInShop: order.doc.cancellation !== undefined };
}

import type { Money } from "../../base/money.ts";
import { earliest, type Instant } from "../../base/time.ts";
import type { OrderView, RefundHistory } from "../../commerce/index.ts";
import type { RefundStatus } from "../../intake/index.ts";

/** One refund as all that speak of it see it together. */
export interface JoinedRefund {
  /** The processor's id where it is known, else the shop's. */
  readonly id: string;
  /** Every name that it went by: `refund/<id>` of each view. */
  readonly things: readonly string[];
  /** What the customer gets back: the shop's amount covers gift cards and other tenders that a processor does not see. */
  readonly amount: Money;
  /** The first word of it, by any view. */
  readonly since: Instant;
  /** The processor's word where it has spoken of this refund, else the shop's. Silence of one view is no disagreement. */
  readonly status: RefundStatus;
  /** When that status was first said. */
  readonly statusAt: Instant;
  /** When it was first said to have succeeded, even when it came back later. */
  readonly paidAt?: Instant;
  /** What each view says, where both cannot be true. */
  readonly conflict?: string;
}

/** An order's refunds, the shop's and the processor's views joined, by time and id. */
export function refundsOf(order: OrderView): readonly JoinedRefund[] {
  const views = Object.entries(order.doc.refunds).map(([, history]) => history).sort(byTime);
  const ofShop = views.filter((history) => viewOf(history) === "shop");
  const ofProcessor = views.filter((history) => viewOf(history) === "processor");
  const pairs = pair(ofShop, ofProcessor);
  const paired = new Set(pairs.values());
  const joined = [...ofShop.map((shop) => join(shop, pairs.get(shop))), ...ofProcessor.filter((each) => !paired.has(each)).map((each) => join(undefined, each))];
  return joined.sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1));
}

/**
 * Which shop refund is which of the processor's: by the processor's id where the shop knows it,
 * else by equal amounts in the order of time.
 */
function pair(ofShop: readonly RefundHistory[], ofProcessor: readonly RefundHistory[]): ReadonlyMap<RefundHistory, RefundHistory> {
  const pairs = new Map<RefundHistory, RefundHistory>();
  const free = new Set(ofProcessor);
  const take = (shop: RefundHistory, matches: (other: RefundHistory) => boolean): void => {
    const match = [...free].find(matches);
    if (match === undefined) return;
    pairs.set(shop, match);
    free.delete(match);
  };
  for (const shop of ofShop) {
    const ref = shop.latest.value.processorRef;
    if (ref !== undefined) take(shop, (other) => other.latest.value.refundId === ref);
  }
  for (const shop of ofShop) {
    if (shop.latest.value.processorRef === undefined) take(shop, (other) => sameAmount(shop.latest.value.amount, other.latest.value.amount));
  }
  return pairs;
}

function join(shop: RefundHistory | undefined, processor: RefundHistory | undefined): JoinedRefund {
  const told = (processor ?? shop) as RefundHistory;
  const { value } = told.latest;
  const id = processor?.latest.value.refundId ?? shop?.latest.value.processorRef ?? value.refundId;
  const ids = new Set([id, ...[shop, processor].flatMap((view) => (view === undefined ? [] : [view.latest.value.refundId]))]);
  const conflict = shop && processor && conflictOf(shop, processor);
  return {
    id,
    things: [...ids].map((each) => `refund/${each}`),
    amount: (shop ?? told).latest.value.amount,
    since: shop && processor ? earliest(shop.since, processor.since) : told.since,
    status: value.status,
    statusAt: told.first[value.status] ?? told.latest.at,
    ...(told.first.succeeded !== undefined && { paidAt: told.first.succeeded }),
    ...(conflict !== undefined && { conflict }),
  };
}

/** One says that the money went, the other that it will not. One being behind the other is no conflict. */
function conflictOf(shop: RefundHistory, processor: RefundHistory): string | undefined {
  const shopSays = shop.latest.value.status;
  const processorSays = processor.latest.value.status;
  const differ = (shopSays === "succeeded" && isDead(processorSays)) || (isDead(shopSays) && !isDead(processorSays));
  return differ ? `${shop.latest.source} says ${shopSays}; ${processor.latest.source} says ${processorSays} (${processor.latest.value.refundId})` : undefined;
}

function isDead(status: RefundStatus): boolean {
  return status === "failed" || status === "cancelled";
}

function viewOf(history: RefundHistory): "shop" | "processor" {
  return history.latest.value.view;
}

function byTime(a: RefundHistory, b: RefundHistory): number {
  return a.since - b.since || (a.latest.value.refundId < b.latest.value.refundId ? -1 : 1);
}

function sameAmount(a: Money, b: Money): boolean {
  return a.minor === b.minor && a.currency === b.currency;
}

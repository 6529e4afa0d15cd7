import { instant, type Instant } from "../../src/base/time.ts";
import type { SimOrder } from "../world/orders.ts";
import type { Script } from "../world/script.ts";
import type { Telling, Tellings } from "../world/tellings.ts";
import type { Withdrawals } from "../world/withdrawals.ts";

/**
 * When the product could first know how an order's refund ended at the processor: the processor has told it, and the
 * shop has named the processor's refund, by its capture of the charge or by its own word of that refund. The capture
 * is told once, and gone with a restored backup.
 */
export function refundKnownAt(order: SimOrder, status: "succeeded" | "failed", tellings: Tellings, backup: Script["backup"]): Instant | undefined {
  const own = tellings.of(order);
  const ending = own.find(({ fact }) => fact.what === "refund at processor" && fact.refund?.status === status);
  const named = own.flatMap(({ fact, ackedAt, offeredAt }) => {
    if (fact.what === "captured") return ackedAt !== undefined && !isLost(ackedAt, backup) ? [ackedAt] : [];
    return fact.what === "refund" && fact.refund?.id === ending?.fact.refund?.id ? [ackedAt ?? [], offeredAt ?? []].flat() : [];
  });
  return ending?.ackedAt === undefined || named.length === 0 ? undefined : instant(Math.max(ending.ackedAt, Math.min(...named)));
}

/** Whether the declaration by which an order's customer withdrew had reached the product by then. */
export function isDeclarationKnown(order: SimOrder, at: Instant, withdrawals: Withdrawals): boolean {
  return withdrawals.of(order).some((sent) => sent.at === order.truth.withdrawnAt && (sent.heardAt ?? Infinity) <= at);
}

/** Since when the product has known what was told, by what is known now: what a restored backup has forgotten was not heard. */
export function heardAt(telling: Telling | undefined, backup: Script["backup"], now: Instant): Instant | undefined {
  const isForgotten = (at: Instant): boolean => backup !== undefined && now >= backup.restoredAt && isLost(at, backup);
  return telling?.heard.find((at) => !isForgotten(at));
}

/** Whether what was heard then went with the hours that a restored backup has lost. */
export function isLost(at: Instant, backup: Script["backup"]): boolean {
  return backup !== undefined && backup.takenAt <= at && at <= backup.restoredAt;
}

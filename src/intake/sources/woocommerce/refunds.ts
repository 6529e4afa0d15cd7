import type { FactOf } from "../../core/event.ts";
import type { Telling } from "../../core/make-event.ts";
import { present } from "../payload.ts";
import { mentionedIn, onlyRefundOf, refsOf } from "../processors/find.ts";
import { type MetaData, type Names, type Order, type RefundRecord, shopMoney } from "./payloads.ts";

/**
 * What the shop's books say of an order's refunds. The order itself names only that they exist: each is asked for, since
 * the first order that shows it. The refund's own record, which the pull brings, says since when, and whether the
 * gateway was asked and took it (`refunded_payment`); where it was not, somebody is to send the money by hand, and
 * nothing in the shop will ever say that they did.
 */
export function refundTellings(order: Order, records: readonly RefundRecord[], names: Names): readonly Telling[] {
  const recordOf = new Map(records.map((record) => [record.id, record]));
  return (order.refunds ?? []).flatMap(({ id, total }) => {
    const record = recordOf.get(id);
    const amount = shopMoney(total.replace(/^-/, ""), order.currency);
    // A refund of nothing only takes goods back into stock.
    if (amount.minor === 0) return [];
    const mentioned = mentionedIn(valuesOf(record?.meta_data), names.processor);
    const fact = present<FactOf<"refund.recorded">>({
      kind: "refund.recorded",
      refundId: `${names.shop}/${id}`,
      view: "shop",
      status: record?.refunded_payment === true ? "succeeded" : "requested",
      amount,
      processorRef: onlyRefundOf(mentioned),
    });
    return [{ at: record?.date_created_gmt ?? order.date_modified_gmt, refs: refsOf(mentioned), fact }];
  });
}

/** The processors' names of an order: in the gateway's transaction id, and wherever its plugin left them. */
export function processorRefs(order: Order, names: Names): readonly string[] {
  return refsOf(mentionedIn([order.transaction_id, ...valuesOf(order.meta_data)], names.processor));
}

function valuesOf(meta: MetaData): readonly unknown[] {
  return (meta ?? []).map(({ value }) => value);
}

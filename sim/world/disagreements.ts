import type { SampleRefund } from "../../sample/model.ts";
import { DAY, HOUR, plus, type Instant } from "../../src/base/time.ts";
import type { Dice } from "../engine/random.ts";
import type { Fate, RefundEnd, ShopErrs } from "./fates.ts";
import { toSecond } from "./seconds.ts";

/** Of the refunds that fail, and of those that are paid, so many end otherwise in the shop's book. */
const ERRS_SHARE = { failed: 0.35, paid: 0.12 } as const;

/** The shop's words, as both books name them. */
export const STATUS_OF = { pending: "pending", success: "succeeded", failure: "failed" } as const;

/** A fate whose refund the shop and the processor may tell of differently, for a while or for good. */
export function contradicted(dice: Dice, fate: Fate): Fate {
  const { refund } = fate;
  if (refund === undefined || !dice.chance(ERRS_SHARE[refund.ends.kind])) return fate;
  return { ...fate, refund: { ...refund, shopErrs: dice.chance(0.3) ? {} : { until: dice.between(2 * HOUR, 3 * DAY) } } };
}

/** The order's refunds as both books have them after each change. */
interface Change {
  readonly at: Instant;
  readonly refunds: readonly SampleRefund[];
}

/** What becomes of a refund, oldest first: how it ends at the processor, when the shop corrects its book, and the refund that replaces one that failed. */
export function afterRefund(first: SampleRefund, { ends, shopErrs }: { readonly ends: RefundEnd; readonly shopErrs?: ShopErrs }): readonly Change[] {
  const endsAt = toSecond(plus(first.requestedAt, ends.after));
  const right: SampleRefund = ends.kind === "paid"
    ? { ...first, shop: "success", processor: { status: "succeeded", at: endsAt } }
    : { ...first, shop: "failure", processor: { status: "failed", at: endsAt, why: "expired_or_canceled_card" } };
  const wrong: SampleRefund = { ...right, shop: ends.kind === "paid" ? "failure" : "success" };
  const corrected = shopErrs?.until === undefined ? [] : [{ at: toSecond(plus(endsAt, shopErrs.until)), refund: right }];
  const firsts = shopErrs === undefined ? [{ at: endsAt, refund: right }] : [{ at: endsAt, refund: wrong }, ...corrected];
  if (ends.kind === "paid" || ends.paidAnewAfter === undefined) return firsts.map(({ at, refund }) => ({ at, refunds: [refund] }));
  const anewAt = toSecond(plus(endsAt, ends.paidAnewAfter));
  const anew: SampleRefund = { id: `6${first.id.slice(1)}`, requestedAt: anewAt, amount: first.amount, shop: "success", processor: { status: "succeeded", at: anewAt } };
  const moments = [...new Set([...firsts.map(({ at }) => at), anewAt])].sort((a, b) => a - b);
  return moments.map((at) => ({ at, refunds: [firsts.findLast((each) => each.at <= at)?.refund ?? first, ...(anewAt <= at ? [anew] : [])] }));
}

import type { SampleCancelReason } from "../../sample/model.ts";
import type { Milliseconds } from "../../src/base/time.ts";

/** What the store did of its own accord, and what became of the money. The oracle judges by this. */
export interface Fate {
  readonly cancelled?: { readonly after: Milliseconds; readonly reason: SampleCancelReason };
  /** When a refund was asked for, counted from the order; then how each attempt ends, counted from there. */
  readonly refund?: { readonly after: Milliseconds; readonly ends: RefundEnd; readonly shopErrs?: ShopErrs };
}

export type RefundEnd =
  | { readonly kind: "paid"; readonly after: Milliseconds }
  | { readonly kind: "failed"; readonly after: Milliseconds; readonly paidAnewAfter?: Milliseconds };

/** How long the shop says of a refund the opposite of what its processor did; without an end it never learns better. */
export interface ShopErrs {
  readonly until?: Milliseconds;
}

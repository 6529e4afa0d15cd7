import type { Money } from "../../base/money.ts";
import type { Instant } from "../../base/time.ts";

/** Where a case stands in the reconciliation line of guarantee G1. */
export type Standing =
  | { readonly kind: "due"; readonly until: Instant; readonly heldWhy?: string }
  | { readonly kind: "handed_over"; readonly presumedAt: Instant }
  | { readonly kind: "told"; readonly messageId: string; readonly at: Instant }
  | { readonly kind: "unreachable"; readonly why: UnreachableReason }
  | { readonly kind: "excused"; readonly why: ExcusedReason };

/** The closed list of reasons why a case needs no word from us. A hold is never one of them. */
export type ExcusedReason = "shadow" | "said_by_shop" | "put_right_before_due" | "test_order" | "history" | "redacted" | "withdrawn";

export type UnreachableReason = "no_address" | "suppressed" | "bounced" | "refused";

/** A case's own truths. No contact data: that is read when a word is sent. */
export interface CaseFacts {
  /** What texts branch on; each value is in the playbook's closed list. */
  readonly choices: Readonly<Record<string, string>>;
  /** Amounts and moments that texts show; formatted for the reader's locale and zone when rendered. */
  readonly values: Readonly<Record<string, FactValue>>;
}

export type FactValue = { readonly money: Money } | { readonly at: Instant } | { readonly day: Instant } | { readonly text: string };

/** One line of the ledger that must balance: affected = told + presumed + unreachable + excused + due. */
export interface ReconciliationLine {
  readonly affected: number;
  readonly people: number;
  readonly told: number;
  readonly presumedTold: number;
  readonly unreachable: Readonly<Record<string, number>>;
  readonly excused: Readonly<Record<string, number>>;
  readonly due: number;
  readonly overdue: number;
  readonly balanced: boolean;
}

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
export const EXCUSED_REASONS = ["shadow", "said_by_shop", "put_right_before_told", "history", "redacted", "withdrawn"] as const;
export type ExcusedReason = (typeof EXCUSED_REASONS)[number];

export const UNREACHABLE_REASONS = ["no_address", "suppressed", "bounced", "refused"] as const;
export type UnreachableReason = (typeof UNREACHABLE_REASONS)[number];

/**
 * What outreach learnt about a notice: the only way that evidence changes a case. It speaks of the notice as a
 * whole, over all of its messages. A change about a notice that is no longer the case's newest changes no standing.
 */
export type Evidence =
  /** A relay took it: told by presumption from `presumedAt` on, unless it bounces. */
  | { readonly kind: "handed_over"; readonly at: Instant; readonly presumedAt: Instant }
  /** A message was delivered or seen. */
  | { readonly kind: "told"; readonly at: Instant; readonly messageId: string }
  /** It will leave, but not before `until`: quiet hours, a gate, a retry. Still due. */
  | { readonly kind: "held"; readonly at: Instant; readonly until: Instant; readonly why: string }
  /** What counted as handed over or told came back, and another way is being tried. */
  | { readonly kind: "reopened"; readonly at: Instant; readonly why: string }
  /** No way is left. */
  | { readonly kind: "unreachable"; readonly at: Instant; readonly why: UnreachableReason };

export interface StandingChange {
  readonly noticeId: string;
  readonly evidence: Evidence;
}

/** A case's own truths. No contact data: that is read when a word is sent. */
export interface CaseFacts {
  /** What texts branch on; each value is in the playbook's closed list. */
  readonly choices: Readonly<Record<string, string>>;
  /** Amounts and moments that texts show; formatted for the reader's locale and zone when rendered. */
  readonly values: Readonly<Record<string, FactValue>>;
}

export type FactValue = { readonly money: Money } | { readonly at: Instant } | { readonly day: Instant } | { readonly text: string };

/** Whether a playbook speaks for a store: from `golives` and `stores.sample`. */
export interface LiveBook {
  /** Since when it speaks; undefined while it is in shadow mode. What happened before is history, never news. */
  speaksSince(playbook: string): Instant | undefined;
}

/** One line of the ledger that must balance: affected = told + presumed + unreachable + excused + due. */
export interface ReconciliationLine {
  readonly affected: number;
  readonly people: number;
  readonly told: number;
  readonly presumedTold: number;
  readonly unreachable: Readonly<Record<string, number>>;
  readonly excused: Readonly<Record<string, number>>;
  /** Still owed a word, held or on its way included; `overdue` of them past their deadline with nothing handed over. */
  readonly due: number;
  readonly overdue: number;
  readonly balanced: boolean;
}

/** Guarantee G7, over broken promises to customers: broken = madeGood + waived + owed. */
export interface MadeGoodLine {
  readonly broken: number;
  readonly madeGood: number;
  readonly waived: number;
  readonly owed: number;
}

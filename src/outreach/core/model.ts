import type { Instant, PlainDate, Zone } from "../../base/time.ts";

/**
 * `ready` waits for its moment; `held` waits for a person; `leased` is being sent; `unknown` may or may not have been sent;
 * `accepted` is handed over (or published on the order page); `delivered` is proven. The others never change again.
 */
export type MessageState =
  | "ready"
  | "held"
  | "leased"
  | "unknown"
  | "accepted"
  | "delivered"
  | "bounced"
  | "refused"
  | "suppressed"
  | "shadow"
  | "withdrawn";

/** The order's page as a channel: what is published there never counts as telling. */
export const PORTAL = "portal";

/** The part of a ledger row that its states are about. */
export interface Progress {
  readonly state: MessageState;
  readonly readyAt: Instant;
  readonly heldWhy: string | null;
  readonly leaseUntil: Instant | null;
  /** The claim that sent it last. Kept after the claim ends, so that a late outcome finds its message. */
  readonly leasedBy: string | null;
  readonly provider: string | null;
  /** The provider's own name of the copy that it took last, or of one that arrived: a message may be sent twice. Null where it gives none. */
  readonly copyId: string | null;
  /** Sends that a provider answered, or may have taken. */
  readonly attempts: number;
  /** Sends after `unknown`: at most one, for ever. */
  readonly resends: number;
  readonly evidenceUntil: Instant | null;
  readonly detail: string | null;
}

/** One notice to one address over one channel. */
export interface Message extends Progress {
  readonly id: string;
  readonly noticeId: string;
  readonly caseId: string;
  readonly orderId: string;
  /** The name of its folder in `channels/`, or `portal`. */
  readonly channel: string;
  /** Null once redacted. */
  readonly address: string | null;
  readonly addressHash: string;
  readonly locale: string;
  /** Message-ID without brackets, the same for every attempt. */
  readonly rfcId: string | null;
  readonly causeAt: Instant;
  readonly tellBy: Instant;
}

/** Times of day, `HH:MM`, between which nothing is sent where the recipient lives. `from` may be later than `to` (over midnight). */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
  /** Days on which nothing is sent at all. */
  readonly restDays?: { has(day: PlainDate): boolean };
}

/** What a store configured for its notices. */
export interface OutreachSettings {
  readonly storeName: string;
  readonly from: { readonly name: string; readonly address: string };
  /** A mailbox that people read. */
  readonly replyTo: string;
  /** Right side of Message-IDs. */
  readonly mailDomain: string;
  readonly zone: Zone;
  /** Language when a customer's is unknown or not offered. */
  readonly locale: string;
  readonly quietHours: { readonly email?: QuietHours };
  /** A circuit breaker: more messages than this in an hour wait, and a person is paged. */
  readonly sendCapPerHour: number;
}

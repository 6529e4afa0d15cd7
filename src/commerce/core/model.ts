import type { Instant } from "../../base/time.ts";
import type { Contact, FactKind, FactOf } from "../../intake/index.ts";

/**
 * A last-writer-wins register: the value with the latest event time; ties go to the greater event id.
 * Merging registers is commutative, associative and idempotent, which is why state converges
 * whatever the order, delay or repetition of arrival.
 */
export interface Register<T> {
  readonly value: T;
  readonly at: Instant;
  readonly event: string;
  readonly source: string;
}

type Stated<K extends FactKind> = Omit<FactOf<K>, "kind">;

export type OrderDetails = Stated<"order.recorded">;
export type Cancellation = Stated<"order.cancelled">;
export type Payment = Stated<"payment.recorded">;
export type Refund = Stated<"refund.recorded">;
export type Parcel = Stated<"parcel.recorded">;
export type Dispute = Stated<"dispute.opened">;
export type Said = Stated<"words.said">;

/** Everything known of one order from every source. Stored as `orders.doc`. */
export interface OrderDoc {
  readonly details?: Register<OrderDetails>;
  readonly cancellation?: Register<Cancellation>;
  readonly payments: Readonly<Record<string, Register<Payment>>>;
  /** Keyed by view and id (`shop:shopify/1`, `processor:stripe/re_1`): two views are joined when read, never when merged. */
  readonly refunds: Readonly<Record<string, RefundHistory>>;
  readonly parcels: Readonly<Record<string, Register<Parcel>>>;
  readonly disputes: Readonly<Record<string, Register<Dispute>>>;
  readonly said: Readonly<Record<string, Register<Said>>>;
}

/** A refund's state, and when it was first heard of: its clock starts there. */
export interface RefundHistory {
  readonly since: Instant;
  readonly latest: Register<Refund>;
}

/** An order as other stages see it: the converged state with its identity and contact. */
export interface OrderView {
  readonly orderId: string;
  readonly reference: string;
  readonly spokenRef: string;
  readonly doc: OrderDoc;
  /** The customer's own record where it is newer than the order's. */
  readonly contact: Contact;
  /** `customer/<id>`, or `order/<id>` for a guest: a shared address never merges people. */
  readonly recipient: string;
  /** ISO 3166-1 alpha-2, where known. */
  readonly country?: string;
  /** Configured sources that have spoken of this order. */
  readonly sources: readonly string[];
  readonly redacted: boolean;
}

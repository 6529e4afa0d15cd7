import type { Instant } from "../../base/time.ts";
import type { Contact, FactKind, FactOf, FulfilmentStatus, ParcelStatus, RefundStatus } from "../../intake/index.ts";

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
export type CheckoutDetails = Stated<"checkout.recorded">;
export type Cancellation = Stated<"order.cancelled">;
export type Payment = Omit<Stated<"payment.recorded">, "attempt">;
export type Refund = Stated<"refund.recorded">;
export type Parcel = Pick<Stated<"parcel.recorded">, "status" | "why">;
export type Fulfilment = Stated<"fulfilment.recorded">;
export type Dispute = Stated<"dispute.opened">;
export type Said = Stated<"words.said">;
export type Choice = Stated<"choice.made">;
export type Withdrawal = Stated<"withdrawal.declared">;

/** A date that the customer was told, and when. */
export interface StatedDate {
  readonly at: Instant;
  readonly by: Instant;
}

/**
 * Everything known of one order from every source. Stored as `orders.doc`.
 * Without `details` nobody has placed it yet: with `checkout` it is a basket that somebody began to pay for.
 */
export interface OrderDoc {
  readonly details?: Register<OrderDetails> & Told;
  readonly checkout?: Register<CheckoutDetails>;
  /** When the checkout became an order, which may be a subject of its own. */
  readonly completedAt?: Instant;
  readonly cancellation?: Cancelled;
  readonly payments: Readonly<Record<string, PaymentHistory>>;
  /** Keyed by view and id (`shop:<source>/1`, `processor:<source>/re_1`): two views are joined when read, never when merged. */
  readonly refunds: Readonly<Record<string, RefundHistory>>;
  /** Keyed by the source's own id: a shop's and a carrier's view of one parcel are joined when read. */
  readonly parcels: Readonly<Record<string, ParcelHistory>>;
  readonly fulfilments: Readonly<Record<string, StateHistory<FulfilmentStatus, Fulfilment>>>;
  readonly disputes: Readonly<Record<string, Register<Dispute>>>;
  readonly said: Readonly<Record<string, Register<Said>>>;
  /**
   * Every date that was told, by what it is of: `ship`, `deliver`, and `ship/<fulfilment>`. The first told stands first;
   * of more than `MAX_DATES` the earliest told. Absent while none was.
   */
  readonly dates?: Readonly<Record<string, readonly StatedDate[]>>;
  /** What the customer chose, by choice and terms: the first time counts. Absent while they were not asked. */
  readonly choices?: Readonly<Record<string, Register<Choice>>>;
  /** That the customer withdrew from the contract: the first time counts. */
  readonly withdrawal?: Register<Withdrawal>;
}

/** What an order's own words may be marked with. */
export interface Told {
  /** While nothing but imports of the past told of it: when the first of them did. What had happened to it by then is history. */
  readonly importedAt?: Instant;
}

/** That an order was cancelled: once, at the first moment that a source gives for it, however often it is said again. */
export interface Cancelled extends Register<Cancellation>, Told {
  /** As of when the reason was stated, where that is later. */
  readonly statedAt?: Instant;
}

/** What a thing is now, and when it was first heard of: its clock starts there. */
export interface StateHistory<Status extends string, T> extends Told {
  readonly since: Instant;
  /** When each status was first said, by event time: words that only repeat a status do not move it. */
  readonly first: Readonly<Partial<Record<Status, Instant>>>;
  readonly latest: Register<T>;
}

/** Where a payment stands, beside what its later words would hide. */
export interface PaymentHistory extends Register<Payment> {
  /** When each try of it failed, by the vendor's name of the try. Imports of the past tell of none: nobody still stands at that till. */
  readonly tries?: Readonly<Record<string, Instant>>;
  /** When it first was authorised or captured: a shop that takes the money on shipping had it tendered long before. */
  readonly succeededAt?: Instant;
}

export type RefundHistory = StateHistory<RefundStatus, Refund>;

/** A parcel's states, beside what only some words of it name: a carrier's scan repeats no tracking number. */
export interface ParcelHistory extends StateHistory<ParcelStatus, Parcel> {
  /** When the carrier handled it, ascending. Of more than `MAX_SCANS` the earliest. */
  readonly scans: readonly Instant[];
  readonly carrier?: Register<string>;
  readonly tracking?: Register<string>;
  readonly expectedBy?: Register<Instant>;
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
  /** Where the buyer of a checkout can try to pay again. Personal: it opens their basket. */
  readonly retryUrl?: string;
  /** Configured sources that have spoken of this order. */
  readonly sources: readonly string[];
  readonly redacted: boolean;
}

/** What happened on an order, as its page tells it. */
export interface HistoryEntry {
  readonly at: Instant;
  readonly source: string;
  readonly fact: KeptFact;
}

/** A fact as it is kept: without what is personal, which stands in the order and the customer alone. */
export type KeptFact = { readonly [K in FactKind]: Omit<FactOf<K>, "contact" | "email" | "shipTo" | "tracking" | "retryUrl"> }[FactKind];

/** A customer as the vendor last described them. Stored as `customers.doc`; empty once redacted. */
export interface CustomerDoc {
  readonly contact?: Register<Contact>;
}

/** Whom a privacy request names. An address alone names the guest orders that were placed with it. */
export interface Person {
  readonly customerId?: string;
  readonly orderIds: readonly string[];
  readonly email?: string;
}

/** Whose personal data was erased; the other stages erase theirs by it: raw deliveries, messages' addresses. */
export type Erasure =
  | {
      readonly kind: "person";
      readonly customerId?: string;
      readonly orderIds: readonly string[];
      /** Every delivery that spoke of the person: of their orders, of themselves, and the request to be forgotten. */
      readonly inboxIds: readonly string[];
    }
  | { readonly kind: "store" };

/** What a merge did. */
export interface Merged {
  /** The orders whose view changed, ascending by id; an event that adds nothing touches nothing. */
  readonly orders: readonly OrderView[];
  /** Inbox ids none of whose events found its order. */
  readonly waiting: ReadonlySet<string>;
  /** Inbox ids of earlier events that waited, and found their order now. */
  readonly adopted: ReadonlySet<string>;
  /** What later stages must erase in the same transaction. */
  readonly erasures: readonly Erasure[];
  /** Inbox ids of deliveries that speak of somebody who was forgotten before: their bodies must not be kept. */
  readonly ofForgotten: ReadonlySet<string>;
}

/** Everything that commerce holds of a person. */
export interface PersonExport {
  readonly customerId?: string;
  readonly contact?: Contact;
  readonly orders: readonly { readonly orderId: string; readonly reference: string; readonly doc: OrderDoc; readonly history: readonly HistoryEntry[] }[];
}

import type { Money } from "../../base/money.ts";
import type { Instant } from "../../base/time.ts";

/**
 * A normalised fact from outside: our type, made at the edge from a vendor's.
 * Deterministic: the same delivery always gives the same events with the same ids.
 */
export interface StoreEvent {
  /** Function of source, vendor identity and fact; a repeated event is the same row. */
  readonly id: string;
  readonly inboxId: string;
  /** The configured source's name, such as `webshop`. */
  readonly source: string;
  /** When it happened at the source. */
  readonly at: Instant;
  readonly receivedAt: Instant;
  /** The order it belongs to, when the source says so. */
  readonly orderId?: string;
  /** Other names of that order: `payments/charge/ch_1`. With an orderId they become links; without, they are what it waits for. */
  readonly refs: readonly string[];
  /** Told by an import of the past: what had happened by `receivedAt` is nobody's news. */
  readonly history?: true;
  readonly fact: Fact;
}

/** Who a person is to the vendor, and how to reach them. A gift's recipient is never in here. */
export interface Contact {
  /** The vendor's customer id with its source (`webshop/115310627314723954`); absent for a guest. */
  readonly customerId?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly email?: string;
  /** E.164. */
  readonly phone?: string;
  /** BCP 47, as the shop recorded it. */
  readonly locale?: string;
}

export interface OrderLine {
  readonly id: string;
  readonly title: string;
  readonly quantity: number;
}

/** Where the goods go, as the shop recorded it. Personal: it stands in the order alone. */
export interface PostalAddress {
  readonly name?: string;
  readonly company?: string;
  /** Street, house number, floor: as many lines as the shop keeps. */
  readonly lines: readonly string[];
  readonly city?: string;
  /** State or province: the code of ISO 3166-2 without its country where the shop gives one, else its name. */
  readonly region?: string;
  readonly postalCode?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
}

export type CancelReason = "customer" | "inventory" | "fraud" | "declined" | "staff" | "other" | "unstated";

export type PaymentStatus = "pending" | "authorized" | "captured" | "failed" | "voided";
export type RefundStatus = "requested" | "pending" | "succeeded" | "failed" | "cancelled";
/** `label_failed`: no label could be bought or printed, so nothing can leave. */
export type ParcelStatus =
  | "label_failed" | "label" | "moving" | "delayed" | "last_mile" | "pickup" | "attempt_failed" | "delivered" | "returning" | "failed" | "unknown";
/** What is the matter with a parcel that is delayed, returning or failed. */
export type ParcelTrouble = "address" | "weather" | "customs" | "damaged" | "lost" | "refused" | "unclaimed" | "carrier" | "other";
export type FulfilmentStatus = "open" | "held" | "shipped" | "cancelled";
/** Why the goods do not leave. `date_unknown`: nobody knows yet when they can. */
export type HoldReason = "payment" | "fraud" | "address" | "inventory" | "date_unknown" | "other";

/** The closed list of facts. A new one is a line here, a merge in commerce, and the adapters that tell it. */
export type Fact =
  | {
      readonly kind: "order.recorded";
      readonly reference: string;
      readonly placedAt: Instant;
      readonly contact: Contact;
      /** ISO 3166-1 alpha-2 of the buyer (shipping address, else billing). */
      readonly country?: string;
      readonly shipTo?: PostalAddress;
      /** What the shop told the customer when they ordered: the latest moment to ship, and to deliver. */
      readonly shipBy?: Instant;
      readonly deliverBy?: Instant;
      readonly total: Money;
      readonly lines: readonly OrderLine[];
      readonly test: boolean;
    }
  | { readonly kind: "order.cancelled"; readonly reason: CancelReason }
  /** A basket on its way to being an order: somebody has begun to check out. */
  | {
      readonly kind: "checkout.recorded";
      /** What the shop calls it. */
      readonly reference: string;
      readonly startedAt: Instant;
      readonly contact: Contact;
      /** ISO 3166-1 alpha-2 of the buyer. */
      readonly country?: string;
      readonly total: Money;
      readonly lines: readonly OrderLine[];
      /** Whether the buyer has agreed to marketing; absent where nobody asked. */
      readonly marketing?: boolean;
      /** Where the buyer finds the basket again and can pay: https, at the shop's own address. Whoever has it sees their details. */
      readonly retryUrl?: string;
    }
  /** A checkout has become an order. */
  | { readonly kind: "checkout.completed" }
  | {
      readonly kind: "payment.recorded";
      readonly paymentId: string;
      readonly status: PaymentStatus;
      readonly amount: Money;
      /** The vendor's name of this try, where one payment may be tried several times. */
      readonly attempt?: string;
      readonly why?: string;
    }
  | {
      readonly kind: "refund.recorded";
      readonly refundId: string;
      /** Who says so: the shop's books or the payment processor. They may disagree. */
      readonly view: "shop" | "processor";
      readonly status: RefundStatus;
      readonly amount: Money;
      /** The processor's id for it, where the shop knows it: what makes two views one refund. */
      readonly processorRef?: string;
      readonly why?: string;
    }
  | {
      readonly kind: "parcel.recorded";
      readonly parcelId: string;
      readonly status: ParcelStatus;
      /** The carrier handled it at this very moment: a scan. Absent where only its state is told. */
      readonly scanned?: true;
      readonly why?: ParcelTrouble;
      readonly carrier?: string;
      readonly tracking?: string;
      /** The carrier's own estimate of the latest moment of delivery. */
      readonly expectedBy?: Instant;
    }
  /** Work of a warehouse on an order, or on a part of it. */
  | { readonly kind: "fulfilment.recorded"; readonly fulfilmentId: string; readonly status: FulfilmentStatus; readonly why?: HoldReason; readonly shipBy?: Instant }
  | { readonly kind: "dispute.opened"; readonly disputeId: string; readonly amount: Money; readonly reason: string }
  | { readonly kind: "customer.recorded"; readonly customerId: string; readonly contact: Contact }
  /**
   * What a customer chose while their order was late. `terms`: the date that they were offered, RFC 3339, or `unknown`.
   * `deemed`: they said nothing, and the law takes that for a cancellation.
   */
  | { readonly kind: "choice.made"; readonly choice: "cancel" | "wait"; readonly terms: string; readonly deemed?: true }
  /** A customer said that they withdraw from the contract of the whole order, at the moment of the event, by whatever way they said it. */
  | { readonly kind: "withdrawal.declared" }
  /** What the shop itself told the customer: it counts as said. */
  | { readonly kind: "words.said"; readonly about: "cancellation" | "refund"; readonly channel: string }
  /** A customer (or an order's guest) asks what we hold, or to be forgotten; or the shop leaves. */
  | { readonly kind: "privacy.requested"; readonly customerId?: string; readonly orderIds: readonly string[]; readonly email?: string }
  | { readonly kind: "privacy.redact"; readonly customerId?: string; readonly orderIds: readonly string[]; readonly email?: string }
  | { readonly kind: "privacy.redactStore" };

export type FactKind = Fact["kind"];
export type FactOf<K extends FactKind> = Extract<Fact, { kind: K }>;

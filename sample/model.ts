import type { Money } from "../src/base/money.ts";
import type { Instant } from "../src/base/time.ts";

/** Where a customer lives, in the words of the shop's webhooks. */
export interface SampleAddress {
  readonly address1: string;
  readonly city: string;
  readonly zip: string;
  readonly province_code?: string;
}

/** A person who buys at the sample store. */
export interface SampleCustomer {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly locale: string;
  readonly country: string;
  readonly address?: SampleAddress;
  /** E.164. */
  readonly phone?: string;
}

/** A parcel of the sample shop. */
export interface SampleParcel {
  readonly id: string;
  readonly tracking: string;
  readonly shippedAt: Instant;
}

export interface SampleLine {
  readonly id: string;
  readonly title: string;
  readonly quantity: number;
  readonly price: Money;
}

export type SampleCancelReason = "customer" | "inventory" | "fraud" | "declined" | "staff" | "other";

/** A refund as both books know it. */
export interface SampleRefund {
  readonly id: string;
  readonly requestedAt: Instant;
  readonly amount: Money;
  /** What the shop's book says. */
  readonly shop: "pending" | "success" | "failure";
  /** What the processor says, when it has said something. */
  readonly processor?: { readonly status: "pending" | "succeeded" | "failed"; readonly at: Instant; readonly why?: string };
}

/** Where an order was paid for, where the shop gave its processor a name for it. */
export interface SampleTill {
  /** The shop's checkout; absent where the order has its number before it is paid. */
  readonly checkout?: { readonly id: string; readonly token: string };
  /** The processor's name of the payment. */
  readonly intent: string;
  /** What the processor was given with it. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The true state of an order in the sample shop: what its webhooks are made from. */
export interface SampleOrder {
  /** Digits; greater than 2^53, as Shopify's are. */
  readonly id: string;
  readonly number: number;
  /** Absent for a guest. */
  readonly customer?: SampleCustomer;
  readonly contact: Omit<SampleCustomer, "id">;
  readonly lines: readonly SampleLine[];
  readonly total: Money;
  readonly placedAt: Instant;
  readonly updatedAt: Instant;
  readonly paid: boolean;
  readonly cancelled?: { readonly at: Instant; readonly reason: SampleCancelReason };
  readonly refunds: readonly SampleRefund[];
  readonly till?: SampleTill;
  /** Absent before the first. */
  readonly fulfilments?: readonly SampleParcel[];
}

/** A delivery as the vendor's servers would send it. */
export interface VendorDelivery<Source extends string = "shopify" | "stripe"> {
  readonly source: Source;
  /** The topic or event type. */
  readonly topic: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Secrets that the sample store's sources sign with. They guard nothing: the sample listens on loopback only. */
export interface StorySecrets {
  readonly shop: string;
  readonly processor: string;
}

/** One thing that happens in the sample store, and the delivery that tells of it. */
export interface Scene {
  readonly at: Instant;
  readonly orderNumber: number;
  /** For the sample page's narration: reads on from the order's number. Absent where another scene tells it already. */
  readonly what?: string;
  /** Something goes wrong for the customer. */
  readonly wrong?: boolean;
  /** Signed at the moment of sending, since a signature carries its time. */
  deliver(sentAt: Instant): VendorDelivery;
}

import type { VendorDelivery } from "../../sample/model.ts";
import { deliver as byProcessor } from "../../sample/processor.ts";
import { bigId, decimal, deliver as byShop } from "../../sample/shop.ts";
import type { Money } from "../../src/base/money.ts";
import { iso, type Instant } from "../../src/base/time.ts";
import { SECRETS } from "./orders.ts";
import type { SimPerson } from "./people.ts";

/** Somebody at the till, as its vendors know them. */
export interface AtTill {
  /** What its buyer may read as its name. */
  readonly reference: string;
  readonly checkout: { readonly id: string; readonly token: string };
  /** What the processor was given with each payment. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly person: SimPerson;
  /** Where the bill goes, if they said it. */
  readonly country: string | undefined;
  readonly hasEmail: boolean;
  readonly retryUrl: string;
  readonly total: Money;
  readonly startedAt: Instant;
}

/** What the shop knows of a basket, as far as its buyer has typed it. */
export interface Typed {
  /** The number as well, of who has one. */
  readonly hasEmail: boolean;
  /** Whether the box for marketing is ticked; absent where there is none. */
  readonly consent?: boolean;
  readonly completedAt?: Instant;
}

/** What the shop tells of a basket at its till, in Shopify's documented format, signed as Shopify signs. */
export function basketDelivery(basket: AtTill, topic: "checkouts/create" | "checkouts/update", typed: Typed, at: Instant, webhookId: string): VendorDelivery {
  const { checkout, person, total, country } = basket;
  const { id, firstName, lastName, email, phone, locale } = person.customer;
  const body = {
    id: bigId(checkout.id),
    token: checkout.token,
    name: basket.reference,
    email: typed.hasEmail ? email : null,
    phone: typed.hasEmail ? (phone ?? null) : null,
    customer_locale: locale,
    buyer_accepts_marketing: typed.consent ?? null,
    created_at: iso(basket.startedAt),
    updated_at: iso(at),
    completed_at: typed.completedAt === undefined ? null : iso(typed.completedAt),
    currency: total.currency,
    total_price: decimal(total),
    abandoned_checkout_url: basket.retryUrl,
    customer: person.isGuest || !typed.hasEmail ? null : { id: bigId(id), email, first_name: firstName, last_name: lastName, phone: null },
    billing_address: { first_name: firstName, last_name: lastName, country_code: country ?? null },
    line_items: [{ key: "1", title: "Oak cutting board", quantity: 1 }],
  };
  return byShop(topic, JSON.stringify(body), at, SECRETS.shop, webhookId);
}

/** A try to pay, by the processor's name of the payment and of the try. */
export interface Try {
  readonly at: Instant;
  readonly intent: string;
  readonly charge: string;
}

/** What the processor tells of a payment, in Stripe's documented format. */
export function intentEvent(basket: AtTill, topic: "payment_failed" | "processing" | "succeeded", { at, intent, charge }: Try, sentAt: Instant): VendorDelivery {
  const status = { payment_failed: "requires_payment_method", processing: "processing", succeeded: "succeeded" }[topic];
  const hasFailed = topic === "payment_failed";
  return byProcessor(`payment_intent.${topic}`, at, SECRETS.processor, sentAt, {
    id: intent,
    object: "payment_intent",
    amount: basket.total.minor,
    currency: basket.total.currency.toLowerCase(),
    status,
    latest_charge: hasFailed ? null : charge,
    last_payment_error: hasFailed ? { code: "card_declined", decline_code: "insufficient_funds", charge, payment_method: { billing_details: billing(basket) } } : null,
    metadata: basket.metadata,
  });
}

/** The same try as its charge, which the processor tells of beside the payment. */
export function declinedCharge(basket: AtTill, { at, intent, charge }: Try, sentAt: Instant): VendorDelivery {
  return byProcessor("charge.failed", at, SECRETS.processor, sentAt, {
    id: charge,
    object: "charge",
    amount: basket.total.minor,
    captured: false,
    paid: false,
    status: "failed",
    currency: basket.total.currency.toLowerCase(),
    failure_code: "card_declined",
    payment_intent: intent,
    billing_details: billing(basket),
    metadata: basket.metadata,
  });
}

/** The processor hears at the till who pays, where the shop asks for it. */
function billing({ person, country, hasEmail }: AtTill): object {
  return { email: hasEmail ? person.customer.email : null, address: { country: country ?? null } };
}

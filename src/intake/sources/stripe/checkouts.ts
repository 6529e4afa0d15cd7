import type { FactOf } from "../../core/event.ts";
import type { Telling } from "../../core/make-event.ts";
import { present } from "../payload.ts";
import type { Billing, Metadata } from "./payloads.ts";

/** Names of the store's sources that a Stripe fact mentions. */
export interface Names {
  /** This account's own name. */
  readonly processor: string;
  /** The shop whose order ids stand in `metadata.order_id`. */
  readonly orderIdsFrom?: string;
}

/** What a Stripe object says of a payment. */
export type PaymentTelling = Telling & { readonly fact: FactOf<"payment.recorded"> };

/** Who tries to pay, as far as the object of the payment says it. */
interface Payer {
  readonly billing_details?: Billing;
  readonly receipt_email?: string | null | undefined;
  readonly locale?: string | null | undefined;
  /** https://docs.stripe.com/api/checkout/sessions/object#checkout_session_object-consent */
  readonly promotions?: string | null | undefined;
}

/**
 * What a payment says to the checkout at which it was made, where the shop has named one in its metadata. A checkout that
 * is none of the shop's orders yet has its payments told once more under its own name: the payment's own names are its
 * order's. Of an order that the shop has numbered and not told of, a failed payment also says whom it is about.
 */
export function atCheckout(paid: PaymentTelling, metadata: Metadata, payer: Payer, names: Names): readonly Telling[] {
  const shop = names.orderIdsFrom;
  const checkout = metadata?.checkout_token ?? metadata?.checkout_id;
  if (shop === undefined) return [];
  if (checkout) return [{ at: paid.at, refs: [`${shop}/checkout/${checkout}`], fact: paid.fact }];
  const email = payer.billing_details?.email ?? payer.receipt_email;
  const { order_id: order } = metadata ?? {};
  if (!order || !email || paid.fact.status !== "failed") return [];
  return [{ at: paid.at, orderId: `${shop}/${order}`, fact: basketOf(order, email, paid, payer) }];
}

function basketOf(order: string, email: string, { at, fact: { amount } }: PaymentTelling, { billing_details: billing, locale, promotions }: Payer): FactOf<"checkout.recorded"> {
  const contact = present<FactOf<"checkout.recorded">["contact"]>({ email, locale: locale === "auto" ? undefined : locale });
  return present<FactOf<"checkout.recorded">>({
    kind: "checkout.recorded",
    reference: order,
    startedAt: at,
    contact,
    country: billing?.address?.country,
    total: amount,
    lines: [],
    marketing: promotions ? promotions === "opt_in" : undefined,
  });
}

import type { InboxRow } from "../../core/delivery.ts";
import type { FactOf, StoreEvent } from "../../core/event.ts";
import { makeEvent, type Telling } from "../../core/make-event.ts";
import { amountOf, present } from "../payload.ts";
import { contactOf } from "./orders.ts";
import type { Checkout, Order } from "./payloads.ts";
import type { Names } from "./processor-ids.ts";

/**
 * What a checkout says of itself, as of its last change: who it is and what they chose. Shopify tells of no payment that
 * fails here; a processor that is given the checkout's token or id does.
 */
export function checkoutEvents(row: InboxRow, checkout: Checkout, names: Names): readonly StoreEvent[] {
  const { token, completed_at: completedAt } = checkout;
  const orderId = `${names.shop}/checkout/${token}`;
  const tellings: readonly Telling[] = [
    { at: checkout.updated_at, refs: checkoutRefs(checkout, names.shop), fact: recorded(checkout, names) },
    ...(completedAt ? [{ at: completedAt, fact: { kind: "checkout.completed" } } as const] : []),
  ];
  return tellings.map((telling) => makeEvent(row, { orderId, ...telling }));
}

/** That its checkout became an order: told of the checkout, which is a subject of its own, and once however often the order changes. */
export function completedEvents(row: InboxRow, order: Order, { shop }: Names): readonly StoreEvent[] {
  const refs = checkoutRefs({ ...order, id: order.checkout_id, token: order.checkout_token }, shop);
  return refs.length === 0 ? [] : [makeEvent(row, { at: order.created_at, refs, fact: { kind: "checkout.completed" } })];
}

interface CheckoutNames {
  readonly id?: string | null | undefined;
  readonly token?: string | null | undefined;
  readonly cart_token?: string | null | undefined;
}

/** The names that a checkout goes by: its own, and that of its cart, which an order carries as well. */
function checkoutRefs({ id, token, cart_token: cart }: CheckoutNames, shop: string): readonly string[] {
  return [...[token, id].filter((name) => name).map((name) => `${shop}/checkout/${name}`), ...(cart ? [`${shop}/cart/${cart}`] : [])];
}

function recorded(checkout: Checkout, names: Names): FactOf<"checkout.recorded"> {
  return present<FactOf<"checkout.recorded">>({
    kind: "checkout.recorded",
    reference: checkout.name ?? `#${checkout.id ?? checkout.token}`,
    startedAt: checkout.created_at,
    contact: contactOf(checkout, names.shop),
    country: checkout.billing_address?.country_code ?? checkout.shipping_address?.country_code,
    total: amountOf(checkout.total_price, checkout.currency),
    lines: checkout.line_items.map(({ key, title, quantity }, index) => ({ id: key ?? String(index), title, quantity })),
    marketing: checkout.buyer_accepts_marketing,
    retryUrl: ownLink(checkout.abandoned_checkout_url, names.domains ?? []),
  });
}

/** A link that opens the basket, where it is safe to pass on: encrypted, and at the shop's own address. */
function ownLink(link: string | null | undefined, domains: readonly string[]): string | undefined {
  const url = link ? URL.parse(link) : null;
  if (url?.protocol !== "https:" || url.username !== "" || url.password !== "") return undefined;
  return domains.some((domain) => url.hostname === domain || url.hostname.endsWith(`.${domain}`)) ? url.href : undefined;
}

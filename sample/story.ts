import { add, formatMoney, money } from "../src/base/money.ts";
import { DAY, HOUR, MINUTE, plus, type Instant, type Milliseconds } from "../src/base/time.ts";
import { CATALOGUE, CUSTOMERS, UNREACHABLE } from "./cast.ts";
import type { SampleCancelReason, SampleCustomer, SampleOrder, SampleRefund, Scene, StorySecrets } from "./model.ts";
import { lostParcel, mistyped, mistypedAddress, stalledParcel } from "./parcels.ts";
import { chargeEvent, declinedEvent, refundEvent } from "./processor.ts";
import { captureDelivery, checkoutDelivery, orderDelivery, refundDelivery, webhookId } from "./shop.ts";

/** What becomes of an order. Most are well; the rest go wrong in the ways that this release covers. */
export type Fate =
  | { readonly kind: "well" }
  | { readonly kind: "cancelled"; readonly reason: SampleCancelReason; readonly refundAfter: Milliseconds }
  | { readonly kind: "refund_sits"; readonly paidAfter: Milliseconds }
  | { readonly kind: "refund_fails" }
  | { readonly kind: "parcel_lost" }
  | { readonly kind: "parcel_stalls" }
  | { readonly kind: "address_mistyped" }
  | { readonly kind: "gives_up" };

/** A new order comes in this often. */
export const ORDER_EVERY = 90 * MINUTE;

/** In turn, for ever. Whenever the sample is started, something goes wrong within five of its hours: 25 seconds. */
const FATES: readonly Fate[] = [
  { kind: "cancelled", reason: "inventory", refundAfter: 20 * HOUR },
  { kind: "well" },
  { kind: "refund_sits", paidAfter: 4 * DAY },
  { kind: "cancelled", reason: "fraud", refundAfter: 6 * HOUR },
  { kind: "address_mistyped" },
  { kind: "cancelled", reason: "inventory", refundAfter: 3 * DAY },
  { kind: "cancelled", reason: "customer", refundAfter: 3 * HOUR },
  { kind: "refund_fails" },
  { kind: "cancelled", reason: "staff", refundAfter: 10 * HOUR },
  { kind: "parcel_lost" },
  { kind: "parcel_stalls" },
  { kind: "gives_up" },
];

/** Order number `index` of a store that opened at `origin`, and what happens to it. A function of its arguments: a restart tells the same story. */
export function storyOf(index: number, origin: Instant, secrets: StorySecrets): readonly Scene[] {
  return scenesOfFate(index, plus(origin, index * ORDER_EVERY), FATES[index % FATES.length] ?? { kind: "well" }, secrets);
}

/** What happens to an order that was placed at `placedAt` and has this fate. */
export function scenesOfFate(index: number, placedAt: Instant, fate: Fate, secrets: StorySecrets): readonly Scene[] {
  const order = placedOrder(index, placedAt);
  if (fate.kind === "gives_up") return givenUp(order, secrets);
  const [placed, ...paid] = ordinary(fate.kind === "address_mistyped" ? mistyped(order) : order, secrets);
  return [{ ...placed, ...(fate.kind === "address_mistyped" && { wrong: true }) }, ...paid, ...mishap(order, fate, secrets)];
}

/** Orders of the days before: refunds that were asked for almost two days ago and are about to sit too long. */
export function prologue(origin: Instant, secrets: StorySecrets): readonly Scene[] {
  const sitting = [30 * MINUTE, 3 * HOUR, 9 * HOUR].flatMap((breaksIn, index) => {
    const requestedAt = plus(origin, breaksIn - 48 * HOUR);
    const order = placedOrder(-1 - index, plus(requestedAt, -DAY));
    return [...ordinary(order, secrets), ...sittingRefund(order, requestedAt, 3 * DAY, secrets)];
  });
  return sitting;
}

function placedOrder(index: number, placedAt: Instant): SampleOrder {
  const slot = (index + 1_000) % CUSTOMERS.length;
  const customer: SampleCustomer = index >= 0 && index % 17 === 8 ? UNREACHABLE : (CUSTOMERS[slot] as SampleCustomer);
  const first = CATALOGUE[(index + 1_000) % CATALOGUE.length];
  const second = CATALOGUE[(index + 1_002) % CATALOGUE.length];
  const lines = [first, second].filter((line) => line !== undefined);
  const { id: _, ...contact } = customer;
  return {
    id: String(820_982_911_946_000_000n + BigInt(index + 10_000)),
    number: 1_100 + index,
    ...(index % 5 === 4 ? {} : { customer }),
    contact,
    lines,
    total: lines.map((line) => line.price).reduce(add, money(0, "USD")),
    placedAt,
    updatedAt: placedAt,
    paid: true,
    refunds: [],
  };
}

function ordinary(order: SampleOrder, secrets: StorySecrets): readonly [placed: Scene, ...paid: Scene[]] {
  const scene = (after: Milliseconds, what: string | undefined, deliver: Scene["deliver"]): Scene => ({ at: plus(order.placedAt, after), orderNumber: order.number, ...(what !== undefined && { what }), deliver });
  const { firstName, lastName } = order.contact;
  return [
    scene(0, `is placed and paid by ${firstName} ${lastName}: ${formatMoney(order.total, "en-US")}`, () => orderDelivery(order, "orders/create", secrets.shop, webhookId(order, "create"))),
    scene(MINUTE, undefined, () => captureDelivery(order, secrets.shop, webhookId(order, "capture"))),
    scene(MINUTE, undefined, (sentAt) => chargeEvent(order, secrets.processor, sentAt)),
  ];
}

function mishap(order: SampleOrder, fate: Fate, secrets: StorySecrets): Scene[] {
  switch (fate.kind) {
    case "well":
    case "gives_up":
      return [];
    case "cancelled":
      return cancellation(order, fate.reason, fate.refundAfter, secrets);
    case "refund_sits":
      return sittingRefund(order, plus(order.placedAt, 2 * HOUR), fate.paidAfter, secrets);
    case "refund_fails":
      return failingRefund(order, plus(order.placedAt, 2 * HOUR), secrets);
    case "parcel_lost":
      return lostParcel(order, secrets);
    case "parcel_stalls":
      return stalledParcel(order, secrets);
    case "address_mistyped":
      return mistypedAddress(order, secrets);
  }
}

const CANCELLATIONS: Readonly<Record<SampleCancelReason, Pick<Scene, "what" | "wrong">>> = {
  customer: { what: "is cancelled, as the customer asked" },
  inventory: { what: "is cancelled by the shop: out of stock", wrong: true },
  fraud: { what: "is cancelled by the shop: suspected of fraud", wrong: true },
  declined: { what: "is cancelled by the shop: the payment was declined", wrong: true },
  staff: { what: "is cancelled by the shop, by mistake", wrong: true },
  other: { what: "is cancelled by the shop, which does not say why", wrong: true },
};

function cancellation(placed: SampleOrder, reason: SampleCancelReason, refundAfter: Milliseconds, secrets: StorySecrets): Scene[] {
  const at = plus(placed.placedAt, HOUR);
  const cancelled: SampleOrder = { ...placed, updatedAt: at, cancelled: { at, reason } };
  const refunded = refundOf(cancelled, plus(at, refundAfter));
  const settled: SampleRefund = { ...refunded, shop: "success", processor: { status: "succeeded", at: refunded.requestedAt } };
  return [
    { at, orderNumber: placed.number, ...CANCELLATIONS[reason], deliver: () => orderDelivery(cancelled, "orders/cancelled", secrets.shop, webhookId(placed, "cancelled")) },
    ...refundScenes(cancelled, settled, "is refunded", secrets),
  ];
}

/** Somebody fills a basket, their card is declined, and they do not come back. */
function givenUp(order: SampleOrder, { shop, processor }: StorySecrets): Scene[] {
  const token = `till${order.number}`;
  const declinedAt = plus(order.placedAt, 2 * MINUTE);
  return [
    { at: order.placedAt, orderNumber: order.number, what: `is a basket that ${order.contact.firstName} ${order.contact.lastName} takes to the till`, deliver: () => checkoutDelivery(order, token, shop, webhookId(order, "checkout")) },
    { at: declinedAt, orderNumber: order.number, what: "is not paid: the card is declined, and nothing more is heard", wrong: true, deliver: (sentAt) => declinedEvent(order, token, declinedAt, processor, sentAt) },
  ];
}

function sittingRefund(order: SampleOrder, requestedAt: Instant, paidAfter: Milliseconds, secrets: StorySecrets): Scene[] {
  const pending: SampleRefund = { ...refundOf(order, requestedAt), shop: "pending", processor: { status: "pending", at: requestedAt, why: "insufficient_funds" } };
  const paid: SampleRefund = { ...pending, shop: "success", processor: { status: "succeeded", at: plus(requestedAt, paidAfter) } };
  return [
    ...refundScenes(order, pending, "is to be refunded, and the payment processor sits on it", secrets),
    processorScene(order, paid, { what: "is refunded at last" }, secrets),
  ];
}

function failingRefund(order: SampleOrder, requestedAt: Instant, secrets: StorySecrets): Scene[] {
  const pending: SampleRefund = { ...refundOf(order, requestedAt), shop: "pending", processor: { status: "pending", at: requestedAt } };
  const failed: SampleRefund = { ...pending, processor: { status: "failed", at: plus(requestedAt, 5 * HOUR), why: "expired_or_canceled_card" } };
  return [...refundScenes(order, pending, "is to be refunded", secrets), processorScene(order, failed, { what: "cannot be refunded: the card has expired", wrong: true }, secrets)];
}

function refundOf(order: SampleOrder, requestedAt: Instant): SampleRefund {
  return { id: `5${order.id.slice(1)}`, requestedAt, amount: order.total, shop: "pending" };
}

function refundScenes(order: SampleOrder, refund: SampleRefund, what: string, secrets: StorySecrets): Scene[] {
  return [
    {
      at: refund.requestedAt,
      orderNumber: order.number,
      what,
      deliver: () => refundDelivery(order, refund, secrets.shop, webhookId(order, "refund", refund.shop)),
    },
    processorScene(order, refund, {}, secrets),
  ];
}

function processorScene(order: SampleOrder, refund: SampleRefund, told: Pick<Scene, "what" | "wrong">, secrets: StorySecrets): Scene {
  const at = refund.processor?.at ?? refund.requestedAt;
  return { at, orderNumber: order.number, ...told, deliver: (sentAt) => refundEvent(order, refund, secrets.processor, sentAt) };
}

import { money } from "../src/base/money.ts";
import { instant, type Instant } from "../src/base/time.ts";
import type { OrderDoc, OrderView, Payment, Refund } from "../src/commerce/index.ts";
import type { CancelReason, RefundStatus } from "../src/intake/index.ts";

/** Builders of orders for tests: one line says what is known. */
export const AT = instant(Date.UTC(2026, 0, 5, 9));
const SHOP = "shopify";
const PROCESSOR = "stripe";

export type Change = (doc: OrderDoc) => OrderDoc;

/** An order of 398.00 USD by a customer in the US, with what else is known of it. */
export function anOrder(...changes: readonly Change[]): OrderView {
  return orderNamed("shopify/1", ...changes);
}

export function orderNamed(orderId: string, ...changes: readonly Change[]): OrderView {
  const contact = { customerId: `shopify/c${orderId}`, firstName: "Ines", email: "ines@customer.example", locale: "en" };
  const details = { reference: "#1001", placedAt: AT, contact, country: "US", total: money(39_800, "USD"), lines: [], test: false };
  const empty: OrderDoc = { details: register(details, AT, SHOP), payments: {}, refunds: {}, parcels: {}, fulfilments: {}, disputes: {}, said: {} };
  const doc = changes.reduce((known, change) => change(known), empty);
  return { orderId, reference: "#1001", spokenRef: spoken(orderId), doc, contact, recipient: `customer/${contact.customerId}`, country: "US", sources: [SHOP, PROCESSOR], redacted: false };
}

export const cancelled = (reason: CancelReason, at: Instant = AT): Change => (doc) => ({ ...doc, cancellation: register({ reason }, at, SHOP) });

export const paid = (status: Payment["status"], source = PROCESSOR, at: Instant = AT): Change => (doc) => {
  const paymentId = `${source}/ch_1`;
  return { ...doc, payments: { ...doc.payments, [paymentId]: register({ paymentId, status, amount: money(39_800, "USD") }, at, source) } };
};

/** A refund in the processor's view (`re_1`), or in the shop's, which may know the processor's id for it. */
export const refunded = (status: RefundStatus, at: Instant = AT, refund: Partial<Refund> = {}): Change => (doc) => {
  const view = refund.view ?? "processor";
  const refundId = refund.refundId ?? (view === "shop" ? "shopify/r1" : "stripe/re_1");
  const value: Refund = { refundId, view, status, amount: money(39_800, "USD"), ...refund };
  const key = `${view}:${refundId}`;
  const known = doc.refunds[key];
  const first = { ...known?.first, [status]: known?.first[status] ?? at };
  const history = { since: known?.since ?? at, first, latest: register(value, at, view === "shop" ? SHOP : PROCESSOR) };
  return { ...doc, refunds: { ...doc.refunds, [key]: history } };
};

export const said = (about: "cancellation" | "refund", at: Instant = AT): Change => (doc) => ({
  ...doc,
  said: { ...doc.said, [`${about}:email`]: register({ about, channel: "email" }, at, SHOP) },
});

/** The warehouse holds the order for its address, or has released it. */
export const heldFor = (why: "address" | undefined, at: Instant): Change => (doc) => {
  const status = why === undefined ? "open" : "held";
  return { ...doc, fulfilments: { w1: { since: AT, first: { [status]: at }, latest: register({ fulfilmentId: "w1", status, ...(why && { why }) }, at, SHOP) } } };
};

/** Its customer has called it off on its page, or agreed to wait. */
export const chosen = (choice: "cancel" | "wait", terms: string, at: Instant): Change => (doc) => ({ ...doc, choices: { [`${choice} ${terms}`]: register({ choice, terms }, at, "makegood:order") } });

export const isTest: Change = (doc) => (doc.details ? { ...doc, details: { ...doc.details, value: { ...doc.details.value, test: true } } } : doc);

function register<T>(value: T, at: Instant, source: string): { value: T; at: Instant; event: string; source: string } {
  return { value, at, event: `${source}-${at}`, source };
}

function spoken(orderId: string): string {
  return orderId.replace(/[^a-z0-9]/gi, "").toUpperCase().padStart(8, "0").slice(-8);
}

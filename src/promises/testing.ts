import { money } from "../base/money.ts";
import { type Instant, instant, type PlainDate } from "../base/time.ts";
import type { OrderDoc, OrderView, RefundHistory, Register } from "../commerce/index.ts";
import type { PaymentStatus, RefundStatus } from "../intake/index.ts";
import type { Playbook, PromiseRule } from "../playbooks/index.ts";
import type { Calendar } from "./core/calendar.ts";

/** Monday noon in Berlin. */
export const MONDAY = instant(Date.UTC(2026, 2, 2, 11));

export const CALENDAR: Calendar = { zone: "Europe/Berlin", weekend: [6, 7], holidays: new Set<PlainDate>(), cutOff: "17:00" };

export const SOURCES = { shop: ["shop"], payments: ["pay"], carriers: ["track"], trackers: ["track"] };

/** A register as the source `source` said it at `at`. */
export function said<T>(value: T, at: Instant, source = "shop"): Register<T> {
  return { value, at, event: `${source}-${at}`, source };
}

export function payment(minor: number, status: PaymentStatus = "captured", paymentId = "pay/ch_1", source = "pay"): OrderDoc["payments"] {
  return { [paymentId]: said({ paymentId, status, amount: money(minor, "EUR") }, MONDAY, source) };
}

/** A refund's history from the moments at which each status was first said; the last status is where it stands. */
export function refund(view: "shop" | "processor", id: string, minor: number, first: RefundHistory["first"], processorRef?: string): OrderDoc["refunds"] {
  const moments = Object.entries(first) as [RefundStatus, Instant][];
  const [status, at] = moments.reduce((last, next) => (next[1] >= last[1] ? next : last));
  const since = Math.min(...moments.map(([, moment]) => moment)) as Instant;
  const value = { refundId: id, view, status, amount: money(minor, "EUR"), ...(processorRef !== undefined && { processorRef }) };
  return { [`${view}:${id}`]: { since, first, latest: said(value, at, view === "shop" ? "shop" : "pay") } };
}

export function order(doc: Partial<OrderDoc> = {}, country = "DE", orderId = "shop/1"): OrderView {
  const value = { reference: "#1001", placedAt: MONDAY, contact: {}, country, total: money(10_000, "EUR"), lines: [], test: false };
  const whole: OrderDoc = { details: said(value, MONDAY), payments: {}, refunds: {}, parcels: {}, fulfilments: {}, disputes: {}, said: {}, ...doc };
  return { orderId, reference: "#1001", spokenRef: "ABCD1234", doc: whole, contact: {}, recipient: `order/${orderId}`, country, sources: ["shop"], redacted: false };
}

export function cancelled(at: Instant): Pick<OrderDoc, "cancellation"> {
  return { cancellation: said({ reason: "inventory" }, at) };
}

export function rule(name: string, starts: PromiseRule["starts"], due: PromiseRule["due"], more: Partial<PromiseRule> = {}): PromiseRule {
  return { rule: name, kind: "refund_by", starts, due, basis: { kind: "policy" }, countries: [], owner: "finance", owedTo: "customer", restsOn: ["shop", "payments"], ...more };
}

/** A playbook of which only the promises matter. */
export function playbook(...promises: PromiseRule[]): Playbook {
  return { slug: "refund-idle", promises } as unknown as Playbook;
}

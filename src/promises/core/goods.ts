import { DAY, earliest, type Instant, latest } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import { calledOffOf, consentOf } from "./choices.ts";
import { arrivedAt, type Follows, isFollowed, leftAt } from "./departure.ts";
import { type Obligation, type Outcome, refundedInFullAt } from "./obligations.ts";
import { revisedShipDates, statedDate } from "./stated-dates.ts";
import { withdrawnAt } from "./withdrawal.ts";

/** How the things of an order's goods begin. */
const SHIP = "ship/";
export const DELIVER = "deliver/";
export const CONSENT = "consent/";
const REVISED = "ship-anew/";
const CALL_OFF = "call-off/";

const GOODS = [SHIP, DELIVER, REVISED, CONSENT, CALL_OFF] as const;

/** Whether the thing is about an order's goods as a whole: that they leave, arrive, or are called off. */
export function isOfGoods(thing: string): boolean {
  return GOODS.some((prefix) => thing.startsWith(prefix));
}

/** The ledger's names of what an order's goods owe. */
export interface ThingsOfGoods {
  readonly ship: string;
  readonly deliver: string;
  readonly consent: string;
  /** That it leaves by the last date to which it was moved. */
  readonly revised?: string;
}

export function thingsOfGoods(order: OrderView): ThingsOfGoods {
  const last = revisedShipDates(order).at(-1);
  const { orderId } = order;
  return { ship: `${SHIP}${orderId}`, deliver: `${DELIVER}${orderId}`, consent: `${CONSENT}${orderId}`, ...(last && { revised: `${REVISED}${last.by}/${orderId}` }) };
}

/** Adds the days of the law from a moment, in the store's zone. */
export type AddDays = (from: Instant, days: number) => Instant;

/** Where no time was stated: 30 days from a properly completed order (16 CFR 435.2(a)(1)(ii)). */
const UNSTATED_DAYS = 30;
/** The longest delay to which silence agrees (16 CFR 435.2(b)(1)(ii) and (iii)). */
const LONGEST_SILENT_DAYS = 30;
/** By then the first notice has been written: what is told later comes in another one, to which silence agrees never. */
const FIRST_NOTICE_LEAD = DAY;

/** What an order's goods owe, by what is known of it now. Nothing while its money has not been tendered. */
export function goodsOf(order: OrderView, follows: Follows): readonly Obligation[] {
  const since = completedAt(order);
  if (since === undefined) return [];
  const left = leftAt(order, follows);
  const common = { ...importedOf(order) };
  const ship = statedDate(order, "ship");
  const deliver = statedDate(order, "deliver");
  const calledOff = calledOffOf(order);
  const dated = (stated: Instant | undefined): Pick<Obligation, "stated"> => (stated === undefined ? {} : { stated });
  const postponedAt = revisedShipDates(order)[0]?.at;
  return [
    { ...common, starts: "shipment.owed", things: [`${SHIP}${order.orderId}`], since, ...dated(ship), ...(postponedAt !== undefined && { postponedAt }), outcome: outcomeOf(order, left) },
    ...revised(order, outcomeOf(order, left)).map((obligation) => ({ ...common, ...obligation })),
    // From the conclusion of the contract, whenever it was paid (Directive 2011/83/EU art. 18(1)).
    { ...common, starts: "delivery.owed", things: [`${DELIVER}${order.orderId}`], since: placedAt(order) ?? since, ...dated(deliver), outcome: outcomeOfDelivery(order, left, follows) },
    ...(calledOff === undefined || calledOff.by === "shop" ? [] : [{ ...common, starts: "cancellation.owed" as const, things: [`${CALL_OFF}${order.orderId}`], since: calledOff.at, outcome: outcomeInShop(order) }]),
  ];
}

/** The last date that was told since: it is owed beside the first, which stays what it was. */
function revised(order: OrderView, outcome: Outcome): readonly Obligation[] {
  const last = revisedShipDates(order).at(-1);
  return last === undefined ? [] : [{ starts: "shipment.revised", things: [`${REVISED}${last.by}/${order.orderId}`], since: last.at, stated: last.by, outcome }];
}

/**
 * That a delay is agreed to or the order called off: from the day by which it was to leave. Silence agrees to one
 * definite date within 30 days of it, in the first notice; to nothing else (16 CFR 435.2(b)(1) and (2)).
 */
export function consentsOf(order: OrderView, follows: Follows, addDays: AddDays): readonly Obligation[] {
  const completed = completedAt(order);
  if (completed === undefined) return [];
  const since = shipDateOf(order, completed, addDays);
  const stated = agreedUntil(order, since, addDays);
  return [{ ...importedOf(order), starts: "consent.owed", things: [`${CONSENT}${order.orderId}`], since, ...(stated !== undefined && { stated }), restarts: true, outcome: outcomeOfConsent(order, follows) }];
}

/** It left, or its customer agreed to wait for as long as it takes. */
function outcomeOfConsent(order: OrderView, follows: Follows): Outcome {
  const outcome = outcomeOf(order, leftAt(order, follows));
  const consentAt = endlessConsentAt(order);
  return outcome.kind === "open" && consentAt !== undefined ? { kind: "kept", at: consentAt } : outcome;
}

/** What has become of what goods owe, whatever rule made it; undefined where it was never owed. */
export function outcomeOfGoods(order: OrderView, thing: string, follows: Follows): Outcome | undefined {
  if (thing.startsWith(CONSENT)) return completedAt(order) === undefined ? undefined : outcomeOfConsent(order, follows);
  return goodsOf(order, follows).find(({ things }) => things.includes(thing))?.outcome;
}

function shipDateOf(order: OrderView, completed: Instant, addDays: AddDays): Instant {
  return statedDate(order, "ship") ?? addDays(completed, UNSTATED_DAYS);
}

/** By when a delay is covered: what the customer expressly agreed to, else what their silence agrees to; undefined for the 30 days of the law. */
function agreedUntil(order: OrderView, due: Instant, addDays: AddDays): Instant | undefined {
  const express = consentOf(order, Infinity as Instant);
  const silent = silentUntil(order, due, addDays);
  if (express === undefined || !Number.isFinite(express)) return silent;
  return latest(express as Instant, silent ?? due);
}

/** What the first notice could name: an order without a date has had it days before anybody knew of one. */
function silentUntil(order: OrderView, due: Instant, addDays: AddDays): Instant | undefined {
  const [first] = revisedShipDates(order);
  const isInFirstNotice = first !== undefined && statedDate(order, "ship") !== undefined && first.at <= due - FIRST_NOTICE_LEAD;
  return isInFirstNotice && first.by <= addDays(due, LONGEST_SILENT_DAYS) ? first.by : undefined;
}

function endlessConsentAt(order: OrderView): Instant | undefined {
  const waits = Object.values(order.doc.choices ?? {}).filter(({ value }) => value.choice === "wait" && value.terms === "unknown");
  const [first, ...rest] = waits.map(({ at }) => at);
  return first === undefined ? undefined : earliest(first, ...rest);
}

/** When the order and its payment were both there (16 CFR 435.1(c)). Where no source speaks of payments, when it was placed. */
function completedAt(order: OrderView): Instant | undefined {
  const placed = placedAt(order);
  const payments = Object.values(order.doc.payments);
  if (placed === undefined || payments.length === 0) return placed;
  const tendered = payments.filter(({ value: { status } }) => status === "authorized" || status === "captured").map(({ succeededAt, at }) => succeededAt ?? at);
  const [first, ...rest] = tendered;
  return first === undefined ? undefined : latest(placed, earliest(first, ...rest));
}

function placedAt({ doc: { details } }: OrderView): Instant | undefined {
  return details?.value.placedAt;
}

function importedOf({ doc: { details } }: OrderView): Pick<Obligation, "importedAt"> {
  return details?.importedAt === undefined ? {} : { importedAt: details.importedAt };
}

function outcomeOf(order: OrderView, done: Instant | undefined): Outcome {
  const off = offAt(order);
  if (done !== undefined && (off === undefined || done <= off.at)) return { kind: "kept", at: done };
  return off === undefined ? { kind: "open" } : { kind: "withdrawn", ...off, isOver: true };
}

function outcomeOfDelivery(order: OrderView, left: Instant | undefined, follows: Follows): Outcome {
  const outcome = outcomeOf(order, arrivedAt(order));
  const isBlind = outcome.kind === "open" && left !== undefined && !isFollowed(order, follows);
  return isBlind ? { kind: "withdrawn", at: left, because: "it has left, and no source tells of its arrival", isOver: true } : outcome;
}

/** When nothing of the order was owed any more: it was called off, its customer withdrew on its way, or all its money went back. */
function offAt(order: OrderView): { readonly at: Instant; readonly because: string } | undefined {
  const calledOff = calledOffOf(order);
  const withdrawn = withdrawnAt(order);
  const refunded = refundedInFullAt(order);
  const ends = [
    ...(calledOff === undefined ? [] : [{ at: calledOff.at, because: BECAUSE[calledOff.by] }]),
    ...(withdrawn === undefined ? [] : [{ at: withdrawn, because: BECAUSE.withdrawal }]),
    ...(refunded === undefined ? [] : [{ at: refunded, because: "all its money was given back" }]),
  ];
  return ends.sort((a, b) => a.at - b.at)[0];
}

const BECAUSE = {
  shop: "the order was cancelled",
  customer: "the customer cancelled it",
  law: "the customer did not agree to the delay, and it is deemed cancelled",
  withdrawal: "the customer withdrew from the contract",
} as const;

/** The people of the store cancel it in the shop, or give all the money back. */
function outcomeInShop(order: OrderView): Outcome {
  const cancelledAt = order.doc.cancellation?.at;
  const refunded = refundedInFullAt(order);
  const done = [cancelledAt, refunded].filter((at) => at !== undefined);
  return done.length === 0 ? { kind: "open" } : { kind: "kept", at: Math.min(...done) as Instant };
}

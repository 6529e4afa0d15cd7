import type { Money } from "../../base/money.ts";
import type { Instant } from "../../base/time.ts";
import { never } from "../../base/errors.ts";
import type { OrderView } from "../../commerce/index.ts";
import type { MoneyView } from "../../detection/index.ts";
import type { ParcelStatus, PaymentStatus } from "../../intake/index.ts";
import type { StorePromise } from "../../promises/index.ts";
import type { Format } from "./format.ts";
import type { OrderRecord } from "./record.ts";
import type { StandingTexts, Texts, Tone } from "./texts.ts";

/** Where an order stands, in one sentence, with a sign for it. */
export interface Standing {
  readonly tone: Tone;
  readonly label: string;
  readonly sentence: string;
}

/** What the sentence is chosen from. */
type Stand = { readonly tone: Tone; readonly sentence: string };

/** Money first, because it is the reader's; then the parcel; then the payment. */
export function standingOf(record: OrderRecord, texts: Texts, format: Format, now: Instant): Standing {
  const stand = standOf(record, texts.standing, format, now);
  return { ...stand, label: texts.tones[stand.tone] };
}

function standOf(record: OrderRecord, texts: StandingTexts, format: Format, now: Instant): Stand {
  const { doc } = record.order;
  const { money, reason } = record;
  if (doc.cancellation !== undefined) {
    const plain = reason === "customer" ? texts.cancelled.asked : texts.cancelled.plain;
    return (money && ofMoney(record, money, texts.cancelled, plain, format, now)) ?? { tone: "moving", sentence: plain };
  }
  if (isBasket(record.order)) return doc.completedAt === undefined ? { tone: "moving", sentence: texts.basket.saved } : { tone: "good", sentence: texts.basket.placed };
  const ofRefund = money && money.state !== "none" ? ofMoney(record, money, { ...texts.refund, notCharged: texts.placed }, texts.refund.unclear, format, now) : undefined;
  return ofRefund ?? ofParcels(record, texts) ?? ofPayments(record, texts) ?? { tone: "moving", sentence: doc.details ? texts.placed : texts.unknown };
}

/** Whether nobody has placed it: there is a checkout and no order. A payment that went through says that there is one. */
export function isBasket({ doc }: OrderView): boolean {
  return doc.details === undefined && doc.checkout !== undefined && Object.values(doc.payments).every(({ succeededAt }) => succeededAt === undefined);
}

type MoneyTexts = Omit<StandingTexts["cancelled"], "plain" | "asked">;

function ofMoney(record: OrderRecord, money: MoneyView, texts: MoneyTexts, plain: string, format: Format, now: Instant): Stand | undefined {
  const amount = money.amount && format.money(money.amount);
  switch (money.state) {
    case "none":
      return { tone: "good", sentence: texts.notCharged };
    case "due": {
      if (amount === undefined) return { tone: "owed", sentence: plain };
      if (record.promises.some(isOwedLate)) return { tone: "late", sentence: texts.late(amount) };
      const first = firstDue(record.promises.filter((promise) => promise.kind === "refund_by" && promise.state === "open"));
      // Past the first date, a later one would sound as if we had taken more time.
      const by = first !== undefined && first.dueAt > now ? format.day(first.dueAt).text : undefined;
      return { tone: "owed", sentence: texts.due(amount, by) };
    }
    case "sent":
      return { tone: "moving", sentence: texts.sent(amount) };
    case "settled":
      return { tone: "good", sentence: texts.settled(amount) };
    case "failed":
      return { tone: record.promises.some(isOwedLate) ? "late" : "owed", sentence: texts.failed(amount) };
    case "unclear":
      return { tone: "owed", sentence: texts.unclear };
    default:
      return never(money.state);
  }
}

/** The parcel that is furthest from being in the reader's hands speaks for the order. */
const PARCELS_BY_WORRY: readonly ParcelStatus[] = ["failed", "returning", "label_failed", "attempt_failed", "delayed", "pickup", "last_mile", "moving", "unknown", "label", "delivered"];
const NEEDS_CARE: ReadonlySet<ParcelStatus> = new Set(["failed", "returning", "label_failed", "attempt_failed", "delayed"]);

function ofParcels(record: OrderRecord, texts: StandingTexts): Stand | undefined {
  const states = Object.values(record.order.doc.parcels).map((parcel) => parcel.latest.value.status);
  const worst = PARCELS_BY_WORRY.find((status) => states.includes(status));
  if (worst === undefined) return undefined;
  return { tone: worst === "delivered" ? "good" : NEEDS_CARE.has(worst) ? "owed" : "moving", sentence: texts.parcel[worst] };
}

/** A payment that arrived speaks louder than one that failed before it. */
const PAYMENTS_BY_WEIGHT: readonly PaymentStatus[] = ["captured", "authorized", "pending", "failed", "voided"];

function ofPayments(record: OrderRecord, texts: StandingTexts): Stand | undefined {
  const states = Object.values(record.order.doc.payments).map((payment) => payment.value.status);
  const heaviest = PAYMENTS_BY_WEIGHT.find((status) => states.includes(status));
  return heaviest && { tone: "moving", sentence: texts.payment[heaviest] };
}

/** Broken towards the reader, and neither put right since nor waived. */
export function isStillOwed(promise: StorePromise): boolean {
  return promise.state === "broken" && promise.madeGoodAt === undefined && promise.waivedAt === undefined;
}

/** Money that is late. */
export function isOwedLate(promise: StorePromise): boolean {
  return promise.kind === "refund_by" && isStillOwed(promise);
}

export function firstDue(promises: readonly StorePromise[]): StorePromise | undefined {
  return promises.toSorted((a, b) => a.dueAt - b.dueAt)[0];
}

/** What is owed, as far as one of the promises says it. */
export function amountOf(promises: readonly StorePromise[]): Money | undefined {
  return promises.find((promise) => promise.amount !== undefined)?.amount;
}

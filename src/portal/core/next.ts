import type { Instant } from "../../base/time.ts";
import type { StorePromise } from "../../promises/index.ts";
import type { Format, When } from "./format.ts";
import { isTheirs, whatOf } from "./promised.ts";
import type { OrderRecord } from "./record.ts";
import { amountOf, firstDue, isBasket, isOwedLate, isStillOwed } from "./standing.ts";
import type { Texts } from "./texts.ts";

/** One thing that is still to come. */
export interface NextStep {
  /** By when, or since when it is overdue; absent where nobody can say. */
  readonly when?: When;
  /** The moment in its sentence: "By …", "Overdue since …". */
  readonly whenText?: string;
  readonly overdue: boolean;
  readonly text: string;
}

export interface Next {
  readonly steps: readonly NextStep[];
  /** What the reader has to do, or that it is nothing. */
  readonly note?: string;
}

/** What comes next and by when: what is overdue first, then by date. */
export function nextOf(record: OrderRecord, texts: Texts, format: Format, now: Instant): Next {
  const steps = [
    ...pledged(record, texts, format, now),
    ...awaited(record, texts, format, now),
  ].toSorted((a, b) => Number(b.step.overdue) - Number(a.step.overdue) || a.at - b.at);
  const all = [...steps.map(({ step }) => step), ...undated(record, texts).map((text) => ({ overdue: false, text }))];
  const note = noteOf(record, all, texts);
  return { steps: all, ...(note !== undefined && { note }) };
}

interface Dated {
  readonly at: Instant;
  readonly step: NextStep;
}

/** What the awaited words say better: when the reader hears from us. */
const HEARD: ReadonlySet<StorePromise["kind"]> = new Set(["first_notice_by", "next_update_by"]);

/** Each thing that is promised and not done, at its earliest date; a date that was missed stays until it is put right. */
function pledged(record: OrderRecord, texts: Texts, format: Format, now: Instant): Dated[] {
  const due = record.promises.filter((promise) => isTheirs(promise) && !HEARD.has(promise.kind) && (promise.state === "open" || isOwedLate(promise) || isLateGoods(promise)));
  return [...Map.groupBy(due, (promise) => `${promise.kind} ${promise.thing}`).values()].flatMap((dates) => {
    const first = firstDue(dates);
    return first === undefined ? [] : [{ at: first.dueAt, step: stepOf(first, dates, texts, format, now) }];
  });
}

/** Goods that have not left or arrived by their date are still to come. */
function isLateGoods(promise: StorePromise): boolean {
  return (promise.kind === "ship_by" || promise.kind === "deliver_by") && isStillOwed(promise);
}

function stepOf(first: StorePromise, dates: readonly StorePromise[], texts: Texts, format: Format, now: Instant): NextStep {
  const when = format.moment(first.dueAt);
  const overdue = first.state === "broken";
  const whenText = overdue ? texts.next.overdue : first.dueAt <= now ? texts.next.due : texts.next.by;
  const amount = amountOf(dates);
  const text = first.kind === "refund_by" ? texts.next.refund(amount && format.money(amount)) : `${whatOf(first.kind, amount, texts, format)}.`;
  return { when, whenText: whenText(when.text), overdue, text };
}

function awaited(record: OrderRecord, texts: Texts, format: Format, now: Instant): Dated[] {
  const coming = record.awaited.filter((word) => word.by > now);
  return [...new Map(coming.map((word) => [`${word.kind} ${word.by}`, word])).values()].map((word) => {
    const when = format.moment(word.by);
    return { at: word.by, step: { when, whenText: texts.next.by(when.text), overdue: false, text: word.kind === "update" ? texts.next.hear : texts.next.write } };
  });
}

/** What comes without anybody having said when. */
function undated({ order, money, promises }: OrderRecord, texts: Texts): string[] {
  if (money?.state === "sent") return [texts.next.bank];
  const { doc } = order;
  if (isBasket(order) && doc.completedAt === undefined) return [texts.next.tryAgain];
  if (doc.cancellation !== undefined || doc.details === undefined) return [];
  const parcels = Object.values(doc.parcels).map((parcel) => parcel.latest.value.status);
  if (parcels.length > 0) return parcels.some((status) => UNDER_WAY.has(status)) ? [texts.next.arrive] : [];
  const payments = Object.values(doc.payments).map((payment) => payment.value.status);
  const unpaid = payments.length > 0 && payments.every((status) => status === "pending" || status === "failed");
  if (unpaid) return [texts.next.pay];
  return promises.some(({ kind, state }) => kind === "ship_by" && state !== "superseded") ? [] : [texts.next.prepare];
}

const UNDER_WAY: ReadonlySet<string> = new Set(["label", "moving", "delayed", "last_mile", "unknown"]);

function noteOf(record: OrderRecord, steps: readonly NextStep[], texts: Texts): string | undefined {
  if (record.money?.state === "failed") return texts.next.newWay;
  if (steps.length === 0) return texts.next.nothingOpen;
  return steps.some((step) => step.when !== undefined) || record.money !== undefined ? texts.next.nothingToDo : undefined;
}

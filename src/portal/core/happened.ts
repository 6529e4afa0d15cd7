import { never } from "../../base/errors.ts";
import type { Instant } from "../../base/time.ts";
import type { HistoryEntry } from "../../commerce/index.ts";
import type { Format, When } from "./format.ts";
import { isTheirs, whatOf } from "./promised.ts";
import type { OrderRecord } from "./record.ts";
import type { Texts } from "./texts.ts";

/** What happened on one day of the reader's, newest first. */
export interface HappenedDay {
  readonly day: When;
  readonly items: readonly Happened[];
}

export interface Happened {
  readonly time: When;
  readonly kind: "fact" | "missed" | "putRight" | "word";
  readonly text: string;
  readonly detail?: string;
  /** Of a word: the id of the element that has it. */
  readonly href?: string;
}

type Told = Omit<Happened, "time"> & { readonly at: Instant };

/** What happened, newest first: what sources reported, what was missed and put right, and what was written. */
export function happenedOf(record: OrderRecord, texts: Texts, format: Format): readonly HappenedDay[] {
  const all = [...factsTold(record, texts, format), ...outcomesTold(record, texts, format), ...wordsTold(record, texts)];
  const newestFirst = all.map((told, index) => ({ told, index })).toSorted((a, b) => b.told.at - a.told.at || b.index - a.index);
  return [...Map.groupBy(newestFirst, ({ told }) => format.dayKey(told.at)).values()].flatMap((day) => {
    const [first] = day;
    return first === undefined ? [] : [{ day: format.day(first.told.at), items: day.map(({ told }) => shown(told, format)) }];
  });
}

function shown({ at, ...told }: Told, format: Format): Happened {
  return { time: format.time(at), ...told };
}

/** What a fact says to the customer; undefined for what is not theirs. `same` is equal for what says the same of the same thing. */
interface Line {
  readonly at: Instant;
  readonly same: string;
  readonly id: string;
  readonly text: string;
  readonly detail?: string | undefined;
}

/**
 * Shop and processor each report the same payment under their own ids, and both repeat themselves. A line is shown
 * once for as many things as the source that knows the most of them has, at the moment of the first report.
 */
function factsTold(record: OrderRecord, texts: Texts, format: Format): Told[] {
  const idsBySource = new Map<string, Map<string, Set<string>>>();
  const shownOf = new Map<string, number>();
  return record.history.toSorted((a, b) => a.at - b.at).flatMap((entry) => {
    const line = lineOf(entry, record, texts, format);
    if (line === undefined) return [];
    const bySource = idsBySource.get(line.same) ?? new Map<string, Set<string>>();
    idsBySource.set(line.same, bySource);
    const ids = bySource.get(entry.source) ?? new Set<string>();
    bySource.set(entry.source, ids.add(line.id));
    const known = shownOf.get(line.same) ?? 0;
    if (ids.size <= known) return [];
    shownOf.set(line.same, ids.size);
    return [{ at: line.at, kind: "fact" as const, text: line.text, ...(line.detail !== undefined && { detail: line.detail }) }];
  });
}

function lineOf({ at, fact }: HistoryEntry, record: OrderRecord, texts: Texts, format: Format): Line | undefined {
  const { happened } = texts;
  switch (fact.kind) {
    case "order.recorded":
      return { at: fact.placedAt, same: "placed", id: "", text: happened.placed };
    case "checkout.recorded":
      return { at: fact.startedAt, same: "begun", id: "", text: happened.begun };
    case "checkout.completed":
      return { at, same: "placed", id: "", text: happened.placed };
    case "order.cancelled":
      return { at, same: "cancelled", id: "", text: happened.cancelled, detail: happened.cancelledWhy[record.reason] };
    case "payment.recorded": {
      const amount = format.money(fact.amount);
      return { at, same: `payment ${fact.status} ${amount}`, id: fact.paymentId, text: happened.payment[fact.status](amount) };
    }
    case "refund.recorded": {
      const amount = format.money(fact.amount);
      return { at, same: `refund ${fact.status} ${amount}`, id: fact.refundId, text: happened.refund[fact.status](amount) };
    }
    case "parcel.recorded": {
      const tracking = record.order.doc.parcels[fact.parcelId]?.tracking?.value;
      const from = [fact.carrier, tracking && happened.tracking(tracking)].filter(Boolean).join(" · ");
      return { at, same: `parcel ${fact.status} ${fact.parcelId}`, id: "", text: happened.parcel[fact.status], detail: from === "" ? undefined : from };
    }
    case "fulfilment.recorded": {
      const text = happened.fulfilment[fact.status];
      return text === undefined ? undefined : { at, same: `fulfilment ${fact.status} ${fact.fulfilmentId}`, id: "", text, detail: fact.why && happened.held[fact.why] };
    }
    case "dispute.opened":
      // The amount alone: the bank's reason is a code that accuses somebody.
      return { at, same: `dispute ${fact.disputeId}`, id: "", text: happened.dispute(format.money(fact.amount)) };
    case "choice.made":
      return { at, same: `choice ${fact.choice}`, id: "", text: fact.deemed === true ? happened.chose.deemed : happened.chose[fact.choice] };
    case "withdrawal.declared":
      return { at, same: "withdrawn", id: "", text: happened.withdrew };
    case "words.said":
      return { at, same: `said ${fact.about} ${fact.channel}`, id: String(at), text: happened.shopWrote[fact.about] };
    case "customer.recorded":
    case "privacy.requested":
    case "privacy.redact":
    case "privacy.redactStore":
      return undefined;
    default:
      return never(fact);
  }
}

/** Promises that were missed, put right afterwards, or waived. A missed date is told even where the money came in the end. */
function outcomesTold(record: OrderRecord, texts: Texts, format: Format): Told[] {
  const told = record.promises.filter(isTheirs).flatMap((promise): Told[] => {
    const what = whatOf(promise.kind, promise.amount, texts, format);
    const by = `${what} ${texts.promises.by(format.day(promise.dueAt).text)}`;
    const { state, madeGoodAt, waivedAt } = promise;
    return [
      ...(state === "broken" ? [{ at: promise.settledAt ?? promise.dueAt, kind: "missed" as const, text: texts.happened.missed(by) }] : []),
      ...(state === "broken" && madeGoodAt !== undefined ? [{ at: madeGoodAt, kind: "putRight" as const, text: texts.happened.putRight(what) }] : []),
      ...(waivedAt !== undefined ? [{ at: waivedAt, kind: "fact" as const, text: texts.happened.waived(by) }] : []),
    ];
  });
  return [...new Map(told.map((line) => [`${line.at} ${line.text}`, line])).values()];
}

function wordsTold(record: OrderRecord, texts: Texts): Told[] {
  return record.words.flatMap((words) => {
    const first = words.on.toSorted((a, b) => a.at - b.at)[0];
    return first === undefined ? [] : [{ at: first.at, kind: "word" as const, text: texts.happened.weWrote, detail: words.title, href: wordsAnchor(words.noticeId) }];
  });
}

/** The id of the element that shows a notice. */
export function wordsAnchor(noticeId: string): string {
  return `words-${noticeId}`;
}

import { never } from "../../base/errors.ts";
import type { Money } from "../../base/money.ts";
import type { Instant } from "../../base/time.ts";
import type { Basis, PromiseKind } from "../../playbooks/index.ts";
import type { StorePromise } from "../../promises/index.ts";
import type { Format, When } from "./format.ts";
import { amountOf, isStillOwed } from "./standing.ts";
import type { PromiseMark, Texts } from "./texts.ts";

/** One thing that was promised, with each of its dates. */
export interface Promised {
  readonly what: string;
  readonly dates: readonly PromisedDate[];
}

export interface PromisedDate {
  readonly by: When;
  /** "by" and the moment, in the order of the language. */
  readonly byText: string;
  readonly basis: string;
  readonly mark: PromiseMark;
  readonly markText: string;
  /** What became of it, where there is more to say than the mark does. */
  readonly outcome?: string;
}

/** What was promised to the reader: what is still open first, each thing once however many dates it has. */
export function promisedOf(promises: readonly StorePromise[], texts: Texts, format: Format, now: Instant): readonly Promised[] {
  const things = [...Map.groupBy(promises.filter(isTheirs), (promise) => `${promise.kind} ${promise.thing}`).values()];
  return things
    .flatMap((dates) => (dates[0] === undefined ? [] : [{ kind: dates[0].kind, dates }]))
    .toSorted((a, b) => Number(isOver(a.dates)) - Number(isOver(b.dates)) || newest(b.dates) - newest(a.dates))
    .map(({ kind, dates }) => ({
      what: whatOf(kind, amountOf(dates), texts, format),
      dates: dates.toSorted((a, b) => a.dueAt - b.dueAt).map((promise) => dateOf(promise, texts, format, now)),
    }));
}

/** Whether a promise was made to the reader: what a team owes itself is its own affair. */
export function isTheirs(promise: StorePromise): boolean {
  return promise.owedTo === "customer";
}

/** What was promised, as the reader would call it. */
export function whatOf(kind: PromiseKind, amount: Money | undefined, texts: Texts, format: Format): string {
  return kind === "refund_by" && amount !== undefined ? texts.promises.refundOf(format.money(amount)) : texts.promises.what[kind];
}

function dateOf(promise: StorePromise, texts: Texts, format: Format, now: Instant): PromisedDate {
  const mark = markOf(promise, now);
  const outcome = outcomeOf(promise, mark, texts, format);
  const by = format.moment(promise.dueAt);
  return {
    by,
    byText: texts.promises.by(by.text),
    basis: basisText(promise.basis, texts),
    mark,
    markText: texts.promises.marks[mark],
    ...(outcome !== undefined && { outcome }),
  };
}

/** An open promise past its date is not broken yet: its sources are still being read up to that date. */
function markOf(promise: StorePromise, now: Instant): PromiseMark {
  switch (promise.state) {
    case "open":
      return now < promise.dueAt ? "open" : "checking";
    case "suspended":
      return "paused";
    case "kept":
      return "kept";
    case "broken":
      if (promise.madeGoodAt !== undefined) return "putRight";
      return promise.waivedAt === undefined ? "missed" : "dropped";
    case "waived":
      return "dropped";
    case "superseded":
      return "replaced";
    default:
      return never(promise.state);
  }
}

function outcomeOf(promise: StorePromise, mark: PromiseMark, texts: Texts, format: Format): string | undefined {
  if (mark === "kept" && promise.settledAt !== undefined) return texts.promises.keptOn(format.moment(promise.settledAt).text);
  if (mark === "putRight" && promise.madeGoodAt !== undefined) return texts.promises.putRightOn(format.moment(promise.madeGoodAt).text);
  return mark === "missed" && promise.kind === "refund_by" ? texts.promises.missedNow : undefined;
}

function basisText(basis: Basis, texts: Texts): string {
  switch (basis.kind) {
    case "policy":
      return texts.promises.policy;
    case "statement":
      return texts.promises.statement;
    case "law":
      return texts.promises.law(basis.citation);
    default:
      return never(basis);
  }
}

function isOver(promises: readonly StorePromise[]): boolean {
  return promises.every((promise) => promise.state !== "open" && promise.state !== "suspended" && !isStillOwed(promise));
}

function newest(promises: readonly StorePromise[]): number {
  return Math.max(...promises.map((promise) => promise.madeAt));
}

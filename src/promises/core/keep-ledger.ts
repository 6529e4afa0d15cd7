import { type StoreId, uuidOf } from "../../base/ids.ts";
import type { Instant } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import type { Playbook, PromiseRule } from "../../playbooks/index.ts";
import { addSpan, type Calendar, calendarOf } from "./calendar.ts";
import { holdsIn } from "./countries.ts";
import type { LedgerChange, StorePromise } from "./model.ts";
import { isOfOrders, type Obligation, obligationsOf } from "./obligations.ts";
import { afterEvents, closed } from "./outcome.ts";

/** What the ledger needs to know of a store. */
export interface LedgerBook {
  readonly store: StoreId;
  readonly playbooks: readonly Playbook[];
  readonly calendar: Calendar;
  /** The configured sources' names, by what they are. */
  readonly sources: Readonly<Record<"shop" | "payments", readonly string[]>>;
}

/** Not a closing word: the dispute decides where the money goes, and a refund beside it would pay twice. */
const DISPUTED = "the payment is disputed";

/**
 * What one order's ledger should say, given what is known of the order and what the ledger says now.
 * Returns only what changes; reviewing twice changes nothing.
 */
export function reviewOrder(book: LedgerBook, order: OrderView, existing: readonly StorePromise[]): readonly LedgerChange[] {
  const obligations = obligationsOf(order);
  const suspended = Object.keys(order.doc.disputes).length > 0 ? DISPUTED : undefined;
  const wanted = obligations.flatMap((obligation) => rulesFor(book, order, obligation).map((rule) => ({ obligation, ...rule })));
  const claimed = new Set<string>();
  const same = new Set(wanted.map(({ obligation, playbook, rule }) => ruleKey(playbook, rule.rule, obligation)));
  const changes: LedgerChange[] = [];
  for (const { obligation, playbook, rule } of wanted) {
    const known = existing.find((promise) => promise.rule === rule.rule && promise.playbook === playbook && obligation.things.includes(promise.thing));
    if (known === undefined && isOverInTime(obligation, dueOf(book, obligation, rule))) continue;
    const before = known === undefined ? make(book, order, obligation, playbook, rule) : renew(book, known, obligation, rule);
    claimed.add(before.id);
    changes.push(...changeOf(known, afterEvents(before, obligation.outcome, suspended)));
  }
  const others = existing.filter((promise) => !claimed.has(promise.id) && isOfOrders(promise.thing));
  return [...changes, ...others.flatMap((promise) => changeOf(promise, withoutRule(promise, obligations, same, suspended)))];
}

/** The rules of all playbooks that put a time to an obligation for this buyer. */
function rulesFor(book: LedgerBook, order: OrderView, obligation: Obligation): { playbook: string; rule: PromiseRule }[] {
  return book.playbooks.flatMap((playbook) =>
    playbook.promises
      .filter((rule) => rule.starts === obligation.starts && holdsIn(rule.countries, order.country))
      .map((rule) => ({ playbook: playbook.slug, rule })),
  );
}

function make(book: LedgerBook, order: OrderView, obligation: Obligation, playbook: string, rule: PromiseRule): StorePromise {
  const thing = obligation.things[0] as string;
  return {
    id: uuidOf("promise", book.store, order.orderId, playbook, rule.rule, thing),
    kind: rule.kind,
    orderId: order.orderId,
    thing,
    rule: rule.rule,
    playbook,
    owedTo: rule.owedTo,
    owner: rule.owner,
    basis: rule.basis,
    restsOn: [...new Set(rule.restsOn.flatMap((kind) => book.sources[kind]))].sort(),
    amount: obligation.amount,
    madeAt: obligation.since,
    dueAt: dueOf(book, obligation, rule),
    state: "open",
  };
}

/** A promise made keeps its time, even when the rule is edited; only an earlier first word of the thing itself moves it. */
function renew(book: LedgerBook, known: StorePromise, obligation: Obligation, rule: PromiseRule): StorePromise {
  const renewed = { ...known, amount: obligation.amount };
  return known.madeAt === obligation.since ? renewed : { ...renewed, madeAt: obligation.since, dueAt: dueOf(book, obligation, rule) };
}

function dueOf(book: LedgerBook, obligation: Obligation, rule: PromiseRule): Instant {
  return addSpan(obligation.since, rule.due, calendarOf(rule.basis, book.calendar));
}

/** Withdrawn before anybody was promised anything by us: there is no promise to write. */
function isOverInTime({ outcome }: Obligation, dueAt: Instant): boolean {
  return outcome.kind === "withdrawn" && outcome.at <= dueAt;
}

/**
 * A promise that no rule asks for any more: another view's name for the same refund, a rule that left its playbook, or
 * a thing that turned out never to have been owed. What is still owed was promised and stays so.
 */
function withoutRule(promise: StorePromise, obligations: readonly Obligation[], same: ReadonlySet<string>, suspended: string | undefined): StorePromise {
  if (promise.state === "waived" || promise.state === "superseded") return promise;
  const owed = obligations.find((obligation) => obligation.things.includes(promise.thing));
  if (owed === undefined) return closed(promise, "superseded", promise.madeAt, "nothing is owed");
  const isDouble = promise.state !== "broken" && same.has(ruleKey(promise.playbook, promise.rule, owed));
  return isDouble ? closed(promise, "superseded", promise.madeAt, "the same refund under another name") : afterEvents(promise, owed.outcome, suspended);
}

function ruleKey(playbook: string, rule: string, obligation: Obligation): string {
  return [playbook, rule, obligation.things[0]].join(" ");
}

function changeOf(known: StorePromise | undefined, promise: StorePromise): LedgerChange[] {
  if (known === undefined) return [{ promise, from: "none" }];
  return isSame(known, promise) ? [] : [{ promise, from: known.state }];
}

function isSame(a: StorePromise, b: StorePromise): boolean {
  return (
    a.state === b.state && a.dueAt === b.dueAt && a.madeAt === b.madeAt && a.settledAt === b.settledAt && a.madeGoodAt === b.madeGoodAt &&
    a.because === b.because && a.amount?.minor === b.amount?.minor && a.amount?.currency === b.amount?.currency
  );
}

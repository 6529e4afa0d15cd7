import { type StoreId, uuidOf } from "../../base/ids.ts";
import type { Instant, Milliseconds } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import type { Playbook, PromiseRule, RestingKind } from "../../playbooks/index.ts";
import { addSpan, type Calendar, calendarOf } from "./calendar.ts";
import { holdsIn } from "./countries.ts";
import type { LedgerChange, StorePromise } from "./model.ts";
import type { Obligation } from "./obligations.ts";
import { leadOf, withWarning } from "./at-risk.ts";
import { afterEvents, broken, closed, reopened } from "./outcome.ts";
import { isOfGoods } from "./goods.ts";
import { isOfPayment, triesOf } from "./payments.ts";
import { isOfMoney, isOfOrders, isOfParcel, outcomeFor, owingOf, startedBy } from "./owed.ts";

/** What the ledger needs to know of a store. */
export interface LedgerBook {
  readonly store: StoreId;
  readonly playbooks: readonly Playbook[];
  readonly calendar: Calendar;
  /** The configured sources' names, by what they tell of. `trackers` follow each parcel: their silence of one says something. */
  readonly sources: Readonly<Record<RestingKind | "trackers", readonly string[]>>;
  /** The country that the store sends from. */
  readonly home?: string;
}

/** Not a closing word: the dispute decides where the money goes, and a refund beside it would pay twice. */
const DISPUTED = "the payment is disputed";
const TRYING = "another try to pay is under way";

interface Wanted {
  readonly obligation: Obligation;
  readonly playbook: string;
  readonly rule: PromiseRule;
  /** How long before it is due a case opens about it. */
  readonly lead: Milliseconds | undefined;
}

/**
 * What one order's ledger should say, given what is known of the order and what the ledger says now.
 * Returns only what changes; reviewing twice changes nothing.
 */
export function reviewOrder(book: LedgerBook, order: OrderView, existing: readonly StorePromise[], now: Instant): readonly LedgerChange[] {
  const wanted = wantedOf(book, order);
  const claimed = new Set<string>();
  const changes: LedgerChange[] = [];
  for (const { obligation, playbook, rule, lead } of wanted) {
    const known = existing.find((promise) => promise.rule === rule.rule && promise.playbook === playbook && obligation.things.includes(promise.thing));
    if (known === undefined && isBeyondUs(obligation, dueOf(book, obligation, rule), rule)) continue;
    const before = known === undefined ? make(book, order, obligation, playbook, rule) : renew(book, known, obligation, rule, now);
    claimed.add(before.id);
    changes.push(...changeOf(known, afterEvents(withWarning(before, lead, obligation.postponedAt), obligation.outcome, suspension(order, before))));
  }
  const others = existing.filter((promise) => !claimed.has(promise.id) && isOfOrders(promise.thing));
  return [...changes, ...others.flatMap((promise) => changeOf(promise, withoutRule(promise, order, wanted, book.sources.trackers)))];
}

/** Everything that the rules of all playbooks put a time to for this buyer. */
function wantedOf(book: LedgerBook, order: OrderView): readonly Wanted[] {
  const rules = book.playbooks.flatMap((playbook) => playbook.promises.filter((rule) => holdsFor(book, order, rule)).map((rule) => ({ playbook, rule })));
  const owing = owingOf(order, book.sources.trackers, (from, amount) => addSpan(from, { amount, unit: "days" }, book.calendar));
  return rules.flatMap(({ playbook, rule }) =>
    startedBy(owing, rule.starts, (since) => dueOf(book, { since }, rule))
      .filter((obligation) => takesDate(rule, obligation))
      .map((obligation) => ({ obligation, playbook: playbook.slug, rule, lead: leadOf(playbook, rule) })),
  );
}

/** Some rules hold only where the customer was told a date, some only where they were not. */
function takesDate({ stated }: PromiseRule, obligation: Obligation): boolean {
  if (stated === "only") return obligation.stated !== undefined;
  return stated !== "never" || obligation.stated === undefined;
}

function holdsFor({ home }: LedgerBook, { country }: OrderView, rule: PromiseRule): boolean {
  // What is not known to stay at home gets the time that a longer way needs.
  const destination = home !== undefined && country === home ? "domestic" : "abroad";
  return holdsIn(rule.countries, country) && (rule.destination === undefined || rule.destination === destination);
}

/** A dispute holds back money alone; the law's clock runs on even then (see `afterEvents`). Who is trying again is not to hear that it failed. */
function suspension(order: OrderView, promise: StorePromise): string | undefined {
  if (isOfPayment(promise.thing)) return triesOf(order)?.isTryingAgain === true ? TRYING : undefined;
  return isOfMoney(promise.thing) && Object.keys(order.doc.disputes).length > 0 ? DISPUTED : undefined;
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
    ...(obligation.amount !== undefined && { amount: obligation.amount }),
    madeAt: obligation.since,
    dueAt: dueOf(book, obligation, rule),
    state: "open",
  };
}

/** A promise made keeps its time, even when the rule is edited; only another start of the thing itself moves it. */
function renew(book: LedgerBook, known: StorePromise, obligation: Obligation, rule: PromiseRule, now: Instant): StorePromise {
  const renewed = obligation.amount === undefined ? known : { ...known, amount: obligation.amount };
  const isDated = rule.stated !== undefined && obligation.stated !== undefined;
  if (known.madeAt === obligation.since && (!isDated || known.dueAt === obligation.stated)) return renewed;
  const moved = { ...renewed, madeAt: obligation.since, dueAt: dueOf(book, obligation, rule) };
  if (obligation.restarts !== true || known.state !== "broken") return moved;
  // Where the new time has run out as well, it stood still all the same: nobody is told otherwise.
  return moved.dueAt > now ? reopened(moved) : broken(moved, moved.dueAt);
}

function dueOf(book: LedgerBook, { since, stated }: Pick<Obligation, "since" | "stated">, rule: PromiseRule): Instant {
  const told = rule.stated === undefined || rule.stated === "never" ? undefined : stated;
  return told ?? addSpan(since, rule.due, calendarOf(rule, book.calendar));
}

/**
 * Withdrawn before anybody was promised anything by us, or run out before an import told of it: there is no promise to
 * write. Money is owed to its customer all the same.
 */
function isBeyondUs({ outcome, importedAt, things: [thing = ""] }: Obligation, dueAt: Instant, { owedTo }: PromiseRule): boolean {
  const isOwedStill = owedTo === "customer" && isOfMoney(thing);
  return (outcome.kind === "withdrawn" && outcome.at <= dueAt) || (!isOwedStill && importedAt !== undefined && dueAt <= importedAt);
}

/**
 * A promise that no rule asks for any more: another view's name for the same thing, a rule that left its playbook, or
 * a thing that turned out never to have been owed. What is still owed was promised and stays so.
 */
function withoutRule(promise: StorePromise, order: OrderView, wanted: readonly Wanted[], trackers: readonly string[]): StorePromise {
  if (promise.state === "waived" || promise.state === "superseded") return promise;
  const ofRule = wanted.filter(({ playbook, rule }) => playbook === promise.playbook && rule.rule === promise.rule);
  const isNamed = ofRule.some(({ obligation }) => obligation.things.includes(promise.thing));
  const outcome = outcomeFor(order, promise, trackers);
  // A standstill that a word heard late has filled was none.
  const isFilled = isOfParcel(promise.thing) && ofRule.length > 0 && !isNamed;
  // A rule for orders without a date stops holding for one whose date is learnt, and the other way round.
  const hasOtherDate = isOfGoods(promise.thing) && !isNamed && wanted.some(({ playbook, obligation }) => playbook === promise.playbook && obligation.things.includes(promise.thing));
  if (hasOtherDate && outcome?.kind === "open") return closed(promise, "superseded", promise.madeAt, "another date was told for it");
  if (outcome === undefined || isFilled) return closed(promise, "superseded", promise.madeAt, "nothing is owed");
  if (isNamed && promise.state !== "broken") return closed(promise, "superseded", promise.madeAt, "the same thing under another name");
  return afterEvents(promise, outcome, suspension(order, promise));
}

function changeOf(known: StorePromise | undefined, promise: StorePromise): LedgerChange[] {
  if (known === undefined) return [{ promise, from: "none" }];
  return isSame(known, promise) ? [] : [{ promise, from: known.state }];
}

function isSame(a: StorePromise, b: StorePromise): boolean {
  return (
    a.state === b.state && a.dueAt === b.dueAt && a.madeAt === b.madeAt && a.settledAt === b.settledAt && a.madeGoodAt === b.madeGoodAt && a.warnAt === b.warnAt &&
    a.because === b.because && a.amount?.minor === b.amount?.minor && a.amount?.currency === b.amount?.currency
  );
}

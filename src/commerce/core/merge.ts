import { earliest, type Instant } from "../../base/time.ts";
import type { Contact, Fact, FactOf, FulfilmentStatus, ParcelStatus, PaymentStatus, RefundStatus, StoreEvent } from "../../intake/index.ts";
import type { Cancellation, Cancelled, Choice, CustomerDoc, OrderDoc, ParcelHistory, PaymentHistory, Register, StateHistory, Told } from "./model.ts";

/** An order of which nothing is known yet. */
export const EMPTY_ORDER: OrderDoc = { payments: {}, refunds: {}, parcels: {}, fulfilments: {}, disputes: {}, said: {} };

/**
 * Vendors stamp whole seconds, so that one thing's states can share a moment. At equal time the state that comes
 * later in its life wins; a payment may fail and then succeed, a refund may succeed and then be returned by the bank.
 */
const PAYMENT_RANK: Record<PaymentStatus, number> = { pending: 0, authorized: 1, failed: 2, captured: 3, voided: 4 };
const REFUND_RANK: Record<RefundStatus, number> = { requested: 0, pending: 1, succeeded: 2, cancelled: 3, failed: 4 };
const PARCEL_RANK: Record<ParcelStatus, number> = {
  unknown: 0, label_failed: 1, label: 2, moving: 3, delayed: 4, last_mile: 5, pickup: 6, attempt_failed: 7, returning: 8, failed: 9, delivered: 10,
};
const FULFILMENT_RANK: Record<FulfilmentStatus, number> = { open: 0, held: 1, shipped: 2, cancelled: 3 };

/** The facts that are about one order. */
export type OrderFact = Exclude<Fact, { kind: "customer.recorded" | "privacy.requested" | "privacy.redact" | "privacy.redactStore" }>;

export type OrderEvent = StoreEvent & { readonly fact: OrderFact };

/** Whether an event says something of one order, and so waits for it when it cannot be found. */
export function isOfOrder(event: StoreEvent): event is OrderEvent {
  const kind = event.fact.kind;
  return kind !== "customer.recorded" && !kind.startsWith("privacy.");
}

/**
 * The order after one more event. Returns the very same document when the event adds nothing.
 * Commutative, associative and idempotent: any order of arrival, with any repetition, gives the same bytes.
 */
export function mergeEvent(doc: OrderDoc, event: OrderEvent): OrderDoc {
  const { fact } = event;
  switch (fact.kind) {
    case "order.recorded":
      return withDate(withDate(withRegister(doc, "details", marked(doc.details, event, (known) => later(known, register(event, stated(fact)), () => 0))), "ship", event, fact.shipBy), "deliver", event, fact.deliverBy);
    case "order.cancelled":
      return withRegister(doc, "cancellation", marked(doc.cancellation, event, (known) => mergeCancellation(known, register(event, stated(fact)))));
    case "checkout.recorded":
      return withRegister(doc, "checkout", later(doc.checkout, register(event, stated(fact)), () => 0));
    case "checkout.completed":
      return doc.completedAt !== undefined && doc.completedAt <= event.at ? doc : inOrder({ ...doc, completedAt: event.at });
    case "payment.recorded":
      return withEntry(doc, "payments", fact.paymentId, (known) => mergePayment(known, event, fact));
    case "refund.recorded":
      return withEntry(doc, "refunds", `${fact.view}:${fact.refundId}`, (known) => marked(known, event, (bare) => mergeState(bare, register(event, stated(fact)), REFUND_RANK, "requested")));
    case "parcel.recorded":
      return withEntry(doc, "parcels", fact.parcelId, (known) => marked(known, event, (bare) => mergeParcel(bare, event, fact)));
    case "fulfilment.recorded":
      return withDate(withEntry(doc, "fulfilments", fact.fulfilmentId, (known) => marked(known, event, (bare) => mergeState(bare, register(event, stated(fact)), FULFILMENT_RANK))), `ship/${fact.fulfilmentId}`, event, fact.shipBy);
    case "dispute.opened":
      return withEntry(doc, "disputes", fact.disputeId, (known) => later(known, register(event, stated(fact)), () => 0));
    case "choice.made":
      return withChoice(doc, register(event, stated(fact)));
    case "withdrawal.declared":
      return isFirst(doc.withdrawal, event) ? inOrder({ ...doc, withdrawal: register(event, stated(fact)) }) : doc;
    case "words.said":
      return withEntry(doc, "said", `${fact.about}:${fact.channel}`, (known) => later(known, register(event, stated(fact)), () => 0));
  }
}

/** The customer after one more record of them. The very same document when it adds nothing. */
export function mergeCustomer(doc: CustomerDoc, event: StoreEvent & { readonly fact: FactOf<"customer.recorded"> }): CustomerDoc {
  const contact = later(doc.contact, register<Contact>(event, event.fact.contact), () => 0);
  return contact === doc.contact ? doc : { contact };
}

/** Merges a thing beside its mark: it stays imported for as long as no live word tells of it as well. */
function marked<T extends Told>(known: T | undefined, event: StoreEvent, merge: (bare: T | undefined) => T): T {
  const bare = unmarked(known);
  const merged = merge(bare);
  const said = event.history === true ? event.receivedAt : undefined;
  const importedAt = known === undefined ? said : firstImport(known.importedAt, said);
  if (known !== undefined && merged === bare && importedAt === known.importedAt) return known;
  return importedAt === undefined ? merged : { ...merged, importedAt };
}

function unmarked<T extends Told>(known: T | undefined): T | undefined {
  if (known?.importedAt === undefined) return known;
  const { importedAt: _, ...bare } = known;
  return bare as T;
}

function firstImport(known: Instant | undefined, said: Instant | undefined): Instant | undefined {
  return known === undefined || said === undefined ? undefined : earliest(known, said);
}

/** No basket is tried more often by a person; the earliest are kept, so that the union stays the same in any order. */
const MAX_TRIES = 50;

/** A payment after one more word of it: a later try that succeeds does not hide when an earlier one failed. */
function mergePayment(known: PaymentHistory | undefined, event: StoreEvent, fact: FactOf<"payment.recorded">): PaymentHistory {
  const { attempt = "", ...said } = stated(fact);
  const { value, at, event: id, source } = later<PaymentHistory["value"]>(known, register(event, said), (payment) => PAYMENT_RANK[payment.status]);
  const tries = said.status === "failed" && event.history !== true ? withTry(known?.tries, attempt, event.at) : known?.tries;
  const isDone = said.status === "authorized" || said.status === "captured";
  const succeededAt = isDone && event.at < (known?.succeededAt ?? Infinity) ? event.at : known?.succeededAt;
  if (known !== undefined && known.event === id && known.tries === tries && known.succeededAt === succeededAt) return known;
  return { value, at, event: id, source, ...(tries && { tries }), ...(succeededAt !== undefined && { succeededAt }) };
}

function withTry(known: PaymentHistory["tries"], name: string, at: Instant): PaymentHistory["tries"] {
  if (known !== undefined && Object.hasOwn(known, name) && (known[name] as Instant) <= at) return known;
  const all = Object.entries({ ...known, [name]: at }).sort(([a, one], [b, other]) => one - other || (a < b ? -1 : 1)).slice(0, MAX_TRIES);
  const kept = sortedByKey(Object.fromEntries(all));
  return known !== undefined && JSON.stringify(kept) === JSON.stringify(sortedByKey(known)) ? known : kept;
}

/** No shop moves a date more often; the earliest told are kept, so that the union stays the same in any order. */
const MAX_DATES = 50;

function withDate(doc: OrderDoc, of: string, { at }: StoreEvent, by: Instant | undefined): OrderDoc {
  const known = doc.dates?.[of] ?? [];
  if (by === undefined || known.some((each) => each.at === at && each.by === by)) return doc;
  const told = [...known, { at, by }].sort((a, b) => a.at - b.at || a.by - b.by).slice(0, MAX_DATES);
  if (!told.some((each) => each.at === at && each.by === by)) return doc;
  return inOrder({ ...doc, dates: sortedByKey({ ...doc.dates, [of]: told }) });
}

/** Choosing the same again moves no clock. */
function withChoice(doc: OrderDoc, said: Register<Choice>): OrderDoc {
  const { choice, terms, deemed } = said.value;
  const key = `${choice}${deemed === true ? " deemed" : ""} ${terms}`;
  const known = doc.choices?.[key];
  return isFirst(known, { at: said.at, id: said.event }) ? inOrder({ ...doc, choices: sortedByKey({ ...doc.choices, [key]: said }) }) : doc;
}

function isFirst(known: Register<unknown> | undefined, { at, id }: Pick<StoreEvent, "at" | "id">): boolean {
  return known === undefined || at < known.at || (at === known.at && id < known.event);
}

/** The last reason that was stated, at the first moment that was given. Some shops keep no moment of a cancellation: each later word of it would restart its clocks. */
function mergeCancellation(known: Cancelled | undefined, said: Register<Cancellation>): Cancelled {
  if (known === undefined) return said;
  const { statedAt = known.at, ...before } = known;
  const stated = { ...before, at: statedAt };
  const winner = later(stated, said, (value) => (value.reason === "unstated" ? 0 : 1));
  const at = Math.min(known.at, said.at) as Instant;
  if (winner === stated && at === known.at) return known;
  return winner.at === at ? winner : { ...winner, at, statedAt: winner.at };
}

/**
 * A thing's states after one more word of it. The very same history when the word adds nothing.
 * `asked`: the state that only says that the thing is wanted. It tells when that began, and never undoes what has
 * become of it: a shop that knows no more than that repeats it with each of its words.
 */
function mergeState<S extends string, T extends { readonly status: S }>(known: StateHistory<S, T> | undefined, said: Register<T>, rank: Readonly<Record<S, number>>, asked?: NoInfer<S>): StateHistory<S, T> {
  const { status } = said.value;
  const newer = later(known?.latest, said, (value) => rank[value.status]);
  const further = [known?.latest, said].filter((each) => each !== undefined && each.value.status !== asked);
  const latest = further.length === 1 ? (further[0] as Register<T>) : newer;
  const firstOfStatus = known?.first[status];
  if (known !== undefined && latest === known.latest && firstOfStatus !== undefined && firstOfStatus <= said.at) return known;
  const first = sortedByKey<Instant>({ ...known?.first, [status]: firstOfStatus === undefined || said.at < firstOfStatus ? said.at : firstOfStatus });
  return { since: Math.min(...Object.values(first)) as Instant, first: first as StateHistory<S, T>["first"], latest };
}

/** No parcel is handled more often; the earliest are kept, so that the union stays the same in any order. */
const MAX_SCANS = 200;

function withScan(known: readonly Instant[], at: Instant): readonly Instant[] {
  const isLate = known.length >= MAX_SCANS && at > (known.at(-1) as Instant);
  return isLate || known.includes(at) ? known : [...known, at].sort((a, b) => a - b).slice(0, MAX_SCANS);
}

/** What one word of a parcel leaves open, an earlier one may still have said. */
function mergeParcel(known: ParcelHistory | undefined, event: StoreEvent, fact: FactOf<"parcel.recorded">): ParcelHistory {
  const { status, why } = fact;
  const states = mergeState(known, register(event, why === undefined ? { status } : { status, why }), PARCEL_RANK);
  const named = <T>(before: Register<T> | undefined, value: T | undefined, rank: (value: T) => number = () => 0): Register<T> | undefined =>
    value === undefined ? before : later(before, register(event, value), rank);
  const before = known?.scans ?? [];
  const scans = fact.scanned === true ? withScan(before, event.at) : before;
  const carrier = named(known?.carrier, fact.carrier);
  const tracking = named(known?.tracking, fact.tracking);
  // A carrier may revise its estimate without another scan: the later one stands, so that nothing counts as missed too early.
  const expectedBy = named(known?.expectedBy, fact.expectedBy, (at) => at);
  if (known !== undefined && states === known && scans === known.scans && carrier === known.carrier && tracking === known.tracking && expectedBy === known.expectedBy) return known;
  const { since, first, latest } = states;
  return { since, first, latest, scans, ...(carrier && { carrier }), ...(tracking && { tracking }), ...(expectedBy && { expectedBy }) };
}

/** The winner of two values of one register: the later one, then the higher rank, then the greater event id. */
function later<T>(known: Register<T> | undefined, said: Register<T>, rank: (value: T) => number): Register<T> {
  if (known === undefined) return said;
  if (said.at !== known.at) return said.at > known.at ? said : known;
  const byRank = rank(said.value) - rank(known.value);
  if (byRank !== 0) return byRank > 0 ? said : known;
  return said.event > known.event ? said : known;
}

function register<T>(event: StoreEvent, value: T): Register<T> {
  return { value, at: event.at, event: event.id, source: event.source };
}

function stated<F extends Fact>(fact: F): Omit<F, "kind"> {
  const { kind: _, ...rest } = fact;
  return rest;
}

function withRegister<K extends "details" | "checkout" | "cancellation">(doc: OrderDoc, key: K, merged: NonNullable<OrderDoc[K]>): OrderDoc {
  return doc[key] === merged ? doc : inOrder({ ...doc, [key]: merged });
}

type Entries = "payments" | "refunds" | "parcels" | "fulfilments" | "disputes" | "said";

function withEntry<K extends Entries>(doc: OrderDoc, entries: K, id: string, merge: (known: OrderDoc[K][string] | undefined) => OrderDoc[K][string]): OrderDoc {
  const all = doc[entries] as Readonly<Record<string, OrderDoc[K][string]>>;
  const known = Object.hasOwn(all, id) ? all[id] : undefined;
  const merged = merge(known);
  return merged === known ? doc : inOrder({ ...doc, [entries]: sortedByKey({ ...all, [id]: merged }) });
}

/** One order of keys, whatever came first, so that equal documents are equal bytes. */
function inOrder(doc: OrderDoc): OrderDoc {
  const { details, checkout, completedAt, cancellation, payments, refunds, parcels, fulfilments, disputes, said, dates, choices, withdrawal } = doc;
  return {
    ...(details && { details }), ...(checkout && { checkout }), ...(completedAt !== undefined && { completedAt }), ...(cancellation && { cancellation }),
    payments, refunds, parcels, fulfilments, disputes, said, ...(dates && { dates }), ...(choices && { choices }), ...(withdrawal && { withdrawal }),
  };
}

function sortedByKey<T>(entries: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
}

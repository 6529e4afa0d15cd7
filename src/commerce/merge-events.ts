import type { Tx } from "../base/db.ts";
import { invariant } from "../base/errors.ts";
import { hashToken, type StoreId } from "../base/ids.ts";
import { DAY, type Instant, plus } from "../base/time.ts";
import type { StoreEvent } from "../intake/index.ts";
import { orderOf } from "./core/linking.ts";
import { EMPTY_ORDER, isOfOrder, mergeEvent, type OrderEvent } from "./core/merge.ts";
import type { Merged, OrderDoc } from "./core/model.ts";
import { keptFact, redactOrder } from "./core/personal.ts";
import { begunOf } from "./core/view.ts";
import { linkEvents, type Linked } from "./link-events.ts";
import { orderWrite, viewsOf } from "./order-rows.ts";
import { eraseNamed } from "./redact-person.ts";
import { mergeCustomers } from "./record-customers.ts";
import * as rows from "./store.ts";
import { pageToken, spokenRefOf, withStoredRefs } from "./tokens.ts";

/** An order's page can be opened this long after the last thing that happened on the order. */
const PAGE_LIFE = 180 * DAY;

/** At 40 bits and a million orders one collision in a row is expected once in a store's life, five never. */
const SPOKEN_REF_TRIES = 5;

/**
 * Writes a batch of events and brings the orders that they speak of up to date, whatever the order of arrival.
 * An event whose order is not known yet waits for one of its names and is adopted when it is learned.
 * `secret` makes page tokens, spoken references, and what is stored in the place of tracking numbers. Locks names, then orders, then customers, each ascending;
 * two batches that learn names of one another's events may still deadlock: the caller begins anew where the database undoes one.
 */
export async function mergeEvents(tx: Tx, store: StoreId, given: readonly StoreEvent[], now: Instant, secret: string): Promise<Merged> {
  const events = given.map((event) => withStoredRefs(secret, store, event));
  if (events.length === 0) return { orders: [], waiting: new Set(), adopted: new Set(), erasures: [], ofForgotten: new Set() };
  const linked = await linkEvents(tx, store, events);
  const merged = await mergeOrders({ tx, store, now, secret }, eventsByOrder(events, linked));
  const forgotten = await mergeCustomers(tx, store, events);
  await appendEvents(tx, store, events, linked);
  await rows.adoptEvents(tx, store, linked.adopted.map((event) => ({ event_id: event.id, order_id: orderOf(linked.links, event) ?? "", fact: keptFact(event.fact) })));
  const erased = await eraseNamed(tx, store, events, now);
  return {
    orders: await viewsOf(tx, store, latestRows(merged.changed, erased.orders)),
    waiting: waitingInboxIds(events, linked),
    adopted: new Set(linked.adopted.map((event) => event.inboxId)),
    erasures: erased.erasures,
    ofForgotten: new Set([...forgotten, ...ofOrders(merged.redacted, events, linked)].map((event) => event.inboxId)),
  };
}

interface Merging {
  readonly tx: Tx;
  readonly store: StoreId;
  readonly now: Instant;
  readonly secret: string;
}

function ofOrders(orderIds: ReadonlySet<string>, events: readonly StoreEvent[], linked: Linked): readonly StoreEvent[] {
  return [...events, ...linked.adopted].filter((event) => orderIds.has(orderOf(linked.links, event) ?? ""));
}

function eventsByOrder(events: readonly StoreEvent[], linked: Linked): Map<string, OrderEvent[]> {
  const byOrder = new Map<string, OrderEvent[]>();
  for (const event of [...events, ...linked.adopted]) {
    const orderId = orderOf(linked.links, event);
    if (orderId === undefined || !isOfOrder(event)) continue;
    const known = byOrder.get(orderId);
    if (known === undefined) byOrder.set(orderId, [event]);
    else known.push(event);
  }
  return byOrder;
}

interface MergedOrders {
  readonly changed: readonly rows.OrderRow[];
  /** Those whose person is forgotten, changed or not. */
  readonly redacted: ReadonlySet<string>;
}

/** Merges each order's events into its row. */
async function mergeOrders(merging: Merging, byOrder: ReadonlyMap<string, readonly OrderEvent[]>): Promise<MergedOrders> {
  const { tx, store } = merging;
  const erasedAt = await erasuresOfCustomers(tx, store, byOrder);
  const changed: rows.OrderRow[] = [];
  const redacted = new Set<string>();
  let missing = [...byOrder.keys()].sort();
  for (let attempt = 0; missing.length > 0; attempt += 1) {
    invariant(attempt <= SPOKEN_REF_TRIES, `a free spoken reference within ${SPOKEN_REF_TRIES} tries`);
    const existing = await rows.orderRows(tx, store, missing, "wait");
    changed.push(...(await updateExisting(merging, existing, byOrder, erasedAt)));
    const absent = without(missing, existing.map((row) => row.order_id));
    const created = await createOrders(merging, absent, byOrder, erasedAt, attempt);
    changed.push(...created);
    for (const row of [...existing, ...changed]) if (row.redacted_at !== null) redacted.add(row.order_id);
    // What is neither there nor created was created by somebody else just now, or its spoken reference is taken.
    missing = without(absent, created.map((row) => row.order_id));
  }
  return { changed, redacted };
}

async function updateExisting(merging: Merging, existing: readonly rows.OrderRow[], byOrder: ReadonlyMap<string, readonly OrderEvent[]>, erasedAt: ReadonlyMap<string, Instant>): Promise<rows.OrderRow[]> {
  const { tx, store, now } = merging;
  const changed = existing.flatMap((row) => {
    const merged = applyAll(row.doc, byOrder.get(row.order_id) ?? []);
    if (merged === row.doc) return [];
    const redacted = row.redacted_at !== null || isErased(merged, erasedAt);
    return [{ ...row, doc: redacted ? redactOrder(merged) : merged, redacted_at: redacted ? (row.redacted_at ?? now) : null }];
  });
  await rows.updateOrders(tx, store, changed.map(orderWrite), plus(now, PAGE_LIFE), now);
  return changed;
}

async function createOrders(merging: Merging, orderIds: readonly string[], byOrder: ReadonlyMap<string, readonly OrderEvent[]>, erasedAt: ReadonlyMap<string, Instant>, attempt: number): Promise<rows.OrderRow[]> {
  const { tx, store, now, secret } = merging;
  const drafts = orderIds.map((orderId) => {
    const merged = applyAll(EMPTY_ORDER, byOrder.get(orderId) ?? []);
    const redacted = isErased(merged, erasedAt);
    const spoken = spokenRefOf(secret, store, orderId, attempt);
    return { order_id: orderId, spoken_ref: spoken, doc: redacted ? redactOrder(merged) : merged, redacted_at: redacted ? now : null };
  });
  const writes = drafts.map((row) => ({ ...orderWrite(row), spoken_ref: row.spoken_ref, token_hash: hashToken(pageToken(secret, store, row.order_id)) }));
  const created = await rows.insertOrders(tx, store, writes, plus(now, PAGE_LIFE), now);
  return drafts.filter((row) => created.has(row.order_id));
}

function applyAll(doc: OrderDoc, events: readonly OrderEvent[]): OrderDoc {
  return events.reduce(mergeEvent, doc);
}

/** When each customer named in the batch asked to be forgotten: older words about them are kept without the person. */
async function erasuresOfCustomers(tx: Tx, store: StoreId, byOrder: ReadonlyMap<string, readonly OrderEvent[]>): Promise<Map<string, Instant>> {
  const named = [...byOrder.values()].flat().flatMap((event) => (event.fact.kind === "order.recorded" || event.fact.kind === "checkout.recorded" ? [event.fact.contact.customerId] : []));
  const customers = await rows.customerRows(tx, store, [...new Set(named.filter((id) => id !== undefined))]);
  return new Map([...customers.values()].flatMap((row) => (row.redacted_at === null ? [] : [[row.customer_id, row.redacted_at] as const])));
}

function isErased(doc: OrderDoc, erasedAt: ReadonlyMap<string, Instant>): boolean {
  const begun = begunOf(doc);
  const at = erasedAt.get(begun?.value.contact.customerId ?? "");
  return at !== undefined && begun !== undefined && begun.at <= at;
}

/** Appends the events; of a delivery that says nothing new it is kept what it repeats, so that it is found when a person is to be forgotten. */
async function appendEvents(tx: Tx, store: StoreId, events: readonly StoreEvent[], linked: Linked): Promise<void> {
  const writes = events.map((event) => eventWrite(event, linked));
  const telling = await rows.insertEvents(tx, store, writes);
  const repeats = new Map(writes.filter((write) => !telling.has(write.inbox_id)).map((write) => [write.inbox_id, write]));
  await rows.insertRepeats(tx, store, [...repeats.values()].map(({ event_id, inbox_id }) => ({ event_id, inbox_id })));
}

function eventWrite(event: StoreEvent, linked: Linked): rows.EventWrite {
  const orderId = orderOf(linked.links, event) ?? null;
  const waits = orderId === null && isOfOrder(event);
  return {
    event_id: event.id,
    inbox_id: event.inboxId,
    source: event.source,
    kind: event.fact.kind,
    order_id: orderId,
    waits_for: waits ? event.refs : null,
    happened_at: event.at,
    received_at: event.receivedAt,
    // What waits is merged later, and so is kept whole until then.
    fact: waits ? event.fact : keptFact(event.fact),
  };
}

/** A delivery waits when it speaks of orders and none of them could be found. */
function waitingInboxIds(events: readonly StoreEvent[], linked: Linked): Set<string> {
  const speaking = events.filter(isOfOrder);
  const found = new Set(speaking.filter((event) => orderOf(linked.links, event) !== undefined).map((event) => event.inboxId));
  return new Set(speaking.map((event) => event.inboxId).filter((inboxId) => !found.has(inboxId)));
}

/** What changed, once each and ascending; an order that was erased in the same batch as it is now. */
function latestRows(changed: readonly rows.OrderRow[], erased: readonly rows.OrderRow[]): rows.OrderRow[] {
  const latest = new Map([...changed, ...erased].map((row) => [row.order_id, row]));
  return [...latest.values()].sort((a, b) => (a.order_id < b.order_id ? -1 : 1));
}

function without(all: readonly string[], some: readonly string[]): string[] {
  const gone = new Set(some);
  return all.filter((item) => !gone.has(item));
}

import { batched, prepared, sql, type Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { Fact } from "../intake/index.ts";
import type { OrderEvent } from "./core/merge.ts";
import type { CustomerDoc, HistoryEntry, KeptFact, OrderDoc } from "./core/model.ts";

/** An order as its row has it. */
export interface OrderRow {
  readonly order_id: string;
  readonly spoken_ref: string;
  readonly doc: OrderDoc;
  readonly redacted_at: Instant | null;
}

/** What a merge writes of an order. */
export interface OrderWrite {
  readonly order_id: string;
  readonly reference: string;
  readonly customer_id: string | null;
  readonly doc: OrderDoc;
  readonly redacted: boolean;
}

export interface NewOrder extends OrderWrite {
  readonly spoken_ref: string;
  readonly token_hash: string;
}

export interface CustomerRow {
  readonly customer_id: string;
  readonly doc: CustomerDoc;
  readonly redacted_at: Instant | null;
}

export interface EventWrite {
  readonly event_id: string;
  readonly inbox_id: string;
  readonly source: string;
  readonly kind: string;
  readonly order_id: string | null;
  readonly waits_for: readonly string[] | null;
  readonly happened_at: Instant;
  readonly received_at: Instant;
  readonly fact: Fact | KeptFact;
}

/** More entries than this no order page shows; the newest are kept. */
const HISTORY_MOST = 500;

// ---------------------------------------------------------------- links

const KNOWN_LINKS = batched(
  "commerce.knownLinks",
  `select ref, order_id from order_links where store_id = $1 and ref = any($2::text[]) and order_id is not null`,
);

/** The orders that refs are known to belong to. A link never changes once it is known. */
export async function knownLinks(tx: Tx, store: StoreId, refs: readonly string[]): Promise<Map<string, string>> {
  if (refs.length === 0) return new Map();
  const rows = await tx.rows<{ ref: string; order_id: string }>(KNOWN_LINKS, [store, refs]);
  return new Map(rows.map((row) => [row.ref, row.order_id]));
}

// Whoever waits for a name and whoever gives it meet in this row: the second waits here until the first has
// committed, and so sees the other's link or waiting event. Ascending, so that two batches never wait for each other.
const CLAIM_LINKS = prepared(
  "commerce.claimLinks",
  `insert into order_links as known (store_id, ref, order_id)
   select $1, said.ref, said.order_id from json_to_recordset($2::json) as said(ref text, order_id text) order by said.ref
   on conflict (store_id, ref) do update set order_id = coalesce(known.order_id, excluded.order_id)
   returning ref, order_id`,
);

/** Locks the names and gives them their orders where none is known yet; answers what is known now. */
export async function claimLinks(tx: Tx, store: StoreId, links: readonly { ref: string; order_id: string | null }[]): Promise<{ ref: string; order_id: string | null }[]> {
  return tx.rows(CLAIM_LINKS, [store, JSON.stringify(links)]);
}

// ---------------------------------------------------------------- events

const INSERT_EVENTS = prepared(
  "commerce.insertEvents",
  `insert into events (store_id, event_id, inbox_id, source, kind, order_id, waits_for, happened_at, received_at, fact)
   select $1, event_id, inbox_id, source, kind, order_id,
          waits_for, ms(happened_at), ms(received_at), fact
   from json_to_recordset($2::json) as said(event_id uuid, inbox_id uuid, source text, kind text, order_id text, waits_for text[], happened_at bigint, received_at bigint, fact jsonb)
   order by event_id
   on conflict (store_id, event_id) do nothing
   returning inbox_id`,
);

/** Appends events to the history; one that stands there already is left alone. Answers the deliveries that said something new. */
export async function insertEvents(tx: Tx, store: StoreId, events: readonly EventWrite[]): Promise<Set<string>> {
  const rows = await tx.rows<{ inbox_id: string }>(INSERT_EVENTS, [store, JSON.stringify(events)]);
  return new Set(rows.map((row) => row.inbox_id));
}

const INSERT_REPEATS = prepared(
  "commerce.insertRepeats",
  `insert into event_repeats (store_id, event_id, inbox_id)
   select $1, event_id, inbox_id from json_to_recordset($2::json) as said(event_id uuid, inbox_id uuid) order by event_id, inbox_id
   on conflict do nothing`,
);

/** Remembers deliveries that said nothing new, each by an event that it repeats: no event has their id. */
export async function insertRepeats(tx: Tx, store: StoreId, repeats: readonly Pick<EventWrite, "event_id" | "inbox_id">[]): Promise<void> {
  if (repeats.length > 0) await tx.rows(INSERT_REPEATS, [store, JSON.stringify(repeats)]);
}

const WAITING_FOR = batched(
  "commerce.waitingFor",
  `select event_id, inbox_id, source, happened_at, received_at, waits_for, fact from events
   where store_id = $1 and order_id is null and waits_for is not null and waits_for && $2::text[]`,
);

/** The events that wait for one of these names. */
export async function waitingFor(tx: Tx, store: StoreId, refs: readonly string[]): Promise<OrderEvent[]> {
  interface Row { event_id: string; inbox_id: string; source: string; happened_at: Instant; received_at: Instant; waits_for: string[]; fact: OrderEvent["fact"] }
  if (refs.length === 0) return [];
  const rows = await tx.rows<Row>(WAITING_FOR, [store, refs]);
  return rows.map((row) => ({ id: row.event_id, inboxId: row.inbox_id, source: row.source, at: row.happened_at, receivedAt: row.received_at, refs: row.waits_for, fact: row.fact }));
}

const ADOPT_EVENTS = batched(
  "commerce.adoptEvents",
  `update events set order_id = found.order_id, waits_for = null, fact = found.fact
   from json_to_recordset($2::json) as found(event_id uuid, order_id text, fact jsonb)
   where events.store_id = $1 and events.event_id = found.event_id`,
);

/** Gives waiting events to the orders they turned out to belong to. */
export async function adoptEvents(tx: Tx, store: StoreId, found: readonly { event_id: string; order_id: string; fact: KeptFact }[]): Promise<void> {
  if (found.length > 0) await tx.rows(ADOPT_EVENTS, [store, JSON.stringify(found)]);
}

const HISTORY = prepared(
  "commerce.history",
  `select happened_at, source, fact from
     (select * from events where store_id = $1 and order_id = $2 and fact is not null order by happened_at desc, event_id desc limit ${HISTORY_MOST}) newest
   order by happened_at, event_id`,
);

/** What happened on an order, oldest first. */
export async function history(tx: Tx, store: StoreId, orderId: string): Promise<HistoryEntry[]> {
  const rows = await tx.rows<{ happened_at: Instant; source: string; fact: KeptFact }>(HISTORY, [store, orderId]);
  return rows.map((row) => ({ at: row.happened_at, source: row.source, fact: row.fact }));
}

// ---------------------------------------------------------------- orders

const ORDER_COLUMNS = "order_id, spoken_ref, doc, redacted_at";

const LOCK_ORDERS = batched(
  "commerce.lockOrders",
  `select ${ORDER_COLUMNS} from orders where store_id = $1 and order_id = any($2::text[]) order by order_id for update`,
);
const LOCK_FREE_ORDERS = batched(
  "commerce.lockFreeOrders",
  `select ${ORDER_COLUMNS} from orders where store_id = $1 and order_id = any($2::text[]) order by order_id for update skip locked`,
);
const FIND_ORDERS = batched(
  "commerce.findOrders",
  `select ${ORDER_COLUMNS} from orders where store_id = $1 and order_id = any($2::text[]) order by order_id`,
);

/** Order rows ascending by id: waits for each lock, skips the rows that others hold, or takes no lock. */
export async function orderRows(tx: Tx, store: StoreId, orderIds: readonly string[], lock: "wait" | "skip" | "none"): Promise<OrderRow[]> {
  if (orderIds.length === 0) return [];
  const statement = lock === "wait" ? LOCK_ORDERS : lock === "skip" ? LOCK_FREE_ORDERS : FIND_ORDERS;
  return tx.rows(statement, [store, orderIds]);
}

const HOLD_ORDERS = batched(
  "commerce.holdOrders",
  `select from orders where store_id = $1 and order_id = any($2::text[]) order by order_id for update`,
);

/** Locks orders as `lockOrders` does, for those who change what belongs to them and need nothing of the orders themselves. */
export async function holdOrders(tx: Tx, store: StoreId, orderIds: readonly string[]): Promise<void> {
  if (orderIds.length > 0) await tx.rows(HOLD_ORDERS, [store, orderIds]);
}

// Without a conflict target: a spoken reference or a row that somebody else has just taken is left out alike.
const INSERT_ORDERS = prepared(
  "commerce.insertOrders",
  `insert into orders (store_id, order_id, reference, spoken_ref, customer_id, doc, token_hash, page_expires_at, first_seen_at, touched_at, redacted_at)
   select $1, order_id, reference, spoken_ref, customer_id, doc, token_hash, ms($3), ms($4), ms($4), case when redacted then ms($4) end
   from json_to_recordset($2::json) as said(order_id text, reference text, spoken_ref text, customer_id text, doc jsonb, token_hash text, redacted boolean)
   order by order_id
   on conflict do nothing
   returning order_id`,
);

/** Creates order rows; answers the ids of those that it created. */
export async function insertOrders(tx: Tx, store: StoreId, orders: readonly NewOrder[], pageExpiresAt: Instant, now: Instant): Promise<Set<string>> {
  if (orders.length === 0) return new Set();
  const rows = await tx.rows<{ order_id: string }>(INSERT_ORDERS, [store, JSON.stringify(orders), pageExpiresAt, now]);
  return new Set(rows.map((row) => row.order_id));
}

// The partial index has the orders of held work alone (db/migrations/0026): of 200,000 orders with 100 held, 100 rows are
// read in 1 to 3 ms, before the first analyze as well (explain analyze). The order is a draw that a moment decides: who
// asks after a few of many asks after others each time, and nothing need be kept of whom it asked.
const HELD_WORK = batched(
  "commerce.heldWork",
  `select work.key as id from orders, jsonb_each(doc -> 'fulfilments') as work
   where store_id = $1 and redacted_at is null and jsonb_path_exists(doc, '$.fulfilments.*.latest.value.status ? (@ == "held")')
     and work.value #>> '{latest,value,status}' = 'held' and work.value #>> '{latest,source}' = $2
   order by md5(work.key || $3::bigint) limit $4`,
);

/** Work that a source last told to be held, by the ids of its facts: at most `limit`, drawn anew for each moment. Of orders whose person is forgotten none. */
export async function heldWork(db: Tx, store: StoreId, source: string, limit: number, now: Instant): Promise<readonly string[]> {
  return (await db.rows<{ id: string }>(HELD_WORK, [store, source, now, limit])).map(({ id }) => id);
}

const UPDATE_ORDERS = batched(
  "commerce.updateOrders",
  `update orders set doc = said.doc, reference = said.reference, customer_id = said.customer_id, touched_at = ms($4),
     page_expires_at = greatest(orders.page_expires_at, ms($3)),
     redacted_at = case when said.redacted then coalesce(orders.redacted_at, ms($4)) else orders.redacted_at end
   from json_to_recordset($2::json) as said(order_id text, reference text, customer_id text, doc jsonb, redacted boolean)
   where orders.store_id = $1 and orders.order_id = said.order_id`,
);

/** Saves orders whose rows are locked. A row that was redacted stays so. */
export async function updateOrders(tx: Tx, store: StoreId, orders: readonly OrderWrite[], pageExpiresAt: Instant, now: Instant): Promise<void> {
  if (orders.length > 0) await tx.rows(UPDATE_ORDERS, [store, JSON.stringify(orders), pageExpiresAt, now]);
}

const ORDER_BY_TOKEN = prepared(
  "commerce.orderByToken",
  `select store_id, ${ORDER_COLUMNS} from orders where token_hash = $1 and page_expires_at > ms($2)`,
);

export async function orderByTokenHash(tx: Tx, tokenHash: string, now: Instant): Promise<(OrderRow & { store_id: StoreId }) | undefined> {
  return (await tx.rows<OrderRow & { store_id: StoreId }>(ORDER_BY_TOKEN, [tokenHash, now]))[0];
}

const ORDER_BY_SPOKEN_REF = prepared(
  "commerce.orderBySpokenRef",
  `select ${ORDER_COLUMNS} from orders where store_id = $1 and spoken_ref = $2 and page_expires_at > ms($3)`,
);

export async function orderBySpokenRef(tx: Tx, store: StoreId, spokenRef: string, now: Instant): Promise<OrderRow | undefined> {
  return (await tx.rows<OrderRow>(ORDER_BY_SPOKEN_REF, [store, spokenRef, now]))[0];
}

// ---------------------------------------------------------------- customers

const CUSTOMERS = batched(
  "commerce.customers",
  `select customer_id, doc, redacted_at from customers where store_id = $1 and customer_id = any($2::text[])`,
);

export async function customerRows(tx: Tx, store: StoreId, customerIds: readonly string[]): Promise<Map<string, CustomerRow>> {
  if (customerIds.length === 0) return new Map();
  const rows = await tx.rows<CustomerRow>(CUSTOMERS, [store, customerIds]);
  return new Map(rows.map((row) => [row.customer_id, row]));
}

// The register's own law (core/merge.ts) in SQL, so that two writers need no lock beforehand. After an erasure only
// what was said later than it counts: the person came back.
const RECORD_CUSTOMERS = prepared(
  "commerce.recordCustomers",
  `insert into customers as known (store_id, customer_id, doc)
   select $1, customer_id, doc from json_to_recordset($2::json) as said(customer_id text, doc jsonb) order by customer_id
   on conflict (store_id, customer_id) do update set doc = excluded.doc
   where (known.redacted_at is null or ms((excluded.doc #>> '{contact,at}')::bigint) > known.redacted_at)
     and (known.doc -> 'contact' is null
       or (excluded.doc #>> '{contact,at}')::bigint > (known.doc #>> '{contact,at}')::bigint
       or ((excluded.doc #>> '{contact,at}')::bigint = (known.doc #>> '{contact,at}')::bigint
         and excluded.doc #>> '{contact,event}' collate "C" > known.doc #>> '{contact,event}' collate "C"))`,
);

/** Saves customers' records where they are newer than what is known. */
export async function recordCustomers(tx: Tx, store: StoreId, customers: readonly { customer_id: string; doc: CustomerDoc }[]): Promise<void> {
  if (customers.length > 0) await tx.rows(RECORD_CUSTOMERS, [store, JSON.stringify(customers)]);
}

// The limit ends the scan: without it a count would read every order of the span.
const CONTACTS = prepared(
  "commerce.contacts",
  `select count(*)::int as orders, (count(*) filter (where coalesce(recent.email, c.doc #>> '{contact,value,email}', '') = ''))::int as unaddressed
     from (select customer_id, doc #>> '{details,value,contact,email}' as email from orders
            where store_id = $1 and first_seen_at >= ms($2) and redacted_at is null and doc -> 'details' is not null limit $3) recent
     left join customers c on c.store_id = $1 and c.customer_id = recent.customer_id`,
);

export async function countContacts(tx: Tx, store: StoreId, since: Instant, limit: number): Promise<{ orders: number; unaddressed: number }> {
  const [row] = await tx.rows<{ orders: number; unaddressed: number }>(CONTACTS, [store, since, limit]);
  return row ?? { orders: 0, unaddressed: 0 };
}

const SENT = prepared(
  "commerce.sent",
  `select count(*)::int as sent
     from (select doc from orders where store_id = $1 and first_seen_at >= ms($2) and doc -> 'details' is not null limit $3) recent
    where jsonb_path_exists(doc, '$.fulfilments.*.first.shipped') or jsonb_path_exists(doc, '$.parcels.*.first ? (exists(@.label) || exists(@.moving) || exists(@.delivered))')`,
);

export async function countSent(tx: Tx, store: StoreId, since: Instant, limit: number): Promise<number> {
  return (await tx.rows<{ sent: number }>(SENT, [store, since, limit]))[0]?.sent ?? 0;
}

// ---------------------------------------------------------------- privacy

const ORDERS_OF_PERSON = sql(
  `select order_id from orders where store_id = $1 and (order_id = any($2::text[]) or customer_id = $3) order by order_id`,
);
const GUEST_ORDERS_OF_ADDRESS = sql(
  `select order_id from orders where store_id = $1 and customer_id is null and lower(doc #>> '{details,value,contact,email}') = lower($2) order by order_id`,
);

const GUEST_BASKETS_OF_ADDRESS = sql(
  `select order_id from orders where store_id = $1 and customer_id is null and doc -> 'details' is null and doc -> 'checkout' is not null and lower(doc #>> '{checkout,value,contact,email}') = lower($2) order by order_id`,
);

export async function guestBasketIds(tx: Tx, store: StoreId, email: string): Promise<string[]> {
  const rows = await tx.rows<{ order_id: string }>(GUEST_BASKETS_OF_ADDRESS, [store, email]);
  return rows.map((row) => row.order_id);
}

export async function orderIdsOfPerson(tx: Tx, store: StoreId, orderIds: readonly string[], customerId: string | undefined): Promise<string[]> {
  const rows = await tx.rows<{ order_id: string }>(ORDERS_OF_PERSON, [store, orderIds, customerId ?? null]);
  return rows.map((row) => row.order_id);
}

export async function guestOrderIds(tx: Tx, store: StoreId, email: string): Promise<string[]> {
  const rows = await tx.rows<{ order_id: string }>(GUEST_ORDERS_OF_ADDRESS, [store, email]);
  return rows.map((row) => row.order_id);
}

// Two statements in one, so that each half has its index.
const INBOX_IDS_OF_PERSON = sql(
  `with of_person as (
     select event_id, inbox_id from events where store_id = $1 and order_id = any($2::text[])
     union
     select event_id, inbox_id from events where store_id = $1 and order_id is null and waits_for is null and fact ->> 'customerId' = $3)
   select inbox_id from of_person
   union
   select r.inbox_id from of_person join event_repeats r on r.store_id = $1 and r.event_id = of_person.event_id`,
);

/** The deliveries that spoke of these orders or of this customer. */
export async function inboxIdsOf(tx: Tx, store: StoreId, orderIds: readonly string[], customerId: string | undefined): Promise<string[]> {
  const rows = await tx.rows<{ inbox_id: string }>(INBOX_IDS_OF_PERSON, [store, orderIds, customerId ?? null]);
  return rows.map((row) => row.inbox_id);
}

const ERASE_CUSTOMER = sql(
  `insert into customers (store_id, customer_id, doc, redacted_at) values ($1, $2, '{}', ms($3))
   on conflict (store_id, customer_id) do update set doc = '{}', redacted_at = excluded.redacted_at`,
);
const ERASE_ALL_CUSTOMERS = sql(`update customers set doc = '{}', redacted_at = ms($2) where store_id = $1`);

export async function eraseCustomer(tx: Tx, store: StoreId, customerId: string, now: Instant): Promise<void> {
  await tx.rows(ERASE_CUSTOMER, [store, customerId, now]);
}

export async function eraseAllCustomers(tx: Tx, store: StoreId, now: Instant): Promise<void> {
  await tx.rows(ERASE_ALL_CUSTOMERS, [store, now]);
}

const ERASE_WAITING = sql(`update events set fact = fact - 'tracking' where store_id = $1 and waits_for is not null and fact ? 'tracking'`);

/** Erases what is personal in events that wait for an order that will not come. */
export async function eraseWaiting(tx: Tx, store: StoreId): Promise<void> {
  await tx.rows(ERASE_WAITING, [store]);
}

const ORDER_IDS_AFTER = sql(`select order_id from orders where store_id = $1 and order_id > $2 order by order_id limit $3`);

/** A page of the store's order ids, ascending. */
export async function orderIdsAfter(tx: Tx, store: StoreId, after: string, limit: number): Promise<string[]> {
  const rows = await tx.rows<{ order_id: string }>(ORDER_IDS_AFTER, [store, after, limit]);
  return rows.map((row) => row.order_id);
}

/** Every order of a store that leaves. */
export async function orderIdsOfStore(tx: Tx, store: StoreId): Promise<string[]> {
  const rows = await tx.rows<{ order_id: string }>(sql("select order_id from orders where store_id = $1 order by order_id"), [store]);
  return rows.map((row) => row.order_id);
}

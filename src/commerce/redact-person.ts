import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { StoreEvent } from "../intake/index.ts";
import type { Erasure, Person } from "./core/model.ts";
import { redactOrder } from "./core/personal.ts";
import { orderWrite } from "./order-rows.ts";
import * as rows from "./store.ts";

/** One transaction erases a whole store; a page of orders at a time keeps its memory flat. */
const ERASE_PAGE = 1_000;

/** Every order row erased, and what the later stages have to erase. */
interface Erased {
  readonly orders: readonly rows.OrderRow[];
  readonly erasures: readonly Erasure[];
}

/** Does what the privacy requests of a batch ask for. A whole store's orders are not answered one by one. */
export async function eraseNamed(tx: Tx, store: StoreId, events: readonly StoreEvent[], now: Instant): Promise<Erased> {
  const orders: rows.OrderRow[] = [];
  const erasures: Erasure[] = [];
  for (const { fact, inboxId } of events) {
    if (fact.kind === "privacy.redactStore") erasures.push(await redactStore(tx, store, now));
    if (fact.kind !== "privacy.redact") continue;
    const erased = await eraseOrdersOf(tx, store, fact, now);
    orders.push(...erased);
    erasures.push(await erasureOf(tx, store, fact, erased, [inboxId]));
  }
  return { orders, erasures };
}

/**
 * Erases a person's data wherever commerce holds it; references, amounts, states and counts stay.
 * Answers whose data the later stages must erase in the same transaction: messages' addresses, raw bodies.
 */
export async function redactPerson(tx: Tx, store: StoreId, person: Person, now: Instant): Promise<Erasure> {
  return erasureOf(tx, store, person, await eraseOrdersOf(tx, store, person, now), []);
}

/** Erases the data of every person of the store. */
async function redactStore(tx: Tx, store: StoreId, now: Instant): Promise<Erasure> {
  let page = await rows.orderIdsAfter(tx, store, "", ERASE_PAGE);
  while (page.length > 0) {
    await eraseOrders(tx, store, page, now);
    page = await rows.orderIdsAfter(tx, store, page.at(-1) ?? "", ERASE_PAGE);
  }
  await rows.eraseAllCustomers(tx, store, now);
  await rows.eraseWaiting(tx, store);
  return { kind: "store" };
}

/**
 * The orders of a person: by the vendor's ids; by an address only where it is all that the request names. A guest's
 * basket that became no order has no other name than its address: vendors do not list it, so it goes with whoever asks.
 */
export async function orderIdsOf(tx: Tx, store: StoreId, person: Person): Promise<string[]> {
  const { customerId, orderIds, email } = person;
  const baskets = email === undefined ? [] : await rows.guestBasketIds(tx, store, email);
  const isNamed = customerId !== undefined || orderIds.length > 0;
  const orders = isNamed ? await rows.orderIdsOfPerson(tx, store, orderIds, customerId) : email === undefined ? [] : await rows.guestOrderIds(tx, store, email);
  return [...new Set([...orders, ...baskets])].sort();
}

async function eraseOrdersOf(tx: Tx, store: StoreId, person: Person, now: Instant): Promise<rows.OrderRow[]> {
  const erased = await eraseOrders(tx, store, await orderIdsOf(tx, store, person), now);
  if (person.customerId !== undefined) await rows.eraseCustomer(tx, store, person.customerId, now);
  return erased;
}

async function eraseOrders(tx: Tx, store: StoreId, orderIds: readonly string[], now: Instant): Promise<rows.OrderRow[]> {
  const locked = await rows.orderRows(tx, store, orderIds, "wait");
  const erased = locked.map((row) => ({ ...row, doc: redactOrder(row.doc), redacted_at: row.redacted_at ?? now }));
  await rows.updateOrders(tx, store, erased.map(orderWrite), now, now);
  return erased;
}

async function erasureOf(tx: Tx, store: StoreId, person: Person, erased: readonly rows.OrderRow[], asking: readonly string[]): Promise<Erasure> {
  const { customerId } = person;
  const orderIds = erased.map((row) => row.order_id);
  const inboxIds = [...new Set([...asking, ...(await rows.inboxIdsOf(tx, store, orderIds, customerId))])].sort();
  return { kind: "person", ...(customerId !== undefined && { customerId }), orderIds, inboxIds };
}

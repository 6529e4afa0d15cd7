import { createHash, timingSafeEqual } from "node:crypto";
import type { Db, Tx } from "../base/db.ts";
import { hashToken, type StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { HistoryEntry, OrderView, Person, PersonExport } from "./core/model.ts";
import { parseSpoken } from "./core/spoken-ref.ts";
import { viewsOf } from "./order-rows.ts";
import { orderIdsOf } from "./redact-person.ts";
import * as rows from "./store.ts";

/** Locks orders, ascending by id, waiting for each; ids without a row are left out. */
export async function lockOrders(tx: Tx, store: StoreId, orderIds: readonly string[]): Promise<readonly OrderView[]> {
  return viewsOf(tx, store, await rows.orderRows(tx, store, orderIds, "wait"));
}

/** Locks those of the orders that nobody else holds. */
export async function lockOrdersIfFree(tx: Tx, store: StoreId, orderIds: readonly string[]): Promise<readonly OrderView[]> {
  return viewsOf(tx, store, await rows.orderRows(tx, store, orderIds, "skip"));
}

/** Reads orders without a lock, ascending by id. */
export async function findOrders(tx: Tx, store: StoreId, orderIds: readonly string[]): Promise<readonly OrderView[]> {
  return viewsOf(tx, store, await rows.orderRows(tx, store, orderIds, "none"));
}

/** The order whose page a token opens, with its store. Undefined when it opens none, or no longer. */
export async function orderByToken(db: Db, token: string, now: Instant): Promise<{ store: StoreId; order: OrderView } | undefined> {
  const row = await rows.orderByTokenHash(db, hashToken(token), now);
  if (row === undefined) return undefined;
  const [order] = await viewsOf(db, row.store_id, [row]);
  return order && { store: row.store_id, order };
}

/**
 * The order with this spoken reference, for somebody who knows its mail address as well.
 * Undefined whichever of the two is wrong, after the same work: an answer must not tell which.
 */
export async function orderByReference(db: Db, store: StoreId, spokenRef: string, email: string, now: Instant): Promise<OrderView | undefined> {
  const row = await rows.orderBySpokenRef(db, store, parseSpoken(spokenRef) ?? "", now);
  const [order] = row === undefined ? [] : await viewsOf(db, store, [row]);
  // An order's own address counts beside the customer's newer one: it is the one in their mail.
  const known = [order?.contact.email, order?.doc.details?.value.contact.email];
  const matches = known.map((address) => sameAddress(address, email)).some(Boolean);
  return matches ? order : undefined;
}

/** What happened on an order, oldest first. */
export async function orderHistory(db: Tx, store: StoreId, orderId: string): Promise<readonly HistoryEntry[]> {
  return rows.history(db, store, orderId);
}

/** Everything that commerce holds of a person, for their own eyes. */
export async function exportPerson(tx: Tx, store: StoreId, person: Person): Promise<PersonExport> {
  const orders = [];
  for (const { orderId, reference, doc } of await findOrders(tx, store, await orderIdsOf(tx, store, person))) {
    orders.push({ orderId, reference, doc, history: await rows.history(tx, store, orderId) });
  }
  const { customerId } = person;
  const customers = await rows.customerRows(tx, store, customerId === undefined ? [] : [customerId]);
  const contact = customers.get(customerId ?? "")?.doc.contact?.value;
  return { ...(customerId !== undefined && { customerId }), ...(contact !== undefined && { contact }), orders };
}

function sameAddress(known: string | undefined, given: string): boolean {
  const equal = timingSafeEqual(digest(known ?? ""), digest(given));
  return equal && known !== undefined && known.trim() !== "";
}

function digest(address: string): Buffer {
  return createHash("sha256").update(address.trim().toLowerCase()).digest();
}

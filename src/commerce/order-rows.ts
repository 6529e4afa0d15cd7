import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { OrderView } from "./core/model.ts";
import { begunOf, referenceOf, viewOf } from "./core/view.ts";
import { customerRows, type OrderRow, type OrderWrite } from "./store.ts";

/** What is written of an order: its document, and the columns that are looked up. */
export function orderWrite(row: OrderRow): OrderWrite {
  return { order_id: row.order_id, reference: referenceOf(row.order_id, row.doc), customer_id: customerOf(row) ?? null, doc: row.doc, redacted: row.redacted_at !== null };
}

/** Order rows with their customers' records, as other stages see them. */
export async function viewsOf(tx: Tx, store: StoreId, orders: readonly OrderRow[]): Promise<OrderView[]> {
  const customers = await customerRows(tx, store, [...new Set(orders.map(customerOf).filter((id) => id !== undefined))]);
  return orders.map((row) => {
    const redacted = row.redacted_at !== null;
    const customer = redacted ? undefined : customers.get(customerOf(row) ?? "");
    return viewOf({ orderId: row.order_id, spokenRef: row.spoken_ref, redacted }, row.doc, customer?.doc);
  });
}

function customerOf(row: OrderRow): string | undefined {
  return begunOf(row.doc)?.value.contact.customerId;
}

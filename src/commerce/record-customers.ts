import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { FactOf, StoreEvent } from "../intake/index.ts";
import { mergeCustomer } from "./core/merge.ts";
import type { CustomerDoc } from "./core/model.ts";
import { recordCustomers } from "./store.ts";

type CustomerEvent = StoreEvent & { readonly fact: FactOf<"customer.recorded"> };

/** Keeps the newest record of each customer in the batch. */
export async function mergeCustomers(tx: Tx, store: StoreId, events: readonly StoreEvent[]): Promise<void> {
  const newest = new Map<string, CustomerDoc>();
  for (const event of events.filter(isOfCustomer)) {
    const { customerId } = event.fact;
    newest.set(customerId, mergeCustomer(newest.get(customerId) ?? {}, event));
  }
  await recordCustomers(tx, store, [...newest].map(([customer_id, doc]) => ({ customer_id, doc })));
}

function isOfCustomer(event: StoreEvent): event is CustomerEvent {
  return event.fact.kind === "customer.recorded";
}

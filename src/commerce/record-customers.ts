import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { FactOf, StoreEvent } from "../intake/index.ts";
import { mergeCustomer } from "./core/merge.ts";
import type { CustomerDoc } from "./core/model.ts";
import { customerRows, recordCustomers } from "./store.ts";

type CustomerEvent = StoreEvent & { readonly fact: FactOf<"customer.recorded"> };

/** Keeps the newest record of each customer in the batch. Answers those events that speak of the time before a customer was forgotten. */
export async function mergeCustomers(tx: Tx, store: StoreId, events: readonly StoreEvent[]): Promise<readonly StoreEvent[]> {
  const own = events.filter(isOfCustomer);
  const newest = new Map<string, CustomerDoc>();
  for (const event of own) {
    const { customerId } = event.fact;
    newest.set(customerId, mergeCustomer(newest.get(customerId) ?? {}, event));
  }
  await recordCustomers(tx, store, [...newest].map(([customer_id, doc]) => ({ customer_id, doc })));
  const known = await customerRows(tx, store, [...newest.keys()]);
  return own.filter((event) => event.at <= (known.get(event.fact.customerId)?.redacted_at ?? -Infinity));
}

function isOfCustomer(event: StoreEvent): event is CustomerEvent {
  return event.fact.kind === "customer.recorded";
}

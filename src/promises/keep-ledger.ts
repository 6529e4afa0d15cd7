import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { OrderView } from "../commerce/index.ts";
import type { Playbook } from "../playbooks/index.ts";
import type { LedgerContext } from "./context.ts";
import { reviewOrder } from "./core/keep-ledger.ts";
import type { LedgerChange } from "./core/model.ts";
import { insertPromises, lockOfOrders, updatePromises } from "./store.ts";

/**
 * Brings the promises of orders into line with what is known of the orders: makes, keeps, suspends, supersedes and
 * corrects them, breaks those that an event made impossible, and notes what was made good. The clock's part is the sweep's.
 * The caller holds the orders' rows. Answers what changed; a second call changes nothing.
 */
export async function keepLedger(tx: Tx, store: StoreId, orders: readonly OrderView[], playbooks: readonly Playbook[], context: LedgerContext, now: Instant): Promise<readonly LedgerChange[]> {
  if (orders.length === 0) return [];
  const known = Map.groupBy(await lockOfOrders(tx, store, orders.map((order) => order.orderId)), (promise) => promise.orderId);
  const book = { store, playbooks, ...context };
  const changes = orders.flatMap((order) => reviewOrder(book, order, known.get(order.orderId) ?? [], now));
  await insertPromises(tx, store, changes.filter((change) => change.from === "none").map((change) => change.promise));
  await updatePromises(tx, store, changes.filter((change) => change.from !== "none").map((change) => change.promise));
  return changes;
}

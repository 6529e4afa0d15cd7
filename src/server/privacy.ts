import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { deliveriesOf, orderIdsOfStore, type Erasure } from "../commerce/index.ts";
import { eraseDeliveries } from "../intake/index.ts";
import { forgetAddresses } from "../outreach/index.ts";

/**
 * Erases a person's data outside of commerce, in the same transaction: addresses in the message ledger, and the raw
 * deliveries that spoke of their orders. The ledger's rows and counts stay: what was promised and said remains true.
 */
export async function eraseElsewhere(tx: Tx, store: StoreId, erasures: readonly Erasure[], now: Instant): Promise<void> {
  for (const erasure of erasures) {
    const orderIds = erasure.kind === "store" ? await orderIdsOfStore(tx, store) : erasure.orderIds;
    await forgetAddresses(tx, store, orderIds, now);
    await eraseDeliveries(tx, store, erasure.kind === "store" ? "all" : await deliveriesOf(tx, store, orderIds));
  }
}

import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { orderIdsOfStore, type Erasure } from "../commerce/index.ts";
import type { Applied } from "../intake/index.ts";
import { eraseEvidence, forgetAddresses } from "../outreach/index.ts";

/**
 * Erases a person's data outside of commerce, in the same transaction: addresses in the message ledger and mails that
 * came back. Answers the deliveries that intake erases when it has settled them: those that spoke of the person, the
 * request itself among them. The ledger's rows and counts stay: what was promised and said remains true.
 */
export async function eraseElsewhere(tx: Tx, store: StoreId, erasures: readonly Erasure[], now: Instant): Promise<NonNullable<Applied["erased"]>> {
  const deliveries = new Set<string>();
  for (const erasure of erasures) {
    const orderIds = erasure.kind === "store" ? await orderIdsOfStore(tx, store) : erasure.orderIds;
    const addresses = await forgetAddresses(tx, store, orderIds, now);
    await eraseEvidence(tx, store, erasure.kind === "store" ? "all" : addresses);
    if (erasure.kind === "person") for (const inboxId of erasure.inboxIds) deliveries.add(inboxId);
  }
  return erasures.some((erasure) => erasure.kind === "store") ? "all" : deliveries;
}

import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { StandingChange } from "../incidents/index.ts";
import { standingAfter } from "./record-outcomes.ts";
import { sentOfNotices } from "./store/messages.ts";

/** What the ledger knows of notices whose mail was handed over and did not come back: the evidence as it was once recorded, oldest first for each. */
export async function evidenceOfNotices(tx: Tx, store: StoreId, noticeIds: readonly string[]): Promise<readonly StandingChange[]> {
  const messages = await sentOfNotices(tx, store, noticeIds);
  return messages.flatMap((message) => {
    const { state, stateAt, handedOverAt } = message;
    const handedOver = handedOverAt === null ? undefined : standingAfter(message, { ...message, state: "accepted" }, handedOverAt);
    return [handedOver ?? [], (state === "delivered" && standingAfter(message, message, stateAt)) || []].flat();
  });
}

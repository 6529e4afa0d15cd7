import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { MAIL } from "./channel.ts";
import { tallyOf } from "./core/mail-counts.ts";
import type { Happened } from "./core/mail-counts.ts";
import { addMailCounts } from "./store/deliverability.ts";

/**
 * Counts what happened to mail, in the transaction that records it: what is applied twice is counted once.
 * Of other channels nothing is counted: their addresses have no domain that takes or refuses.
 */
export async function countMail(tx: Tx, store: StoreId, happened: readonly Happened[], now: Instant): Promise<void> {
  await addMailCounts(tx, store, tallyOf(happened.filter(({ message }) => message.channel === MAIL)), now);
}

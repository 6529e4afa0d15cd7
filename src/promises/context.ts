import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { LedgerBook } from "./core/keep-ledger.ts";

/** What the ledger needs to know of a store beside its playbooks. */
export type LedgerContext = Pick<LedgerBook, "calendar" | "sources" | "home">;

/** What the sweep needs to know of a store. */
export interface SweepContext extends Pick<LedgerContext, "sources"> {
  /** How far each configured source has been read (intake). A source without an entry has been read up to nothing. */
  readUpTo(tx: Tx, store: StoreId, now: Instant): Promise<ReadonlyMap<string, Instant>>;
}

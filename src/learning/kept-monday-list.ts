import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import { listOf, type StoredList } from "./store.ts";

/** The list of a week as it was written, and how far its mail has come; undefined where none was. */
export async function keptMondayList(tx: Tx, store: StoreId, week: string): Promise<StoredList | undefined> {
  return listOf(tx, store, week);
}

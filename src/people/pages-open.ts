import type { Db } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { OpenPage } from "./core/model.ts";
import { selectOpenPages } from "./store.ts";

/** Screens show this many; the oldest first. */
const PAGES_SHOWN = 500;

/** Every page that still needs a person, or that a person has taken and whose reason stands. */
export async function pagesOpen(db: Db, store: StoreId): Promise<readonly OpenPage[]> {
  const rows = await selectOpenPages(db, store, PAGES_SHOWN);
  return rows.map(({ lastCalled, nextCallAt, acknowledgedAt, acknowledgedBy, ...page }) => ({
    ...page,
    ...(lastCalled !== null && { lastCalled }),
    ...(nextCallAt !== null && { nextCallAt }),
    ...(acknowledgedAt !== null && { acknowledgedAt }),
    ...(acknowledgedBy !== null && { acknowledgedBy }),
  }));
}

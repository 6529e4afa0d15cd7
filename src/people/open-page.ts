import type { Tx } from "../base/db.ts";
import { uuidOf, type StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { PageRequest } from "./core/model.ts";
import { closePagesAbout, insertPages } from "./store.ts";

/** Asks for a person. While a page about the same thing is open, only its words are renewed. */
export async function openPage(tx: Tx, store: StoreId, about: string, why: string, now: Instant): Promise<void> {
  await openPages(tx, store, [{ about, why }], now);
}

/** As `openPage`, for several things at once. */
export async function openPages(tx: Tx, store: StoreId, pages: readonly PageRequest[], now: Instant): Promise<void> {
  if (pages.length === 0) return;
  const byAbout = new Map(pages.map((page) => [page.about, { ...page, id: uuidOf(store, "page", page.about, now) }]));
  await insertPages(tx, store, [...byAbout.values()], now);
}

/** What the page was about is settled: nobody is called any more, acknowledged or not. */
export async function closePage(tx: Tx, store: StoreId, about: string, now: Instant): Promise<void> {
  await closePagesAbout(tx, store, [about], now);
}

/** As `closePage`, for several things at once. */
export async function closePages(tx: Tx, store: StoreId, about: readonly string[], now: Instant): Promise<void> {
  if (about.length > 0) await closePagesAbout(tx, store, about, now);
}

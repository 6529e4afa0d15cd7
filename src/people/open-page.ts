import type { Tx } from "../base/db.ts";
import { uuidOf, type StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { PageRequest } from "./core/model.ts";
import { closePagesAbout, insertPages, lockPages } from "./store.ts";

/** Asks for a person. While a page about the same thing is open, only its words are renewed. */
export async function openPage(tx: Tx, store: StoreId, about: string, why: string, now: Instant): Promise<void> {
  await openPages(tx, store, [{ about, why }], now);
}

/** As `openPage`, for several things at once. */
export async function openPages(tx: Tx, store: StoreId, pages: readonly PageRequest[], now: Instant): Promise<void> {
  await turnPages(tx, store, { open: pages, close: [] }, now);
}

/** What the page was about is settled: nobody is called any more, acknowledged or not. */
export async function closePage(tx: Tx, store: StoreId, about: string, now: Instant): Promise<void> {
  await closePages(tx, store, [about], now);
}

/** As `closePage`, for several things at once. */
export async function closePages(tx: Tx, store: StoreId, about: readonly string[], now: Instant): Promise<void> {
  await turnPages(tx, store, { open: [], close: about }, now);
}

/** What needs a person from now on, and what does not any more. */
export interface Turn {
  readonly open: readonly PageRequest[];
  /** Each `about` whose page is no longer needed. */
  readonly close: readonly string[];
}

/**
 * Opens and closes pages. A transaction that has several to turn does it in one call: their rows are locked
 * ascending by id, as an acknowledgement locks them, so that neither waits for the other for ever.
 */
export async function turnPages(tx: Tx, store: StoreId, { open, close }: Turn, now: Instant): Promise<void> {
  if (open.length + close.length === 0) return;
  const byAbout = new Map(open.map((page) => [page.about, { ...page, id: uuidOf(store, "page", page.about, now) }]));
  const pages = [...byAbout.values()];
  await lockPages(tx, store, [...byAbout.keys(), ...close], pages.map((page) => page.id));
  if (pages.length > 0) await insertPages(tx, store, pages, now);
  if (close.length > 0) await closePagesAbout(tx, store, close, now);
}

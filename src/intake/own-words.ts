import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import { iso, type Instant } from "../base/time.ts";
import type { FactKind } from "./core/event.ts";
import { newRow } from "./receive.ts";
import { appendPulled } from "./store.ts";

/** The name under which Makegood's own words stand beside those of sources. No configured source can have it: it has a colon. */
export const OWN_WORDS = "makegood:order";

/** A fact of one order that reached Makegood itself: a customer's click on the order's page, or what the law makes of silence. */
export interface OwnWord {
  readonly orderId: string;
  /** What makes a repetition: the same key of the same order is one word, for ever. */
  readonly key: string;
  readonly at: Instant;
  readonly kind: FactKind;
  readonly stated: Readonly<Record<string, unknown>>;
}

/**
 * Keeps own words in the inbox, to be read like any delivery. Once the transaction has committed they are not lost, and take effect once.
 * Answers the orders of which a word was new, and is still to be read.
 */
export async function keepOwnWords(tx: Tx, store: StoreId, words: readonly OwnWord[], now: Instant): Promise<ReadonlySet<string>> {
  if (words.length === 0) return new Set();
  const rows = words.map(({ orderId, key, at, kind, stated }) => {
    const body = Buffer.from(JSON.stringify({ order: orderId, facts: [{ kind, at: iso(at), stated }] }));
    return newRow(store, OWN_WORDS, now, { dedupeKey: `${orderId} ${key}`, kind: `own/${kind}`, headers: {}, body });
  });
  const known = await appendPulled(tx, rows);
  return new Set(words.filter((_, index) => !known.has(rows[index]?.inboxId ?? "")).map(({ orderId }) => orderId));
}

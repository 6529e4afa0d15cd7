import type { Db, Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { StorePromise } from "./core/model.ts";
import { nextCheck, ofCases, ofOrders, owed, owedCounts } from "./store.ts";

/** A page of the list behind the number; the number itself is exact. */
const OWED_SHOWN = 1_000;

/** Guarantee G7 for promises to customers: broken = made good + waived + owed. */
export interface OwedLine {
  readonly broken: number;
  readonly madeGood: number;
  readonly waived: number;
  readonly owed: number;
  readonly balanced: boolean;
  /** What is owed still, the longest overdue first, each with its owner and its clock (`dueAt`). */
  readonly list: readonly StorePromise[];
}

/** The promises that belong to these cases, by case, then by due time. */
export async function promisesOfCases(tx: Tx, store: StoreId, caseIds: readonly string[]): Promise<readonly StorePromise[]> {
  return caseIds.length === 0 ? [] : ofCases(tx, store, caseIds);
}

/** Every promise of these orders, by order, then by due time. */
export async function promisesOfOrders(tx: Tx, store: StoreId, orderIds: readonly string[]): Promise<readonly StorePromise[]> {
  return orderIds.length === 0 ? [] : ofOrders(tx, store, orderIds);
}

/** Every promise of an order, by due time. */
export async function promisesOfOrder(db: Db, store: StoreId, orderId: string): Promise<readonly StorePromise[]> {
  return ofOrders(db, store, [orderId]);
}

/** When the sweep has to look next: what the one timer sleeps until. In the past when it is late; undefined when nothing is open. */
export async function nextCheckAt(db: Db, store: StoreId): Promise<Instant | undefined> {
  return nextCheck(db, store);
}

/** What became of the promises to customers that broke. */
export async function owedLine(db: Db, store: StoreId): Promise<OwedLine> {
  const counts = await owedCounts(db, store);
  const list = await owed(db, store, OWED_SHOWN);
  const still = counts.broken - counts.made_good - counts.waived;
  return { broken: counts.broken, madeGood: counts.made_good, waived: counts.waived, owed: still, balanced: list.length === Math.min(still, OWED_SHOWN), list };
}

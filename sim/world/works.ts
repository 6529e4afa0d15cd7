import { workBody } from "../../sample/shop.ts";
import type { Instant } from "../../src/base/time.ts";
import type { ToldDate } from "./goods-stories.ts";
import { workDigits, type SimOrder } from "./orders.ts";
import type { Telling, Tellings } from "./tellings.ts";

/** A backup that was brought back, with all that was heard between lost. */
interface Lost {
  readonly takenAt: Instant;
  readonly restoredAt: Instant;
}

/** The shop's API of the work of sending orders: it alone says whose work it is. */
export class Works {
  /** When the API said whose the work of an order is. */
  readonly #named = new Map<SimOrder, Instant[]>();
  readonly #orders: ReadonlyMap<string, SimOrder>;

  constructor(orders: readonly SimOrder[]) {
    this.#orders = new Map(orders.flatMap((order) => (order.goods === undefined ? [] : [[workDigits(order.index), order]])));
  }

  /** What the API answers about a work, and what it tells by it; undefined for one that never was. */
  answer(id: string, tellings: Tellings, now: Instant): { readonly body: object; readonly tells: Telling } | undefined {
    const order = this.#orders.get(id);
    const tells = order && tellings.of(order).findLast(({ fact }) => fact.date !== undefined && fact.at <= now);
    if (order === undefined || tells?.fact.date === undefined) return undefined;
    this.#named.set(order, [...(this.#named.get(order) ?? []), now]);
    const book = order.bookAt(now);
    const status = book.cancelled ? "cancelled" : (book.fulfilments ?? []).length > 0 ? "closed" : "open";
    const updatedAt = status === "open" ? tells.fact.date.at : book.updatedAt;
    return { body: workBody({ id, updatedAt, fulfilBy: tells.fact.date.by }, status, book), tells };
  }

  /** The days that the product surely knew of at `at`: told, and known to be this order's, and not forgotten with a restored backup. */
  known(order: SimOrder, at: Instant, tellings: Tellings, backup: Lost | undefined): readonly ToldDate[] {
    const isKept = (when: Instant): boolean => when <= at && !(backup !== undefined && at >= backup.restoredAt && backup.takenAt <= when && when <= backup.restoredAt);
    if (!(this.#named.get(order) ?? []).some(isKept)) return [];
    return tellings.of(order).flatMap(({ fact, heard }) => (fact.date !== undefined && heard.some(isKept) ? [fact.date] : []));
  }
}

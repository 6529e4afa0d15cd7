import { workBody } from "../../sample/shop.ts";
import type { Instant } from "../../src/base/time.ts";
import type { ToldDate } from "./goods-stories.ts";
import { workDigits, type Fact, type SimOrder } from "./orders.ts";

/** A fact, and each time that the product was told it. */
interface Told {
  readonly fact: Fact;
  readonly heard: readonly Instant[];
}

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
  answer<T extends Told>(id: string, tellings: readonly T[], now: Instant): { readonly body: object; readonly tells: T } | undefined {
    const order = this.#orders.get(id);
    const tells = tellings.findLast(({ fact }) => fact.order === order && fact.date !== undefined && fact.at <= now);
    if (order === undefined || tells?.fact.date === undefined) return undefined;
    this.#named.set(order, [...(this.#named.get(order) ?? []), now]);
    const book = order.bookAt(now);
    const status = book.cancelled ? "cancelled" : (book.fulfilments ?? []).length > 0 ? "closed" : "open";
    const updatedAt = status === "open" ? tells.fact.date.at : book.updatedAt;
    return { body: workBody({ id, updatedAt, fulfilBy: tells.fact.date.by }, status, book), tells };
  }

  /** The days that the product surely knew of at `at`: told, and known to be this order's, and not forgotten with a restored backup. */
  known(order: SimOrder, at: Instant, tellings: readonly Told[], backup: Lost | undefined): readonly ToldDate[] {
    const isKept = (when: Instant): boolean => when <= at && !(backup !== undefined && at >= backup.restoredAt && backup.takenAt <= when && when <= backup.restoredAt);
    if (!(this.#named.get(order) ?? []).some(isKept)) return [];
    return tellings.flatMap(({ fact, heard }) => (fact.order === order && fact.date !== undefined && heard.some(isKept) ? [fact.date] : []));
  }
}

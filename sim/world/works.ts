import { workBody } from "../../sample/shop.ts";
import { instant, type Instant } from "../../src/base/time.ts";
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
    this.#orders = new Map(orders.flatMap((order) => (order.goods === undefined && order.obstacles?.hold === undefined ? [] : [[workDigits(order.index), order]])));
  }

  /** What the API answers about a work, and what it tells by it; undefined for one that never was. */
  answer(id: string, tellings: Tellings, now: Instant): { readonly body: object; readonly tells: Telling } | undefined {
    const order = this.#orders.get(id);
    const tells = order && tellings.of(order).findLast(({ fact }) => (fact.date !== undefined || fact.hold !== undefined) && fact.at <= now);
    if (order === undefined || tells === undefined) return undefined;
    this.#named.set(order, [...(this.#named.get(order) ?? []), now]);
    const book = order.bookAt(now);
    const { what, date, hold, at } = tells.fact;
    const isHeld = what === "held" && hold !== undefined;
    const status = book.cancelled ? "cancelled" : (book.fulfilments ?? []).length > 0 ? "closed" : isHeld ? "on_hold" : "open";
    // What happens to the order after its work is over no longer changes the work.
    const overAt = book.cancelled?.at ?? book.fulfilments?.[0]?.shippedAt ?? at;
    const updatedAt = instant(Math.max(at, overAt));
    return { body: workBody({ id, updatedAt, ...(date && { fulfilBy: date.by }), ...(status === "on_hold" && hold && { heldFor: hold.reason }) }, status, book), tells };
  }

  /** The days that the product surely knew of at `at`: told, and known to be this order's, and not forgotten with a restored backup. */
  known(order: SimOrder, at: Instant, tellings: Tellings, backup: Lost | undefined): readonly ToldDate[] {
    if (!this.isNamed(order, at, backup)) return [];
    return tellings.of(order).flatMap(({ fact, heard }) => (fact.date !== undefined && heard.some((when) => isKept(when, at, backup)) ? [fact.date] : []));
  }

  /** Whether the product surely knew at `at` whose the work is. */
  isNamed(order: SimOrder, at: Instant, backup: Lost | undefined): boolean {
    return (this.#named.get(order) ?? []).some((when) => isKept(when, at, backup));
  }
}

function isKept(when: Instant, at: Instant, backup: Lost | undefined): boolean {
  return when <= at && !(backup !== undefined && at >= backup.restoredAt && backup.takenAt <= when && when <= backup.restoredAt);
}

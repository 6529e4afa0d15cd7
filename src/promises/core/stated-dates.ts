import { DAY, type Instant } from "../../base/time.ts";
import type { OrderView, StatedDate } from "../../commerce/index.ts";

/** A warehouse's date that comes with the order is the one that was sold; one that comes later revises it. */
const WITH_THE_ORDER = DAY;

type DateOf = "ship" | "deliver";

/** The date that the customer was told when they ordered, where they were told one. Of parts with dates of their own, the last: the whole order is owed by then. */
export function statedDate(order: OrderView, of: DateOf): Instant | undefined {
  const [own] = order.doc.dates?.[of] ?? [];
  if (own !== undefined || of === "deliver") return own?.by;
  const placedAt = order.doc.details?.value.placedAt;
  const parts = partsOf(order).flatMap(([first]) => (first !== undefined && placedAt !== undefined && first.at <= placedAt + WITH_THE_ORDER ? [first.by] : []));
  return parts.length === 0 ? undefined : (Math.max(...parts) as Instant);
}

/**
 * The dates to which the goods' leaving was moved, in the order in which they were told. Told again, or earlier than
 * what was told first, a date is no delay.
 */
export function revisedShipDates(order: OrderView): readonly StatedDate[] {
  const told = [...(order.doc.dates?.["ship"] ?? []), ...partsOf(order).flat()].sort((a, b) => a.at - b.at || a.by - b.by);
  const first = statedDate(order, "ship") ?? -Infinity;
  return told.filter(({ by }, index) => by > first && told.findIndex((other) => other.by === by) === index);
}

/** The dates of each part that is still to be sent, or was. */
function partsOf({ doc }: OrderView): readonly (readonly StatedDate[])[] {
  const live = Object.entries(doc.fulfilments).filter(([, { latest }]) => latest.value.status !== "cancelled");
  return live.map(([id]) => doc.dates?.[`ship/${id}`] ?? []);
}

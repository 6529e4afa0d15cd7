import { instant, type Instant } from "../../src/base/time.ts";

/** Where the store keeps its days, and from which hour on what comes counts as the next business day's. */
const ZONE = "Europe/Berlin";
const CUT_OFF_HOUR = 16;
/** ISO days of the week. No public holiday of the whole country lies in the simulated weeks. */
const WEEKEND: ReadonlySet<number> = new Set([6, 7]);

/** The last moment of the store's nth business day after `from`, reckoned without the product's calendar. */
export function businessDaysAfter(from: Instant, count: number): Instant {
  const wall = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(ZONE);
  const isInHours = !WEEKEND.has(wall.dayOfWeek) && wall.hour < CUT_OFF_HOUR;
  let day = wall.toPlainDate();
  for (let left = isInHours ? count : count + 1; left > 0; left -= WEEKEND.has(day.dayOfWeek) ? 0 : 1) day = day.add({ days: 1 });
  return instant(day.add({ days: 1 }).toZonedDateTime(ZONE).epochMilliseconds - 1);
}

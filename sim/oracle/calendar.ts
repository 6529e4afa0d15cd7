import { invariant } from "../../src/base/errors.ts";
import { instant, type Instant } from "../../src/base/time.ts";
import type { Place } from "../world/eras.ts";

type Country = Place["country"];
type Day = Temporal.PlainDate;

/**
 * Public holidays of the whole country that are no Saturday or Sunday, reckoned without the product's calendar. Sources:
 * Art. 2 Einigungsvertrag and the holiday laws of the Länder, what all share; gov.uk/bank-holidays, England and Wales;
 * 5 U.S.C. 6103(a) and (b)(1).
 */
const HOLIDAYS: Readonly<Record<Country, ReadonlySet<string>>> = {
  DE: new Set(["2026-12-25", "2027-01-01", "2027-03-26", "2027-03-29", "2027-05-06", "2027-05-17", "2028-04-14", "2028-04-17", "2028-05-01"]),
  GB: new Set(["2026-12-25", "2026-12-28", "2027-01-01", "2027-03-26", "2027-03-29", "2027-05-03", "2027-05-31", "2027-12-27", "2027-12-28", "2028-01-03", "2028-04-14", "2028-04-17", "2028-05-01"]),
  US: new Set(["2026-10-12", "2026-11-11", "2026-11-26", "2026-12-25", "2027-01-01", "2027-01-18", "2027-02-15", "2027-05-31", "2027-12-24", "2027-12-31", "2028-01-17", "2028-02-21"]),
};
/** The days for which these tables are whole. */
const KNOWN: readonly (readonly [from: string, until: string])[] = [["2026-10-05", "2027-05-31"], ["2027-12-01", "2028-05-15"]];
/** ISO days of the week. */
const WEEKEND: ReadonlySet<number> = new Set([6, 7]);

/** The last moment of the store's nth business day after `from`. */
export function businessDaysAfter(from: Instant, count: number, { country, zone, cutOffHour }: Place): Instant {
  const wall = wallOf(from, zone);
  const day = wall.toPlainDate();
  const isInHours = isWorked(day, country) && wall.hour < cutOffHour;
  return lastMomentOf(nthWorked(day, isInHours ? count : count + 1, country), zone);
}

/** The last moment of a country's nth working day after the day of `from`, which has no hours. */
export function workingDaysAfter(from: Instant, count: number, country: Country, zone: string): Instant {
  return lastMomentOf(nthWorked(wallOf(from, zone).toPlainDate(), count, country), zone);
}

/** The last moment of the nth day after the day of `from`. */
export function daysAfter(from: Instant, count: number, zone: string): Instant {
  return lastMomentOf(wallOf(from, zone).toPlainDate().add({ days: count }), zone);
}

/** The day of a moment, as `2028-02-29`. */
export function dayIn(at: Instant, zone: string): string {
  return wallOf(at, zone).toPlainDate().toString();
}

/** Whether a day that the store works ends on this day by a reader's clock. */
export function endsWorkedDay(day: string, readersZone: string, { country, zone }: Place): boolean {
  const shown = Temporal.PlainDate.from(day);
  return [-1, 0, 1].map((days) => shown.add({ days })).some((own) => isWorked(own, country) && dayIn(lastMomentOf(own, zone), readersZone) === day);
}

function nthWorked(after: Day, count: number, country: Country): Day {
  let day = after;
  for (let left = count; left > 0; left -= isWorked(day, country) ? 1 : 0) day = day.add({ days: 1 });
  return day;
}

function isWorked(day: Day, country: Country): boolean {
  const name = day.toString();
  invariant(KNOWN.some(([from, until]) => from <= name && name <= until), `the judges' calendar to know the holidays of ${name}`);
  return !WEEKEND.has(day.dayOfWeek) && !HOLIDAYS[country].has(name);
}

function wallOf(at: Instant, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
}

function lastMomentOf(day: Day, zone: string): Instant {
  return instant(day.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds - 1);
}

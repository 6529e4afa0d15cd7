import HolidaysOf from "date-holidays";
import type { PlainDate, Zone } from "../base/time.ts";
import type { Calendar, Holidays } from "./core/calendar.ts";

/** Business hours as a store configures them. */
export interface CalendarConfig {
  readonly zone: Zone;
  readonly weekend: readonly Weekday[];
  /** Countries or regions whose public holidays are not worked: `DE`, `US`, `DE-BY`. */
  readonly holidays: readonly string[];
  /** `HH:MM` in the store's zone. */
  readonly cutOff: string;
}

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** A store's business calendar. Throws a RangeError for a country or region without a holiday calendar. */
export function calendarFor(config: CalendarConfig): Calendar {
  const weekend = config.weekend.map((day) => WEEKDAYS.indexOf(day) + 1);
  return { zone: config.zone, weekend, holidays: publicHolidays(config.holidays), cutOff: config.cutOff, holidaysOf: (country) => nationalHolidays(country) };
}

/** The working days of a country's law, whatever days a store works: Monday to Friday but the public holidays. */
export function workingDaysOf(country: string, zone: Zone): Calendar {
  return { zone, weekend: [6, 7], holidays: nationalHolidays(country) };
}

const national = new Map<string, Holidays>();

/** A country's public holidays, the same for every store. */
function nationalHolidays(country: string): Holidays {
  const known = national.get(country) ?? publicHolidays([country]);
  national.set(country, known);
  return known;
}

/** The public holidays of places, worked out a year at a time when a day of that year is first asked for. */
function publicHolidays(places: readonly string[]): Holidays {
  const calendars = places.map(calendarOfPlace);
  const years = new Map<string, ReadonlySet<string>>();
  return {
    has(day: PlainDate): boolean {
      const year = day.slice(0, 4);
      const known = years.get(year) ?? new Set(calendars.flatMap((calendar) => daysOf(calendar, Number(year))));
      years.set(year, known);
      return known.has(day);
    },
  };
}

function calendarOfPlace(place: string): HolidaysOf {
  const [country = "", region] = place.split("-");
  const calendar = region === undefined ? new HolidaysOf(country) : new HolidaysOf(country, region);
  const isKnown = new HolidaysOf().getCountries()[country] !== undefined && (region === undefined || calendar.getStates(country)?.[region] !== undefined);
  if (!isKnown) throw new RangeError(`No holiday calendar for ${place}; write a country or a country and its region, such as DE or DE-BY`);
  return calendar;
}

/** The days of each public holiday: its date is written in local time, and it may last several days. */
function daysOf(calendar: HolidaysOf, year: number): string[] {
  return calendar.getHolidays(year).filter((holiday) => holiday.type === "public").flatMap(({ date, start, end }) => {
    const first = Temporal.PlainDate.from(date.slice(0, 10));
    const days = Math.max(1, Math.round((end.getTime() - start.getTime()) / 86_400_000));
    return Array.from({ length: days }, (_, index) => first.add({ days: index }).toString());
  });
}

import { inZone, ofZoned, type Instant, type Zone } from "../../base/time.ts";

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;
const WEEKLY = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ((?:[01]\d|2[0-3]):[0-5]\d)$/;
const WEEK_NAME = /^\d{4}-W(?:0[1-9]|[1-4]\d|5[0-3])$/;

/** A moment that comes once a week, by the wall clock of some zone. */
export interface WeeklyTime {
  /** As ISO 8601 counts: 1 is Monday. */
  readonly weekday: number;
  /** `HH:MM`. */
  readonly time: string;
}

/** The week of one list: from the moment that it is due until the next one is. */
export interface ListWeek {
  /** The ISO week of the day on which it is due, such as `2026-W47`. */
  readonly name: string;
  /** When the list before it was due: what came up later is new. */
  readonly since: Instant;
  readonly dueAt: Instant;
  readonly nextAt: Instant;
}

/** Reads `Mon 08:00`; undefined when it is not a day and a time. */
export function parseWeekly(text: string): WeeklyTime | undefined {
  const [, day, time] = WEEKLY.exec(text) ?? [];
  const index = WEEKDAYS.findIndex((name) => name === day);
  return index < 0 || time === undefined ? undefined : { weekday: index + 1, time };
}

export function isWeekName(text: string): boolean {
  return WEEK_NAME.test(text);
}

/**
 * The week that `now` is in: every moment is in exactly one, and each ISO week has exactly one. Where the wall clock
 * skips the time of day, the list is due as much later as it skips; where it shows the time twice, at the first.
 */
export function weekAt(now: Instant, at: WeeklyTime, zone: Zone): ListWeek {
  const today = inZone(now, zone).toPlainDate();
  const day = today.add({ days: at.weekday - today.dayOfWeek });
  // Days are added on the calendar, so that a week is a week whatever the clocks do in it.
  const due = (weeks: number): Instant => dueOn(day.add({ weeks }), at, zone);
  const weeks = [1, 0].find((each) => due(each) <= now) ?? -1;
  return { name: nameOf(day.add({ weeks })), since: due(weeks - 1), dueAt: due(weeks), nextAt: due(weeks + 1) };
}

function dueOn(day: Temporal.PlainDate, at: WeeklyTime, zone: Zone): Instant {
  return ofZoned(day.toZonedDateTime({ timeZone: zone, plainTime: at.time }));
}

function nameOf(day: Temporal.PlainDate): string {
  return `${String(day.yearOfWeek).padStart(4, "0")}-W${String(day.weekOfYear).padStart(2, "0")}`;
}

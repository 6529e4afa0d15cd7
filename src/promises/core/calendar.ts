import { HOUR, inZone, type Instant, MINUTE, ofZoned, type PlainDate, plus, type Zone } from "../../base/time.ts";
import type { PromiseRule, Span } from "../../playbooks/index.ts";

/** Whether a day is a public holiday. A set of days is one. */
export interface Holidays {
  has(day: PlainDate): boolean;
}

/** When a store works. */
export interface Calendar {
  readonly zone: Zone;
  /** ISO days of the week that are not worked: 6 is Saturday, 7 is Sunday. */
  readonly weekend: readonly number[];
  readonly holidays: Holidays;
  /** `HH:MM`: what arrives then or later counts as having arrived on the next business day. Absent: any time of a day is that day. */
  readonly cutOff?: string;
  /** The public holidays of a country, for the laws that count its working days. */
  readonly holidaysOf?: (country: string) => Holidays;
}

/** No run of weekends and holidays is longer; a calendar without business days is a mistake of its configuration. */
const LONGEST_CLOSURE_DAYS = 60;

/**
 * The moment that lies a span after `from`, as people count it.
 * Minutes and hours are elapsed time. Days and business days do not count the day of the event itself and end with
 * the last moment of the last day in the store's zone (Regulation 1182/71 art. 3(1) and 3(2)(b); BGB 187, 188). We do not
 * lengthen a span of days that ends on a holiday, as art. 3(4) would allow: the customer need not know our holidays.
 */
export function addSpan(from: Instant, span: Span, calendar: Calendar): Instant {
  switch (span.unit) {
    case "minutes":
      return plus(from, span.amount * MINUTE);
    case "hours":
      return plus(from, span.amount * HOUR);
    case "days":
      return once(from, span, calendar, () => endOfDay(dayOf(from, calendar).add({ days: span.amount }), calendar.zone));
    case "business_days":
      return once(from, span, calendar, () => endOfDay(nthBusinessDay(countsFrom(from, calendar), span.amount, calendar), calendar.zone));
  }
}

const ends = new WeakMap<Holidays, Map<string, Instant>>();
/** Of the holidays of one country or store: some hours of orders under a dozen rules. */
const MAX_ENDS = 10_000;

/** Days and cut-offs begin with a whole minute: what a span of days from one moment of it ends with, it ends with from all of them. */
function once(from: Instant, { amount, unit }: Span, { zone, weekend, holidays, cutOff }: Calendar, end: () => Instant): Instant {
  const known = ends.get(holidays) ?? new Map<string, Instant>();
  const asked = `${Math.floor(from / MINUTE)} ${amount} ${unit} ${zone} ${weekend.join()} ${cutOff}`;
  const at = known.get(asked) ?? end();
  if (known.size >= MAX_ENDS) known.clear();
  ends.set(holidays, known.set(asked, at));
  return at;
}

/**
 * The calendar that a rule counts by. A law's clock knows no cut-off: what arrives in the evening arrives on that day.
 * A rule that names a country counts that country's working days, whatever days and hours the store itself works.
 */
export function calendarOf({ basis, daysOf }: Pick<PromiseRule, "basis" | "daysOf">, calendar: Calendar): Calendar {
  if (basis.kind !== "law" && daysOf === undefined) return calendar;
  const { zone, weekend, holidays } = calendar;
  const national = daysOf === undefined ? undefined : calendar.holidaysOf?.(daysOf);
  return national === undefined ? { zone, weekend, holidays } : { zone, weekend: SATURDAY_AND_SUNDAY, holidays: national };
}

const SATURDAY_AND_SUNDAY = [6, 7];

/**
 * The end of a time of days within which somebody else may act: a last day that is not worked is moved to the next
 * that is (Regulation 1182/71 art. 3(4)).
 */
export function addDaysToAct(from: Instant, days: number, calendar: Calendar): Instant {
  const last = dayOf(from, calendar).add({ days });
  return endOfDay(isBusinessDay(last, calendar) ? last : nextBusinessDay(last, calendar), calendar.zone);
}

/** Whether the store works on a day. */
export function isBusinessDay(day: Temporal.PlainDate, calendar: Calendar): boolean {
  return !calendar.weekend.includes(day.dayOfWeek) && !calendar.holidays.has(day.toString() as PlainDate);
}

function dayOf(at: Instant, calendar: Calendar): Temporal.PlainDate {
  return inZone(at, calendar.zone).toPlainDate();
}

/** The day that the event counts as: its own, or the next business day when it came after hours. */
function countsFrom(from: Instant, calendar: Calendar): Temporal.PlainDate {
  const wall = inZone(from, calendar.zone);
  const day = wall.toPlainDate();
  if (calendar.cutOff === undefined) return day;
  const inHours = isBusinessDay(day, calendar) && Temporal.PlainTime.compare(wall.toPlainTime(), Temporal.PlainTime.from(calendar.cutOff)) < 0;
  return inHours ? day : nthBusinessDay(day, 1, calendar);
}

function nthBusinessDay(after: Temporal.PlainDate, count: number, calendar: Calendar): Temporal.PlainDate {
  let day = after;
  for (let left = count; left > 0; left -= 1) day = nextBusinessDay(day, calendar);
  return day;
}

function nextBusinessDay(after: Temporal.PlainDate, calendar: Calendar): Temporal.PlainDate {
  let day = after.add({ days: 1 });
  for (let closed = 0; !isBusinessDay(day, calendar); closed += 1) {
    if (closed === LONGEST_CLOSURE_DAYS) throw new RangeError(`No business day within ${LONGEST_CLOSURE_DAYS} days after ${after.toString()}`);
    day = day.add({ days: 1 });
  }
  return day;
}

/** The last millisecond of a day, so that a date shown of it is that day's. A day may have 23 or 25 hours. */
function endOfDay(day: Temporal.PlainDate, zone: Zone): Instant {
  return plus(ofZoned(day.add({ days: 1 }).toZonedDateTime(zone).startOfDay()), -1);
}


import { inZone, ofZoned } from "../../base/time.ts";
import type { Instant, PlainDate, Zone } from "../../base/time.ts";
import type { QuietHours } from "./model.ts";

const STEP_MINUTES = 15;
/** A zone's day is looked at in steps this fine, as far ahead as two days: what has no free moment in them has none. */
const STEPS_AHEAD = 2 * 24 * 4;
/** With days of rest as far ahead as nine: a holiday on each side of two Sundays is not known anywhere. */
const STEPS_AHEAD_OF_REST = 9 * 24 * 4;

/**
 * When a message may leave at the earliest: `at`, or the end of the quiet hours that it falls into.
 * With several zones (a country that has more than one, where the recipient's own is not known) it must be allowed in all of them;
 * where no moment is, the first zone decides.
 */
export function allowedAt(at: Instant, hours: QuietHours | undefined, zones: readonly [Zone, ...Zone[]]): Instant {
  if (!hours || (hours.from === hours.to && !hours.restDays)) return at;
  if (zones.every((zone) => !isQuiet(at, hours, zone))) return at;
  const candidates = zones.length === 1 && !hours.restDays ? [].values() : quarterHoursAfter(at, zones[0], hours.restDays ? STEPS_AHEAD_OF_REST : STEPS_AHEAD);
  const common = candidates.find((moment) => zones.every((zone) => !isQuiet(moment, hours, zone)));
  return common ?? endOfQuiet(at, hours, zones[0]);
}

function isQuiet(at: Instant, hours: QuietHours, zone: Zone): boolean {
  const wall = inZone(at, zone);
  if (hours.restDays?.has(wall.toPlainDate().toString() as PlainDate)) return true;
  const time = wall.toPlainTime().toString({ smallestUnit: "minute" });
  return hours.from < hours.to ? time >= hours.from && time < hours.to : hours.from !== hours.to && (time >= hours.from || time < hours.to);
}

function endOfQuiet(at: Instant, hours: QuietHours, zone: Zone): Instant {
  if (!isQuiet(at, hours, zone)) return at;
  const wall = inZone(at, zone);
  const end = wall.withPlainTime(hours.to);
  return ofZoned(Temporal.ZonedDateTime.compare(end, wall) > 0 ? end : wall.add({ days: 1 }).withPlainTime(hours.to));
}

/** The moments to look at, those of the next hours first. */
function* quarterHoursAfter(at: Instant, zone: Zone, steps: number): Generator<Instant> {
  const start = inZone(at, zone).round({ smallestUnit: "minute", roundingIncrement: STEP_MINUTES, roundingMode: "ceil" });
  for (let index = 0; index < steps; index++) yield ofZoned(start.add({ minutes: index * STEP_MINUTES }));
}

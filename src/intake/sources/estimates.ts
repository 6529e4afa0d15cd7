import { zonesOf } from "../../base/zones.ts";
import { type Instant, latest, ofZoned, parseInstant, type Zone } from "../../base/time.ts";

/** Where a day ends last on Earth: an estimate of which only the day is known is not missed before. */
const LAST_ZONE: Zone = "-12:00";

const DAY_ALONE = /^(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)?)?$/;

/**
 * Until when a carrier's estimate holds. A moment with an offset is that moment. A day (vendors also write it as
 * midnight UTC) holds to its end, and a wall clock time to that time, where the parcel goes: in a country of
 * several zones in the one where it is over last, and in an unknown country likewise: an apology must not come before
 * the day is over. Undefined for what is neither.
 * @param country ISO 3166-1 alpha-2 of the destination, where it is known.
 */
export function estimateEnd(text: string | null | undefined, country: string | undefined): Instant | undefined {
  if (!text) return undefined;
  const day = DAY_ALONE.exec(text)?.[1];
  const exact = day === undefined ? parseInstant(text) : undefined;
  if (exact !== undefined) return exact;
  const wall = wallTime(day === undefined ? text : `${day}T23:59:59`);
  if (wall === undefined) return undefined;
  const [first, ...others] = zonesOf(country, LAST_ZONE).map((zone) => ofZoned(wall.toZonedDateTime(zone)));
  return first === undefined ? undefined : latest(first, ...others);
}

function wallTime(text: string): Temporal.PlainDateTime | undefined {
  try {
    return Temporal.PlainDateTime.from(text);
  } catch {
    return undefined;
  }
}

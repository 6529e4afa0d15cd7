import type { SampleCustomer } from "../../sample/model.ts";
import { HOUR, instant, MINUTE, plus, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { Place } from "../world/eras.ts";

interface Hours {
  /** A text must find all of them open: nobody knows in which its reader lives. */
  readonly zones: readonly string[];
  /** Hours of the day. */
  readonly from: number;
  readonly to: number;
  readonly restsOnHolidays?: true;
}

const ANYWHERE_IN_THE_US = ["America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu"];
const BY_STATE: Readonly<Record<string, Hours>> = {
  CA: { zones: ["America/Los_Angeles"], from: 8, to: 21 },
  NY: { zones: ["America/New_York"], from: 8, to: 21 },
  // Fla. Stat. 501.616(6)(a), in both of its zones.
  FL: { zones: ["America/New_York", "America/Chicago"], from: 9, to: 20 },
};
/** Where no law says anything the store's own hours hold, by its reader's clock; by its own where nobody said where they live. */
const OF_THE_STORE = { from: 8, to: 21 } as const;
const BY_COUNTRY: Readonly<Record<string, Hours>> = {
  US: { zones: ANYWHERE_IN_THE_US, from: 9, to: 20 },
  FR: { zones: ["Europe/Paris"], from: 8, to: 22, restsOnHolidays: true },
  DE: { ...OF_THE_STORE, zones: ["Europe/Berlin"] },
  GB: { ...OF_THE_STORE, zones: ["Europe/London"] },
  BE: { ...OF_THE_STORE, zones: ["Europe/Brussels"] },
};
const SUNDAY = 7;
/** Art. L3133-1 Code du travail, for as long as the eras last; none that is a Sunday. */
const HOLIDAYS_OF_FRANCE: ReadonlySet<string> = new Set([
  "2026-11-11", "2026-12-25", "2027-01-01", "2027-03-29", "2027-05-01", "2027-05-06", "2027-05-08", "2027-05-17", "2027-12-25", "2028-01-01", "2028-04-17", "2028-05-01", "2028-05-08", "2028-05-25",
]);

/** Where somebody lives, as far as they have said it. */
export interface Reader extends Pick<SampleCustomer, "address"> {
  readonly country: string | undefined;
}

/** Whether a text may arrive then, by the law of where its reader lives, or else by the store's hours (docs/channels.md). */
export function isOpen(at: Instant, { country, address }: Reader, { zone }: Place): boolean {
  const hours = (country === "US" ? BY_STATE[address?.province_code ?? ""] : undefined) ?? BY_COUNTRY[country ?? ""] ?? { ...OF_THE_STORE, zones: [zone] };
  return hours.zones.every((each) => isOpenIn(at, hours, each));
}

function isOpenIn(at: Instant, { from, to, restsOnHolidays }: Hours, zone: string): boolean {
  const wall = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  if (restsOnHolidays && (wall.dayOfWeek === SUNDAY || HOLIDAYS_OF_FRANCE.has(wall.toPlainDate().toString()))) return false;
  return wall.hour >= from && wall.hour < to;
}

const STEP: Milliseconds = 15 * MINUTE;
/** No hours are shut longer at a stretch. */
const FAR: Milliseconds = 72 * HOUR;

/** The moment from which on, since `from`, texts to a reader have been possible for so long at a stretch. */
export function openSince(from: Instant, length: Milliseconds, reader: Reader, place: Place): Instant {
  let began: Instant | undefined;
  for (let at = from; at < plus(from, FAR); at = plus(at, STEP)) {
    if (!isOpen(at, reader, place)) began = undefined;
    else if ((began ??= at) <= at - length) return at;
  }
  return instant(8.64e15);
}

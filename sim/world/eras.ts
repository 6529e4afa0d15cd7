import { ofZoned, type Instant, type Zone } from "../../src/base/time.ts";
import { dice } from "../engine/random.ts";

/** Where a store is: what its days, its holidays and its hours follow. */
export interface Place {
  /** The country that it sends from. */
  readonly country: "DE" | "GB" | "US";
  readonly zone: Zone;
  /** From this hour on, what comes counts as the next business day's. */
  readonly cutOffHour: number;
}

/** A time in which a seed plays, and where. */
export interface Era {
  /** What its calendar has that others do not have. */
  readonly name: string;
  readonly place: Place;
  readonly start: Instant;
}

const BERLIN: Place = { country: "DE", zone: "Europe/Berlin", cutOffHour: 16 };
const LONDON: Place = { country: "GB", zone: "Europe/London", cutOffHour: 15 };
const NEW_YORK: Place = { country: "US", zone: "America/New_York", cutOffHour: 14 };

function era(name: string, place: Place, day: string): Era {
  return { name, place, start: ofZoned(Temporal.PlainDateTime.from(`${day}T10:00`).toZonedDateTime(place.zone)) };
}

/** Each starts so near to what it is for that nine days cross it. */
const ERAS: readonly Era[] = [
  era("an ordinary month", BERLIN, "2026-10-05"),
  era("the end of summer time in Europe", BERLIN, "2026-10-22"),
  era("the end of daylight saving time in America", NEW_YORK, "2026-10-29"),
  era("the start of daylight saving time in America", NEW_YORK, "2027-03-11"),
  era("Easter and the start of summer time", LONDON, "2027-03-25"),
  // Holidays on a weekend are moved to the days after it in Britain, and to the Friday before it in America: into the old year.
  era("a British turn of the year", LONDON, "2027-12-22"),
  era("an American turn of the year", NEW_YORK, "2027-12-22"),
  era("a leap day", BERLIN, "2028-02-24"),
];

/** The era of a seed: as many seeds in a row as there are eras have one each, in an order of chance. */
export function eraOf(seed: number): Era {
  const round = Math.floor((seed - 1) / ERAS.length);
  const luck = dice(`eras ${round}`);
  const left = [...ERAS];
  const order = ERAS.map(() => left.splice(luck.below(left.length), 1)[0] as Era);
  return order[seed - 1 - round * ERAS.length] as Era;
}

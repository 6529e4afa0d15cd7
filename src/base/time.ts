/**
 * A moment, in whole milliseconds since 1970-01-01T00:00:00Z.
 * A branded number rather than `Temporal.Instant` so that moments compare with `<`, travel as JSON
 * and cost nothing; `Temporal` does the calendar work where a zone matters.
 */
export type Instant = number & { readonly instant: unique symbol };

/** A calendar day, `YYYY-MM-DD`, in no zone. */
export type PlainDate = string & { readonly plainDate: unique symbol };

/** An IANA zone name, such as `Europe/Berlin`. */
export type Zone = string;

/** A length of time in milliseconds. */
export type Milliseconds = number;

export const SECOND: Milliseconds = 1_000;
export const MINUTE: Milliseconds = 60 * SECOND;
export const HOUR: Milliseconds = 60 * MINUTE;
export const DAY: Milliseconds = 24 * HOUR;

/** The one source of "now". Injected everywhere; nothing else may read a clock. */
export interface Clock {
  now(): Instant;
}

/** Turns epoch milliseconds into an Instant. Throws a RangeError when they are not a moment. */
export function instant(epochMs: number): Instant {
  if (!Number.isFinite(epochMs) || Math.abs(epochMs) > 8.64e15) throw new RangeError(`Not a moment in time: ${epochMs}`);
  return Math.trunc(epochMs) as Instant;
}

/** Reads an ISO 8601 / RFC 3339 time with an offset. Returns undefined when the text is not one. */
export function parseInstant(text: string): Instant | undefined {
  try {
    return Temporal.Instant.from(text).epochMilliseconds as Instant;
  } catch {
    return undefined;
  }
}

/** The moment as RFC 3339 in UTC, for storage, logs and machines. */
export function iso(at: Instant): string {
  return new Date(at).toISOString();
}

/** The moment `ms` later (or earlier, when negative). */
export function plus(at: Instant, ms: Milliseconds): Instant {
  return instant(at + ms);
}

export function earliest(first: Instant, ...rest: Instant[]): Instant {
  return rest.reduce((least, at) => (at < least ? at : least), first);
}

export function latest(first: Instant, ...rest: Instant[]): Instant {
  return rest.reduce((most, at) => (at > most ? at : most), first);
}

/** The wall clock of a zone at a moment. */
export function inZone(at: Instant, zone: Zone): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
}

/** The moment of a wall clock time. */
export function ofZoned(wall: Temporal.ZonedDateTime): Instant {
  return wall.epochMilliseconds as Instant;
}

import { instant, inZone, type Instant, type Zone } from "./time.ts";

/** Asking Intl takes most of a millisecond; there are at most 26 x 26 countries. */
const zonesByCountry = new Map<string, readonly Zone[]>();

/** The zones in which a country's people live; the fallback where it is unknown. */
export function zonesOf(country: string | undefined, fallback: Zone): readonly [Zone, ...Zone[]] {
  if (country === undefined || !/^[A-Z]{2}$/.test(country)) return [fallback];
  const zones = zonesByCountry.get(country) ?? new Intl.Locale(`und-${country}`).getTimeZones?.() ?? [];
  zonesByCountry.set(country, zones);
  const [first, ...rest] = zones;
  return first === undefined ? [fallback] : [first, ...rest];
}

/**
 * Whose days and hours a reader is shown: their country's where all of it keeps one time, else the store's.
 * Mails and pages both ask here, so that they name the same day.
 */
export function shownZone(country: string | undefined, storeZone: Zone): Zone {
  const [zone, ...others] = zonesOf(country, storeZone);
  return others.every((other) => keepSameTime(zone, other)) ? zone : storeZone;
}

/** A winter's day and a summer's: Germany has a second zone whose clocks have long been the same (Büsingen). */
const COMPARED: readonly Instant[] = [instant(Date.UTC(2026, 0, 15)), instant(Date.UTC(2026, 6, 15))];

function keepSameTime(one: Zone, other: Zone): boolean {
  return COMPARED.every((at) => inZone(at, one).offsetNanoseconds === inZone(at, other).offsetNanoseconds);
}

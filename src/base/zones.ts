import type { Zone } from "./time.ts";

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
 * Whose days and hours a reader is shown: their country's where it has one zone only, else the store's.
 * Mails and pages both ask here, so that they name the same day.
 */
export function shownZone(country: string | undefined, storeZone: Zone): Zone {
  const [zone, ...others] = zonesOf(country, storeZone);
  return others.length === 0 ? zone : storeZone;
}

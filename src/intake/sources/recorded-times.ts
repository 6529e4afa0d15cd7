import { type Instant, iso, parseInstant, plus } from "../../base/time.ts";

const RFC3339 = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})/g;

/** How far all moments of some recordings must move for the newest to become `newest`; 0 where there is none. */
export function shiftTo(newest: Instant | undefined, moments: readonly Instant[]): number {
  return newest === undefined || moments.length === 0 ? 0 : newest - Math.max(...moments);
}

/** Every RFC 3339 time in a text. */
export function rfc3339In(text: string): readonly Instant[] {
  return [...text.matchAll(RFC3339)].flatMap(([time]) => parseInstant(time) ?? []);
}

/** The text with every RFC 3339 time moved; moved times are written in UTC. */
export function shiftRfc3339(text: string, shift: number): string {
  if (shift === 0) return text;
  return text.replaceAll(RFC3339, (time) => {
    const at = parseInstant(time);
    return at === undefined ? time : iso(plus(at, shift));
  });
}

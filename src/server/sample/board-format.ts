import { DAY, HOUR, inZone, iso, MINUTE, type Instant, type Milliseconds, type Zone } from "../../base/time.ts";

/** A moment for a machine (`datetime`) and for the reader. */
export interface When {
  readonly iso: string;
  readonly text: string;
}

/** The day and the time in the store's zone. */
export function moment(at: Instant, zone: Zone): When {
  const text = new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  return { iso: iso(at), text: text.format(at) };
}

/** The time alone where it is of today, else with its day. */
export function shortly(at: Instant, now: Instant, zone: Zone): When {
  const isToday = inZone(at, zone).toPlainDate().equals(inZone(now, zone).toPlainDate());
  const day = isToday ? {} : ({ weekday: "short" } as const);
  return { iso: iso(at), text: new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...day, hour: "2-digit", minute: "2-digit" }).format(at) };
}

/** A length of time in its two greatest units: `2 d 4 h`, `5 h`, `40 min`. */
export function span(length: Milliseconds): string {
  const minutes = Math.floor(Math.abs(length) / MINUTE);
  const [days, hours, rest] = [Math.floor((minutes * MINUTE) / DAY), Math.floor(((minutes * MINUTE) % DAY) / HOUR), minutes % (HOUR / MINUTE)];
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return `${hours} h`;
  return `${rest} min`;
}

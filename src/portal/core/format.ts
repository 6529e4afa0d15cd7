import { formatMoney, type Money } from "../../base/money.ts";
import { inZone, iso, type Instant } from "../../base/time.ts";
import type { Reader } from "./reader.ts";

/** A moment for a machine (`datetime`) and for the reader. */
export interface When {
  readonly iso: string;
  readonly text: string;
}

/** Writes amounts and moments for one reader. */
export interface Format {
  money(amount: Money): string;
  /** The day with its name, in the reader's zone. */
  day(at: Instant): When;
  /** The day and the time. */
  moment(at: Instant): When;
  /** The time alone, for a list that says the day above. */
  time(at: Instant): When;
  /** The reader's calendar day, for grouping. */
  dayKey(at: Instant): string;
  /** The zone's name, in the reader's language. */
  zoneName(at: Instant): string;
}

export function formatFor({ format: locale, zone: timeZone, language }: Reader): Format {
  const day = new Intl.DateTimeFormat(locale, { timeZone, weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const moment = new Intl.DateTimeFormat(locale, { timeZone, weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "numeric", minute: "2-digit" });
  const time = new Intl.DateTimeFormat(locale, { timeZone, hour: "numeric", minute: "2-digit" });
  const zone = new Intl.DateTimeFormat(language, { timeZone, timeZoneName: "long" });
  const written = (formatter: Intl.DateTimeFormat) => (at: Instant): When => ({ iso: iso(at), text: formatter.format(at) });
  const dayKey = (at: Instant): string => inZone(at, timeZone).toPlainDate().toString();
  return {
    money: (amount) => formatMoney(amount, locale),
    day: (at) => ({ iso: dayKey(at), text: day.format(at) }),
    moment: written(moment),
    time: written(time),
    dayKey,
    zoneName: (at) => zone.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? timeZone,
  };
}

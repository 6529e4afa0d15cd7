import { dateWriter } from "../../base/dates.ts";
import { formatMoney, type Money } from "../../base/money.ts";
import { inZone, iso, type Instant } from "../../base/time.ts";
import type { Reader } from "./reader.ts";

/** A moment for a machine (`datetime`) and for the reader. */
export interface When {
  readonly iso: string;
  readonly text: string;
}

/** Writes amounts and moments for one reader. A year is written where it is not the present one. */
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

export function formatFor({ format: locale, zone: timeZone, language }: Reader, now: Instant): Format {
  const thisYear = inZone(now, timeZone).year;
  const dayFields = { timeZone, weekday: "long", day: "numeric", month: "long" } as const;
  const timeFields = { hour: "numeric", minute: "2-digit" } as const;
  const day = dateWriter(locale, dayFields);
  const dayOfYear = dateWriter(locale, { ...dayFields, year: "numeric" });
  const moment = dateWriter(locale, { ...dayFields, ...timeFields });
  const momentOfYear = dateWriter(locale, { ...dayFields, ...timeFields, year: "numeric" });
  const time = dateWriter(locale, { timeZone, ...timeFields });
  const zone = new Intl.DateTimeFormat(language, { timeZone, timeZoneName: "long" });
  const isThisYear = (at: Instant): boolean => inZone(at, timeZone).year === thisYear;
  const dayKey = (at: Instant): string => inZone(at, timeZone).toPlainDate().toString();
  return {
    money: (amount) => formatMoney(amount, locale),
    day: (at) => ({ iso: dayKey(at), text: (isThisYear(at) ? day : dayOfYear).format(at) }),
    moment: (at) => ({ iso: iso(at), text: (isThisYear(at) ? moment : momentOfYear).format(at) }),
    time: (at) => ({ iso: iso(at), text: time.format(at) }),
    dayKey,
    zoneName: (at) => zone.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? timeZone,
  };
}

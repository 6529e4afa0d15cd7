import type { Instant, Zone } from "../../../base/time.ts";
import { zonesOf } from "../../../base/zones.ts";
import { findRegion, type OrderView } from "../../../commerce/index.ts";
import { calendarFor } from "../../../promises/index.ts";
import type { QuietHours } from "../../core/model.ts";
import { allowedAt } from "../../core/quiet-hours.ts";
import { textHoursOf, zonesOfRegion } from "../../core/text-hours.ts";

interface StoreHours {
  readonly zone: Zone;
  readonly quietHours: QuietHours;
  readonly legalHours: boolean;
}

/** When a text about an order may leave at the earliest, by the law of where its goods go and its clocks. */
export function allowedForTexts(at: Instant, order: OrderView | undefined, { zone, quietHours, legalHours }: StoreHours): Instant {
  const country = order?.country;
  const written = order?.doc.details?.value.shipTo?.region;
  const region = country === undefined || written === undefined ? undefined : findRegion(country, written);
  const legal = legalHours ? textHoursOf(country, region) : undefined;
  const hours: QuietHours = legal === undefined ? quietHours : { ...legal.quiet, ...(legal.restOnHolidays && country !== undefined && { restDays: restDaysOf(country) }) };
  return allowedAt(at, hours, zonesOfRegion(country, region) ?? zonesOf(country, zone));
}

const SUNDAY = 7;
const restDays = new Map<string, NonNullable<QuietHours["restDays"]>>();

/** Sundays and the public holidays of a country. */
function restDaysOf(country: string): NonNullable<QuietHours["restDays"]> {
  const known = restDays.get(country);
  if (known) return known;
  const { holidays } = calendarFor({ zone: "UTC", weekend: ["sun"], holidays: [country], cutOff: "00:00" });
  const made: NonNullable<QuietHours["restDays"]> = { has: (day) => Temporal.PlainDate.from(day).dayOfWeek === SUNDAY || holidays.has(day) };
  restDays.set(country, made);
  return made;
}

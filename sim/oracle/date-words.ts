import { instant, plus, type Instant } from "../../src/base/time.ts";
import type { SimOrder } from "../world/orders.ts";
import { dayIn, endsWorkedDay } from "./calendar.ts";
import { doubtfulStarts } from "./goods.ts";
import { clocksOf, moneyClocks } from "./law.ts";
import type { ReadMail } from "./mails.ts";
import { CLOCK_TOLERANCE } from "./tolerance.ts";
import type { LedgerTruth } from "./truth.ts";

/** The months as their readers write them, in English, German and French. */
const MONTHS: readonly (readonly string[])[] = [
  ["January", "Januar", "janvier"], ["February", "Februar", "février"], ["March", "März", "mars"], ["April", "avril"], ["May", "Mai", "mai"], ["June", "Juni", "juin"],
  ["July", "Juli", "juillet"], ["August", "août"], ["September", "septembre"], ["October", "Oktober", "octobre"], ["November", "novembre"], ["December", "Dezember", "décembre"],
];
const MONTH = MONTHS.flat().join("|");
const DATE = new RegExp(`(?:(\\d{1,2})(?:er|\\.)? (${MONTH})|(${MONTH}) (\\d{1,2}),?) (\\d{4})((?: (?:at|um|à)|,) (\\d{1,2})[:.](\\d{2})(?:\\s?([AP])M)?)?`, "g");
const SAYS_DUE = /(?:was due by|war bis|devait partir au plus tard le|devions émettre .* au plus tard le) \D*$/;

/** Whose days a reader is shown: those of where they live, or the store's where their country has several clocks. */
const ZONE_OF_READERS: Readonly<Record<string, string>> = { BE: "Europe/Brussels", DE: "Europe/Berlin", FR: "Europe/Paris", GB: "Europe/London" };

/** Whose days the reader of a mail about this order is shown. */
export function zoneOfReader({ person, place }: SimOrder): string {
  return ZONE_OF_READERS[person.customer.country] ?? place.zone;
}

interface NamedDate {
  readonly day: string;
  /** With a time of the day: the next word is promised by then. */
  readonly isMoment: boolean;
  /** That time, by the clock of its reader. */
  readonly time?: string;
  readonly before: string;
}

/** Every day that a text names. */
export function datesOf(raw: string): readonly NamedDate[] {
  const text = raw.replaceAll(/\s+/g, " ");
  return [...text.matchAll(DATE)].map(({ 1: day, 2: month, 3: otherMonth, 4: otherDay, 5: year, 6: time, 7: hour, 8: minute, 9: half, index }) => {
    const number = MONTHS.findIndex((names) => names.includes(month ?? otherMonth ?? "")) + 1;
    const date = [year, String(number).padStart(2, "0"), (day ?? otherDay ?? "").padStart(2, "0")].join("-");
    const ofDay = half === undefined ? Number(hour) : (Number(hour) % 12) + (half === "P" ? 12 : 0);
    return { day: date, isMoment: time !== undefined, ...(time !== undefined && { time: `${String(ofDay).padStart(2, "0")}:${minute ?? "00"}` }), before: text.slice(Math.max(0, index - 200), index) };
  });
}

/** The moment by which a mail promises the next word, if it does. */
export function nextWordBy({ order: { person, place }, text }: Pick<ReadMail, "order" | "text">): Instant | undefined {
  const zone = ZONE_OF_READERS[person.customer.country] ?? place.zone;
  const said = datesOf(text).find(({ isMoment }) => isMoment);
  return said?.time === undefined ? undefined : instant(Temporal.PlainDateTime.from(`${said.day}T${said.time}`).toZonedDateTime(zone).epochMilliseconds);
}

/**
 * G2 for days: the one by which money was or is due is that of a clock that runs for this buyer, the one on which it was
 * sent is that of its payment, and the next word is promised for a day on which the store works.
 */
export function wrongDates({ order, text, taken }: ReadMail, ledger: Pick<LedgerTruth, "goods">): string[] {
  const { place, truth, person } = order;
  const requestedAt = order.facts.find((fact) => fact.what === "refund")?.at;
  // Who has not heard of the cancellation yet takes its refund for one that was asked for.
  const asked = requestedAt === undefined ? [] : moneyClocks("asked", requestedAt, person.customer.country, place);
  const doubtful = doubtfulStarts(order, ledger).flatMap((from) => moneyClocks("cancelled", from, person.customer.country, place));
  const clocks = [...clocksOf(order), ...asked, ...doubtful].filter(({ owedTo }) => owedTo === "customer");
  const zone = zoneOfReader(order);
  const dayOf = (at: Instant): string => dayIn(at, zone);
  const ranOut = new Set(clocks.filter(({ due }) => due < plus(taken.at, CLOCK_TOLERANCE)).map(({ due }) => dayOf(due)));
  // Where the processor's word was lost the shop's own is all that is known of the payment.
  const paidBy = order.facts.filter(({ refund, at }) => refund?.status === "succeeded" && at <= plus(taken.at, CLOCK_TOLERANCE)).map(({ at }) => at);
  const named = new Set([...clocks.map(({ due }) => dayOf(due)), ...[truth.paidAt ?? [], ...paidBy].flat().map(dayOf)]);
  return datesOf(text).flatMap(({ day, isMoment, before }) => {
    if (isMoment) return endsWorkedDay(day, zone, place) && day >= dayOf(taken.at) ? [] : [`it promises the next word by ${day}, on which the store does not work or which is over`];
    const isRight = SAYS_DUE.test(before) ? ranOut.has(day) : named.has(day);
    return isRight ? [] : [`it names ${day}, and no clock of this buyer ends then, nor was anything paid`];
  });
}

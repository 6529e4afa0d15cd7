import type { Span } from "./model.ts";

const UNITS: Readonly<Record<string, Span["unit"]>> = { m: "minutes", h: "hours", d: "days", bd: "business_days" };
const LETTERS: Readonly<Record<Span["unit"], string>> = { minutes: "m", hours: "h", days: "d", business_days: "bd" };
const SPAN = /^([1-9]\d{0,4})(m|h|bd|d)$/;

/** Minutes in a unit; a business day counts as one day, which is the least that it can be. */
const MINUTES: Readonly<Record<Span["unit"], number>> = { minutes: 1, hours: 60, days: 1_440, business_days: 1_440 };

/** Reads a length of time as a store writes it: `60m`, `48h`, `14d`, `7bd`. Undefined when it is not one. */
export function parseSpan(text: string): Span | undefined {
  const [, amount, letters] = SPAN.exec(text) ?? [];
  const unit = letters === undefined ? undefined : UNITS[letters];
  return unit === undefined ? undefined : { amount: Number(amount), unit };
}

/** The span as a store writes it. */
export function spanText(span: Span): string {
  return `${span.amount}${LETTERS[span.unit]}`;
}

/** The least number of minutes that a span can last: what two spans are compared by. */
export function leastMinutes(span: Span): number {
  return span.amount * MINUTES[span.unit];
}

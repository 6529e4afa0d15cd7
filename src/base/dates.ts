import type { Instant } from "./time.ts";

/** Writes moments for the people of one locale and zone. */
export interface DateWriter {
  format(at: Instant): string;
}

/**
 * `Intl.DateTimeFormat`, with two things that French writes and CLDR does not have: the first of a month is "1er mai",
 * and "5 h 16" stays on one line. Making one takes longer than using it: keep it.
 */
export function dateWriter(locale: string, fields: Intl.DateTimeFormatOptions): DateWriter {
  const format = new Intl.DateTimeFormat(locale, fields);
  if (!/^fr\b/i.test(locale)) return format;
  return { format: (at) => format.formatToParts(at).map(french).join("") };
}

function french({ type, value }: Intl.DateTimeFormatPart): string {
  // A day in figures alone has two of them: "01/05/2026".
  if (type === "day" && value === "1") return "1er";
  return value === " h " ? "\u00A0h\u00A0" : value;
}

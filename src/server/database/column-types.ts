import pg from "pg";
import { invariant } from "../../base/errors.ts";
import { instant, type Instant } from "../../base/time.ts";

/** pg's own reading of a column; ours replaces a few of them, for our connections alone. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") => (format !== "binary" && OURS.get(oid)) || pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

const asIs = (text: string): string => text;

/** Object ids of built-in types never change between PostgreSQL versions. */
const OURS = new Map<number, (text: string) => unknown>([
  [20, readInt8],
  [1016, arrayOf(readInt8)],
  [1184, readTimestamp],
  [1185, arrayOf(readTimestamp)],
  // `date` is a calendar day in no zone; a `timestamp` without a zone is not a moment, so it stays text as well.
  [1082, asIs],
  [1182, arrayOf(asIs)],
  [1114, asIs],
  [1115, arrayOf(asIs)],
]);

/** A 64-bit integer. Counts and minor units fit a JavaScript number; vendors' 64-bit ids are stored as text. */
export function readInt8(text: string): number {
  const value = Number(text);
  invariant(Number.isSafeInteger(value), `a bigint column below 2^53, got ${text}`);
  return value;
}

const ZERO = 48;

/**
 * Reads `2026-03-01 12:00:00.123456+00` as PostgreSQL writes it to a session in UTC, cut to milliseconds.
 * Written out by character, since it runs for every moment of every row.
 */
export function readTimestamp(text: string): Instant {
  invariant(text.length >= 22 && text[4] === "-" && text[10] === " " && text.endsWith("+00"), `a timestamptz between the years 0001 and 9999, in UTC, got ${text}`);
  const at = (i: number): number => text.charCodeAt(i) - ZERO;
  const two = (i: number): number => at(i) * 10 + at(i + 1);
  const digits = text.length - 23;
  const ms = text[19] === "." ? at(20) * 100 + (digits > 1 ? at(21) * 10 : 0) + (digits > 2 ? at(22) : 0) : 0;
  const year = two(0) * 100 + two(2);
  const epochMs = Date.UTC(year, two(5) - 1, two(8), two(11), two(14), two(17), ms);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  return year < 100 ? instant(new Date(epochMs).setUTCFullYear(year)) : (epochMs as Instant);
}

function arrayOf(read: (text: string) => unknown): (text: string) => unknown {
  const textArray = (pg.types.getTypeParser as (oid: number) => (text: string) => unknown[])(1009);
  const each = (item: unknown): unknown => (Array.isArray(item) ? item.map(each) : item === null ? null : read(item as string));
  return (text) => textArray(text).map(each);
}

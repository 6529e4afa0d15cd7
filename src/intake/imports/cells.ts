import { minorDigits, parseMoney } from "../../base/money.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { iso, ofZoned, parseInstant, type Instant, type Zone } from "../../base/time.ts";
import { dialable } from "../sources/payload.ts";

export type CellKind = "id" | "text" | "choice" | "country" | "currency" | "flag" | "list" | "lines" | "moment" | "amount" | "phone";

/** What is wrong with a cell, without what stands in it. */
export interface CellProblem {
  readonly what: string;
  readonly next: string;
}

/** What a cell is read by, beside itself. */
export interface CellContext {
  /** The store's: of moments that name none. */
  readonly zone: Zone;
  /** Of the row's sums, in capitals. */
  readonly currency: string | undefined;
}

/** Reads a filled cell as a part of a fact's data, as the schema of the CloudEvent wants it. */
export function readCell(kind: CellKind, cell: string, context: CellContext): Result<unknown, CellProblem> {
  if (cell.includes("\0")) return problem("holds a NUL character", "Write it without.");
  switch (kind) {
    case "id":
    case "text":
      return ok(cell);
    case "choice":
      return ok(cell.toLowerCase().replaceAll(/[\s-]+/g, "_"));
    case "country":
    case "currency":
      return ok(cell.toUpperCase());
    // An export is full of numbers that only their neighbours can dial: no reason to turn the order away.
    case "phone":
      return ok(dialable(cell));
    case "list":
      return ok(cell.split(",").map((part) => part.trim()).filter((part) => part !== ""));
    case "flag":
      return readFlag(cell);
    case "lines":
      return ok(readLines(cell));
    case "moment": {
      const at = readMoment(cell, context.zone);
      return at === undefined ? problem("is not a moment", "Write the year first: 2026-02-03, 2026-02-03 14:30, or 2026-02-03T14:30:00+01:00.") : ok(iso(at));
    }
    case "amount":
      return readAmount(cell, context.currency);
  }
}

const TRUE = new Set(["yes", "y", "true", "1", "x"]);
const FALSE = new Set(["no", "n", "false", "0"]);

function readFlag(cell: string): Result<true | undefined, CellProblem> {
  const said = cell.toLowerCase();
  if (TRUE.has(said)) return ok(true);
  return FALSE.has(said) ? ok(undefined) : problem("is neither yes nor no", "Write yes, or leave it empty.");
}

/** `2 x Mug | Plate`: how many of what, one where it is not said. */
function readLines(cell: string): readonly object[] {
  const parts = cell.split(/[|\n]/).map((part) => part.trim()).filter((part) => part !== "");
  return parts.map((part, index) => {
    const [, quantity = "1", title = part] = /^(\d{1,6})\s*[x×*]\s+(.+)$/i.exec(part) ?? [];
    return { id: String(index + 1), title, quantity: Number(quantity) };
  });
}

const DAY_AND_TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ]+(\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?))?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/i;

/** A moment with its offset, or as the clocks of the zone show it; a day alone is its beginning there. */
export function readMoment(text: string, zone: Zone): Instant | undefined {
  const [, day, time, offset] = DAY_AND_TIME.exec(text) ?? [];
  if (day === undefined || (time === undefined && offset !== undefined)) return undefined;
  const clock = (time ?? "00:00").padStart(5, "0").replace(/^(\d:)/, "0$1");
  if (offset !== undefined) return parseInstant(`${day}T${clock}${/^(?:Z|UTC)$/i.test(offset) ? "Z" : offset}`);
  try {
    return ofZoned(Temporal.PlainDateTime.from(`${day}T${clock}`).toZonedDateTime(zone));
  } catch {
    return undefined;
  }
}

function readAmount(cell: string, currency: string | undefined): Result<object, CellProblem> {
  if (currency === undefined || !/^[A-Z]{3}$/.test(currency)) return problem("has no currency", "Fill the column currency with an ISO 4217 code, such as EUR.");
  const decimal = decimalOf(cell.replaceAll(/[\s\u00A0\u202F']/g, ""), minorDigits(currency));
  const amount = decimal === undefined ? undefined : parseMoney(decimal, currency);
  return amount === undefined ? problem(`is not an amount of ${currency}`, "Write it as a plain number with a point or comma before the cents, such as 1249.90.") : ok(amount);
}

/** `1249.90`, `1249,90`, `1,249.90` or `1.249,90`; what could be either a thousand or a fraction is neither. */
function decimalOf(text: string, digits: number): string | undefined {
  const [, sign = "", whole = "", separator, fraction = ""] = /^(-?)(\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+|\d+)(?:([.,])(\d+))?$/.exec(text) ?? [];
  if (whole === "") return undefined;
  const grouped = /[.,]/.exec(whole)?.[0];
  if (grouped !== undefined && separator === undefined && whole.split(grouped).length === 2) return digits === 3 ? sign + whole.replace(grouped, ".") : undefined;
  if (grouped !== undefined && separator === grouped) return undefined;
  if (grouped === undefined && fraction.length === 3 && digits !== 3) return undefined;
  return `${sign}${whole.replaceAll(/[.,]/g, "")}${separator === undefined ? "" : `.${fraction}`}`;
}

function problem(what: string, next: string): { readonly ok: false; readonly error: CellProblem } {
  return err({ what, next });
}

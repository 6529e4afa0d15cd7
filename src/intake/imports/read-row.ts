import type { z } from "zod";
import { err, ok, type Result } from "../../base/result.ts";
import { DAY, type Instant, parseInstant, plus, type Zone } from "../../base/time.ts";
import { readFact } from "../sources/cloudevents/facts.ts";
import { readCell } from "./cells.ts";
import type { CsvRow } from "./csv.ts";
import type { Header } from "./header.ts";
import type { KeptRow, KeptTelling } from "./kept-row.ts";
import { type Column, type Sheet, SHEETS, type Telling } from "./sheets.ts";

/** What is wrong with a row, without what stands in it: a report may lie where no redaction reaches. */
export interface Reject {
  readonly line: number;
  /** As the file names it; absent where the row as a whole is wrong. */
  readonly column?: string;
  readonly what: string;
  readonly next: string;
}

export interface RowContext {
  readonly source: string;
  readonly zone: Zone;
  readonly now: Instant;
}

/** Zones and clocks apart, nothing has happened that is later than this from now. */
const AHEAD = DAY;

/** What a row tells, checked by the schemas of the facts, or all that is wrong with it. */
export function readRow(header: Header, row: CsvRow, context: RowContext): Result<KeptRow, readonly Reject[]> {
  const { line, cells } = row;
  const { titles } = header;
  if (cells.length > titles.length && cells.slice(titles.length).some((cell) => cell !== "")) {
    return err([{ line, what: `has ${cells.length} cells, and the header names ${titles.length}`, next: "Put text that holds the delimiter or a line break into quotes." }]);
  }
  const kind = cells[header.kindAt]?.toLowerCase();
  const sheet = header.sheet ?? SHEETS.find((each) => each.kind === kind || each.name === kind);
  if (sheet === undefined) {
    return err([{ line, column: titles[header.kindAt] ?? "kind", what: "is none that can be imported", next: `Write one of: ${SHEETS.map((each) => each.kind).join(", ")}.` }]);
  }
  const read = readCells(header, sheet, row, context);
  if (read.rejects.length > 0) return err(read.rejects);
  const facts = sheet.tells.map((telling) => ({ telling, fact: factOf(telling, read.values) })).filter(({ fact }) => fact !== undefined) as readonly Told[];
  const rejects = facts.flatMap(({ telling, fact }) => wrongWith(telling, fact, read, context));
  if (rejects.length > 0) return err(unique(rejects));
  return ok({ sheet: sheet.name, order: read.values.get("order_id") as string, ...(read.values.has("refs") && { refs: read.values.get("refs") as readonly string[] }), facts: facts.map(({ fact }) => fact) });
}

interface Told {
  readonly telling: Telling;
  readonly fact: KeptTelling;
}

interface CellsRead {
  readonly line: number;
  /** By the column's own name; empty cells have none. */
  readonly values: ReadonlyMap<string, unknown>;
  /** How the file names a column. */
  titleOf(name: string): string;
  readonly rejects: readonly Reject[];
}

function readCells({ places, titles }: Header, sheet: Sheet, { line, cells }: CsvRow, { zone }: RowContext): CellsRead {
  const placed = places.get(sheet.name) ?? new Map<Column, number>();
  const at = new Map([...placed].map(([column, index]) => [column.name, index]));
  const cellOf = (name: string): string => cells[at.get(name) ?? -1] ?? "";
  const titleOf = (name: string): string => titles[at.get(name) ?? -1] ?? name;
  const currency = cellOf("currency").toUpperCase();
  const values = new Map<string, unknown>();
  const rejects: Reject[] = [];
  for (const { name, reads, required } of sheet.columns) {
    const cell = cellOf(name);
    if (cell !== "") {
      const read = readCell(reads, cell, { zone, currency: currency === "" ? undefined : currency });
      if (!read.ok) rejects.push({ line, column: titleOf(name), ...read.error });
      else if (read.value !== undefined) values.set(name, read.value);
    } else if (required === true) {
      rejects.push({ line, column: titleOf(name), what: "is empty", next: `A row of ${sheet.name} needs it.` });
    }
  }
  return { line, values, titleOf, rejects };
}

/** The fact's data as a CloudEvent would have it; undefined where the row does not tell it. */
function factOf({ kind, at, says, unsaid }: Telling, values: ReadonlyMap<string, unknown>): KeptTelling | undefined {
  const first = (names: readonly string[]): unknown => names.map((name) => values.get(name)).find((value) => value !== undefined);
  const moment = first(at);
  if (moment === undefined) return undefined;
  const stated: Record<string, unknown> = kind === "order.recorded" ? { contact: {}, lines: [] } : { ...unsaid };
  for (const [path, names] of Object.entries(says)) {
    const value = first(names);
    if (value !== undefined) put(stated, path.split("."), value);
  }
  // An address may name a town alone.
  if (stated["shipTo"] !== undefined) stated["shipTo"] = { lines: [], ...(stated["shipTo"] as object) };
  return { kind, at: moment as string, stated };
}

function put(into: Record<string, unknown>, [key = "", ...rest]: readonly string[], value: unknown): void {
  if (Array.isArray(into)) into.push(value);
  else if (rest.length === 0) into[key] = value;
  else put((into[key] ??= rest[0] === "0" || rest[0] === "1" ? [] : {}) as Record<string, unknown>, rest, value);
}

function wrongWith({ at, says }: Telling, { kind, at: moment, stated }: KeptTelling, { line, titleOf, values }: CellsRead, { source, now }: RowContext): readonly Reject[] {
  const filled = (names: readonly string[]): string => titleOf(names.find((name) => values.has(name)) ?? names[0] ?? "");
  const happened = parseInstant(moment);
  if (happened === undefined || happened > plus(now, AHEAD)) return [{ line, column: filled(at), what: "lies in the future", next: "Write when it happened." }];
  const fact = readFact(kind, stated, source);
  if (fact.success) return [];
  return fact.error.issues.map((issue) => {
    const [, names] = Object.entries(says).find(([path]) => pathOf(issue).startsWith(path)) ?? [];
    return { line, ...(names && { column: filled(names) }), what: issue.message, next: "docs/imports.md says what this column holds." };
  });
}

function pathOf({ path }: z.core.$ZodIssue): string {
  return path.join(".");
}

/** Two facts may be told by one cell. */
function unique(rejects: readonly Reject[]): readonly Reject[] {
  return [...new Map(rejects.map((reject) => [`${reject.column} ${reject.what}`, reject])).values()];
}

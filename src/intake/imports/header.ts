import { Refusal } from "../../base/errors.ts";
import { type Column, type Sheet, SHEETS, type SheetName } from "./sheets.ts";

/** How the columns of a file are to be read. */
export interface Header {
  /** The sheet that every row is of; undefined where the column `kind` of each row says it. */
  readonly sheet: Sheet | undefined;
  /** As they stand in the file. */
  readonly titles: readonly string[];
  /** For each sheet that rows may be of, where its columns stand. */
  readonly places: ReadonlyMap<SheetName, ReadonlyMap<Column, number>>;
  readonly kindAt: number;
  /** Columns that no sheet has: they are not read. */
  readonly ignored: readonly string[];
}

const KIND = "kind";

/** Case, spaces, underscores and other marks make no difference. */
function plain(title: string): string {
  return title.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/** Reads the names of a file's columns, for the sheet that was asked for or those that its rows name. Throws a Refusal where they do not fit. */
export function readHeader(titles: readonly string[], as: Sheet | undefined): Header {
  const kindAt = as === undefined ? titles.findIndex((title) => plain(title) === KIND) : -1;
  if (as === undefined && kindAt === -1) {
    throw refusal("It is not said what the rows are, and there is no column kind.", `Name the sheet (${SHEETS.map(({ name }) => name).join(", ")}), or give the file a column kind with ${SHEETS.map(({ kind }) => kind).join(", ")}.`);
  }
  const places = new Map((as ? [as] : SHEETS).map((sheet) => [sheet.name, placesOf(sheet, titles)]));
  const missing = as?.columns.filter((column) => column.required === true && !places.get(as.name)?.has(column)) ?? [];
  if (missing.length > 0) {
    throw refusal(`The first line names no column ${missing.map(({ name }) => name).join(", ")}.`, `A file of ${as?.name} needs ${missing.length === 1 ? "it" : "them"}: docs/imports.md lists all columns. Is the first line the header?`);
  }
  const known = new Set([...places.values()].flatMap((of) => [...of.values()]).concat(kindAt));
  return { sheet: as, titles, places, kindAt, ignored: titles.filter((title, index) => !known.has(index) && title !== "") };
}

/** A column's own name goes before the names that others give it. */
function placesOf({ columns }: Sheet, titles: readonly string[]): ReadonlyMap<Column, number> {
  const plains = titles.map(plain);
  const places = new Map<Column, number>();
  const taken = new Set<number>();
  const place = (column: Column, name: string): void => {
    const found = plains.flatMap((title, index) => (title === plain(name) && !taken.has(index) ? [index] : []));
    if (places.has(column) || found.length === 0) return;
    if (found.length > 1) throw refusal(`Two columns are called ${name}.`, "Rename or remove one of them.");
    places.set(column, found[0] as number);
    taken.add(found[0] as number);
  };
  for (const column of columns) place(column, column.name);
  for (const column of columns) for (const name of column.also ?? []) place(column, name);
  return places;
}

function refusal(what: string, next: string): Refusal {
  return new Refusal({ code: "malformed", status: 400, what, next });
}

import type { Tx } from "../../base/db.ts";
import type { StoreId } from "../../base/ids.ts";
import { csvLine } from "./csv.ts";
import { rejectsFrom, type StoredReject } from "./store.ts";

/** Rejects that are in memory at once while a report is written. */
const PAGE = 1_000;

/** The report of an import as CSV, line by line: which line, which column, what is wrong, what to do. */
export async function* reportLines(tx: Tx, store: StoreId, id: string): AsyncGenerator<string> {
  yield csvLine(["line", "column", "what", "next"]);
  let last: Pick<StoredReject, "line" | "place"> = { line: 0, place: -1 };
  for (;;) {
    const page = await rejectsFrom(tx, store, id, last, PAGE);
    if (page.length > 0) yield page.map(({ line, column, what, next }) => csvLine([line, column ?? "", what, next])).join("");
    last = page.at(-1) ?? last;
    if (page.length < PAGE) return;
  }
}

/** A reject in words. */
export function rejectInWords({ line, column, what, next }: Pick<StoredReject, "line" | "what" | "next"> & { readonly column?: string | null }): string {
  return `line ${line}${column ? `, ${column}` : ""}: ${what}. ${next}`;
}

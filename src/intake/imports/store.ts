import { prepared, sql, type Tx } from "../../base/db.ts";
import type { StoreId } from "../../base/ids.ts";
import type { Instant } from "../../base/time.ts";
import type { Imported } from "../core/delivery.ts";
import type { Reject } from "./read-row.ts";
import type { SheetName } from "./sheets.ts";

/** How far a file was read. */
export interface Counts {
  /** Rows below the header. */
  readonly rows: number;
  readonly kept: number;
  /** Rows that had come before, in this file or another one. */
  readonly duplicates: number;
  readonly rejected: number;
}

/** `stopped`: its end was not reached; `problem` says why. */
export type ImportState = "reading" | "read" | "stopped";

/** A file that a store brought. */
export interface ImportRow extends Counts {
  readonly id: string;
  readonly source: string;
  readonly sheet: SheetName | null;
  readonly imported: Imported;
  readonly beganAt: Instant;
  /** When the last of its rows was kept. */
  readonly readAt: Instant;
  readonly state: ImportState;
  readonly problem: string | null;
}

const insert = sql(
  `insert into imports (store_id, import_id, source, sheet, imported, began_at, read_at, state, rows, kept, duplicates, rejected)
   values ($1, $2, $3, $4, $5, ms($6), ms($6), 'reading', 0, 0, 0, 0)`,
);

/** Notes that a file is being read. */
export async function insertImport(tx: Tx, store: StoreId, { id, source, sheet, imported, beganAt }: Pick<ImportRow, "id" | "source" | "sheet" | "imported" | "beganAt">): Promise<void> {
  await tx.rows(insert, [store, id, source, sheet, imported, beganAt]);
}

const progress = prepared(
  "intake.importProgress",
  `update imports set read_at = ms($3), state = $4, problem = $5, rows = $6, kept = $7, duplicates = $8, rejected = $9 where store_id = $1 and import_id = $2`,
);

/** Writes how far a file was read, in the transaction that keeps its rows. */
export async function saveProgress(tx: Tx, store: StoreId, id: string, counts: Counts, now: Instant, state: ImportState = "reading", problem: string | null = null): Promise<void> {
  await tx.rows(progress, [store, id, now, state, problem, counts.rows, counts.kept, counts.duplicates, counts.rejected]);
}

const insertRejected = prepared(
  "intake.insertRejects",
  `insert into import_rejects (store_id, import_id, line, place, col, what, next)
   select $1, $2, line, place, "column", what, next from json_to_recordset($3::json) as r(line bigint, place int, "column" text, what text, next text)`,
);

/** Adds to the report of an import. */
export async function insertRejects(tx: Tx, store: StoreId, id: string, rejects: readonly Reject[]): Promise<void> {
  if (rejects.length === 0) return;
  await tx.rows(insertRejected, [store, id, JSON.stringify(rejects.map((reject, place) => ({ ...reject, place })))]);
}

const dropOld = sql("delete from imports where store_id = $1 and began_at < ms($2)");

/** Forgets imports that began before `before`, with their reports. */
export async function dropImports(tx: Tx, store: StoreId, before: Instant): Promise<void> {
  await tx.rows(dropOld, [store, before]);
}

const COLUMNS = `import_id as id, source, sheet, imported, began_at as "beganAt", read_at as "readAt", state, problem, rows, kept, duplicates, rejected`;
const latest = sql(`select ${COLUMNS} from imports where store_id = $1 order by began_at desc limit $2`);
const one = sql(`select ${COLUMNS} from imports where store_id = $1 and import_id = $2`);

/** The newest imports of a store, the newest first. */
export function latestImports(tx: Tx, store: StoreId, limit: number): Promise<readonly ImportRow[]> {
  return tx.rows(latest, [store, limit]);
}

export async function importById(tx: Tx, store: StoreId, id: string): Promise<ImportRow | undefined> {
  return (await tx.rows<ImportRow>(one, [store, id]))[0];
}

const rejectsAfter = sql(
  `select line, place, col as "column", what, next from import_rejects
   where store_id = $1 and import_id = $2 and (line, place) > ($3, $4) order by line, place limit $5`,
);

/** A reject with its place among all that is wrong with its line. */
export interface StoredReject {
  readonly line: number;
  readonly place: number;
  readonly column: string | null;
  readonly what: string;
  readonly next: string;
}

/** Up to `limit` rejects that follow on `after`, by line. */
export function rejectsFrom(tx: Tx, store: StoreId, id: string, after: Pick<StoredReject, "line" | "place">, limit: number): Promise<readonly StoredReject[]> {
  return tx.rows(rejectsAfter, [store, id, after.line, after.place, limit]);
}

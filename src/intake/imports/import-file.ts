import { Refusal } from "../../base/errors.ts";
import { newToken, type StoreId, uuidOf } from "../../base/ids.ts";
import type { Ports } from "../../base/ports.ts";
import { DAY, type Milliseconds, plus, type Zone } from "../../base/time.ts";
import type { Imported } from "../core/delivery.ts";
import { inOrder, newRow } from "../receive.ts";
import { appendPulled, appendRows } from "../store.ts";
import { type CsvRow, readCsv } from "./csv.ts";
import { type Header, readHeader } from "./header.ts";
import { toKeep } from "./kept-row.ts";
import { readRow, type Reject } from "./read-row.ts";
import { SHEETS, type SheetName } from "./sheets.ts";
import { type Counts, dropImports, insertImport, insertRejects, saveProgress } from "./store.ts";

/** Rows of one transaction, and so the most that is held of a file beside what the parser has read ahead. */
export const IMPORT_BATCH = 500;
/** The largest file: some millions of rows. A larger one is brought in parts. */
export const MAX_IMPORT_BYTES = 1_073_741_824;
/** Reports are kept this long; the next import forgets older ones. */
export const REPORT_KEPT: Milliseconds = 30 * DAY;

/** A file to be imported. */
export interface ImportWish {
  readonly store: StoreId;
  /** The configured source that its rows speak for: their ids are that source's. */
  readonly source: string;
  /** The store's zone: of moments that name none. */
  readonly zone: Zone;
  /** What every row is; undefined where a column `kind` says it of each. */
  readonly sheet: SheetName | undefined;
  readonly imported: Imported;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Called after each transaction. */
  readonly onProgress?: (counts: Counts) => void;
  /** Stops between two transactions. */
  readonly stopping?: AbortSignal;
}

export interface ImportReport extends Counts {
  readonly id: string;
  /** Columns that were not read, as the file names them. */
  readonly ignored: readonly string[];
  /** Why its end was not reached. What was kept before stays kept. */
  readonly stopped?: Refusal;
}

/**
 * Keeps the rows of a file in the inbox, beside what the source's webhooks tell, one transaction a batch; the worker
 * reads them when nothing else waits. A row that had come before is a duplicate, so that a file may be imported again,
 * whole or after an interruption. The file is read as fast as its rows are kept, and never held.
 */
export async function importFile(ports: Ports, wish: ImportWish): Promise<ImportReport> {
  const { store, source, sheet, imported } = wish;
  const id = uuidOf("import", newToken(ports.random));
  const beganAt = ports.clock.now();
  await ports.db.transaction(async (tx) => {
    await dropImports(tx, store, plus(beganAt, -REPORT_KEPT));
    await insertImport(tx, store, { id, source, sheet: sheet ?? null, imported, beganAt });
  });
  const reading: Reading = { ports, wish, id, counts: { rows: 0, kept: 0, duplicates: 0, rejected: 0 }, ignored: [] };
  const stopped = await readAll(reading).catch((error: unknown) => (error instanceof Refusal ? error : brokenOff(ports, error)));
  await saveProgress(ports.db, store, id, reading.counts, ports.clock.now(), stopped ? "stopped" : "read", stopped?.message ?? null);
  ports.log.info({ store, source, import: id, ...reading.counts, ...(stopped && { stopped: stopped.code }) }, "a file was imported");
  return { id, ...reading.counts, ignored: reading.ignored, ...(stopped && { stopped }) };
}

interface Reading {
  readonly ports: Ports;
  readonly wish: ImportWish;
  readonly id: string;
  counts: Counts;
  ignored: readonly string[];
}

async function readAll(reading: Reading): Promise<undefined> {
  const { sheet: as, bytes, stopping } = reading.wish;
  let header: Header | undefined;
  let batch: CsvRow[] = [];
  for await (const row of readCsv(limited(bytes))) {
    if (header === undefined) {
      header = readHeader(row.cells, SHEETS.find(({ name }) => name === as));
      reading.ignored = header.ignored;
      continue;
    }
    batch.push(row);
    if (batch.length < IMPORT_BATCH) continue;
    await keepBatch(reading, header, batch);
    batch = [];
    if (stopping?.aborted === true) throw interrupted();
  }
  if (header !== undefined) await keepBatch(reading, header, batch);
}

/** One transaction: rows, rejects and the counts of both. */
async function keepBatch(reading: Reading, header: Header, batch: readonly CsvRow[]): Promise<void> {
  const { ports, wish: { store, source, zone, imported, onProgress }, id, counts } = reading;
  if (batch.length === 0) return;
  const now = ports.clock.now();
  const read = batch.map((row) => readRow(header, row, { source, zone, now }));
  const rejects: readonly (readonly Reject[])[] = read.flatMap((each) => (each.ok ? [] : [each.error]));
  const rows = read.flatMap((each) => (each.ok ? [newRow(store, source, now, toKeep(each.value, imported))] : []));
  const once = inOrder(rows);
  // News is a word of its source; history is none: it does not hide that the source's webhooks are silent.
  const append = imported === "news" ? appendRows : appendPulled;
  reading.counts = await ports.db.transaction(async (tx) => {
    const known = once.length > 0 ? (await append(tx, once)).size : 0;
    const kept = once.length - known;
    const after = { rows: counts.rows + batch.length, kept: counts.kept + kept, duplicates: counts.duplicates + rows.length - kept, rejected: counts.rejected + rejects.length };
    await insertRejects(tx, store, id, rejects.flat());
    await saveProgress(tx, store, id, after, now);
    return after;
  });
  onProgress?.(reading.counts);
}

/** The file up to the limit; more of it is refused when it comes. */
async function* limited(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of bytes) {
    total += chunk.length;
    if (total > MAX_IMPORT_BYTES) throw tooLarge();
    yield chunk;
  }
}

function interrupted(): Refusal {
  return new Refusal({ code: "stopping", status: 503, what: "The import was interrupted.", next: "Import the file again: what was kept is not kept twice." });
}

/** The bytes stopped coming, or the database would not take the rows. */
function brokenOff(ports: Ports, error: unknown): Refusal {
  ports.log.warn({ error: error instanceof Error ? error.name : "unknown" }, "an import broke off");
  return new Refusal({ code: "not_stored", status: 503, what: "The import broke off: the file stopped coming, or its rows could not be written.", next: "Import the file again: what was kept is not kept twice." });
}

/** A file beyond `MAX_IMPORT_BYTES`. */
export function tooLarge(): Refusal {
  return new Refusal({ code: "too_large", status: 413, what: `The file is larger than ${MAX_IMPORT_BYTES} bytes.`, next: "Bring it in parts, each with the header: what was kept is not kept twice." });
}

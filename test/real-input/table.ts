import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where the recorded deliveries of vendors lie. Nothing of them is in the repository. */
export const REAL_INPUT = process.env["MAKEGOOD_REAL_INPUT"] ?? join(import.meta.dirname, "../../../shared/real-input");

/** Vectors of several vendors stand in one file: each is a row of its own. */
export const VECTORS = "signature-vectors.json";

const TABLE = join(import.meta.dirname, "expected.json");

/** What a file became: what it told, a line each, and how it ended. */
export interface Outcome {
  readonly became: readonly string[];
  readonly ended: string;
}

/** A file of real input: who reads it, and what became of it when that was last looked at by a person. */
export interface Row extends Outcome {
  /** `source <type>`, `evidence <type>`, `mail`, `signature source|evidence <type>`, `test <path of the test that reads it>`, or `none`. */
  readonly reader: string;
}

export type Table = Readonly<Record<string, Row>>;

export function readTable(): Table {
  return JSON.parse(readFileSync(TABLE, "utf8")) as Table;
}

/** Writes what was seen into the table: for `MAKEGOOD_WRITE_EXPECTED=1`, whose difference is read before it is committed. */
export function rewrite(seen: ReadonlyMap<string, Outcome>): void {
  const rows = Object.entries(readTable()).map(([file, row]) => [file, { ...row, ...seen.get(file) }]);
  writeFileSync(TABLE, `${JSON.stringify(Object.fromEntries(rows.sort()), undefined, 2)}\n`);
}

/** The rows that a reader reads. */
export function filesOf(table: Table, reader: string): readonly string[] {
  return Object.keys(table).filter((file) => table[file]?.reader === reader);
}

/** Every file there is, by its path in the folder; of the vectors, each vendor's. */
export function inputFiles(): readonly string[] {
  const files = readdirSync(REAL_INPUT, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files
    .map((entry) => join(entry.parentPath, entry.name).slice(REAL_INPUT.length + 1))
    .flatMap((file) => (file === VECTORS ? Object.keys(JSON.parse(inputText(VECTORS)) as object).map((vendor) => `${VECTORS}#${vendor}`) : [file]))
    .sort();
}

export function inputBytes(file: string): Buffer {
  return readFileSync(join(REAL_INPUT, file));
}

export function inputText(file: string): string {
  return inputBytes(file).toString("utf8");
}

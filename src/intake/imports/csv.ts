import { finished, Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { Refusal } from "../../base/errors.ts";

/** The longest row: an order of a thousand lines fits; beyond it a quote was opened and never closed. */
export const MAX_ROW_CHARACTERS = 262_144;

/** Which row of a file, by the line on which it begins; line breaks in quotes count. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

const DELIMITERS = [",", ";", "\t"] as const;

/**
 * The rows of a file as they come, its header first; what is downstream decides how fast it is read. UTF-8 with or
 * without a mark at its beginning; comma, semicolon or tab, as its first line has it; any line breaks; quoted cells as
 * in RFC 4180. Rows without any cell are left out. Throws a Refusal where the file is no such thing.
 */
export async function* readCsv(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRow> {
  const { first, rest } = await firstLine(decoded(bytes));
  const delimiter = delimiterOf(first);
  let understood = 0;
  const parser = parse({
    delimiter, record_delimiter: "\n", info: true, relax_column_count: true, relax_quotes: true, trim: true, max_record_size: MAX_ROW_CHARACTERS,
    // Rows that are understood but not taken yet are lost with an error: where it is must be known beside them.
    on_record: (record, { lines }) => ((understood = lines), record),
  });
  const text = Readable.from(rest, { objectMode: true, highWaterMark: 1 });
  // Not `pipeline`: what the text throws is to come out of the parser as it is.
  const unwatch = finished(text, (error) => void (error && parser.destroy(error)));
  text.pipe(parser);
  let read = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      const line = read + 1;
      read = info.lines;
      if (record.some((cell) => cell !== "")) yield { line, cells: record };
    }
  } catch (error) {
    throw error instanceof CsvError ? malformed(error, understood + 1) : error;
  } finally {
    unwatch();
    text.destroy();
  }
}

/** One line of CSV as we write it: every cell that needs quotes has them. */
export function csvLine(cells: readonly (string | number)[], delimiter: string = ","): string {
  return `${cells.map((cell) => quoted(String(cell), delimiter)).join(delimiter)}\r\n`;
}

function quoted(cell: string, delimiter: string): string {
  return cell.includes(delimiter) || /["\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Text in pieces, its line breaks all `\n`. */
async function* decoded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let heldBack = "";
  const piece = (chunk?: Uint8Array): string => {
    try {
      return heldBack + (chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true }));
    } catch {
      throw refusal("The file is not UTF-8 text.", "Save it as “CSV UTF-8”. A spreadsheet itself (.xlsx, .ods) is not read.");
    }
  };
  for await (const chunk of bytes) {
    const text = piece(chunk);
    // Half of a line break may be at the end.
    heldBack = text.endsWith("\r") ? "\r" : "";
    yield plainBreaks(heldBack === "" ? text : text.slice(0, -1));
  }
  yield plainBreaks(piece());
}

function plainBreaks(text: string): string {
  return text.includes("\r") ? text.replaceAll(/\r\n?/g, "\n") : text;
}

/** The header as it stands, and the whole text again from its beginning. */
async function firstLine(pieces: AsyncGenerator<string>): Promise<{ readonly first: string; readonly rest: AsyncGenerator<string> }> {
  let begun = "";
  for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
    begun += next.value;
    if (begun.trimStart().includes("\n") || begun.length > MAX_ROW_CHARACTERS) break;
  }
  if (begun.trim() === "") throw refusal("The file is empty.", "Its first line names its columns; each line after it is a row.");
  async function* whole(): AsyncGenerator<string> {
    yield begun;
    yield* pieces;
  }
  return { first: begun.trimStart().split("\n", 1)[0] ?? "", rest: whole() };
}

/** What stands most often between the names of the columns. */
function delimiterOf(header: string): string {
  const bare = header.replaceAll(/"[^"]*"/g, "");
  const count = (delimiter: string): number => bare.split(delimiter).length;
  return DELIMITERS.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

function malformed({ code }: CsvError, line: number): Refusal {
  if (code === "CSV_QUOTE_NOT_CLOSED" || code === "CSV_MAX_RECORD_SIZE") {
    return refusal(`A quote that is opened in the row of line ${line} is never closed.`, `Close it, or double it where it is part of the text (""). The rows before line ${line} may have been kept; importing them again does no harm.`);
  }
  return refusal(`Line ${line} is no CSV (${code}).`, "Correct it and import the file again: what was kept already is not kept twice.");
}

function refusal(what: string, next: string): Refusal {
  return new Refusal({ code: "malformed", status: 400, what, next });
}

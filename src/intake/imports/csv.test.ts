import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CsvRow, csvLine, MAX_ROW_CHARACTERS, readCsv } from "./csv.ts";

/** The bytes of a file, in pieces of the given size. */
async function* inPieces(bytes: Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function rows(file: string | Uint8Array, size?: number): Promise<CsvRow[]> {
  return Array.fromAsync(readCsv(inPieces(Buffer.from(file), size)));
}

const cells = (read: readonly CsvRow[]): readonly (readonly string[])[] => read.map((row) => row.cells);

test("whatever our own writer writes is read back, whatever the delimiter, the mark and the pieces in which it comes", async () => {
  const cell = fc.oneof(fc.string({ unit: fc.constantFrom("a", '"', ",", ";", "\t", "\n", " ", "é", "😀", "'") }), fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\r", "")));
  const table = fc.integer({ min: 2, max: 4 }).chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 6 }));
  await fc.assert(
    fc.asyncProperty(table, fc.constantFrom(",", ";", "\t"), fc.boolean(), fc.integer({ min: 1, max: 40 }), async (body, delimiter, mark, size) => {
      const header = Array.from({ length: body[0]?.length ?? 2 }, (_, index) => `column ${index}`);
      const file = (mark ? "\uFEFF" : "") + [header, ...body].map((line) => csvLine(line, delimiter)).join("");
      assert.deepEqual(cells(await rows(file, size)), [header, ...body.filter((line) => line.some((each) => each !== ""))]);
    }),
    { numRuns: 300 },
  );
});

test("a row is named by the line on which it begins, with line breaks in quotes and empty lines counted", async () => {
  for (const eol of ["\n", "\r\n", "\r"]) {
    const file = ["id,note", '1,"one', "", 'two"', "", "2,x", '3,"y"'].join(eol);
    assert.deepEqual((await rows(file, 3)).map(({ line, cells: [id] }) => [line, id]), [[1, "id"], [2, "1"], [6, "2"], [7, "3"]], JSON.stringify(eol));
  }
});

test("a quote in the middle of a cell is part of it", async () => {
  assert.deepEqual(cells(await rows('id,note\n1,5" pipe\n"2" , "x" \n')), [["id", "note"], ["1", '5" pipe'], ["2", "x"]]);
});

test("what is no CSV is refused with what to do", async () => {
  const cases: [string | Uint8Array, RegExp][] = [
    ["", /The file is empty\./],
    ["\uFEFF\r\n \n", /The file is empty\./],
    [Buffer.from("id,name\n1,caf\xe9\n", "latin1"), /not UTF-8 text\. Save it as “CSV UTF-8”/],
    ['id,name\n1,x\n2,"open\n3,y\n', /opened in the row of line 3 is never closed/],
    [`id,name\n1,"${"x".repeat(MAX_ROW_CHARACTERS + 1)}`, /opened in the row of line 2 is never closed/],
  ];
  for (const [file, message] of cases) await assert.rejects(rows(file, 4_096), { code: "malformed", status: 400, message });
});

test("what the reader of the bytes throws comes out as it is", async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("id,name\n1,x\n");
    throw new RangeError("the line was cut");
  }
  await assert.rejects(Array.fromAsync(readCsv(broken())), { name: "RangeError", message: "the line was cut" });
});

test("a file is read no faster than its rows are taken", async () => {
  let given = 0;
  async function* file(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("id,name\n");
    for (; given < 100_000; given += 1) yield Buffer.from(`${given},${"x".repeat(50)}\n`);
  }
  let taken = 0;
  let most = 0;
  for await (const _ of readCsv(file())) {
    taken += 1;
    most = Math.max(most, given - taken);
    // Who takes rows waits for the database in between.
    if (taken % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    if (taken === 5_000) break;
  }
  assert.ok(most < 2_000, `${most} rows were read ahead`);
});

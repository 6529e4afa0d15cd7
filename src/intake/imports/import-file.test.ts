import assert from "node:assert/strict";
import { getDefaultHighWaterMark } from "node:stream";
import { after, before, test } from "node:test";
import { sql, type Db } from "../../base/db.ts";
import { DAY, HOUR, plus } from "../../base/time.ts";
import { type TestDatabase, testDatabase } from "../../server/database/testing.ts";
import { applyInbox, APPLY_BATCH } from "../apply.ts";
import { createReceiver } from "../receive.ts";
import { sourcesHeard } from "../store.ts";
import { NOON, openStore, shopOrder, SHOPIFY, signed, SOURCES_OF_ACME, STORE, testPorts, type TestPorts } from "../testing.ts";
import { IMPORT_BATCH, importFile, type ImportWish, REPORT_KEPT } from "./import-file.ts";
import { reportLines } from "./report.ts";
import { importById, latestImports } from "./store.ts";

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
  await openStore(database.db);
});
after(() => database.drop());

const HEADER = "order_id,at\n";
const rowsFrom = (first: number, count: number): string => Array.from({ length: count }, (_, index) => `${first + index},2026-01-04 09:00\n`).join("");

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

function wish(bytes: AsyncIterable<Uint8Array>, changes: Partial<ImportWish> = {}): ImportWish {
  return { store: STORE, source: "erp", zone: "Europe/Berlin", sheet: "cancellations", imported: "history", bytes, ...changes };
}

const counts = ({ rows, kept, duplicates, rejected }: Awaited<ReturnType<typeof importFile>>) => [rows, kept, duplicates, rejected];

test("a file that is imported twice, whole or in part, is kept once", async () => {
  const ports = testPorts(database.db);
  const file = HEADER + rowsFrom(1_000, 700);
  assert.deepEqual(counts(await importFile(ports, wish(pieces(file)))), [700, 700, 0, 0]);
  assert.deepEqual(counts(await importFile(ports, wish(pieces(file), { imported: "news" }))), [700, 0, 700, 0]);
  assert.deepEqual(counts(await importFile(ports, wish(pieces(HEADER, rowsFrom(1_690, 20), rowsFrom(1_700, 5))))), [25, 10, 15, 0]);
});

test("an import that is interrupted keeps what was kept, says so, and is simply repeated", async () => {
  const ports = testPorts(database.db);
  const stop = new AbortController();
  const file = HEADER + rowsFrom(10_000, IMPORT_BATCH * 3);
  const cut = await importFile(ports, wish(pieces(file), { stopping: stop.signal, onProgress: () => stop.abort() }));
  assert.deepEqual([counts(cut), cut.stopped?.code], [[IMPORT_BATCH, IMPORT_BATCH, 0, 0], "stopping"]);
  const row = await importById(ports.db, STORE, cut.id);
  assert.deepEqual([row?.state, row?.kept, row?.problem], ["stopped", IMPORT_BATCH, "The import was interrupted. Import the file again: what was kept is not kept twice."]);
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(HEADER + rowsFrom(10_000, IMPORT_BATCH * 2));
    throw new Error("socket hang up");
  }
  assert.equal((await importFile(ports, wish(broken()))).stopped?.code, "not_stored");
  const again = await importFile(ports, wish(pieces(file)));
  assert.deepEqual([again.rows, again.rejected, again.stopped], [IMPORT_BATCH * 3, 0, undefined]);
  const stored = await ports.db.rows<{ count: number }>(sql("select count(*) as count from inbox where body like '%\"order\":\"1____\"%'::bytea"));
  assert.equal(stored[0]?.count, IMPORT_BATCH * 3);
});

test("while a database that is slow takes its time, no more of a file is in memory than a batch and what was read ahead", async () => {
  let given = 0;
  let kept = 0;
  let most = 0;
  const ports = testPorts({
    ...database.db,
    rows: (...query) => database.db.rows(...query),
    transaction: async (work) => {
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, given - kept);
      return database.db.transaction(work);
    },
  } satisfies Db);
  async function* rows(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(HEADER);
    for (; given < 10_000; given += 1) yield Buffer.from(rowsFrom(100_000 + given, 1));
  }
  const report = await importFile(ports, wish(rows(), { onProgress: (now) => void (kept = now.kept) }));
  assert.deepEqual(counts(report), [10_000, 10_000, 0, 0]);
  // A batch under way, one being filled, and the bytes that a stream holds: the same for a file of any length.
  const readAhead = getDefaultHighWaterMark(false) / Buffer.byteLength(rowsFrom(100_000, 1));
  assert.ok(most <= 2 * IMPORT_BATCH + readAhead, `${most} rows were in flight`);
});

test("rows that do not fit are reported line by line, and the others are kept", async () => {
  const ports = testPorts(database.db);
  const report = await importFile(ports, wish(pieces(HEADER, "501,2026-01-04\n", '"",2026-01-04\n502,"secret, and', '\nmore"\n', "503,2026-01-04\n")));
  assert.deepEqual(counts(report), [4, 2, 0, 2]);
  const lines = (await Array.fromAsync(reportLines(ports.db, STORE, report.id))).join("");
  assert.equal(lines, [
    "line,column,what,next",
    "3,order_id,is empty,A row of cancellations needs it.",
    '4,at,is not a moment,"Write the year first: 2026-02-03, 2026-02-03 14:30, or 2026-02-03T14:30:00+01:00."',
    "",
  ].join("\r\n"));
  assert.doesNotMatch(ports.logged.join(), /secret/);
});

test("a file that is no such file says why, and what came before stays kept", async () => {
  const ports = testPorts(database.db);
  for (const [text, code, said] of [["", "malformed", /is empty/], ["PK\u0003\u0004\n", "malformed", /names no column order_id/], [`${HEADER}601,2026-01-04\n602,"open`, "malformed", /line 3 is never closed/]] as const) {
    const { stopped, id } = await importFile(ports, wish(pieces(text)));
    assert.equal(stopped?.code, code);
    assert.match(stopped.message, said);
    assert.equal((await importById(ports.db, STORE, id))?.state, "stopped");
  }
});

test("reports are forgotten once they are old, with the import", async () => {
  const ports = testPorts(database.db);
  const { id } = await importFile(ports, wish(pieces(HEADER, "x,y\n")));
  ports.pass(REPORT_KEPT + HOUR);
  await importFile(ports, wish(pieces(HEADER)));
  assert.deepEqual([await importById(ports.db, STORE, id), (await latestImports(ports.db, STORE, 20)).length], [undefined, 1]);
});

test("a webhook does not wait behind a file, and history is no word of its source", async () => {
  const ports = testPorts(database.db, plus(NOON, 40 * DAY));
  await drain(ports);
  const heard = async () => (await sourcesHeard(ports.db, STORE)).get("shopify")?.heardAt;
  const before = await heard();
  const report = await importFile(ports, wish(pieces(HEADER, rowsFrom(700_000, APPLY_BATCH * 2)), { source: "shopify" }));
  assert.deepEqual([counts(report), await heard()], [[APPLY_BATCH * 2, APPLY_BATCH * 2, 0, 0], before]);
  ports.pass(1_000);
  const receiver = createReceiver(ports, SOURCES_OF_ACME);
  await receiver.receive(STORE, "shopify", signed(SHOPIFY.adapter, "orders/create", shopOrder()));
  const first: string[] = [];
  await applyInbox(ports, SOURCES_OF_ACME, STORE, async (_tx, _store, events) => {
    first.push(...events.map(({ fact, history }) => `${fact.kind}${history ? " of the past" : ""}`));
    return { waiting: new Set() };
  });
  assert.equal(first[0], "order.recorded");
  assert.equal(first.at(-1), "order.cancelled of the past");
  await importFile(ports, wish(pieces(HEADER, rowsFrom(800_000, 1)), { source: "shopify", imported: "news" }));
  assert.equal(await heard(), ports.clock.now());
});

async function drain(ports: TestPorts): Promise<void> {
  while ((await applyInbox(ports, SOURCES_OF_ACME, STORE, async () => ({ waiting: new Set() }))).claimed > 0);
}

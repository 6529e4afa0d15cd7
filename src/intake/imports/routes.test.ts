import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import Fastify, { type FastifyInstance } from "fastify";
import { hashToken } from "../../base/ids.ts";
import { type TestDatabase, testDatabase } from "../../server/database/testing.ts";
import { API_KEY, openStore, SOURCES_OF_ACME, STORE, testPorts } from "../testing.ts";
import { MAX_IMPORT_BYTES } from "./import-file.ts";
import { importRoutes } from "./routes.ts";

const STORE_KEY = "the-key-of-the-whole-store";

let database: TestDatabase;
let server: FastifyInstance;
before(async () => {
  database = await testDatabase();
  await openStore(database.db);
  server = Fastify();
  await server.register(importRoutes(testPorts(database.db), [{ id: STORE, zone: "Europe/Berlin", sources: SOURCES_OF_ACME.get(STORE) ?? new Map(), keyHashes: [hashToken(STORE_KEY)] }]));
});
after(async () => {
  await server.close();
  await database.drop();
});

const FILE = "order_id,at\n1,2026-01-04 09:00\n2,soon\n";
const under = (key: string) => ({ authorization: `Bearer ${key}`, "content-type": "text/csv" });

async function post(query: string, headers: Record<string, string> = under(STORE_KEY), payload = FILE) {
  const response = await server.inject({ method: "POST", url: `/v1/imports?${query}`, headers, payload });
  return { status: response.statusCode, json: response.json<Record<string, unknown>>() };
}

test("a file is answered when it is read, with its counts, its rejects, and where the whole report is", async () => {
  const { status, json } = await post("source=shopify&as=cancellations");
  const { id, rejects, ...report } = json;
  const url = `/v1/imports/${String(id)}`;
  assert.deepEqual([status, report], [200, { source: "shopify", history: true, rows: 2, kept: 1, duplicates: 0, rejected: 1, ignored: [], report: `${url}/rejects.csv` }]);
  assert.deepEqual((rejects as { line: number; column: string }[]).map(({ line, column }) => [line, column]), [[3, "at"]]);
  const headers = under(STORE_KEY);
  const one = (await server.inject({ url, headers })).json<Record<string, unknown>>();
  assert.deepEqual([one["state"], one["rows"], one["kept"], one["sheet"], one["imported"]], ["read", 2, 1, "cancellations", "history"]);
  assert.deepEqual((await server.inject({ url: "/v1/imports", headers })).json<{ imports: { id: string }[] }>().imports.map((row) => row.id), [id]);
  const csv = await server.inject({ url: `${url}/rejects.csv`, headers });
  assert.match(String(csv.headers["content-type"]), /^text\/csv/);
  assert.match(csv.body, /^line,column,what,next\r\n3,at,is not a moment,/);
});

test("the key of one source brings that source's rows and no other's", async () => {
  assert.equal((await post("as=cancellations", under(API_KEY))).json["source"], "erp");
  const other = await post("as=cancellations&source=shopify", under(API_KEY));
  assert.deepEqual([other.status, other.json["detail"]], [401, 'This key speaks for the source "erp" alone. Send one of the store\'s apiKeys to write as another source.']);
});

test("every refusal says what was wrong and what to do", async () => {
  const cases: [string, Record<string, string>, string, number, RegExp][] = [
    ["as=cancellations&source=erp", {}, FILE, 401, /API key is missing or not known/],
    ["as=cancellations&source=erp", under("wrong"), FILE, 401, /API key is missing or not known/],
    ["as=cancellations", under(STORE_KEY), FILE, 400, /not said whose rows they are\. Name a source/],
    ["as=cancellations&source=nobody", under(STORE_KEY), FILE, 404, /no such source/],
    ["as=gifts&source=erp", under(STORE_KEY), FILE, 400, /Invalid option.*Say \?source=/s],
    ["as=cancellations&source=erp", under(STORE_KEY), "", 400, /The file is empty/],
    ["as=orders&source=erp", under(STORE_KEY), FILE, 400, /names no column placed_at/],
    ["as=orders&source=erp", { ...under(STORE_KEY), "content-length": String(MAX_IMPORT_BYTES + 1) }, FILE, 413, /larger than 1073741824 bytes\. Bring it in parts/],
  ];
  for (const [query, headers, payload, status, detail] of cases) {
    const answer = await post(query, headers, payload);
    assert.equal(answer.status, status, query);
    assert.match(String(answer.json["detail"]), detail);
    assert.ok(answer.json["next"]);
  }
  for (const id of ["x", "00000000-0000-8000-8000-000000000001"]) assert.equal((await server.inject({ url: `/v1/imports/${id}`, headers: under(STORE_KEY) })).statusCode, 404);
});

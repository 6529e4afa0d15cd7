import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { sql } from "../base/db.ts";
import { type TestDatabase, testDatabase } from "../server/database/testing.ts";
import { applyInbox } from "./apply.ts";
import type { ConfiguredSource } from "./adapter.ts";
import type { InboxRow } from "./core/delivery.ts";
import type { StoreEvent } from "./core/event.ts";
import { createReceiver } from "./receive.ts";
import { replayFolder, type ReplayReport } from "./replay.ts";
import { openStore, shopOrder, SHOPIFY, SOURCES_OF_ACME, STORE, testPorts } from "./testing.ts";

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
  await openStore(database.db);
});
after(() => database.drop());

async function replay(source: ConfiguredSource, folder: string, fresh: { freshIds?: boolean; freshTimes?: boolean }, lines: string[] = []): Promise<ReplayReport> {
  const ports = testPorts(database.db);
  return replayFolder(ports, createReceiver(ports, SOURCES_OF_ACME), { folder, store: STORE, source, ...fresh, print: (line) => lines.push(line) });
}

async function rowOf(inboxId: string): Promise<InboxRow> {
  const [row] = await database.db.rows<InboxRow & { triggeredAt: InboxRow["receivedAt"] | null }>(
    sql(`select inbox_id as "inboxId", source, kind, headers, body, triggered_at as "triggeredAt", received_at as "receivedAt" from inbox where inbox_id = $1`),
    [inboxId],
  );
  assert.ok(row);
  const { triggeredAt, ...rest } = row;
  return { ...rest, ...(triggeredAt !== null && { triggeredAt }) };
}

async function folderOf(files: Record<string, unknown>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "replay-"));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  return folder;
}

const recorded = (body: unknown, id = "w-1") => ({ headers: { "x-shopify-topic": "orders/create", "x-shopify-webhook-id": id, "x-shopify-triggered-at": "2026-03-01T10:05:01Z" }, body });

test("without fresh ids a second replay is all duplicates, and says so; with them it is new", async () => {
  const folder = await folderOf({ "orders.create.json": recorded(shopOrder()) });
  const fresh = (report: ReplayReport) => report.replayed.map(({ receipt }) => receipt.kind === "kept" && receipt.fresh);
  const lines: string[] = [];
  assert.deepEqual(fresh(await replay(SHOPIFY, folder, {})), [1]);
  assert.deepEqual(fresh(await replay(SHOPIFY, folder, {}, lines)), [0]);
  assert.match(lines.join(), /duplicate .* fresh ids/);
  assert.deepEqual(fresh(await replay(SHOPIFY, folder, { freshIds: true })), [1]);
});

test("fresh times move every moment by the same span, so that the newest is now", async () => {
  const folder = await folderOf({ "orders.create.json": recorded(shopOrder(), "w-times") });
  const lines: string[] = [];
  const [first] = (await replay(SHOPIFY, folder, { freshTimes: true }, lines)).replayed;
  assert.match(lines.join(), /fresh times/);
  const body = JSON.parse(Buffer.from((await rowOf(first?.receipt.kind === "kept" ? (first.receipt.inboxIds[0] ?? "") : "")).body).toString()) as Record<string, string>;
  assert.deepEqual([body["created_at"], body["updated_at"]], ["2026-03-02T11:55:00.000Z", "2026-03-02T12:00:00.000Z"]);
});

test("ids that a recorder has rounded are restored from their exact form in another file, and only then", async () => {
  const folder = await folderOf({
    "orders.create.json": recorded(shopOrder({ id: 820982911946154500, admin_graphql_api_id: "gid://shopify/Order/820982911946154508" }), "w-rounded"),
    "refunds.create.json": { id: 890088186047892400, order_id: 820982911946154500, created_at: "2026-03-01T11:00:00Z", transactions: [{ id: 1, kind: "refund", status: "success", amount: "1.00", currency: "EUR" }] },
  });
  const report = await replay(SHOPIFY, folder, { freshIds: true });
  const refund = report.replayed.find(({ file }) => file === "refunds.create.json");
  assert.deepEqual(refund?.changed, ["1 rounded ids restored", "fresh delivery id"]);
  const said = SHOPIFY.adapter.normalise(await rowOf(refund?.receipt.kind === "kept" ? (refund.receipt.inboxIds[0] ?? "") : ""));
  assert.deepEqual(said.kind === "events" && said.events.map((event) => [event.orderId, event.fact.kind === "refund.recorded" && event.fact.refundId]), [["shopify/820982911946154508", "shopify/890088186047892400"]]);
});

test("what is no recording is skipped by name and the rest goes on", async () => {
  const folder = await folderOf({ "broken.json": "{", "orders.create.json": recorded(shopOrder(), "w-rest") });
  const report = await replay(SHOPIFY, folder, {});
  assert.deepEqual(report.skipped.map(({ file }) => file), ["broken.json"]);
  assert.equal(report.replayed.length, 1);
});

test("everything that was replayed can be applied", async () => {
  const events: StoreEvent[] = [];
  const report = await applyInbox(testPorts(database.db), SOURCES_OF_ACME, STORE, async (_tx, _store, given) => (events.push(...given), { waiting: new Set() }));
  assert.equal(report.postponed, 0);
  assert.ok(events.length > 0);
});

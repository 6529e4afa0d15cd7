import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { sql } from "../base/db.ts";
import { HOUR, MINUTE } from "../base/time.ts";
import { pagesOpen } from "../people/index.ts";
import { type TestDatabase, testDatabase } from "../server/database/testing.ts";
import { applyInbox, type ApplyEvents } from "./apply.ts";
import { dismiss, requeue } from "./quarantine.ts";
import { readUpTo } from "./read-up-to.ts";
import { createReceiver } from "./receive.ts";
import { openStore, shopOrder, SHOPIFY, signed, sourcesOf, STORE, type TestPorts, testPorts } from "./testing.ts";
import { watchSources } from "./watch-sources.ts";

const SOURCES = sourcesOf(SHOPIFY);

let database: TestDatabase;
let ports: TestPorts;
beforeEach(async () => {
  database = await testDatabase();
  await openStore(database.db, SOURCES);
  ports = testPorts(database.db);
});
afterEach(() => database.drop());

async function arrive(kind: string, body: unknown): Promise<string> {
  const receipt = await createReceiver(ports, SOURCES).receive(STORE, "shopify", signed(SHOPIFY.adapter, kind, body, { at: ports.clock.now() }));
  return receipt.kind === "kept" ? (receipt.inboxIds[0] ?? "") : "";
}
const read = async () => (await readUpTo(database.db, STORE, SOURCES, ports.clock.now())).get("shopify");
const applied: ApplyEvents = async () => ({ waiting: new Set() });
const apply = (applyEvents = applied) => applyInbox(ports, SOURCES, STORE, applyEvents);
const pages = async () => (await pagesOpen(database.db, STORE)).map(({ about }) => about);

test("a source is read up to just before its oldest unread delivery, and up to now once that is applied", async () => {
  ports.pass(HOUR);
  const arrived = ports.clock.now();
  await arrive("orders/create", shopOrder());
  ports.pass(MINUTE);
  assert.equal(await read(), arrived - 1);
  await apply();
  assert.equal(await read(), ports.clock.now());
});

test("a source that was never registered is read up to nothing", async () => {
  await database.db.rows(sql("delete from sources"));
  assert.equal(await read(), 0);
});

test("silence freezes a source and calls a person; a delivery takes both back", async () => {
  const lastWord = ports.clock.now();
  ports.pass(7 * HOUR);
  assert.equal(await read(), lastWord);
  assert.deepEqual((await watchSources(ports, SOURCES, STORE)).behind, { shopify: "silent" });
  await watchSources(ports, SOURCES, STORE);
  assert.deepEqual(await pages(), ["source/shopify"]);
  await arrive("orders/create", shopOrder());
  await apply();
  assert.deepEqual((await watchSources(ports, SOURCES, STORE)).recovered, ["shopify"]);
  assert.deepEqual(await pages(), []);
});

test("a delivery in quarantine that may hide a fact freezes its source until it is requeued and read, or dismissed", async () => {
  const unreadable = shopOrder({ total_price: "a lot" });
  const inboxId = await arrive("orders/create", unreadable);
  const arrived = ports.clock.now();
  assert.equal((await apply()).quarantined, 1);
  ports.pass(HOUR);
  assert.equal(await read(), arrived - 1);
  assert.deepEqual((await watchSources(ports, SOURCES, STORE)).behind, { shopify: "unread" });
  assert.deepEqual(await requeue(ports, STORE, { source: "shopify", kind: "orders/create" }), [inboxId]);
  assert.equal((await apply()).quarantined, 1, "the same release reads it no better");
  assert.deepEqual(await dismiss(ports, STORE, [inboxId], "sam", "a test order"), [inboxId]);
  assert.equal(await read(), ports.clock.now());
});

test("a delivery of a kind that nothing rests on freezes nothing", async () => {
  await arrive("products/update", { id: 1 });
  assert.equal((await apply()).quarantined, 1);
  assert.equal(await read(), ports.clock.now());
});

test("a row that is postponed holds its source back: it is not read", async () => {
  await arrive("orders/create", shopOrder());
  const arrived = ports.clock.now();
  await apply(async () => {
    throw new TypeError("poison");
  });
  ports.pass(HOUR);
  assert.equal(await read(), arrived - 1);
});

test("after a restored backup a source that is pulled has been read up to its last pull, whatever it says since, until the next", async () => {
  const pulled = ports.clock.now();
  await database.db.rows(sql("update sources set pulled_until = ms($1)"), [pulled]);
  ports.pass(3 * HOUR);
  await database.db.rows(sql("update stores set gap_until = ms($1)"), [ports.clock.now()]);
  ports.pass(MINUTE);
  await arrive("orders/create", shopOrder());
  await apply();
  const sources = sourcesOf({ ...SHOPIFY, isPulled: true });
  const readOf = async () => (await readUpTo(database.db, STORE, sources, ports.clock.now())).get("shopify");
  assert.equal(await readOf(), pulled);
  await database.db.rows(sql("update sources set pulled_until = ms($1)"), [ports.clock.now()]);
  assert.equal(await readOf(), ports.clock.now());
});

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Db } from "../base/db.ts";
import { sql } from "../base/db.ts";
import { type TestDatabase, testDatabase } from "../server/database/testing.ts";
import { createReceiver, MAX_WAITING_OF_STORE } from "./receive.ts";
import { openStore, shopOrder, SHOPIFY, signed, SOURCES_OF_ACME, STORE, testPorts } from "./testing.ts";

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
  await openStore(database.db);
});
after(() => database.drop());

const order = (deliveryId: string) => signed(SHOPIFY.adapter, "orders/create", shopOrder(), { deliveryId });

async function kept(): Promise<number> {
  const [row] = await database.db.rows<{ count: number }>(sql("select count(*)::int as count from inbox"));
  return row?.count ?? 0;
}

test("a delivery is kept byte for byte, once, however often and from wherever it comes", async () => {
  const receiver = createReceiver(testPorts(database.db), SOURCES_OF_ACME);
  const other = createReceiver(testPorts(database.db), SOURCES_OF_ACME);
  const delivery = order("same");
  const before = await kept();
  const receipts = await Promise.all([receiver, receiver, other, other].map((each) => each.receive(STORE, "shopify", delivery)));
  const fresh = receipts.map((receipt) => (receipt.kind === "kept" ? receipt.fresh : NaN)).reduce((sum, each) => sum + each);
  assert.equal(fresh, 1);
  assert.equal((await kept()) - before, 1);
  const [row] = await database.db.rows<{ body: Uint8Array; dedupe_key: string }>(sql("select body, dedupe_key from inbox where dedupe_key = 'same'"));
  assert.deepEqual(Buffer.from(row?.body ?? []), Buffer.from(delivery.body));
});

test("a delivery that comes twice within one commit is new once", async () => {
  const receiver = createReceiver(testPorts(database.db), SOURCES_OF_ACME, 1);
  const receipts = await Promise.all(["first", "twice", "twice"].map((id) => receiver.receive(STORE, "shopify", order(id))));
  assert.deepEqual(receipts.map((receipt) => receipt.kind === "kept" && receipt.fresh), [1, 1, 0]);
});

test("what comes while a commit runs goes into the next one: 200 deliveries take far fewer statements", async () => {
  let statements = 0;
  const counting: Db = {
    rows: (statement, params) => {
      statements++;
      return database.db.rows(statement, params);
    },
    transaction: (work) => database.db.transaction(work),
  };
  const receiver = createReceiver(testPorts(counting), SOURCES_OF_ACME);
  const receipts = await Promise.all(Array.from({ length: 200 }, (_, index) => receiver.receive(STORE, "shopify", order(`group-${index}`))));
  assert.ok(receipts.every((receipt) => receipt.kind === "kept" && receipt.fresh === 1));
  assert.ok(statements <= 4, `${statements} statements`);
});

/** A database that answers only when the test says so. */
function slowDatabase(): { db: Db; release(): void } {
  const held: (() => void)[] = [];
  let open = false;
  const db: Db = {
    rows: async (statement, params) => {
      if (!open) await new Promise<void>((resolve) => held.push(resolve));
      return database.db.rows(statement, params);
    },
    transaction: (work) => database.db.transaction(work),
  };
  return {
    db,
    release: () => {
      open = true;
      for (const resolve of held) resolve();
    },
  };
}

test("nothing is acknowledged before its commit", async () => {
  const slow = slowDatabase();
  const receiver = createReceiver(testPorts(slow.db), SOURCES_OF_ACME);
  let answered = false;
  const receipt = receiver.receive(STORE, "shopify", order("slow")).finally(() => (answered = true));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(answered, false);
  slow.release();
  assert.equal((await receipt).kind, "kept");
});

test("a queue that is full answers 429 for its store at once and keeps what it had taken", async () => {
  const slow = slowDatabase();
  const receiver = createReceiver(testPorts(slow.db), SOURCES_OF_ACME);
  const taken = Array.from({ length: MAX_WAITING_OF_STORE }, (_, index) => receiver.receive(STORE, "shopify", order(`full-${index}`)));
  const beyond = await receiver.receive(STORE, "shopify", order("one-too-many"));
  assert.equal(beyond.kind === "refused" && beyond.problem.status, 429);
  assert.ok(beyond.kind === "refused" && beyond.problem.retryAfterSeconds);
  slow.release();
  assert.ok((await Promise.all(taken)).every((receipt) => receipt.kind === "kept"));
  assert.equal((await receiver.receive(STORE, "shopify", order("one-too-many"))).kind, "kept");
});

test("draining answers what was taken and refuses what comes after", async () => {
  const slow = slowDatabase();
  const receiver = createReceiver(testPorts(slow.db), SOURCES_OF_ACME);
  const taken = receiver.receive(STORE, "shopify", order("before-drain"));
  const drained = receiver.drain();
  const late = await receiver.receive(STORE, "shopify", order("after-drain"));
  assert.equal(late.kind === "refused" && late.problem.code, "stopping");
  slow.release();
  await drained;
  assert.equal((await taken).kind, "kept");
});

test("one store that the database does not know does not take the others' deliveries down", async () => {
  const ports = testPorts(database.db);
  const ghost = "ghost" as typeof STORE;
  const sources = new Map([...SOURCES_OF_ACME, [ghost, SOURCES_OF_ACME.get(STORE) ?? new Map()] as const]);
  const receiver = createReceiver(ports, sources, 1);
  const [first, bad, good] = await Promise.all([
    receiver.receive(STORE, "shopify", order("isolated-1")),
    receiver.receive(ghost, "shopify", order("isolated-2")),
    receiver.receive(STORE, "shopify", order("isolated-3")),
  ]);
  assert.equal(first.kind, "kept");
  assert.equal(good.kind, "kept");
  assert.equal(bad.kind === "refused" && bad.problem.status, 503);
});

test("a flush tells how far its source was heard, by arrival and by what it speaks of", async () => {
  const ports = testPorts(database.db);
  ports.pass(3_600_000);
  const receiver = createReceiver(ports, SOURCES_OF_ACME);
  await receiver.receive(STORE, "shopify", signed(SHOPIFY.adapter, "orders/create", shopOrder(), { at: ports.clock.now() }));
  const [row] = await database.db.rows<{ heard_at: number; happened_at: number }>(
    sql("select heard_at, happened_at from sources where store_id = 'acme' and source = 'shopify'"),
  );
  assert.deepEqual(row, { heard_at: ports.clock.now(), happened_at: ports.clock.now() });
});

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { MOST_TRIES, sql } from "../base/db.ts";
import { uuidOf } from "../base/ids.ts";
import { MINUTE } from "../base/time.ts";
import { type TestDatabase, testDatabase } from "../server/database/testing.ts";
import { applyInbox, type ApplyEvents } from "./apply.ts";
import type { StoreEvent } from "./core/event.ts";
import { expireWaiting, WAIT_MOST } from "./expire-waiting.ts";
import { requeue } from "./quarantine.ts";
import { readUpTo } from "./read-up-to.ts";
import { createReceiver } from "./receive.ts";
import { openStore, shopOrder, SHOPIFY, signed, SOURCES_OF_ACME, STORE, type TestPorts, testPorts } from "./testing.ts";

let database: TestDatabase;
let ports: TestPorts;
beforeEach(async () => {
  database = await testDatabase();
  await openStore(database.db);
  ports = testPorts(database.db);
});
afterEach(() => database.drop());

async function arrive(kind: string, body: unknown, deliveryId?: string): Promise<void> {
  const receipt = await createReceiver(ports, SOURCES_OF_ACME).receive(
    STORE,
    "shopify",
    signed(SHOPIFY.adapter, kind, body, { at: ports.clock.now(), ...(deliveryId !== undefined && { deliveryId }) }),
  );
  assert.equal(receipt.kind, "kept");
}

function recorder(): { events: StoreEvent[]; apply: ApplyEvents } {
  const events: StoreEvent[] = [];
  return { events, apply: async (_tx, _store, given) => (events.push(...given), { waiting: new Set() }) };
}

async function states(): Promise<Record<string, unknown>[]> {
  return database.db.rows(sql("select kind, state, reason, attempts from inbox order by kind, dedupe_key"));
}

test("kept deliveries become events once, and each row says what became of it", async () => {
  await arrive("orders/create", shopOrder());
  await arrive("products/update", { id: 1 });
  await arrive("app/uninstalled", { id: 1 });
  const { events, apply } = recorder();
  const first = await applyInbox(ports, SOURCES_OF_ACME, STORE, apply);
  assert.deepEqual([first.applied, first.quarantined, first.ignored, first.more], [1, 1, 1, false]);
  assert.deepEqual(events.map((event) => event.fact.kind), ["order.recorded", "payment.recorded"]);
  assert.equal((await applyInbox(ports, SOURCES_OF_ACME, STORE, apply)).claimed, 0);
  assert.deepEqual((await states()).map(({ state }) => state), ["ignored", "applied", "quarantined"]);
});

test("a row whose order is not known yet waits, and is applied when its order has come", async () => {
  await arrive("refunds/create", { id: 9, order_id: 1001, created_at: "2026-03-01T11:00:00Z", transactions: [{ id: 3, kind: "refund", status: "success", amount: "5.00", currency: "EUR" }] });
  await applyInbox(ports, SOURCES_OF_ACME, STORE, async (_tx, _store, events) => ({ waiting: new Set(events.map((event) => event.inboxId)) }));
  const [waiting] = await database.db.rows<{ inbox_id: string; state: string }>(sql("select inbox_id, state from inbox"));
  assert.equal(waiting?.state, "waiting");
  await arrive("orders/create", shopOrder());
  await applyInbox(ports, SOURCES_OF_ACME, STORE, async () => ({ waiting: new Set(), adopted: new Set([waiting?.inbox_id ?? ""]) }));
  assert.deepEqual((await states()).map(({ state }) => state), ["applied", "applied"]);
});

/** A refund of an order that nobody has heard of, read and waiting; answers its inbox id. */
async function waitingRefund(): Promise<string> {
  await arrive("refunds/create", { id: 9, order_id: 1001, created_at: "2026-03-01T11:00:00Z", transactions: [{ id: 3, kind: "refund", status: "success", amount: "5.00", currency: "EUR" }] });
  await applyInbox(ports, SOURCES_OF_ACME, STORE, async (_tx, _store, events) => ({ waiting: new Set(events.map((event) => event.inboxId)) }));
  const [row] = await database.db.rows<{ inbox_id: string }>(sql("select inbox_id from inbox where state = 'waiting'"));
  return row?.inbox_id ?? "";
}

test("what has waited a month for its order goes to a person, holds no source back, and can be read again", async () => {
  await waitingRefund();
  ports.pass(WAIT_MOST - 1);
  assert.equal(await expireWaiting(ports, SOURCES_OF_ACME, STORE), 0);
  ports.pass(1);
  await arrive("orders/create", shopOrder({ id: 5, name: "#5" }));
  await applyInbox(ports, SOURCES_OF_ACME, STORE, recorder().apply);
  const readUntil = async (): Promise<unknown> => (await readUpTo(database.db, STORE, SOURCES_OF_ACME, ports.clock.now())).get("shopify");
  const before = await readUntil();
  assert.deepEqual([await expireWaiting(ports, SOURCES_OF_ACME, STORE), await expireWaiting(ports, SOURCES_OF_ACME, STORE)], [1, 0]);
  const [, row] = await states();
  assert.equal(row?.["state"], "quarantined");
  assert.match(String(row?.["reason"]), /^no_order: No order of this name .*was ever heard of, in 30 days\. .*"shopify".* requeue .* dismiss/);
  assert.equal(await readUntil(), before);
  assert.equal((await requeue(ports, STORE, { kind: "refunds/create" })).length, 1);
  const { events, apply } = recorder();
  await applyInbox(ports, SOURCES_OF_ACME, STORE, apply);
  assert.deepEqual([...new Set(events.map((event) => event.fact.kind))], ["refund.recorded"]);
});

test("an order that comes after the month still finds what had waited for it", async () => {
  const inboxId = await waitingRefund();
  ports.pass(WAIT_MOST);
  await expireWaiting(ports, SOURCES_OF_ACME, STORE);
  await arrive("orders/create", shopOrder());
  await applyInbox(ports, SOURCES_OF_ACME, STORE, async () => ({ waiting: new Set(), adopted: new Set([inboxId]) }));
  assert.deepEqual((await states()).map(({ state, reason }) => [state, reason]), [["applied", null], ["applied", null]]);
});

test("a poison row is postponed with a growing pause and at last quarantined under its error, while the rest goes on", async () => {
  await arrive("orders/create", shopOrder({ id: 666, name: "#666" }));
  await arrive("orders/create", shopOrder());
  const applied: string[] = [];
  const poisoned: ApplyEvents = async (tx, _store, events) => {
    // The write proves that a failed batch leaves nothing behind.
    await tx.rows(sql("insert into audit (store_id, audit_id, at, actor, verb, target, detail) values ('acme', $2, ms(0), 'test', 'apply', $1, '{}')"), [events.map((event) => event.orderId).join(), uuidOf(...events.map((event) => event.id))]);
    if (events.some((event) => event.orderId === "shopify/666")) throw new TypeError("poison");
    applied.push(...events.map((event) => event.orderId ?? ""));
    return { waiting: new Set() };
  };
  const first = await applyInbox(ports, SOURCES_OF_ACME, STORE, poisoned);
  assert.deepEqual([first.applied, first.postponed], [1, 1]);
  assert.deepEqual([...new Set(applied)], ["shopify/1001"]);
  const audits = await database.db.rows<{ target: string }>(sql("select distinct target from audit"));
  assert.ok(audits.every(({ target }) => !target.includes("666")));
  assert.equal((await applyInbox(ports, SOURCES_OF_ACME, STORE, poisoned)).claimed, 0, "it is left alone until its pause is over");
  let rounds = 1;
  for (; rounds < 20; rounds++) {
    ports.pass(24 * 60 * MINUTE);
    if ((await applyInbox(ports, SOURCES_OF_ACME, STORE, poisoned)).quarantined === 1) break;
  }
  const [bad] = (await states()).filter(({ state }) => state === "quarantined");
  assert.match(String(bad?.["reason"]), /^failed: TypeError: poison/);
  assert.equal(bad?.["attempts"], rounds + 1);
});

test("a failure of the database blames no row", async () => {
  await arrive("orders/create", shopOrder());
  const deadlock: ApplyEvents = async () => {
    throw Object.assign(new Error("deadlock detected"), { code: "40P01" });
  };
  await assert.rejects(applyInbox(ports, SOURCES_OF_ACME, STORE, deadlock));
  assert.deepEqual((await states()).map(({ state, attempts }) => [state, attempts]), [["new", 0]]);
});

test("a batch that the database undoes for the sake of another one is read again at once, and blames no row", async () => {
  await database.db.rows(sql("insert into order_links (store_id, ref, order_id) values ('acme', 'a', null), ('acme', 'b', null)"));
  const [one, both] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let tries = 0;
  const reports: ReturnType<typeof applyInbox>[] = [];
  // Two batches learn the same names, each from its own end. The one that was undone leaves its first name to the other.
  const learn = (index: number, names: readonly [string, string]) => applyInbox(ports, SOURCES_OF_ACME, STORE, async (tx) => {
    const lock = sql("select from order_links where ref = $1 for update");
    if (tries === 2) await reports[1 - index];
    await tx.rows(lock, [names[0]]);
    tries += 1;
    (tries === 1 ? one : both).resolve();
    await both.promise;
    await tx.rows(lock, [names[1]]);
    return { waiting: new Set() };
  });
  await arrive("orders/create", shopOrder());
  reports.push(learn(0, ["a", "b"]));
  await one.promise;
  await arrive("orders/create", shopOrder({ id: 1002, name: "#1002" }));
  reports.push(learn(1, ["b", "a"]));
  const settled = await Promise.all(reports);
  assert.deepEqual([tries, settled.map(({ applied, postponed }) => [applied, postponed])], [3, [[1, 0], [1, 0]]]);
  assert.deepEqual((await states()).map(({ state, attempts }) => [state, attempts]), [["applied", 0], ["applied", 0]]);
});

test("a batch that is undone again and again is left to the next look", async () => {
  await arrive("orders/create", shopOrder());
  let tries = 0;
  const undone: ApplyEvents = async () => {
    tries += 1;
    throw Object.assign(new Error("could not serialize access"), { code: "40001" });
  };
  await assert.rejects(applyInbox(ports, SOURCES_OF_ACME, STORE, undone), { code: "40001" });
  assert.equal(tries, MOST_TRIES);
  assert.deepEqual((await states()).map(({ state, attempts }) => [state, attempts]), [["new", 0]]);
});

test("two workers never read the same row", async () => {
  for (let index = 0; index < 20; index++) await arrive("orders/create", shopOrder({ id: index + 1 }));
  const { events, apply } = recorder();
  await Promise.all([applyInbox(ports, SOURCES_OF_ACME, STORE, apply), applyInbox(ports, SOURCES_OF_ACME, STORE, apply)]);
  assert.equal(new Set(events.map((event) => event.id)).size, events.length);
  assert.equal(events.length, 40);
});

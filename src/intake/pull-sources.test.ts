import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { sql } from "../base/db.ts";
import { HOUR, iso, MINUTE, plus } from "../base/time.ts";
import { type TestDatabase, testDatabase } from "../server/database/testing.ts";
import { applyInbox } from "./apply.ts";
import { createReceiver, type Sources } from "./receive.ts";
import { DOUBT, FIRST_PULL, type HeldWork, pullSources } from "./pull-sources.ts";
import { readUpTo } from "./read-up-to.ts";
import { createSource } from "./sources/create-source.ts";
import { NOON, openStore, shopOrder, SHOP_SECRET, signed, sourcesOf, STORE, STRIPE_SECRET, type TestPorts, testPorts } from "./testing.ts";

interface Expected {
  readonly matches: (url: URL, request: IncomingMessage) => boolean;
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}

/** A vendor on loopback that answers each expected call once, in order, and fails on any other. */
class FakeVendor {
  private readonly expected: Expected[] = [];
  private readonly unexpected: string[] = [];
  private readonly server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://fake");
    const next = this.expected[0];
    if (!next?.matches(url, request)) {
      this.unexpected.push(`${request.method} ${request.url}`);
      response.writeHead(418).end();
      return;
    }
    this.expected.shift();
    response.writeHead(next.status ?? 200, { "content-type": "application/json", ...next.headers });
    response.end(typeof next.body === "string" ? next.body : JSON.stringify(next.body));
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  expect(...calls: readonly Expected[]): void {
    this.expected.push(...calls);
  }
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    assert.deepEqual(this.unexpected, [], "calls that nobody expected");
    assert.equal(this.expected.length, 0, "calls that were expected and never made");
  }
}

let database: TestDatabase;
let ports: TestPorts;
let vendor: FakeVendor;
let base: string;
beforeEach(async () => {
  database = await testDatabase();
  ports = testPorts(database.db);
  vendor = new FakeVendor();
  base = await vendor.start();
});
afterEach(async () => {
  await database.drop();
  await vendor.stop();
});

const shop = () => createSource({ name: "shopify", type: "shopify", config: { secrets: [SHOP_SECRET], api: { baseUrl: base, token: "shpat_test", version: "2026-01" } } });
const account = () => createSource({ name: "stripe", type: "stripe", config: { secrets: [STRIPE_SECRET], api: { baseUrl: base, key: "rk_test" } } });

const noneHeld: HeldWork = async () => [];

async function pull(sources: Sources, held = noneHeld) {
  await openStore(database.db, sources);
  return pullSources({ ...ports, fetch }, sources, STORE, held);
}

const workAsked = (id: string) => (url: URL, { headers }: IncomingMessage) => url.pathname === `/admin/api/2026-01/fulfillment_orders/${id}.json` && headers["x-shopify-access-token"] === "shpat_test";

const ordersSince = (since: number) => (url: URL, { headers }: IncomingMessage) =>
  url.pathname === "/admin/api/2026-01/orders.json" &&
  url.searchParams.get("updated_at_min") === iso(plus(NOON, since)) &&
  url.searchParams.get("status") === "any" &&
  headers["x-shopify-access-token"] === "shpat_test";
const pageAt = (info: string) => (url: URL) => url.searchParams.get("page_info") === info;
const link = (info: string) => ({ link: `<${base}/admin/api/2026-01/orders.json?limit=250&page_info=${info}>; rel="next"` });

async function pulledUntil(): Promise<unknown> {
  return (await database.db.rows<{ pulled_until: unknown; pull_cursor: unknown }>(sql("select pulled_until, pull_cursor from sources")))[0];
}

test("a pull keeps every order of every page, and the next one asks only for what changed since", async () => {
  vendor.expect(
    { matches: ordersSince(-FIRST_PULL), headers: link("two"), body: { orders: [shopOrder(), shopOrder({ id: 1002 })] } },
    { matches: pageAt("two"), body: { orders: [shopOrder({ id: 1003 })] } },
  );
  const sources = sourcesOf(shop());
  assert.deepEqual(await pull(sources), [{ source: "shopify", pages: 2, fresh: 3, kind: "complete" }]);
  assert.deepEqual(await pulledUntil(), { pulled_until: plus(NOON, -DOUBT), pull_cursor: null });
  ports.pass(HOUR);
  vendor.expect({ matches: ordersSince(-DOUBT), body: { orders: [shopOrder()] } });
  assert.deepEqual(await pull(sources), [{ source: "shopify", pages: 1, fresh: 0, kind: "complete" }], "an unchanged order is no news");
});

test("what a webhook and a pull both tell is one event, and what only the pull tells is found", async () => {
  const sources = sourcesOf(shop());
  await openStore(database.db, sources);
  await createReceiver(ports, sources).receive(STORE, "shopify", signed(shop().adapter, "orders/create", shopOrder()));
  vendor.expect({ matches: ordersSince(-FIRST_PULL), body: { orders: [shopOrder(), shopOrder({ id: 1002 })] } });
  await pull(sources);
  const ids = new Map<string, string | undefined>();
  let told = 0;
  await applyInbox(ports, sources, STORE, async (_tx, _store, events) => {
    for (const { id, orderId } of events) ids.set(id, orderId);
    told += events.length;
    return { waiting: new Set() };
  });
  assert.equal(told, 6);
  assert.equal(ids.size, 4);
  assert.deepEqual(new Set(ids.values()), new Set(["shopify/1001", "shopify/1002"]));
});

test("ids of 64 bits survive a pull", async () => {
  const order = JSON.stringify(shopOrder()).replace('"id":1001', '"id":820982911946154507');
  vendor.expect({ matches: ordersSince(-FIRST_PULL), body: `{"orders":[${order}]}` });
  await pull(sourcesOf(shop()));
  const [row] = await database.db.rows<{ body: Uint8Array; dedupe_key: string }>(sql("select body, dedupe_key from inbox"));
  assert.equal(Buffer.from(row?.body ?? []).toString(), order);
  assert.match(row?.dedupe_key ?? "", /^pull:820982911946154507:/);
});

test("a vendor that says too many is left alone for as long as it asks, and the pull goes on where it stopped", async () => {
  const sources = sourcesOf(shop());
  vendor.expect(
    { matches: ordersSince(-FIRST_PULL), headers: link("two"), body: { orders: [shopOrder()] } },
    { matches: pageAt("two"), status: 429, headers: { "retry-after": "2.0" }, body: {} },
  );
  const [stopped] = await pull(sources);
  assert.deepEqual([stopped?.kind, stopped?.kind === "later" && stopped.at], ["later", plus(NOON, 2_000)]);
  assert.deepEqual((await pulledUntil() as { pulled_until: unknown }).pulled_until, null, "an unfinished pull covers nothing");
  ports.pass(MINUTE);
  vendor.expect({ matches: pageAt("two"), body: { orders: [shopOrder({ id: 1002 })] } });
  assert.equal((await pull(sources))[0]?.kind, "complete");
  assert.deepEqual(await pulledUntil(), { pulled_until: plus(NOON, -DOUBT), pull_cursor: null }, "it covers up to where it began, not to where it ended");
});

test("a pull that was stopped and goes on hours later is followed by another at once, which asks for what happened since", async () => {
  const sources = sourcesOf(shop());
  vendor.expect({ matches: ordersSince(-FIRST_PULL), headers: link("two"), body: { orders: [shopOrder()] } }, { matches: pageAt("two"), status: 503, body: {} });
  assert.equal((await pull(sources))[0]?.kind, "later");
  ports.pass(10 * HOUR);
  vendor.expect({ matches: pageAt("two"), body: { orders: [shopOrder({ id: 1002 })] } });
  assert.equal((await pull(sources))[0]?.kind, "more");
  vendor.expect({ matches: ordersSince(-DOUBT), body: { orders: [] } });
  assert.equal((await pull(sources))[0]?.kind, "complete");
  assert.deepEqual((await pulledUntil() as { pulled_until: unknown }).pulled_until, plus(NOON, 10 * HOUR - DOUBT));
});

test("a pull by a machine whose clock is ahead does not hide that a later delivery lags", async () => {
  const sources = sourcesOf(shop());
  await openStore(database.db, sources);
  const ahead = testPorts(database.db);
  ahead.pass(HOUR + 18 * MINUTE);
  vendor.expect({ matches: ordersSince(HOUR + 18 * MINUTE - FIRST_PULL), body: { orders: [shopOrder({ id: 1002 })] } });
  await pullSources({ ...ahead, fetch }, sources, STORE, noneHeld);
  ports.pass(HOUR + MINUTE);
  await createReceiver(ports, sources).receive(STORE, "shopify", signed(shop().adapter, "orders/create", shopOrder(), { at: plus(NOON, -3 * HOUR) }));
  await applyInbox(ports, sources, STORE, async () => ({ waiting: new Set() }));
  assert.ok(((await readUpTo(database.db, STORE, sources, ahead.clock.now())).get("shopify") ?? Infinity) < ports.clock.now());
});

test("what a source said while it was silent is not known with its next word, but with the next pull", async () => {
  const sources = sourcesOf(shop());
  const read = async () => (await readUpTo(database.db, STORE, sources, ports.clock.now())).get("shopify");
  const say = async (id: number) => {
    await createReceiver(ports, sources).receive(STORE, "shopify", signed(shop().adapter, "orders/create", shopOrder({ id, updated_at: iso(ports.clock.now()) }), { at: ports.clock.now() }));
    await applyInbox(ports, sources, STORE, async () => ({ waiting: new Set() }));
  };
  await openStore(database.db, sources);
  await say(1001);
  const lastWord = ports.clock.now();
  ports.pass(7 * HOUR);
  await say(1002);
  assert.equal(await read(), lastWord);
  ports.pass(7 * HOUR);
  await say(1003);
  assert.equal(await read(), lastWord, "a second silence makes nothing of the first one known");
  ports.pass(DOUBT);
  vendor.expect({ matches: ({ pathname }) => pathname.endsWith("/orders.json"), body: { orders: [] } });
  await pullSources({ ...ports, fetch }, sources, STORE, noneHeld);
  assert.equal(await read(), ports.clock.now());
});

test("a refused access says what to check, and the next pull starts over", async () => {
  const sources = sourcesOf(shop());
  vendor.expect({ matches: ordersSince(-FIRST_PULL), status: 401, body: {} });
  const [refused] = await pull(sources);
  assert.ok(refused?.kind === "refused" && /token/.test(refused.next));
  vendor.expect({ matches: ordersSince(-FIRST_PULL), body: { orders: [] } });
  assert.equal((await pull(sources))[0]?.kind, "complete");
});

test("the token never follows a link to another host", async () => {
  vendor.expect({ matches: ordersSince(-FIRST_PULL), headers: { link: '<http://127.0.0.1:1/admin/api/2026-01/orders.json?page_info=x>; rel="next"' }, body: { orders: [] } });
  const [report] = await pull(sourcesOf(shop()));
  assert.ok(report?.kind === "refused" && /another host/.test(report.why));
});

test("a vendor that cannot be reached is tried later", async () => {
  const dead = createSource({ name: "shopify", type: "shopify", config: { secrets: [SHOP_SECRET], api: { baseUrl: "http://127.0.0.1:1", token: "shpat_test" } } });
  assert.equal((await pull(sourcesOf(dead)))[0]?.kind, "later");
});

const stripeEvent = (id: string) => ({
  id, object: "event", type: "refund.updated", created: 1772452740, data: { object: { id: "re_1", object: "refund", amount: 500, currency: "eur", status: "succeeded", created: 1772452740, charge: "ch_1" } },
});

test("Stripe's events are pulled in groups of types, page by page, and tell what their webhooks tell", async () => {
  const sources = sourcesOf(account());
  await openStore(database.db, sources);
  await createReceiver(ports, sources).receive(STORE, "stripe", signed(account().adapter, "", stripeEvent("evt_2")));
  const group = (type: string, after: string | null) => (url: URL, { headers }: IncomingMessage) =>
    url.pathname === "/v1/events" &&
    url.searchParams.getAll("types[]").includes(type) &&
    url.searchParams.getAll("types[]").length <= 20 &&
    url.searchParams.get("starting_after") === after &&
    Number(url.searchParams.get("created[gte]")) === (NOON - FIRST_PULL) / 1_000 &&
    headers.authorization === "Bearer rk_test";
  vendor.expect(
    { matches: group("refund.updated", null), body: { data: [stripeEvent("evt_3"), stripeEvent("evt_2")], has_more: true } },
    { matches: group("refund.updated", "evt_2"), body: { data: [stripeEvent("evt_1")], has_more: false } },
    { matches: group("checkout.session.expired", null), body: { data: [], has_more: false } },
  );
  assert.deepEqual(await pull(sources), [{ source: "stripe", pages: 3, fresh: 3, kind: "complete" }]);
  const ids = new Set<string>();
  await applyInbox(ports, sources, STORE, async (_tx, _store, events) => {
    for (const { id } of events) ids.add(id);
    return { waiting: new Set() };
  });
  assert.equal(ids.size, 1, "four deliveries of one fact are one event");
});

test("a pull asks whose the work is that a webhook told of without naming its order; what the vendor does not know waits on", async () => {
  const sources = sourcesOf(shop());
  await openStore(database.db, sources);
  for (const id of ["5", "6"]) {
    const held = { fulfillment_order: { id: `gid://shopify/FulfillmentOrder/${id}`, status: "on_hold", fulfillment_holds: [{ reason: "incorrect_address" }] } };
    await createReceiver(ports, sources).receive(STORE, "shopify", signed(shop().adapter, "fulfillment_orders/placed_on_hold", held, { deliveryId: `hold-${id}` }));
  }
  await database.db.rows(sql("update inbox set state = 'waiting', settled_at = received_at + case when dedupe_key = 'hold-5' then interval '1 second' else interval '0' end"));
  vendor.expect({ matches: ordersSince(-FIRST_PULL), body: { orders: [] } });
  const work = { id: 5, order_id: 1001, status: "on_hold", updated_at: "2026-03-02T11:00:00Z", fulfillment_holds: [{ reason: "incorrect_address" }] };
  vendor.expect({ matches: workAsked("5"), body: { fulfillment_order: work } }, { matches: workAsked("6"), status: 404, body: {} });
  assert.deepEqual(await pull(sources), [{ source: "shopify", pages: 1, fresh: 1, kind: "complete" }]);
});

test("each pull asks after a bounded part of the work that is held; as long as nothing has become of it, its answer is no news", async () => {
  const sources = sourcesOf(shop());
  const asked: unknown[] = [];
  const held: HeldWork = async (source, limit) => (asked.push([source, limit]), ["shopify/5"]);
  const answer = (status: string, second: string) => ({ matches: workAsked("5"), body: { fulfillment_order: { id: 5, order_id: 1001, status, updated_at: `2026-03-02T11:00:${second}Z` } } });
  const none = { matches: (url: URL) => url.pathname.endsWith("/orders.json"), body: { orders: [] } };
  vendor.expect(none, answer("on_hold", "00"), none, answer("on_hold", "00"), none, answer("open", "09"));
  const fresh = async (): Promise<unknown> => (await pull(sources, held))[0]?.fresh;
  assert.deepEqual([await fresh(), await fresh(), await fresh()], [1, 0, 1]);
  assert.deepEqual(asked, Array.from({ length: 3 }, () => ["shopify", 20]));
  const said: unknown[] = [];
  await applyInbox(ports, sources, STORE, async (_tx, _store, events) => {
    said.push(...events.map(({ at, orderId, fact }) => [iso(at), orderId, fact.kind === "fulfilment.recorded" && fact.status]));
    return { waiting: new Set() };
  });
  assert.deepEqual(said.toSorted(), [["2026-03-02T11:00:00.000Z", "shopify/1001", "held"], ["2026-03-02T11:00:09.000Z", "shopify/1001", "open"]]);
});

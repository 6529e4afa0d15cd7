import assert from "node:assert/strict";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import Fastify, { type FastifyInstance } from "fastify";
import { atTheLimit, hostileJson } from "../base/signature-contract.ts";
import { type TestDatabase, testDatabase } from "../server/database/testing.ts";
import { MAX_BODY_BYTES, type Delivery } from "./core/delivery.ts";
import { createReceiver, type Receiver } from "./receive.ts";
import { intakeRoutes } from "./routes.ts";
import { createSource } from "./sources/create-source.ts";
import { API_KEY, ERP, openStore, shopOrder, SHOPIFY, signed, SOURCES_OF_ACME, sourcesOf, testPorts } from "./testing.ts";

let database: TestDatabase;
let server: FastifyInstance;

before(async () => {
  database = await testDatabase();
  await openStore(database.db);
  server = await serve(createReceiver(testPorts(database.db), SOURCES_OF_ACME));
});
after(async () => {
  await server.close();
  await database.drop();
});

async function serve(receiver: Receiver): Promise<FastifyInstance> {
  const fastify = Fastify();
  fastify.post("/other", async (request) => ({ got: request.body }));
  await intakeRoutes(fastify, { receiver, sources: SOURCES_OF_ACME });
  return fastify;
}

async function post(url: string, { headers, body }: Delivery, on = server) {
  const response = await on.inject({ method: "POST", url, headers, payload: Buffer.from(body) });
  return { status: response.statusCode, headers: response.headers, json: response.json<Record<string, unknown>>() };
}

const hook = "/hooks/acme/shopify";
const order = (deliveryId?: string) => signed(SHOPIFY.adapter, "orders/create", shopOrder(), deliveryId === undefined ? {} : { deliveryId });

test("a good delivery is 200 and says whether it was new", async () => {
  assert.deepEqual((await post(hook, order("http-1"))).json, { kept: 1, duplicates: 0 });
  assert.deepEqual((await post(hook, order("http-1"))).json, { kept: 0, duplicates: 1 });
});

test("every refusal is a problem document that says what was wrong and what to do", async () => {
  const good = order();
  const cases: [string, Delivery, number, string][] = [
    [hook, { ...good, body: Buffer.from("{}") }, 401, "wrong_signature"],
    [hook, { ...good, headers: { "content-type": "application/json" } }, 401, "no_signature"],
    [hook, { ...good, headers: { ...good.headers, "content-type": "text/xml" } }, 415, "wrong_content_type"],
    [hook, { ...good, headers: Object.fromEntries(Object.entries(good.headers).filter(([name]) => name !== "x-shopify-topic")) }, 400, "malformed"],
    [hook, { ...good, body: Buffer.alloc(MAX_BODY_BYTES + 1, 32) }, 413, "too_large"],
    ["/hooks/acme/woo", good, 404, "unknown_source"],
    ["/hooks/nobody/shopify", good, 404, "unknown_source"],
    ["/hooks/..%2f/shopify", good, 404, "unknown_source"],
    ["/v1/events", { headers: { "content-type": "application/cloudevents+json" }, body: Buffer.from("{}") }, 401, "wrong_key"],
    ["/v1/events", { headers: { "content-type": "application/cloudevents+json", authorization: "Bearer wrong" }, body: Buffer.from("{}") }, 401, "wrong_key"],
    ["/v1/events", { headers: { "content-type": "application/cloudevents+json", authorization: `Bearer ${API_KEY}` }, body: Buffer.from("{}") }, 400, "malformed"],
  ];
  for (const [url, delivery, status, code] of cases) {
    const answer = await post(url, delivery);
    assert.deepEqual([answer.status, answer.json["type"], answer.json["status"]], [status, `urn:makegood:problem:${code}`, status], `${url} ${code}`);
    assert.match(String(answer.headers["content-type"]), /^application\/problem\+json/);
    assert.ok(String(answer.json["detail"]).length > 20 && String(answer.json["next"]).length > 5);
  }
});

test("a vendor that sends its secret in the address is heard with it, and refused without", async () => {
  const token = "token-for-tests-0123456789abcdef";
  const tracker = createSource({ name: "tracker", type: "shippo", config: { tokens: [token] } });
  const fastify = await serve(createReceiver(testPorts(database.db), sourcesOf(tracker)));
  const scan = { status: "TRANSIT", status_date: "2026-03-01T18:00:00Z" };
  const delivery = signed(tracker.adapter, "", { event: "track_updated", data: { carrier: "usps", tracking_number: "92055901", tracking_status: scan, tracking_history: [] } });
  assert.equal((await post("/hooks/acme/tracker", delivery, fastify)).status, 401);
  assert.deepEqual((await post(`/hooks/acme/tracker?token=${token}`, delivery, fastify)).json, { kept: 1, duplicates: 0 });
  await fastify.close();
});

test("a body of exactly the limit is taken, byte for byte", async () => {
  const padded = JSON.stringify(shopOrder()).padEnd(MAX_BODY_BYTES, " ");
  assert.equal((await post(hook, signed(SHOPIFY.adapter, "orders/create", padded))).status, 200);
});

test("a hostile body is kept where it is signed and refused where it is not, and is never a server's error", async () => {
  const good = Buffer.from(JSON.stringify(shopOrder()));
  for (const [what, body] of Object.entries({ ...hostileJson(good), "at the limit": atTheLimit(good) })) {
    const delivery = SHOPIFY.adapter.sign?.({ kind: "orders/create", deliveryId: `hostile-${what}`, body }, testPorts(database.db).clock.now());
    assert.ok(delivery);
    assert.deepEqual((await post(hook, delivery)).json, { kept: 1, duplicates: 0 }, what);
    const { status, json } = await post(hook, { ...delivery, body: Buffer.concat([body.subarray(0, -1), Buffer.from("!")]) });
    assert.deepEqual([status, json["type"]], [401, "urn:makegood:problem:wrong_signature"], what);
  }
});

test("a header beyond what a server reads and a body that breaks off are refused, and whoever comes next is heard", async () => {
  const listening = await serve(createReceiver(testPorts(database.db), SOURCES_OF_ACME));
  await listening.listen({ port: 0, host: "127.0.0.1" });
  const { port } = listening.server.address() as AddressInfo;
  const send = (headers: Record<string, string>, body: Uint8Array, breaksOff = false) =>
    new Promise<number | undefined>((answered) => {
      const sending = request({ port, path: hook, method: "POST", headers }, (response) => response.resume().once("end", () => answered(response.statusCode)));
      sending.once("error", () => answered(undefined));
      if (breaksOff) sending.write(body, () => sending.destroy());
      else sending.end(body);
    });
  const { headers, body } = order("after-a-break");
  assert.equal(await send({ ...headers, "x-shopify-topic": "x".repeat(100_000) }, body), 431);
  assert.equal(await send({ ...headers, "content-length": String(body.length) }, body.subarray(0, 100), true), undefined);
  assert.equal(await send({ ...headers }, body), 200);
  await listening.close();
});

test("CloudEvents find their store by the key", async () => {
  const event = { specversion: "1.0", id: "http-e1", source: "/erp", type: "com.makegood.order.cancelled", subject: "1001", data: { reason: "inventory" } };
  assert.deepEqual((await post("/v1/events", signed(ERP.adapter, "", event))).json, { kept: 1, duplicates: 0 });
});

test("overload is 429 or 503 with Retry-After", async () => {
  for (const status of [429, 503] as const) {
    const problem = { code: "overloaded", status, what: "Too much.", next: "Again.", retryAfterSeconds: 5 } as const;
    const busy = await serve({ receive: async () => ({ kind: "refused", problem }), drain: async () => {} });
    const answer = await post(hook, order(), busy);
    assert.deepEqual([answer.status, answer.headers["retry-after"]], [status, "5"]);
    await busy.close();
  }
});

test("what the database cannot write is 503, never 200", async () => {
  const ports = { ...testPorts(database.db), db: { rows: () => Promise.reject(new Error("gone")), transaction: () => Promise.reject(new Error("gone")) } };
  const broken = await serve(createReceiver(ports, SOURCES_OF_ACME));
  const answer = await post(hook, order(), broken);
  assert.deepEqual([answer.status, answer.json["type"]], [503, "urn:makegood:problem:not_stored"]);
  assert.ok(answer.headers["retry-after"]);
  await broken.close();
});

test("other routes keep their own body parser", async () => {
  const response = await server.inject({ method: "POST", url: "/other", payload: { x: 1 } });
  assert.deepEqual(response.json(), { got: { x: 1 } });
});

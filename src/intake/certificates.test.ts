import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import Fastify from "fastify";
import { createCertificates } from "../base/certificates.ts";
import { sql } from "../base/db.ts";
import { MINUTE } from "../base/time.ts";
import { type TestDatabase, testDatabase } from "../server/database/testing.ts";
import type { Delivery } from "./core/delivery.ts";
import { createReceiver, type Sources } from "./receive.ts";
import { replayFolder } from "./replay.ts";
import { intakeRoutes } from "./routes.ts";
import { createSource } from "./sources/create-source.ts";
import { capture, CERT_URL, event, PAYPAL, posted, WEBHOOK } from "./sources/paypal/testing.ts";
import { NOON, openStore, sourcesOf, STORE, type TestPorts, testPorts } from "./testing.ts";

const ACCOUNT = createSource({ name: "paypal", type: "paypal", config: { webhookIds: [WEBHOOK] } });
const SOURCES: Sources = sourcesOf(ACCOUNT);

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
  await openStore(database.db, SOURCES);
});
after(() => database.drop());

let ports: TestPorts;
let asked: string[];
/** What the vendor's certificates answer. */
let answer: () => Response | Promise<Response>;
beforeEach(async () => {
  ports = testPorts(database.db);
  asked = [];
  answer = () => new Response(PAYPAL.pem);
  await database.db.rows(sql("delete from inbox"));
});

/** The receiver of one process, which has no certificate yet. */
function receiver() {
  const fetch = async (url: string): Promise<Response> => {
    asked.push(url);
    return answer();
  };
  return createReceiver({ ...ports, certificates: createCertificates({ ...ports, fetch }) }, SOURCES);
}

const genuine = (id: string): Delivery => posted(Buffer.from(JSON.stringify({ ...event("PAYMENT.CAPTURE.COMPLETED", capture()), id })), WEBHOOK, NOON);
const forged = (certUrl = CERT_URL): Delivery => ({ ...genuine("WH-forged"), headers: { ...genuine("WH-forged").headers, "paypal-transmission-sig": "AAAA", "paypal-cert-url": certUrl } });

async function kept(): Promise<number> {
  const [row] = await database.db.rows<{ count: number }>(sql("select count(*)::int as count from inbox"));
  return row?.count ?? 0;
}

test("a delivery whose certificate is fetched is kept; a burst of them costs one request", async () => {
  const web = receiver();
  const receipts = await Promise.all(Array.from({ length: 50 }, (_, index) => web.receive(STORE, "paypal", genuine(`WH-${index}`))));
  assert.ok(receipts.every((receipt) => receipt.kind === "kept"));
  assert.deepEqual([await kept(), asked], [50, [CERT_URL]]);
});

test("while the certificate cannot be had a delivery is sent back to be repeated, and then it is kept", async () => {
  const http = Fastify();
  await intakeRoutes(http, { receiver: receiver(), sources: SOURCES });
  const post = async () => {
    const { headers, body } = genuine("WH-again");
    return http.inject({ method: "POST", url: `/hooks/${STORE}/paypal`, headers, payload: Buffer.from(body) });
  };
  answer = () => Promise.reject(new TypeError("no way to the vendor"));
  const refused = await post();
  assert.deepEqual([refused.statusCode, refused.headers["retry-after"]], [503, "10"]);
  assert.match(refused.json<{ type: string; detail: string }>().type, /certificate_unavailable$/);
  assert.equal(await kept(), 0);
  answer = () => new Response(PAYPAL.pem);
  ports.pass(MINUTE);
  assert.equal((await post()).statusCode, 200);
  assert.equal(await kept(), 1);
  await http.close();
});

test("a certificate of somebody else is refused without a request", async () => {
  const web = receiver();
  for (const url of ["https://evil.example/v1/notifications/certs/CERT-1", "https://127.0.0.1/v1/notifications/certs/CERT-1", "http://api.paypal.com/v1/notifications/certs/CERT-1"]) {
    const receipt = await web.receive(STORE, "paypal", forged(url));
    assert.ok(receipt.kind === "refused" && receipt.problem.code === "wrong_signature");
  }
  assert.deepEqual(asked, []);
});

test("forged deliveries cost a bounded number of requests, whatever they name, and shut out none that is known", async () => {
  const web = receiver();
  assert.equal((await web.receive(STORE, "paypal", genuine("WH-before"))).kind, "kept");
  answer = () => new Response("", { status: 404 });
  const made = Array.from({ length: 500 }, (_, index) => forged(`https://api.paypal.com/v1/notifications/certs/CERT-${index}`));
  for (const each of made) assert.equal((await web.receive(STORE, "paypal", each)).kind, "refused");
  for (let again = 0; again < 100; again++) assert.equal((await web.receive(STORE, "paypal", forged())).kind, "refused");
  assert.ok(asked.length <= 10, `${asked.length} requests`);
  assert.equal((await web.receive(STORE, "paypal", genuine("WH-after"))).kind, "kept");
});

test("what comes while the server stops is sent back, even when it waited for a certificate", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  answer = () => promise;
  const web = receiver();
  const waiting = web.receive(STORE, "paypal", genuine("WH-late"));
  await web.drain();
  resolve(new Response(PAYPAL.pem));
  const receipt = await waiting;
  assert.ok(receipt.kind === "refused" && receipt.problem.code === "stopping");
});

test("a source whose vendor alone has the key cannot be replayed, and says what to do instead", async () => {
  await assert.rejects(replayFolder(ports, receiver(), { folder: "nowhere", store: STORE, source: ACCOUNT }), /cannot be replayed.*key that nobody else has.*pull/s);
});

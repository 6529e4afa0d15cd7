import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import Fastify, { type FastifyInstance } from "fastify";
import { createCertificates } from "../base/certificates.ts";
import { sql } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import { atTheLimit, hostileJson } from "../base/signature-contract.ts";
import { MINUTE } from "../base/time.ts";
import { type TestDatabase, testDatabase } from "../server/database/testing.ts";
import type { EvidenceDelivery } from "./core/evidence.ts";
import { createEvidenceAdapter } from "./evidence/create-adapter.ts";
import { CERTIFICATE_URL, posted, SNS, SUBSCRIBE_URL, subscription, told, TOPIC_ARN } from "./evidence/ses/testing.ts";
import { evidenceRoutes } from "./routes.ts";
import { registerStore, storeId, testClock, testPorts, type TestClock } from "./testing.ts";
import { scriptedProvider } from "./testing/scripted-provider.ts";

let database: TestDatabase;
let http: FastifyInstance;
let store: StoreId;
let clock: TestClock;
let asked: string[];
let answer: (url: string) => Response;
let stores = 0;
before(async () => void (database = await testDatabase()));
after(() => database.drop());

beforeEach(async (context) => {
  store = storeId(`routes-${++stores}`);
  await registerStore(database.db, store);
  clock = testClock();
  asked = [];
  answer = (url) => new Response(url === CERTIFICATE_URL ? SNS.pem : "<ConfirmSubscriptionResponse/>");
  const fetch = async (url: string): Promise<Response> => {
    asked.push(url);
    return answer(url);
  };
  const ports = testPorts(database.db, clock, [scriptedProvider(() => ({ kind: "take" }))]);
  const adapters = new Map([["ses", createEvidenceAdapter("ses", { topics: [TOPIC_ARN] })]]);
  http = Fastify();
  await http.register(evidenceRoutes({ ...ports, publicUrl: "https://care.example", fetch, certificates: createCertificates({ ...ports, fetch }) }, (id) => (id === store ? { adapters, keyHashes: [], answering: ANSWERING } : undefined)));
  if ("after" in context) context.after(() => http.close());
});

const ANSWERING = { storeName: "Café Nord", supportContact: "people@nord.example", locale: "en" };
const post = ({ headers, body }: EvidenceDelivery) => http.inject({ method: "POST", url: `/evidence/${store}/ses`, headers, payload: Buffer.from(body) });
const kept = () => database.db.rows(sql("select source from evidence_inbox where store_id = $1"), [store]);

test("reports are kept once their certificate is fetched, which happens once", async () => {
  assert.equal((await post(told({ eventType: "Send" }))).statusCode, 202);
  assert.equal((await post(told({ eventType: "Delivery" }))).statusCode, 202);
  assert.deepEqual([(await kept()).length, asked], [2, [CERTIFICATE_URL]]);
});

test("while the certificate cannot be had a report is sent back to be repeated, and nothing of it is kept", async () => {
  answer = () => new Response("", { status: 500 });
  const refused = await post(told({ eventType: "Send" }));
  assert.deepEqual([refused.statusCode, refused.headers["retry-after"], (await kept()).length], [503, "10", 0]);
  answer = () => new Response(SNS.pem);
  clock.advance(MINUTE);
  assert.equal((await post(told({ eventType: "Send" }))).statusCode, 202);
});

test("a configured topic's subscription is confirmed without asking", async () => {
  assert.equal((await post(subscription())).statusCode, 202);
  assert.deepEqual(asked, [CERTIFICATE_URL, SUBSCRIBE_URL]);
});

test("a confirmation that fails is sent back, so that the topic asks again", async () => {
  answer = (url) => (url === CERTIFICATE_URL ? new Response(SNS.pem) : new Response("", { status: 302, headers: { location: "http://127.0.0.1/" } }));
  const refused = await post(subscription());
  assert.deepEqual([refused.statusCode, refused.headers["retry-after"], (await kept()).length], [503, "10", 0]);
  assert.match(refused.json<{ detail: string }>().detail, /could not be confirmed/);
});

test("nothing is requested for a topic that is not configured, a certificate of somebody else, or a confirmation that is not signed", async () => {
  const foreign = { TopicArn: TOPIC_ARN.replace("ses-events", "somebody-elses") };
  for (const delivery of [told({ eventType: "Send" }, foreign), subscription(foreign), posted({ Message: "{}", SigningCertURL: "https://evil.example/SimpleNotificationService-0.pem" })]) {
    assert.equal((await post(delivery)).statusCode, 401);
  }
  assert.deepEqual(asked, []);
  assert.equal((await post({ ...subscription(), body: Buffer.from(Buffer.from(subscription().body).toString().replace("Token=2336", "Token=0000")) })).statusCode, 401);
  assert.deepEqual(asked, [CERTIFICATE_URL]);
});

test("a hostile body is refused with what to do, and is never a server's error; the largest body is taken and a larger one is not", async () => {
  const good = told({ eventType: "Send" });
  for (const [what, body] of Object.entries(hostileJson(good.body))) {
    const refused = await post({ ...good, body });
    assert.ok(refused.statusCode === 401 || refused.statusCode === 400, `${what}: ${refused.statusCode}`);
    assert.ok(refused.json<{ next: string }>().next.length > 20, what);
  }
  assert.equal((await post({ ...good, body: Buffer.concat([atTheLimit(good.body), Buffer.from(" ")]) })).statusCode, 413);
  assert.equal((await post({ ...good, body: atTheLimit(good.body) })).statusCode, 202);
  assert.equal((await kept()).length, 1);
});

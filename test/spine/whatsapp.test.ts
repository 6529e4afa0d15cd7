import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import Fastify from "fastify";
import { noCertificates } from "../../src/base/certificates.ts";
import { sql } from "../../src/base/db.ts";
import { HOUR, iso, plus, SECOND } from "../../src/base/time.ts";
import { reconcile } from "../../src/incidents/index.ts";
import { consentRoutes, evidenceRoutes } from "../../src/outreach/index.ts";
import { silentLog } from "../../src/server/log.ts";
import { SAMPLE_SECRETS } from "../../src/server/sample/secrets.ts";
import type { VendorDelivery } from "../../sample/model.ts";
import { scenesOfFate } from "../../sample/story.ts";
import { MONDAY, startSpine } from "./harness.ts";

const open: (() => Promise<unknown>)[] = [];
after(async () => void (await Promise.all(open.map((stop) => stop()))));

const DESK = "/evidence/sample/whatsapp";
const PHONE = "+4915112345678";
const SECRET = "a-secret-for-the-tests";
const KEY = "a-key-of-sixteen-characters";

/** A vendor in this process that takes everything, with its record of what it took. */
async function startVendor() {
  const taken: { readonly body: string }[] = [];
  const server = createServer(async (request, response) => {
    const parts: Uint8Array[] = [];
    for await (const part of request as AsyncIterable<Uint8Array>) parts.push(part);
    taken.push({ body: Buffer.concat(parts).toString("utf8") });
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ messages: [{ id: "wamid.A" }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => (server.closeAllConnections(), server.close());
  return { taken, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

/** An order that the store cancels, of a customer whose mail server refuses every mail. Its playbook says email, then whatsapp. */
async function cancelledOrder({ isConfigured }: { readonly isConfigured: boolean }) {
  const folder = await mkdtemp(join(tmpdir(), "makegood-override-"));
  await mkdir(join(folder, "cancelled-by-store"));
  await writeFile(join(folder, "cancelled-by-store/override.yaml"), "channels: [email, whatsapp, portal]\n");
  const server = await startVendor();
  const whatsapp = { phoneNumberId: "106540352242922", accessToken: "a-token-for-the-tests", template: "order_news", languages: { en: "en_US", de: "de" }, baseUrl: server.url };
  const spine = await startSpine({
    eventWebhooks: { whatsapp: { type: "whatsapp-cloud", appSecrets: [SECRET], verifyToken: "a-verify-token-for-tests" } },
    evidence: "relay",
    settings: { apiKeys: [KEY], ...(isConfigured && { channels: { whatsapp } }) },
    change: (config) => config.replace("    paging:", `    playbookOverrides: ${JSON.stringify(folder)}\n    paging:`),
    policy: ({ to }) => (to.endsWith("@mail.example") ? { kind: "refuse", at: "recipient", code: 550, enhanced: "5.1.1", says: "no such user" } : { kind: "accept" }),
  });
  const http = Fastify();
  const channels = spine.runtime.outreach.channels.filter(({ needsConsent }) => needsConsent);
  await http.register(consentRoutes(spine.opened.ports, [{ id: spine.store, keyHashes: spine.runtime.evidence.keyHashes, channels }]));
  const ports = { ...spine.opened.ports, certificates: noCertificates, fetch: () => Promise.reject(new Error("no vendor is asked")), publicUrl: "http://localhost", log: silentLog };
  await http.register(evidenceRoutes(ports, () => spine.runtime.evidence));
  open.push(() => spine.stop(), () => server.close(), () => http.close(), () => rm(folder, { recursive: true }));
  const scenes = [...scenesOfFate(3, MONDAY, { kind: "cancelled", reason: "inventory", refundAfter: 20 * HOUR }, SAMPLE_SECRETS.secrets)].sort((a, b) => a.at - b.at);
  return {
    taken: server.taken,
    http,
    told: async () => (await reconcile(spine.db, spine.store, spine.now())).told,
    /** What the vendor tells of the last message that it took. */
    report: async (status: string) => {
      const { biz_opaque_callback_data } = JSON.parse(server.taken.at(-1)?.body ?? "{}") as { biz_opaque_callback_data: string };
      const body = JSON.stringify({ object: "whatsapp_business_account", entry: [{ changes: [{ field: "messages", value: { statuses: [{ id: "wamid.A", status, timestamp: String(Math.floor(spine.now() / SECOND)), biz_opaque_callback_data }] } }] }] });
      const answered = await http.inject({ method: "POST", url: DESK, headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}` }, payload: body });
      await spine.work();
      return answered.statusCode;
    },
    consent: (address: string) =>
      http.inject({ method: "POST", url: "/v1/consents", headers: { authorization: `Bearer ${KEY}` }, payload: { consents: [{ channel: "whatsapp", address, at: iso(MONDAY), wording: "Write to me on WhatsApp about my orders", source: "checkout" }] } }),
    play: async () => {
      for (const scene of scenes.filter(({ at }) => at <= plus(MONDAY, HOUR))) {
        spine.pass(Math.max(0, scene.at - spine.now()));
        await spine.deliver(ofPhone(scene.deliver(spine.now())));
      }
      await spine.work();
    },
    messages: () => spine.db.rows<{ channel: string; state: string }>(sql("select channel, state from messages order by channel")),
  };
}

/** The shop's delivery as it would be with the customer's phone, signed anew. */
function ofPhone(delivery: VendorDelivery): VendorDelivery {
  if (delivery.source !== "shopify") return delivery;
  const order = JSON.parse(delivery.body.toString()) as Record<string, unknown>;
  if (!("line_items" in order)) return delivery;
  const body = JSON.stringify({ ...order, phone: PHONE });
  const signature = createHmac("sha256", SAMPLE_SECRETS.secrets.shop).update(body).digest("base64");
  const headers = Object.fromEntries(Object.entries(delivery.headers).map(([name, value]) => [name, /hmac/i.test(name) ? signature : value]));
  return { ...delivery, headers, body } as VendorDelivery;
}

test("a mail that comes back is followed by a template message in the customer's language, once they agreed to it", async () => {
  const { consent, play, taken, messages, report, told, http } = await cancelledOrder({ isConfigured: true });
  assert.equal((await http.inject(`${DESK}?hub.mode=subscribe&hub.verify_token=a-verify-token-for-tests&hub.challenge=42`)).body, "42");
  assert.equal((await http.inject(`${DESK}?hub.mode=subscribe&hub.verify_token=another&hub.challenge=42`)).statusCode, 403);
  assert.equal((await consent(PHONE)).statusCode, 200);
  await play();
  assert.equal(taken.length, 1);
  assert.partialDeepStrictEqual(JSON.parse(taken[0]?.body ?? "{}"), { to: PHONE, template: { name: "order_news", language: { code: "de" } } });
  assert.match(taken[0]?.body ?? "", /Hearth & Larder: .*#1103.*nicht mehr vorrätig.*http:\/\/localhost\/o\//);
  assert.deepEqual((await messages()).map(({ channel, state }) => [channel, state]), [["email", "refused"], ["portal", "accepted"], ["whatsapp", "accepted"]]);
  assert.equal(await told(), 0, "taken is not told");
  assert.equal(await report("delivered"), 202);
  assert.equal(await told(), 1);
});

test("without consent it is not used; a number that no order could have is refused as a consent", async () => {
  const { consent, play, taken, messages } = await cancelledOrder({ isConfigured: true });
  const refused = await consent("0151 12345678");
  assert.equal(refused.statusCode, 422);
  assert.match(refused.body, /E\.164/);
  await play();
  assert.equal(taken.length, 0);
  assert.deepEqual((await messages()).find(({ channel }) => channel === "whatsapp")?.state, "suppressed");
});

test("a store that does not configure it is as it was, whatever its playbooks list", async () => {
  const { consent, play, taken, messages } = await cancelledOrder({ isConfigured: false });
  assert.equal((await consent(PHONE)).statusCode, 422);
  await play();
  assert.equal(taken.length, 0);
  assert.deepEqual((await messages()).map(({ channel }) => channel), ["email", "portal"]);
});

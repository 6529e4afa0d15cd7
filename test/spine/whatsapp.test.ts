import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import Fastify from "fastify";
import { sql } from "../../src/base/db.ts";
import { HOUR, iso, plus } from "../../src/base/time.ts";
import { consentRoutes } from "../../src/outreach/index.ts";
import { startFaultyPostServer } from "../../src/outreach/channels/faulty-post-server.ts";
import { SAMPLE_SECRETS } from "../../src/server/sample/secrets.ts";
import type { VendorDelivery } from "../../sample/model.ts";
import { scenesOfFate } from "../../sample/story.ts";
import { MONDAY, startSpine } from "./harness.ts";

const open: (() => Promise<unknown>)[] = [];
after(async () => void (await Promise.all(open.map((stop) => stop()))));

const PHONE = "+4915112345678";
const KEY = "a-key-of-sixteen-characters";

/** An order that the store cancels, of a customer whose mail server refuses every mail. Its playbook says email, then whatsapp. */
async function cancelledOrder({ isConfigured }: { readonly isConfigured: boolean }) {
  const folder = await mkdtemp(join(tmpdir(), "makegood-override-"));
  await mkdir(join(folder, "cancelled-by-store"));
  await writeFile(join(folder, "cancelled-by-store/override.yaml"), "channels: [email, whatsapp, portal]\n");
  const vendor = { taken: () => ({ status: 200, body: JSON.stringify({ messages: [{ id: "wamid.A" }] }) }), refused: { status: 400, body: "" }, throttled: { status: 429, body: "" }, names: () => false };
  const server = await startFaultyPostServer(vendor, { kind: "none" });
  const whatsapp = { phoneNumberId: "106540352242922", accessToken: "a-token-for-the-tests", template: "order_news", languages: { en: "en_US", de: "de" }, baseUrl: server.url };
  const spine = await startSpine({
    settings: { apiKeys: [KEY], ...(isConfigured && { channels: { whatsapp } }) },
    change: (config) => config.replace("    paging:", `    playbookOverrides: ${JSON.stringify(folder)}\n    paging:`),
    policy: ({ to }) => (to.endsWith("@mail.example") ? { kind: "refuse", at: "recipient", code: 550, enhanced: "5.1.1", says: "no such user" } : { kind: "accept" }),
  });
  const http = Fastify();
  const channels = spine.runtime.outreach.channels.filter(({ needsConsent }) => needsConsent);
  await http.register(consentRoutes(spine.opened.ports, [{ id: spine.store, keyHashes: spine.runtime.evidence.keyHashes, channels }]));
  open.push(() => spine.stop(), () => server.close(), () => http.close(), () => rm(folder, { recursive: true }));
  const scenes = [...scenesOfFate(3, MONDAY, { kind: "cancelled", reason: "inventory", refundAfter: 20 * HOUR }, SAMPLE_SECRETS.secrets)].sort((a, b) => a.at - b.at);
  return {
    taken: server.taken,
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
  const { consent, play, taken, messages } = await cancelledOrder({ isConfigured: true });
  assert.equal((await consent(PHONE)).statusCode, 200);
  await play();
  assert.equal(taken.length, 1);
  assert.partialDeepStrictEqual(JSON.parse(taken[0]?.body ?? "{}"), { to: PHONE, template: { name: "order_news", language: { code: "de" } } });
  assert.match(taken[0]?.body ?? "", /Hearth & Larder: .*#1103.*nicht mehr vorrätig.*http:\/\/localhost\/o\//);
  assert.deepEqual((await messages()).map(({ channel, state }) => [channel, state]), [["email", "refused"], ["portal", "accepted"], ["whatsapp", "accepted"]]);
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

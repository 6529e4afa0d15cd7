import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { instant } from "../../../base/time.ts";
import { postContract } from "../contract.ts";
import type { ChannelSetup } from "../module.ts";
import { channel } from "./index.ts";
import { signatureHeaders } from "../../../base/standard-webhooks.ts";

const SECRET = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
const AT = instant(Date.UTC(2026, 2, 2, 12));
const SETUP: ChannelSetup = { storeName: "Café Nord", answerWithin: 30_000, mailServers: [], reportsTo: (name) => `https://care.example/evidence/nord/${name}` };
const realInput = process.env["MAKEGOOD_REAL_INPUT"] ?? join(import.meta.dirname, "../../../../../shared/real-input");
const vectors = join(realInput, "signature-vectors.json");
const absent = existsSync(vectors) ? false : "the folder real-input is not here";

const transportTo = (url: string, answerWithin = SETUP.answerWithin, more: object = { mayReachPrivate: true }) => {
  const [provider] = channel.create({ url, secrets: [SECRET], ...more }, { ...SETUP, answerWithin }).providers;
  assert.ok(provider);
  return provider.transport;
};
const ids = ["a", "b", "c", "d", "e"].map((letter) => `message-${letter}`);
const letterOf = (id: string) => ({ id, at: AT, body: JSON.stringify({ type: "message.send", data: { to: id } }) });

postContract({
  name: "webhook",
  vendor: {
    taken: () => ({ status: 202, body: "{}" }),
    refused: { status: 422, body: "{}" },
    throttled: { status: 429, body: "{}" },
    names: ({ headers }, id) => headers["webhook-id"] === id,
  },
  make: transportTo,
  letters: ids.map(letterOf),
  named: ids,
  refusalScope: "message",
  complaints: (posted) => posted.flatMap(({ headers, body }) => (headers["webhook-signature"] === signatureHeaders([SECRET], headers["webhook-id"] ?? "", Number(headers["webhook-timestamp"]), body)["webhook-signature"] ? [] : ["a signature does not fit"])),
});

test("an address of this machine or of a private network is asked only where that is configured", async () => {
  for (const host of ["127.0.0.1", "localhost", "[::1]", "10.1.2.3", "169.254.169.254", "192.168.0.1", "[::ffff:127.0.0.1]", "[fd00::1]", "0.0.0.0"]) {
    const transport = transportTo(`http://${host}:9/`, SETUP.answerWithin, {});
    const [outcome] = await transport.send([letterOf("x")]);
    await transport.close();
    assert.ok(outcome?.kind === "notSent" && /private/i.test(`${outcome.because} ${outcome.detail}`), `${host}: ${JSON.stringify(outcome)}`);
  }
});

test("a secret that is being changed signs beside the one before it", () => {
  const both = signatureHeaders([SECRET, SECRET.replace("Bw", "CA")], "id", 1, "{}")["webhook-signature"]?.split(" ") ?? [];
  assert.equal(both.length, 2);
  assert.notEqual(both[0], both[1]);
});

test("the scheme's own example verifies", { skip: absent }, () => {
  const { standard_webhooks: example } = JSON.parse(readFileSync(vectors, "utf8")) as { standard_webhooks: { secret: string; id: string; timestamp: string; body: string; signature: string } };
  assert.equal(signatureHeaders([example.secret], example.id, Number(example.timestamp), example.body)["webhook-signature"], example.signature);
});

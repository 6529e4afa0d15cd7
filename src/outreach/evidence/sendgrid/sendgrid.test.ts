import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { instant, MINUTE, SECOND } from "../../../base/time.ts";
import type { EvidenceDelivery } from "../../core/evidence.ts";
import { evidenceContract } from "../contract.ts";
import { evidence } from "./index.ts";

const AT = instant(1_588_788_367 * SECOND);

const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const publicKey = pair.publicKey.export({ type: "spki", format: "der" }).toString("base64");

const SIGNATURE = "x-twilio-email-event-webhook-signature";

function signed(body: Uint8Array, timestamp: string, key = pair.privateKey): EvidenceDelivery {
  const signature = sign("sha256", Buffer.concat([Buffer.from(timestamp), body]), key).toString("base64");
  return { headers: { [SIGNATURE]: signature, "x-twilio-email-event-webhook-timestamp": timestamp }, body };
}

const adapter = evidence.create({ publicKeys: [publicKey] });
const read = (events: readonly object[]) => adapter.read(Buffer.from(JSON.stringify(events)), AT);

const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pairs: Record<string, typeof pair> = { ours: pair, other };
const one = (event: object) => Buffer.from(JSON.stringify([{ email: "Anna@example.com", timestamp: AT / SECOND, "smtp-id": "<id@nord.example>", ...event }]));

evidenceContract({
  type: "sendgrid",
  config: (secrets) => ({ publicKeys: secrets.map((name) => pairs[name]?.publicKey.export({ type: "spki", format: "der" }).toString("base64")) }),
  secrets: ["ours", "other"],
  send: (body, secret, at) => signed(Buffer.from(body), String(at / SECOND), pairs[secret]?.privateKey),
  respell: ({ headers, body }, signature) => {
    const { [SIGNATURE]: _, ...others } = headers;
    return { headers: { ...others, ...(signature !== undefined && { [SIGNATURE]: signature }) }, body };
  },
  delivered: (rfcId, at) => one({ event: "delivered", timestamp: at / SECOND, "smtp-id": `<${rfcId}>`, response: "250 OK anna@example.com" }),
  proveNothing: { open: one({ event: "open" }), click: one({ event: "click" }) },
  tolerance: 10 * MINUTE,
});

const base = { email: "Anna@example.com", timestamp: 1_588_788_367, "smtp-id": "<id@nord.example>" };

test("each event says what it proves", async () => {
  const said = async (event: object) => {
    const outcome = await read([{ ...base, ...event }]);
    return outcome.kind === "reports" ? outcome.reports[0]?.report : outcome.kind;
  };
  assert.partialDeepStrictEqual(await said({ event: "delivered" }), { kind: "delivered" });
  assert.partialDeepStrictEqual(await said({ event: "processed" }), { kind: "handedOver" });
  assert.partialDeepStrictEqual(await said({ event: "deferred" }), { kind: "handedOver", delayed: true });
  assert.partialDeepStrictEqual(await said({ event: "bounce", type: "bounce", status: "5.1.1" }), { kind: "failed", addressDead: true });
  assert.partialDeepStrictEqual(await said({ event: "bounce", type: "blocked", status: "5.7.1" }), { kind: "failed", addressDead: false });
  assert.partialDeepStrictEqual(await said({ event: "dropped", reason: "Bounced Address" }), { kind: "failed", addressDead: true });
  assert.partialDeepStrictEqual(await said({ event: "dropped", reason: "Unsubscribed Address" }), { kind: "failed", addressDead: false });
  assert.partialDeepStrictEqual(await said({ event: "spamreport" }), { kind: "complained" });
  for (const event of ["open", "click", "unsubscribe", "something new"]) assert.equal(await said({ event }), "ignored", event);
});

test("the message is found by our own Message-ID, else by the address", async () => {
  assert.partialDeepStrictEqual(await read([{ ...base, event: "delivered" }]), { reports: [{ rfcId: "id@nord.example", at: AT }] });
  assert.partialDeepStrictEqual(await read([{ email: "Anna@example.com", timestamp: 1, event: "delivered" }]), { reports: [{ address: "anna@example.com" }] });
});

test("what is not a batch of events is unreadable", async () => {
  assert.equal((await adapter.read(Buffer.from("{"), AT)).kind, "unreadable");
  assert.equal((await adapter.read(Buffer.from(`{"event":"delivered"}`), AT)).kind, "unreadable");
});

import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { instant, MINUTE, SECOND } from "../../../base/time.ts";
import type { EvidenceDelivery } from "../../core/evidence.ts";
import { evidenceContract } from "../contract.ts";
import { evidence } from "./index.ts";

const AT = instant(1_588_788_367 * SECOND);
const realInput = process.env["MAKEGOOD_REAL_INPUT"] ?? join(import.meta.dirname, "../../../../../shared/real-input");
const absent = existsSync(realInput) ? false : "the folder real-input is not here";

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
  assert.partialDeepStrictEqual(await said({ event: "deferred" }), { kind: "handedOver" });
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

test("the vendor's own signature vector verifies", { skip: absent }, () => {
  const vectors = JSON.parse(readFileSync(join(realInput, "signature-vectors.json"), "utf8")) as Record<string, Record<string, string>>;
  const { public_key_spki_b64: key = "", timestamp = "", body = "", signature = "" } = vectors["sendgrid_event_webhook"] ?? {};
  const headers = { "x-twilio-email-event-webhook-signature": signature, "x-twilio-email-event-webhook-timestamp": timestamp };
  const real = evidence.create({ publicKeys: [key] });
  // The vendor's body ends with CRLF, which the vector file does not keep.
  const fits = ["", "\r\n", "\n"].map((end) => real.verify({ headers, body: Buffer.from(body + end) }, AT).ok);
  assert.ok(fits.includes(true), fits.join());
  assert.ok(!real.verify({ headers, body: Buffer.from(`${body} `) }, AT).ok);
});

test("the vendor's own events are read", { skip: absent }, async () => {
  const folder = join(realInput, "email-events");
  const expected: Record<string, object> = {
    test_bounce_event: { kind: "failed", addressDead: true },
    test_compatibility_message_id_from_smtp_id: { kind: "delivered" },
    test_delivered_event: { kind: "delivered" },
    test_dropped_invalid_event: { kind: "failed", addressDead: true },
  };
  for (const file of readdirSync(folder).filter((name) => name.startsWith("sendgrid_"))) {
    const { payload } = JSON.parse(readFileSync(join(folder, file), "utf8")) as { payload: object[] };
    const outcome = await read(payload);
    const report = expected[file.split(".")[1] ?? ""];
    if (report) assert.partialDeepStrictEqual(outcome, { kind: "reports", reports: [{ report }] }, file);
    else assert.equal(outcome.kind, "ignored", file);
  }
});

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { instant, SECOND } from "../../../base/time.ts";
import type { EvidenceDelivery } from "../../core/evidence.ts";
import { evidenceContract } from "../contract.ts";
import { evidence } from "./index.ts";

const NOON = instant(Date.UTC(2026, 2, 2, 12));
const SECRET = "a-secret-for-the-tests";
const VERIFY = "a-verify-token-for-tests";

const value = (told: object) => Buffer.from(JSON.stringify({ object: "whatsapp_business_account", entry: [{ id: "1", changes: [{ field: "messages", value: { messaging_product: "whatsapp", ...told } }] }] }));
const status = (said: string, more: object = {}, at = NOON) => ({ id: "wamid.A", status: said, timestamp: String(at / SECOND), recipient_id: "4915112345678", biz_opaque_callback_data: "id@nord.example", ...more });
const written = (words: string, more: object = {}) => ({ id: "wamid.B", from: "4915112345678", timestamp: String(NOON / SECOND), type: "text", text: { body: words }, ...more });
const send = (body: Uint8Array, secret = SECRET): EvidenceDelivery => ({ body, headers: { "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}` } });

evidenceContract({
  type: "whatsapp-cloud",
  config: (appSecrets) => ({ appSecrets }),
  secrets: [SECRET, "another-secret-for-the-tests"],
  send: (body, secret) => send(body, secret),
  respell: ({ body }, signature) => ({ body, headers: signature === undefined ? {} : { "x-hub-signature-256": signature } }),
  delivered: (rfcId, at) => value({ statuses: [status("delivered", { recipient_id: "Anna@example.com", biz_opaque_callback_data: rfcId }, at)] }),
  proveNothing: { "a status that is not documented": value({ statuses: [status("warning")] }), "a change of something else": Buffer.from(JSON.stringify({ object: "whatsapp_business_account", entry: [{ changes: [{ field: "account_update", value: {} }] }] })) },
});

const adapter = evidence.create({ appSecrets: [SECRET], verifyToken: VERIFY });
const read = async (told: object) => {
  const said = await adapter.read(value(told), NOON);
  return said.kind === "reports" ? said.reports : [];
};

test("each status says what it proves, of the message that our id names; a failure ends messages to no number", async () => {
  for (const [said, kind] of [["sent", "handedOver"], ["delivered", "delivered"], ["read", "delivered"]] as const) assert.partialDeepStrictEqual(await read({ statuses: [status(said)] }), [{ rfcId: "id@nord.example", copyId: "wamid.A", at: NOON, report: { kind } }]);
  assert.partialDeepStrictEqual(await read({ statuses: [status("failed", { errors: [{ code: 131026, title: "Message undeliverable" }] })] }), [{ report: { kind: "failed", addressDead: false, why: "failed 131026 Message undeliverable" } }]);
  const [paused] = await read({ statuses: [status("failed", { errors: [{ code: 132015 }] })] });
  assert.match(paused?.report.kind === "failed" ? (paused.report.fault ?? "") : "", /paused/);
});

test("one text of one person is heard as their answer; what comes otherwise is lost to nobody: it tells that they answered", async () => {
  assert.deepEqual(adapter.reply?.(send(value({ messages: [written("STOP")] }))), { id: "wamid.B", from: "+4915112345678", words: "STOP" });
  const together = { messages: [written("Hello"), written("again")], statuses: [status("read")] };
  assert.equal(adapter.reply?.(send(value(together))), undefined);
  assert.deepEqual((await read(together)).map(({ report }) => report.kind), ["delivered", "replied", "replied"]);
  const picture = { messages: [written("", { type: "image", text: undefined })] };
  assert.equal(adapter.reply?.(send(value(picture))), undefined);
  assert.partialDeepStrictEqual(await read(picture), [{ address: "+4915112345678", report: { kind: "replied" } }]);
});

test("the handshake repeats the challenge to who knows the verify token, and nothing else to nobody else", () => {
  const asked = (more: object = {}) => adapter.handshake?.({ "hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444", ...more });
  assert.equal(asked(), "1158201444");
  for (const wrong of [{ "hub.verify_token": "x" }, { "hub.mode": "x" }, { "hub.challenge": "<script>" }, { "hub.challenge": ["1", "2"] }]) assert.equal(asked(wrong), undefined);
  assert.equal(evidence.create({ appSecrets: [SECRET] }).handshake?.({ "hub.mode": "subscribe", "hub.verify_token": "undefined", "hub.challenge": "1" }), undefined);
});

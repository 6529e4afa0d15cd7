import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { instant } from "../../../base/time.ts";
import type { EvidenceDelivery } from "../../core/evidence.ts";
import { evidenceContract } from "../contract.ts";
import { evidence } from "./index.ts";
import { isSigned } from "./signature.ts";

const NOON = instant(Date.UTC(2026, 2, 2, 12));
const TOKEN = "a-token-for-the-tests";
const URL_OF_DESK = "https://care.nord.example/evidence/nord/twilio";
const SID = "SM01234567890123456789012345678901";
const realInput = process.env["MAKEGOOD_REAL_INPUT"] ?? join(import.meta.dirname, "../../../../../shared/real-input");
const vectors = join(realInput, "signature-vectors.json");
const absent = existsSync(vectors) ? false : "the folder real-input is not here";

const form = (fields: Readonly<Record<string, string>>) => Buffer.from(new URLSearchParams(fields).toString());
const signatureOf = (url: string, body: Uint8Array, token: string) => {
  const fields = [...new URLSearchParams(Buffer.from(body).toString("utf8"))].sort(([a], [b]) => (a < b ? -1 : 1));
  return createHmac("sha1", token).update(url + fields.flat().join("")).digest("base64");
};
const send = (body: Uint8Array, token = TOKEN, url = URL_OF_DESK): EvidenceDelivery => ({ url, body, headers: { "x-twilio-signature": signatureOf(url, body, token) } });
const status = (MessageStatus: string, more: Readonly<Record<string, string>> = {}) => form({ "makegood-id": "id@nord.example", To: "+4915112345678", MessageSid: SID, MessageStatus, ...more });
const inbound = (Body: string, more: Readonly<Record<string, string>> = {}) => form({ MessageSid: SID, SmsStatus: "received", From: "+4915112345678", To: "+4930123", Body, ...more });

evidenceContract({
  type: "twilio",
  config: (authTokens) => ({ authTokens }),
  secrets: [TOKEN, "another-token-for-the-tests"],
  send: (body, secret) => send(body, secret),
  respell: ({ url, body }, signature) => ({ ...(url !== undefined && { url }), body, headers: signature === undefined ? {} : { "x-twilio-signature": signature } }),
  delivered: (rfcId) => form({ "makegood-id": rfcId, To: "Anna@example.com", MessageSid: SID, MessageStatus: "delivered" }),
  isForm: true,
  proveNothing: { "what a person replied": inbound("thanks"), "a status of something else": status("scheduled") },
});

const adapter = evidence.create({ authTokens: [TOKEN] });
const read = async (body: Uint8Array) => {
  const said = await adapter.read(body, NOON);
  return said.kind === "reports" ? said.reports[0] : said.kind;
};

test("each status says what it proves, at the moment that it came", async () => {
  for (const one of ["accepted", "queued", "sending", "sent"]) assert.partialDeepStrictEqual(await read(status(one)), { rfcId: "id@nord.example", copyId: SID, at: NOON, report: { kind: "handedOver" } }, one);
  for (const one of ["delivered", "read"]) assert.partialDeepStrictEqual(await read(status(one)), { report: { kind: "delivered" } }, one);
  for (const one of ["undelivered", "failed", "canceled"]) assert.partialDeepStrictEqual(await read(status(one)), { report: { kind: "failed", addressDead: false } }, one);
});

test("only codes that say so of the number end texts to it; STOP is a wish, not a death; what is ours to mend is said plainly", async () => {
  const failed = (ErrorCode: string) => read(status("undelivered", { ErrorCode }));
  for (const dead of ["30005", "30006", "21211", "21614", "21635"]) assert.partialDeepStrictEqual(await failed(dead), { report: { kind: "failed", addressDead: true } }, dead);
  for (const passing of ["30003", "30004", "30007", "30008", "99999"]) assert.partialDeepStrictEqual(await failed(passing), { report: { kind: "failed", addressDead: false } }, passing);
  assert.partialDeepStrictEqual(await failed("21610"), { report: { kind: "stopped" } });
  for (const ours of ["30032", "30034"]) {
    const said = await failed(ours);
    assert.ok(typeof said === "object" && said.report.kind === "failed" && !said.report.addressDead && /US numbers.*(verify|register)/is.test(said.report.fault ?? ""), ours);
  }
});

test("the message is named by the callback's own address, which is signed and kept with the body", async () => {
  const url = `${URL_OF_DESK}?makegood-id=id%40nord.example`;
  const delivery = send(form({ To: "+4915112345678", MessageSid: SID, MessageStatus: "delivered" }), TOKEN, url);
  assert.ok(adapter.verify(delivery, NOON).ok);
  assert.partialDeepStrictEqual(await read(adapter.kept?.(delivery) ?? delivery.body), { rfcId: "id@nord.example", report: { kind: "delivered" } });
  assert.ok(!adapter.verify({ ...delivery, url: `${URL_OF_DESK}?makegood-id=another%40nord.example` }, NOON).ok, "another message than the one that was signed for");
});

test("what a person replied is heard with its sender, its words and what the provider has done about it", () => {
  assert.deepEqual(adapter.reply?.(send(inbound("Where is my parcel?"))), { id: SID, from: "+4915112345678", words: "Where is my parcel?" });
  assert.deepEqual(adapter.reply?.(send(inbound("Stop", { OptOutType: "STOP" }))), { id: SID, from: "+4915112345678", words: "Stop", honoured: "stop" });
  assert.equal(adapter.reply?.(send(status("delivered"))), undefined);
  assert.equal(adapter.answer?.("A & B <c>").body, '<?xml version="1.0" encoding="UTF-8"?><Response><Message>A &amp; B &lt;c&gt;</Message></Response>');
  assert.match(adapter.answer?.(undefined).body ?? "", /<Response><\/Response>$/);
});

interface Vectors {
  readonly twilio: { readonly auth_token: string; readonly vectors: readonly { readonly name: string; readonly url: string; readonly params?: readonly (readonly [string, string])[] | string; readonly body?: string; readonly signature: string }[] };
}

test("the vendor's own signatures verify, whatever ports and repeated names they have", { skip: absent }, () => {
  const { twilio } = JSON.parse(readFileSync(vectors, "utf8")) as Vectors;
  const first = twilio.vectors[0]?.params as readonly (readonly [string, string])[];
  assert.ok(twilio.vectors.length >= 7);
  for (const { name, url, params, body, signature } of twilio.vectors) {
    const fields = params === "as first" ? first : ((params ?? []) as readonly (readonly [string, string])[]);
    const bytes = Buffer.from(body ?? new URLSearchParams(fields.map(([key, value]) => [key, value])).toString());
    assert.ok(isSigned([twilio.auth_token], signature, url, bytes), name);
    assert.ok(!isSigned(["another"], signature, url, bytes), name);
    assert.ok(!isSigned([twilio.auth_token], signature, url, Buffer.concat([bytes, Buffer.from("&more=1")])), name);
  }
});

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { HOUR, instant, type Instant, SECOND } from "../../../base/time.ts";
import type { EvidenceDelivery } from "../../core/evidence.ts";
import { evidenceContract } from "../contract.ts";
import { evidence } from "./index.ts";

const NOON = instant(Date.UTC(2026, 2, 2, 12));
const KEY = "signing-key-for-tests-0123456789";
const OTHER = "another-key-for-tests-0123456789";
const TOKEN = "0123456789abcdef0123456789abcdef0123456789abcdef01";

const hmac = (key: string, text: string) => createHmac("sha256", key).update(text).digest("hex");
const bytes = (payload: unknown) => Buffer.from(JSON.stringify(payload));
const parsed = (body: Uint8Array): Record<string, unknown> => JSON.parse(Buffer.from(body).toString("utf8")) as Record<string, unknown>;

function signatureAt(at: Instant, key: string, token = TOKEN) {
  const timestamp = String(Math.floor(at / SECOND));
  return { timestamp, token, signature: hmac(key, timestamp + token) };
}

/** What is an event gets its signature; other bodies go as they are. */
function send(body: Uint8Array, key: string, at: Instant): EvidenceDelivery {
  try {
    return { headers: {}, body: bytes({ ...parsed(body), signature: signatureAt(at, key) }) };
  } catch {
    return { headers: {}, body };
  }
}

const event = (changes: object, rfcId = "id@nord.example") => ({
  "event-data": { event: "delivered", timestamp: NOON / SECOND, recipient: "Anna@example.com", message: { headers: { "message-id": rfcId } }, "delivery-status": { code: 250, message: "OK anna@example.com" }, ...changes },
});

evidenceContract({
  type: "mailgun",
  config: (signingKeys) => ({ signingKeys }),
  secrets: [KEY, OTHER],
  send,
  respell: ({ headers, body }, signature) => ({ headers, body: bytes({ ...parsed(body), signature: signature === undefined ? undefined : { ...signatureAt(NOON, KEY), signature } }) }),
  delivered: (rfcId, at) => bytes(event({ timestamp: at / SECOND }, rfcId)),
  proveNothing: { open: bytes(event({ event: "opened" })), click: bytes(event({ event: "clicked" })), unsubscription: bytes(event({ event: "unsubscribed" })) },
  tolerance: 9 * HOUR,
  bodyIsNotSigned: true,
});

const adapter = evidence.create({ signingKeys: [KEY] });
const read = (payload: unknown) => adapter.read(bytes(payload), NOON);

test("a signature made elsewhere is accepted (vector computed with Python's hmac)", () => {
  const signature = { timestamp: "1772452800", token: TOKEN, signature: "b872e67b7a8e47e5d3f68d78505a6dd00bfbeca276e9fedbabce5b7c5fdbd68d" };
  assert.ok(adapter.verify({ headers: {}, body: bytes({ signature, ...event({}) }) }, NOON).ok);
});

test("a signed time or token cannot be exchanged", () => {
  const signature = signatureAt(NOON, KEY);
  for (const changed of [{ timestamp: String(Number(signature.timestamp) + 1) }, { token: TOKEN.replace("0", "1") }, { timestamp: "now" }, { token: "" }]) {
    assert.ok(!adapter.verify({ headers: {}, body: bytes({ signature: { ...signature, ...changed }, ...event({}) }) }, NOON).ok, JSON.stringify(changed));
  }
});

test("a subaccount's event is taken under the key of the account above", () => {
  const { timestamp, token, signature } = signatureAt(NOON, KEY);
  const body = bytes({ signature: { timestamp, token, signature: hmac(OTHER, timestamp + token), "parent-signature": signature }, ...event({}) });
  assert.ok(adapter.verify({ headers: {}, body }, NOON).ok);
});

test("a delivery is known by its token: another event under the same signature is its repetition", () => {
  const first = send(bytes(event({})), KEY, NOON).body;
  const forged = send(bytes(event({ event: "complained" })), KEY, NOON).body;
  assert.equal(adapter.identity?.(first), adapter.identity?.(forged));
  assert.notEqual(adapter.identity?.(first), adapter.identity?.(bytes({ signature: signatureAt(NOON, KEY, `${TOKEN}2`), ...event({}) })));
});

test("each event says what it proves", async () => {
  const said = async (changes: object) => {
    const outcome = await read(event(changes));
    return outcome.kind === "reports" ? outcome.reports[0]?.report : outcome.kind;
  };
  const failed = (code: number, message: string, changes: object = {}) => said({ event: "failed", severity: "permanent", reason: "bounce", "delivery-status": { code, message }, ...changes });
  assert.partialDeepStrictEqual(await said({ event: "accepted" }), { kind: "handedOver" });
  assert.partialDeepStrictEqual(await said({ event: "delivered" }), { kind: "delivered" });
  assert.partialDeepStrictEqual(await said({ event: "complained" }), { kind: "complained" });
  assert.partialDeepStrictEqual(await said({ event: "rejected", reject: { reason: "Sandbox" } }), { kind: "failed", addressDead: false });
  assert.partialDeepStrictEqual(await failed(550, "5.1.1 The account does not exist"), { kind: "failed", addressDead: true });
  assert.partialDeepStrictEqual(await failed(452, "4.2.2 over quota", { severity: "temporary" }), { kind: "handedOver", delayed: true });
  assert.partialDeepStrictEqual(await failed(552, "5.2.2 mailbox full"), { kind: "failed", addressDead: false });
  assert.partialDeepStrictEqual(await failed(550, "5.7.1 your server is blocked"), { kind: "failed", addressDead: false });
  assert.partialDeepStrictEqual(await failed(605, "Not delivering to previously bounced address", { reason: "suppress-bounce" }), { kind: "failed", addressDead: true });
  assert.partialDeepStrictEqual(await failed(607, "Not delivering to a user who marked your messages as spam", { reason: "suppress-complaint" }), { kind: "failed", addressDead: false });
  assert.partialDeepStrictEqual(await failed(602, "Too old", { reason: "old" }), { kind: "failed", addressDead: false });
  for (const name of ["stored", "list_member_uploaded", "something new"]) assert.equal(await said({ event: name }), "ignored", name);
});

test("the message is found by its Message-ID and its address", async () => {
  assert.partialDeepStrictEqual(await read(event({})), { reports: [{ rfcId: "id@nord.example", address: "anna@example.com", at: NOON }] });
  assert.partialDeepStrictEqual(await read(event({ message: {} })), { reports: [{ address: "anna@example.com" }] });
  assert.equal((await read(event({ message: {}, recipient: undefined }))).kind, "unreadable");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { basicAuth } from "../../../base/basic-auth.ts";
import { instant, iso } from "../../../base/time.ts";
import { evidenceContract } from "../contract.ts";
import { evidence } from "./index.ts";

const NOON = instant(Date.UTC(2026, 2, 2, 12));
const PASSWORD = "a-password-for-tests";
const OTHER = "another-password-for-tests";

const loginOf = (password: string) => ({ username: "makegood", password });
const bytes = (payload: object) => Buffer.from(JSON.stringify(payload));
const delivery = { RecordType: "Delivery", MessageID: "883953f4-6105-42a2-a16a-77a8eac79483", Recipient: "Anna@example.com", DeliveredAt: iso(NOON), Details: "250 OK <Anna@example.com>" };
const bounce = { RecordType: "Bounce", Type: "HardBounce", Email: "Anna@example.com", BouncedAt: iso(NOON), Details: "smtp;550 5.1.1 no such user" };
const change = { RecordType: "SubscriptionChange", Recipient: "Anna@example.com", ChangedAt: iso(NOON), SuppressSending: true, Origin: "Recipient" };

evidenceContract({
  type: "postmark",
  config: (secrets) => ({ basicAuth: secrets.map(loginOf) }),
  secrets: [PASSWORD, OTHER],
  send: (body, secret) => ({ headers: { authorization: basicAuth(loginOf(secret)) }, body }),
  respell: ({ body }, authorization) => ({ headers: authorization === undefined ? {} : { authorization }, body }),
  delivered: (rfcId, at) => bytes({ ...delivery, DeliveredAt: iso(at), Metadata: { "message-id": rfcId } }),
  proveNothing: {
    open: bytes({ RecordType: "Open", FirstOpen: true, Recipient: "Anna@example.com", ReceivedAt: iso(NOON) }),
    click: bytes({ RecordType: "Click", Recipient: "Anna@example.com", ReceivedAt: iso(NOON) }),
  },
  refused: { unsigned: "no_secret", wrong: "wrong_secret" },
  bodyIsNotSigned: true,
});

const adapter = evidence.create({ basicAuth: [loginOf(PASSWORD)] });
const read = (payload: object) => adapter.read(bytes(payload), NOON);

test("a custom header serves as the secret, and both are needed where both are configured", () => {
  const header = { name: "X-Webhook-Secret", values: ["the-secret-of-the-header", "the-one-before-that-one"] };
  const answer = (config: object, headers: Record<string, string>) => {
    const verified = evidence.create(config).verify({ headers, body: bytes(delivery) }, NOON);
    return verified.ok ? "taken" : verified.error.code;
  };
  assert.equal(answer({ header }, { "x-webhook-secret": "the-one-before-that-one" }), "taken");
  assert.equal(answer({ header }, { "x-webhook-secret": "the-secret-of-the-heade" }), "wrong_secret");
  assert.equal(answer({ header }, {}), "no_secret");
  const both = { header, basicAuth: [loginOf(PASSWORD)] };
  const authorization = basicAuth(loginOf(PASSWORD));
  assert.equal(answer(both, { authorization, "x-webhook-secret": "the-secret-of-the-header" }), "taken");
  assert.equal(answer(both, { authorization }), "no_secret");
  assert.equal(answer(both, { authorization, "x-webhook-secret": "x" }), "wrong_secret");
  assert.equal(answer(both, { authorization: basicAuth(loginOf(OTHER)), "x-webhook-secret": "the-secret-of-the-header" }), "wrong_secret");
});

test("each record says what it proves", async () => {
  const said = async (payload: object) => {
    const outcome = await read(payload);
    return outcome.kind === "reports" ? outcome.reports[0]?.report : outcome.kind;
  };
  assert.partialDeepStrictEqual(await said(delivery), { kind: "delivered" });
  for (const Type of ["HardBounce", "BadEmailAddress"]) assert.partialDeepStrictEqual(await said({ ...bounce, Type }), { kind: "failed", addressDead: true }, Type);
  for (const Type of ["SoftBounce", "Blocked", "SpamNotification", "DnsError", "ManuallyDeactivated", "DMARCPolicy", "SMTPApiError", "SomethingNew"]) {
    assert.partialDeepStrictEqual(await said({ ...bounce, Type }), { kind: "failed", addressDead: false }, Type);
  }
  assert.partialDeepStrictEqual(await said({ ...bounce, Type: "Transient" }), { kind: "handedOver", delayed: true });
  for (const Type of ["AutoResponder", "AddressChange", "Subscribe", "Unsubscribe", "OpenRelayTest"]) assert.equal(await said({ ...bounce, Type }), "ignored", Type);
  assert.partialDeepStrictEqual(await said({ ...bounce, RecordType: "SpamComplaint", Type: "SpamComplaint" }), { kind: "complained" });
});

test("a stream that stops mail to an address says why; a customer's own wish and a resumption are no failure", async () => {
  assert.partialDeepStrictEqual(await read({ ...change, SuppressionReason: "HardBounce" }), { reports: [{ address: "anna@example.com", at: NOON, report: { kind: "failed", addressDead: true } }] });
  assert.partialDeepStrictEqual(await read({ ...change, SuppressionReason: "SpamComplaint" }), { reports: [{ report: { kind: "complained" } }] });
  assert.equal((await read({ ...change, SuppressionReason: "ManualSuppression" })).kind, "ignored");
  assert.equal((await read({ ...change, SuppressSending: false, SuppressionReason: null })).kind, "ignored");
});

test("the message is found by the Message-ID in the metadata, else by the address", async () => {
  assert.partialDeepStrictEqual(await read({ ...bounce, Metadata: { "Message-Id": "id@nord.example" } }), { reports: [{ rfcId: "id@nord.example", address: "anna@example.com" }] });
  for (const Metadata of [undefined, null, {}, { "message-id": 7 }]) {
    const said = await read({ ...bounce, Metadata });
    assert.ok(said.kind === "reports" && said.reports[0]?.rfcId === undefined && said.reports[0]?.address === "anna@example.com");
  }
  assert.equal((await read({ ...bounce, Email: undefined })).kind, "unreadable");
});

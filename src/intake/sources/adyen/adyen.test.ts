import assert from "node:assert/strict";
import { test } from "node:test";
import { MINUTE, parseInstant, plus } from "../../../base/time.ts";
import type { Delivery, Normalised } from "../../core/delivery.ts";
import type { StoreEvent } from "../../core/event.ts";
import { NOON, rowOf, signed } from "../../testing.ts";
import { sourceContract } from "../contract.ts";
import { createSource } from "../create-source.ts";
import { adyenMoney } from "./payloads.ts";

const KEY = "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF";
const OTHER_KEY = "F".repeat(64);
const AT = "2026-03-02T12:30:00+01:00";
const LOGIN = { username: "makegood", password: "a-password-for-tests" };

const account = (config: object = {}) => createSource({ name: "adyen", type: "adyen", config: { secrets: [KEY], ...config } });
const AUTOMATIC = account({ orderIdsFrom: "shop" });
const MANUAL = account({ capture: "manual" });

type Fields = Record<string, unknown>;

const authorised = (changes: Fields = {}): Fields => ({
  eventCode: "AUTHORISATION", success: "true", eventDate: AT, pspReference: "8835511210681234", merchantAccountCode: "NordAccount", merchantReference: "1001",
  amount: { value: 4990, currency: "EUR" }, paymentMethod: "visa", reason: "033899:1111:03/2030", ...changes,
});
/** What is asked of a payment later has a reference of its own and names the payment. */
const modified = (eventCode: string, changes: Fields = {}): Fields =>
  authorised({ eventCode, pspReference: "8835511299995678", originalReference: "8835511210681234", merchantReference: "return 7", reason: "", ...changes });

const notification = (...items: readonly Fields[]) => ({ live: "false", notificationItems: items.map((each) => ({ NotificationRequestItem: each })) });
const webhook = (...items: readonly Fields[]) => Buffer.from(JSON.stringify(notification(...items)));
const sent = (items: readonly Fields[], source = AUTOMATIC): Delivery => signed(source.adapter, "", notification(...items));

function normalise(fields: Fields, source = AUTOMATIC): Normalised {
  return source.adapter.normalise(rowOf(source, sent([fields], source)));
}

function eventOf(fields: Fields, source = AUTOMATIC): StoreEvent {
  const said = normalise(fields, source);
  assert.ok(said.kind === "events" && said.events.length === 1, said.kind === "events" ? "" : said.why);
  return said.events[0] as StoreEvent;
}

/** The items of a delivery after its signature: the webhook as it would arrive if somebody had changed it on the way. */
function tampered({ headers, body }: Delivery, change: (item: Fields) => Fields): Delivery {
  const { notificationItems } = JSON.parse(Buffer.from(body).toString("utf8")) as { notificationItems: readonly { NotificationRequestItem: Fields }[] };
  return { headers, body: webhook(...notificationItems.map((each) => change(each.NotificationRequestItem))) };
}

function answer(delivery: Delivery, source = AUTOMATIC): string {
  const verified = source.adapter.verify(delivery, NOON);
  return verified.ok ? "taken" : verified.error.code;
}

sourceContract({
  type: "adyen",
  config: (secrets) => ({ secrets }),
  secrets: [KEY, OTHER_KEY],
  good: { kind: "AUTHORISATION", deliveryId: "8835511210681234", body: webhook(authorised()) },
  signature: /hmacSignature/,
  respell: (delivery, hmacSignature) => tampered(delivery, (item) => ({ ...item, additionalData: hmacSignature === undefined ? {} : { hmacSignature } })),
  refusesMalformed: true,
  bodyIsNotSigned: true,
});

test("a signature made elsewhere is accepted, also around a colon in the reference (vector computed with Python's hmac)", () => {
  const item = authorised({ merchantReference: "2026-03-02:A 1001", additionalData: { hmacSignature: "p2RGiGPnGur8//bOHAauoBv4tzqLF7ZkN8/959g9ROM=" } });
  assert.equal(answer({ headers: { "content-type": "application/json" }, body: webhook(item) }), "taken");
});

test("every field that Adyen signs is under the signature, absent ones too", () => {
  const changes: Fields[] = [
    { pspReference: "8835511210681235" }, { originalReference: "8835511210681234" }, { merchantAccountCode: "OtherAccount" }, { merchantReference: "1002" },
    { amount: { value: 4991, currency: "EUR" } }, { amount: { value: 4990, currency: "USD" } }, { eventCode: "REFUND" }, { success: "false" },
  ];
  for (const change of changes) assert.equal(answer(tampered(sent([authorised()]), (item) => ({ ...item, ...change }))), "wrong_signature", JSON.stringify(change));
});

test("fields cannot be cut anew at a colon: the signed text would be the same", () => {
  const delivery = sent([authorised({ merchantReference: "1001:4990:EUR" })]);
  assert.equal(answer(delivery), "taken");
  assert.equal(answer(tampered(delivery, (item) => ({ ...item, merchantAccountCode: "NordAccount:1001", merchantReference: "4990:EUR" }))), "wrong_signature");
});

test("what is not signed makes no new delivery, and no later time than the receipt", () => {
  const kept = (delivery: Delivery) => {
    const verified = AUTOMATIC.adapter.verify(delivery, NOON);
    assert.ok(verified.ok);
    return verified.value[0];
  };
  const delivery = sent([authorised()]);
  const later = tampered(delivery, (item) => ({ ...item, eventDate: "2031-01-01T00:00:00Z", reason: "x", paymentMethod: "mc" }));
  assert.equal(kept(later)?.dedupeKey, kept(delivery)?.dedupeKey);
  assert.equal(kept(later)?.triggeredAt, NOON);
  assert.equal(eventOf(authorised()).at, parseInstant(AT));
  assert.equal(eventOf(authorised({ eventDate: "2031-01-01T00:00:00Z" })).at, NOON);
  for (const eventDate of ["yesterday", 7, null, undefined]) assert.equal(eventOf(authorised({ eventDate, reason: 7, additionalData: [] })).at, NOON);
});

test("each item is kept for itself, and one that is not signed refuses them all", () => {
  const delivery = sent([authorised(), modified("REFUND"), authorised({ success: "false" })]);
  const verified = AUTOMATIC.adapter.verify(delivery, NOON);
  assert.ok(verified.ok);
  assert.deepEqual(verified.value.map(({ kind }) => kind), ["AUTHORISATION", "REFUND", "AUTHORISATION"]);
  assert.equal(new Set(verified.value.map(({ dedupeKey }) => dedupeKey)).size, 3, "a success after a failure is no duplicate");
  assert.equal(answer(tampered(delivery, (item) => (item["eventCode"] === "REFUND" ? { ...item, additionalData: {} } : item))), "no_signature");
  assert.equal(answer({ ...delivery, body: webhook() }), "malformed");
  assert.equal(answer({ ...delivery, body: webhook(...Array.from({ length: 51 }, () => authorised())) }), "malformed");
});

test("where a user name is configured the delivery needs it and its password, as well as the signature", () => {
  const guarded = account({ basicAuth: [LOGIN, { ...LOGIN, password: "the-one-before" }] });
  const delivery = sent([authorised()], guarded);
  assert.equal(answer(delivery, guarded), "taken");
  const as = (authorization: string) => answer({ ...delivery, headers: { ...delivery.headers, authorization } }, guarded);
  assert.equal(as(`basic ${Buffer.from("makegood:the-one-before").toString("base64")}`), "taken", "while it is changed both count");
  for (const wrong of ["", "Basic", "Basic ====", `Basic ${Buffer.from("makegood:").toString("base64")}`, `Bearer ${LOGIN.password}`]) assert.equal(as(wrong), "wrong_login", wrong);
  assert.equal(answer(tampered(delivery, (item) => ({ ...item, success: "false" })), guarded), "wrong_signature");
});

test("an authorisation is the money with automatic capture, and the permission to take it with manual", () => {
  assert.deepEqual(eventOf(authorised()).fact, { kind: "payment.recorded", paymentId: "adyen/8835511210681234", status: "captured", amount: { minor: 4990, currency: "EUR" } });
  assert.partialDeepStrictEqual(eventOf(authorised(), MANUAL).fact, { status: "authorized" });
  assert.deepEqual(eventOf(authorised({ success: false, reason: "Insufficient balance" })).fact, {
    kind: "payment.recorded", paymentId: "adyen/8835511210681234", status: "failed", amount: { minor: 4990, currency: "EUR" }, why: "Insufficient balance",
  });
  assert.equal(normalise(authorised({ amount: { value: 0, currency: "EUR" } })).kind, "ignored");
});

test("captures of an authorisation add up; one that is asked for in vain takes nothing twice", () => {
  assert.partialDeepStrictEqual(eventOf(modified("CAPTURE"), MANUAL), { refs: ["adyen/payment/8835511210681234"], fact: { paymentId: "adyen/8835511299995678", status: "captured" } });
  assert.partialDeepStrictEqual(eventOf(modified("CAPTURE", { success: "false", reason: "too much" }), MANUAL).fact, { status: "failed", why: "too much" });
  assert.partialDeepStrictEqual(eventOf(modified("CAPTURE_FAILED"), MANUAL).fact, { paymentId: "adyen/8835511299995678", status: "failed" });
  assert.equal(normalise(modified("CAPTURE")).kind, "ignored");
  assert.partialDeepStrictEqual(eventOf(modified("CAPTURE_FAILED")).fact, { paymentId: "adyen/8835511210681234", status: "failed" });
});

test("a cancellation voids the payment that it names; a refused one changes nothing", () => {
  assert.partialDeepStrictEqual(eventOf(modified("CANCELLATION")).fact, { kind: "payment.recorded", paymentId: "adyen/8835511210681234", status: "voided" });
  assert.equal(normalise(modified("CANCELLATION", { success: "false" })).kind, "ignored");
  assert.partialDeepStrictEqual(normalise(modified("CANCELLATION", { originalReference: "" })), { kind: "quarantined", code: "unreadable" });
});

test("a refund that was sent has succeeded until the scheme rejects it or sends it back", () => {
  const cases = [
    ["REFUND", {}, "succeeded", undefined],
    ["REFUND", { success: "false", reason: "Insufficient balance on payment" }, "failed", "Insufficient balance on payment"],
    ["REFUND_FAILED", { reason: "Card closed" }, "failed", "Card closed"],
    ["REFUNDED_REVERSED", {}, "failed", undefined],
    ["CANCEL_OR_REFUND", { additionalData: { "modification.action": "refund" } }, "succeeded", undefined],
    ["CANCEL_OR_REFUND", { success: "false", reason: "Original pspReference required" }, "failed", "Original pspReference required"],
  ] as const;
  for (const [eventCode, changes, status, why] of cases) {
    const { fact, refs } = eventOf(modified(eventCode, changes));
    assert.deepEqual(fact, { kind: "refund.recorded", refundId: "adyen/8835511299995678", view: "processor", status, amount: { minor: 4990, currency: "EUR" }, ...(why && { why }) });
    assert.deepEqual(refs, ["adyen/payment/8835511210681234", "adyen/refund/8835511299995678"]);
  }
});

test("a reversal that cancelled voids the payment; one that does not say what it did goes to a person", () => {
  assert.partialDeepStrictEqual(eventOf(modified("CANCEL_OR_REFUND", { additionalData: { "modification.action": "cancel" } })).fact, { paymentId: "adyen/8835511210681234", status: "voided" });
  assert.partialDeepStrictEqual(normalise(modified("CANCEL_OR_REFUND")), { kind: "quarantined", code: "unreadable" });
});

test("a dispute is one, whichever of its events comes first, and names the payment", () => {
  for (const eventCode of ["REQUEST_FOR_INFORMATION", "NOTIFICATION_OF_CHARGEBACK", "CHARGEBACK"]) {
    const event = eventOf(modified(eventCode, { reason: "Fraud", merchantReference: "1001" }));
    assert.deepEqual(event.fact, { kind: "dispute.opened", disputeId: "adyen/8835511299995678", amount: { minor: 4990, currency: "EUR" }, reason: "Fraud" });
    assert.deepEqual([event.orderId, event.refs], ["shop/1001", ["adyen/payment/8835511210681234"]]);
  }
});

test("a payment's reference names the order where the shop says so; what is asked of it later is found by the payment", () => {
  assert.deepEqual([eventOf(authorised()).orderId, eventOf(authorised()).refs], ["shop/1001", ["adyen/payment/8835511210681234"]]);
  assert.equal(eventOf(authorised(), account()).orderId, undefined);
  assert.equal(eventOf(modified("REFUND")).orderId, undefined, "its reference is the refund's own");
});

test("what no order rests on is ignored with a reason; what no release reads is kept in quarantine under its name", () => {
  for (const eventCode of ["REPORT_AVAILABLE", "CHARGEBACK_REVERSED"]) {
    const said = normalise(modified(eventCode));
    assert.ok(said.kind === "ignored" && said.why.length > 20, eventCode);
  }
  const unknown = normalise(authorised({ eventCode: "TELEPORTED" }));
  assert.ok(unknown.kind === "quarantined" && unknown.code === "unknown_kind" && unknown.why.includes("TELEPORTED"));
  for (const eventCode of ["constructor", "", 7]) assert.partialDeepStrictEqual(normalise(authorised({ eventCode })), { kind: "quarantined", code: "unreadable" });
});

test("Adyen's amounts become ours, also where it counts differently from ISO 4217", () => {
  const minor = (value: number, currency: string) => adyenMoney({ value, currency }).minor;
  assert.deepEqual(adyenMoney({ value: 4990, currency: "EUR" }), { minor: 4990, currency: "EUR" });
  assert.equal(minor(500, "JPY"), 500);
  assert.equal(minor(50000, "CLP"), 500);
  assert.equal(minor(50000, "ISK"), 500);
  assert.equal(minor(500, "CVE"), 50000);
  assert.equal(minor(5000, "KWD"), 5000);
  assert.throws(() => minor(50001, "ISK"));
});

test("a delivery that Adyen's queue held back is still taken: no time is signed", () => {
  assert.ok(AUTOMATIC.adapter.verify(sent([authorised()]), plus(NOON, 30 * 24 * 60 * MINUTE)).ok);
});

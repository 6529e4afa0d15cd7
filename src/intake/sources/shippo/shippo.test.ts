import assert from "node:assert/strict";
import { test } from "node:test";
import { iso, parseInstant } from "../../../base/time.ts";
import type { Delivery, Normalised } from "../../core/delivery.ts";
import type { StoreEvent } from "../../core/event.ts";
import { NOON, rowOf, signed } from "../../testing.ts";
import { sourceContract } from "../contract.ts";
import { createSource } from "../create-source.ts";

const TOKEN = "token-for-tests-0123456789abcdef";
const sourceWith = (config: Record<string, unknown> = { tokens: [TOKEN] }) => createSource({ name: "shippo", type: "shippo", config });
const ACCOUNT = sourceWith();
const LINKED = sourceWith({ tokens: [TOKEN], orderIdsFrom: "shopify" });

const status = (status_date: string, given: string, code?: string) => ({ status: given, status_date, substatus: code === undefined ? null : { code, text: "as told", action_required: false } });
const LABEL = status("2026-03-01T09:00:00Z", "PRE_TRANSIT", "information_received");
const PICKED_UP = status("2026-03-01T18:00:00Z", "TRANSIT", "package_accepted");

const track = (changes: Record<string, unknown> = {}) => ({
  carrier: "usps", tracking_number: "9205 5901", eta: null, metadata: "1001", transaction: "tx1", address_to: { country: "US" }, tracking_status: PICKED_UP, tracking_history: [LABEL, PICKED_UP], ...changes,
});
const bought = (changes: Record<string, unknown> = {}) => ({
  object_id: "tx1", status: "SUCCESS", tracking_number: "92055901", metadata: "1001", messages: [], object_created: "2026-03-01T08:00:00Z", object_updated: "2026-03-01T08:01:00Z", ...changes,
});
const event = (object: unknown, name = "track_updated") => ({ event: name, test: false, data: object });

function normalise(object: unknown, name = "track_updated", source = ACCOUNT): Normalised {
  return source.adapter.normalise(rowOf(source, signed(source.adapter, "", event(object, name))));
}

function eventsOf(object: unknown, name = "track_updated", source = ACCOUNT): readonly StoreEvent[] {
  const said = normalise(object, name, source);
  assert.equal(said.kind, "events", said.kind === "events" ? "" : said.why);
  return said.kind === "events" ? said.events : [];
}

const good = { kind: "track_updated", deliveryId: "1", body: Buffer.from(JSON.stringify(event(track()))) };

sourceContract({ type: "shippo", config: (secrets) => ({ secrets }), secrets: ["shippo-secret", "another-secret-0123456789abcdef"], good, signature: /shippo-auth/ });

sourceContract({
  type: "shippo",
  config: (tokens) => ({ tokens }),
  secrets: [TOKEN, "another-token-0123456789abcdef"],
  good,
  signature: /^token$/,
  refused: { unsigned: "wrong_key", wrong: "wrong_key" },
  bodyIsNotSigned: true,
});

test("a signature made elsewhere is accepted (vector computed with Python's hmac)", () => {
  const account = sourceWith({ secrets: ["whsec_test"] });
  const headers = { "content-type": "application/json", "shippo-auth-signature": "t=1700000000,v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925" };
  assert.equal(account.adapter.verify({ headers, body: Buffer.from('{"id":"evt_1"}') }, NOON).ok, true);
});

test("an account is set up with a token or a secret, and what is set up must fit", () => {
  assert.throws(() => sourceWith({}), /tokens.*secrets/);
  const both = sourceWith({ tokens: [TOKEN], secrets: ["shippo-secret"] });
  const { headers, query, body } = signed(both.adapter, "", event(track()));
  const taken = (delivery: Delivery): boolean => both.adapter.verify(delivery, NOON).ok;
  assert.deepEqual([taken({ headers, ...(query && { query }), body }), taken({ headers, body }), taken({ headers: { "content-type": "application/json" }, ...(query && { query }), body })], [true, false, false]);
});

test("the same webhook sent twice is one delivery, and its identity shows no tracking number", () => {
  const keys = [track(), track(), track({ tracking_status: LABEL })].map((object) => {
    const verified = ACCOUNT.adapter.verify(signed(ACCOUNT.adapter, "", event(object)), NOON);
    return verified.ok ? verified.value[0]?.dedupeKey : undefined;
  });
  assert.equal(keys[0], keys[1]);
  assert.notEqual(keys[0], keys[2]);
  assert.ok(!JSON.stringify(keys).includes("5901"));
});

test("each status is an event of its own at the carrier's time, and the same one in the next webhook", () => {
  const events = eventsOf(track());
  assert.deepEqual(events.map(({ at, fact, refs }) => [iso(at), fact.kind === "parcel.recorded" && fact.status, ...refs]), [
    ["2026-03-01T09:00:00.000Z", "label", "tracking/92055901"],
    ["2026-03-01T18:00:00.000Z", "moving", "tracking/92055901"],
  ]);
  const out = status("2026-03-02T07:00:00Z", "TRANSIT", "out_for_delivery");
  assert.deepEqual(eventsOf(track({ tracking_status: out, tracking_history: [LABEL, PICKED_UP, out] })).map(({ id }) => id).slice(0, 2), events.map(({ id }) => id));
});

test("a sub-status says what is the matter", () => {
  const cases: [status: string, code: string, ours: string, why?: string][] = [
    ["TRANSIT", "address_issue", "delayed", "address"],
    ["TRANSIT", "delayed", "delayed"],
    ["TRANSIT", "package_damaged", "delayed", "damaged"],
    ["TRANSIT", "delivery_attempted", "attempt_failed"],
    ["TRANSIT", "pickup_available", "pickup"],
    ["TRANSIT", "out_for_delivery", "last_mile"],
    ["RETURNED", "package_unclaimed", "returning", "unclaimed"],
    ["RETURNED", "return_to_sender", "returning"],
    ["FAILURE", "package_lost", "failed", "lost"],
    ["DELIVERED", "delivered", "delivered"],
    ["BEAMED", "", "unknown"],
  ];
  for (const [given, code, ours, why] of cases) {
    const now = status("2026-03-02T07:00:00Z", given, code);
    const fact = eventsOf(track({ tracking_status: now, tracking_history: [now] }))[0]?.fact;
    assert.deepEqual([fact?.kind === "parcel.recorded" && fact.status, fact?.kind === "parcel.recorded" ? fact.why : ""], [ours, why], `${given}/${code}`);
  }
});

test("the metadata names the order where it is an id and nothing else; a label and its track are one parcel", () => {
  assert.deepEqual([ACCOUNT, LINKED].map((source) => eventsOf(track(), "track_updated", source)[0]?.orderId), [undefined, "shopify/1001"]);
  assert.equal(eventsOf(track({ metadata: "Order 000123, gift" }), "track_updated", LINKED)[0]?.orderId, undefined);
  const parcels = [...eventsOf(track()), ...eventsOf(bought(), "transaction_created")].map(({ fact }) => fact.kind === "parcel.recorded" && fact.parcelId);
  assert.deepEqual([...new Set(parcels)], ["shippo/tx1"]);
});

test("a track of a label from elsewhere has an id that does not show its number", () => {
  const [fact] = eventsOf(track({ transaction: null })).map((each) => each.fact);
  assert.ok(fact?.kind === "parcel.recorded" && /^shippo\/[0-9a-f-]{36}$/.test(fact.parcelId));
});

test("an estimate that is a day holds to its end where the parcel goes", () => {
  const fact = eventsOf(track({ eta: "2026-03-05T00:00:00Z", address_to: { country: "DE" } })).at(-1)?.fact;
  assert.equal(fact?.kind === "parcel.recorded" && fact.expectedBy, parseInstant("2026-03-05T22:59:59Z"));
});

test("a label that could not be bought is told with the reason, of the order that it was for", () => {
  const failed = (code: string) => bought({ status: "ERROR", tracking_number: "", messages: [{ source: "USPS", code, text: "Recipient address invalid" }] });
  const [told] = eventsOf(failed("failed_address_validation"), "transaction_updated", LINKED);
  assert.deepEqual([told && iso(told.at), told?.orderId, told?.fact], ["2026-03-01T08:01:00.000Z", "shopify/1001", { kind: "parcel.recorded", parcelId: "shippo/tx1", status: "label_failed", why: "address" }]);
  const [other] = eventsOf(failed("rate_expired"), "transaction_updated", LINKED);
  assert.equal(other?.fact.kind === "parcel.recorded" && other.fact.why, "other");
  const nobodys = normalise(failed("rate_expired"), "transaction_updated");
  assert.ok(nobodys.kind === "ignored" && nobodys.why.includes("orderIdsFrom"));
});

test("purchases under way, batches and unknown events say nothing of a parcel", () => {
  assert.equal(normalise(bought({ status: "QUEUED" }), "transaction_created").kind, "ignored");
  assert.equal(normalise({ object_id: "b1" }, "batch_purchased").kind, "ignored");
  const unknown = normalise({}, "track_teleported");
  assert.ok(unknown.kind === "quarantined" && unknown.code === "unknown_kind");
});

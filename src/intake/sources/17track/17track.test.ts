import assert from "node:assert/strict";
import { test } from "node:test";
import { iso, parseInstant } from "../../../base/time.ts";
import type { Normalised } from "../../core/delivery.ts";
import type { StoreEvent } from "../../core/event.ts";
import { NOON, rowOf, signed } from "../../testing.ts";
import { sourceContract } from "../contract.ts";
import { createSource } from "../create-source.ts";

const SECRET = "security-key-for-tests";
const sourceWith = (more: Record<string, unknown> = {}) => createSource({ name: "tracker", type: "17track", config: { secrets: [SECRET], ...more } });
const ACCOUNT = sourceWith();
const LINKED = sourceWith({ orderIdsFrom: "shop" });

type Fields = Record<string, unknown>;

const scan = (time_utc: string | null, sub_status: string | null, more: Fields = {}): Fields => ({ time_iso: time_utc, time_utc, description: "in the carrier's words", location: "AUSTIN, TX", stage: null, sub_status, ...more });
const LABEL = scan("2026-03-01T09:00:00Z", "InfoReceived");
const PICKED_UP = scan("2026-03-01T17:00:00Z", "InTransit_PickedUp", { time_iso: "2026-03-01T18:00:00+01:00" });

/** The newest scan comes first, as 17TRACK lists them. */
function update(changes: { status?: string; sub?: string; events?: readonly Fields[]; info?: Fields; data?: Fields; event?: string } = {}): Fields {
  const { status = "InTransit", sub = "InTransit_PickedUp", events = [PICKED_UP, LABEL], info = {}, data: stated = {}, event = "TRACKING_UPDATED" } = changes;
  const providers = [{ provider: { key: 7041, name: "DHL Paket" }, latest_sync_status: "Success", events }];
  const track_info = { latest_status: { status, sub_status: sub }, shipping_info: { recipient_address: { country: "DE" } }, time_metrics: {}, tracking: { providers_hash: 1, providers }, ...info };
  return { event, data: { number: "0034 0434-1111", carrier: 7041, tag: "1001", param: null, track_info, ...stated } };
}

function normalise(body: Fields, source = ACCOUNT): Normalised {
  return source.adapter.normalise(rowOf(source, signed(source.adapter, "", body)));
}

function eventsOf(body: Fields, source = ACCOUNT): readonly StoreEvent[] {
  const said = normalise(body, source);
  assert.equal(said.kind, "events", said.kind === "events" ? "" : said.why);
  return said.kind === "events" ? said.events : [];
}

const told = (body: Fields) => eventsOf(body).map(({ at, fact }) => [iso(at), fact.kind === "parcel.recorded" && fact.status, fact.kind === "parcel.recorded" && fact.why]);

sourceContract({
  type: "17track",
  config: (secrets) => ({ secrets }),
  secrets: [SECRET, "another-key-0123456789abcdef"],
  good: { kind: "TRACKING_UPDATED", deliveryId: "", body: Buffer.from(JSON.stringify(update())) },
  signature: /^sign$/,
});

test("a signature made elsewhere is accepted (vector computed with Python's hashlib)", () => {
  const account = createSource({ name: "tracker", type: "17track", config: { secrets: ["hush-hush-hush-hush"] } });
  const headers = { "content-type": "application/json", sign: "f49bd38b92c8883788ca5523a9d5229246d67190f37c1f2d0474f5e70d387d49" };
  assert.equal(account.adapter.verify({ headers, body: Buffer.from('{"id":1}') }, NOON).ok, true);
});

test("each scan is an event of its own at the carrier's time, under the tracking number's name, and the same one in the next webhook", () => {
  const events = eventsOf(update());
  assert.deepEqual(told(update()), [["2026-03-01T09:00:00.000Z", "label", undefined], ["2026-03-01T17:00:00.000Z", "moving", undefined]]);
  const [first, second] = events;
  assert.partialDeepStrictEqual(second?.fact, { kind: "parcel.recorded", carrier: "DHL Paket", tracking: "0034 0434-1111", scanned: true });
  assert.deepEqual([first?.refs, first?.orderId], [["tracking/003404341111"], undefined]);
  assert.ok(second?.fact.kind === "parcel.recorded" && !second.fact.parcelId.includes("0034"), "no id shows a tracking number");
  const next = update({ status: "OutForDelivery", sub: "OutForDelivery_Other", events: [scan("2026-03-02T07:00:00Z", "OutForDelivery_Other"), PICKED_UP, LABEL] });
  assert.deepEqual(eventsOf(next).slice(0, 2).map(({ id }) => id), events.map(({ id }) => id));
});

test("each word of 17TRACK's is one of ours, the finer one before the coarser", () => {
  const words = {
    InTransit_CustomsProcessing: ["moving", undefined], InTransit_CustomsRequiringInformation: ["delayed", "customs"], AvailableForPickup_Other: ["pickup", undefined],
    OutForDelivery_Other: ["last_mile", undefined], DeliveryFailure_NoBody: ["attempt_failed", undefined], DeliveryFailure_InvalidAddress: ["attempt_failed", "address"],
    Delivered_Other: ["delivered", undefined], Exception_Returning: ["returning", undefined], Exception_Lost: ["failed", "lost"], Exception_Delayed: ["delayed", undefined],
    Exception_Damage: ["failed", "damaged"], Expired_Other: ["unknown", undefined], NotFound_Other: ["unknown", undefined], Something_New: ["unknown", undefined],
  };
  for (const [word, said] of Object.entries(words)) {
    assert.deepEqual(told(update({ status: word.split("_")[0] ?? "", sub: word, events: [scan("2026-03-02T07:00:00Z", word)] })), [["2026-03-02T07:00:00.000Z", ...said]], word);
  }
});

test("a state that no scan says is told beside the newest one, and an estimate with it", () => {
  assert.deepEqual(told(update({ status: "Exception", sub: "Exception_Lost" })).at(-1), ["2026-03-01T17:00:00.000Z", "failed", "lost"]);
  const [, , estimated] = eventsOf(update({ info: { time_metrics: { estimated_delivery_date: { source: "Official", from: "2026-03-04T00:00:00+01:00", to: "2026-03-05T20:00:00+01:00" } } } }));
  assert.partialDeepStrictEqual(estimated?.fact, { status: "moving", expectedBy: parseInstant("2026-03-05T19:00:00Z") });
});

test("what several carriers say of one parcel is one story; a scan without a moment is none", () => {
  const providers = [
    { provider: { key: 190271, name: "Yanwen" }, events: [scan("2026-02-27T10:00:00Z", "InTransit_Departure"), scan(null, "InTransit_PickedUp")] },
    { provider: { key: 7041, name: "DHL Paket" }, events: [PICKED_UP] },
  ];
  assert.deepEqual(told(update({ info: { tracking: { providers } } })), [["2026-02-27T10:00:00.000Z", "moving", undefined], ["2026-03-01T17:00:00.000Z", "moving", undefined]]);
});

test("the order is in the tag only where the store says so, and only what can be an id", () => {
  assert.deepEqual(eventsOf(update(), LINKED).map(({ orderId }) => orderId), ["shop/1001", "shop/1001"]);
  for (const tag of [null, "", "for Anna, 2nd parcel"]) assert.equal(eventsOf(update({ data: { tag } }), LINKED)[0]?.orderId, undefined, String(tag));
});

test("a number that nothing is known of yet, or that is followed no more, is ignored with the reason", () => {
  assert.partialDeepStrictEqual(normalise(update({ status: "NotFound", sub: "NotFound_Other", events: [] })), { kind: "ignored" });
  const stopped = normalise({ event: "TRACKING_STOPPED", data: { number: "00340434", carrier: 7041, tag: null, param: null } });
  assert.ok(stopped.kind === "ignored" && /register the number again/.test(stopped.why));
});

test("what is not of version 2 says to look at the version", () => {
  const first = normalise({ event: "TRACKING_UPDATED", data: { number: "00340434", track: { z0: { c: "Delivered" } } } });
  assert.ok(first.kind === "quarantined" && first.code === "unreadable");
  assert.match(first.why, /version/);
});

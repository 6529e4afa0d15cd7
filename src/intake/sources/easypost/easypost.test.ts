import assert from "node:assert/strict";
import { test } from "node:test";
import { iso, parseInstant } from "../../../base/time.ts";
import type { PulledPage } from "../../adapter.ts";
import type { Delivery, Normalised } from "../../core/delivery.ts";
import type { StoreEvent } from "../../core/event.ts";
import { NOON, rowOf, signed } from "../../testing.ts";
import { sourceContract } from "../contract.ts";
import { createSource } from "../create-source.ts";
import { hmacSha256 } from "../../../base/signatures.ts";

const SECRET = "tracker-secret-for-tests";
const ACCOUNT = createSource({ name: "easypost", type: "easypost", config: { secrets: [SECRET] } });

const detail = (datetime: string, status: string, status_detail = "unknown") => ({ object: "TrackingDetail", datetime, status, status_detail });
const LABEL = detail("2026-03-01T09:00:00Z", "pre_transit", "label_created");
const PICKED_UP = detail("2026-03-01T18:00:00Z", "in_transit", "arrived_at_facility");

function tracker(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: "trk_1", object: "Tracker", tracking_code: "9400 1118-9922", carrier: "USPS", status: "in_transit", status_detail: "arrived_at_facility", is_return: false,
    created_at: "2026-03-01T08:00:00Z", updated_at: "2026-03-01T18:05:00Z", est_delivery_date: null, carrier_detail: null, tracking_details: [LABEL, PICKED_UP], ...changes,
  };
}
const event = (result: Record<string, unknown>, description = "tracker.updated") => ({ id: "evt_1", object: "Event", description, created_at: "2026-03-01T18:06:00Z", result });

function normalise(result: Record<string, unknown>, description?: string): Normalised {
  return ACCOUNT.adapter.normalise(rowOf(ACCOUNT, signed(ACCOUNT.adapter, "", event(result, description))));
}

function eventsOf(result: Record<string, unknown>): readonly StoreEvent[] {
  const said = normalise(result);
  assert.equal(said.kind, "events", said.kind === "events" ? "" : said.why);
  return said.kind === "events" ? said.events : [];
}

sourceContract({
  type: "easypost",
  config: (secrets) => ({ secrets }),
  secrets: [SECRET, "another-secret-0123456789abcdef"],
  good: { kind: "tracker.updated", deliveryId: "evt_1", body: Buffer.from(JSON.stringify(event(tracker()))) },
  signature: /hmac-signature/,
});

test("the newer signature is over time, method, path and body", () => {
  const { body } = signed(ACCOUNT.adapter, "", event(tracker()));
  const [time, path] = ["Mon, 02 Mar 2026 12:00:00 -0000", "/hooks/acme/easypost"];
  const second = (over: readonly string[]): Delivery => ({
    headers: { "content-type": "application/json", "x-timestamp": time, "x-path": path, "x-hmac-signature-v2": `hmac-sha256-hex=${hmacSha256(SECRET, ...over, body).toString("hex")}` },
    body,
  });
  assert.equal(ACCOUNT.adapter.verify(second([time, "POST", path]), NOON).ok, true);
  assert.equal(ACCOUNT.adapter.verify(second([time, "POST", "/elsewhere"]), NOON).ok, false);
});

test("each scan is an event of its own at the carrier's time, under the tracking number's name", () => {
  const events = eventsOf(tracker());
  assert.deepEqual(events.map(({ at, fact }) => [iso(at), fact.kind === "parcel.recorded" && fact.status]), [["2026-03-01T09:00:00.000Z", "label"], ["2026-03-01T18:00:00.000Z", "moving"]]);
  assert.deepEqual(events[1]?.fact, { kind: "parcel.recorded", parcelId: "easypost/trk_1", status: "moving", carrier: "USPS", tracking: "9400 1118-9922", scanned: true });
  assert.deepEqual(events[1]?.refs, ["tracking/940011189922"]);
});

test("the next webhook tells the same scans as the same events, and the new one beside them", () => {
  const next = tracker({ status: "out_for_delivery", updated_at: "2026-03-02T07:01:00Z", est_delivery_date: "2026-03-02T00:00:00Z", tracking_details: [LABEL, PICKED_UP, detail("2026-03-02T07:00:00Z", "out_for_delivery")] });
  const [before, after] = [eventsOf(tracker()).map(({ id }) => id), eventsOf(next).map(({ id }) => id)];
  assert.deepEqual(after.slice(0, 2), before);
  assert.equal(after.length, 4, "the new scan, and the estimate");
});

test("a scan's detail says what is the matter", () => {
  const cases: [status: string, detail: string, ours: string, why?: string][] = [
    ["in_transit", "weather_delay", "delayed", "weather"],
    ["in_transit", "address_correction", "delayed", "address"],
    ["in_transit", "damaged", "delayed", "damaged"],
    ["in_transit", "lost", "failed", "lost"],
    ["failure", "damaged", "failed", "damaged"],
    ["in_transit", "delivery_exception", "attempt_failed"],
    ["return_to_sender", "refused", "returning", "refused"],
    ["available_for_pickup", "arrived_at_pickup_location", "pickup"],
    ["delivered", "delayed", "delivered"],
    ["cancelled", "cancelled", "failed"],
    ["in_transit", "beamed", "moving"],
    ["beamed", "unknown", "unknown"],
  ];
  for (const [status, finer, ours, why] of cases) {
    const fact = eventsOf(tracker({ status, status_detail: finer, tracking_details: [detail("2026-03-02T07:00:00Z", status, finer)] }))[0]?.fact;
    assert.deepEqual([fact?.kind === "parcel.recorded" && fact.status, fact?.kind === "parcel.recorded" ? fact.why : ""], [ours, why], `${status}/${finer}`);
  }
});

test("the carrier's local date is the estimate, to its end where the parcel goes", () => {
  const carrier_detail = { est_delivery_date_local: "2026-03-05", est_delivery_time_local: null, destination_location: "BERLIN DE", destination_tracking_location: null };
  const fact = eventsOf(tracker({ est_delivery_date: "2026-03-05T00:00:00Z", carrier_detail })).at(-1)?.fact;
  assert.equal(fact?.kind === "parcel.recorded" && fact.expectedBy, parseInstant("2026-03-05T22:59:59Z"));
});

test("before the first scan a label is known since the tracker is", () => {
  const [only, ...others] = eventsOf(tracker({ status: "pre_transit", tracking_details: [] }));
  assert.deepEqual([only && iso(only.at), others.length], ["2026-03-01T08:00:00.000Z", 0]);
  assert.equal(normalise(tracker({ status: "unknown", tracking_details: [] })).kind, "ignored");
});

test("what is no customer's parcel is ignored with a reason that a store understands", () => {
  assert.match((normalise(tracker({ is_return: true })) as { why: string }).why, /return on its way to the store/);
  for (const kind of ["batch.created", "refund.successful", "scan_form.updated", "report.available", "shipment.invoice.created"]) {
    const said = normalise({}, kind);
    assert.ok(said.kind === "ignored" && said.why.length > 40, kind);
  }
  assert.match((normalise({}, "refund.successful") as { why: string }).why, /not a refund of a customer's money/);
  const unknown = normalise({}, "tracker.teleported");
  assert.ok(unknown.kind === "quarantined" && unknown.code === "unknown_kind");
});

async function pulled(answers: Record<string, unknown>, orderIdsFrom?: string): Promise<readonly PulledPage[]> {
  const account = createSource({ name: "easypost", type: "easypost", config: { secrets: [SECRET], api: { key: "EZAK" }, ...(orderIdsFrom && { orderIdsFrom }) } });
  const left = new Map(Object.entries(answers));
  const fetch = async (address: string, { headers }: { headers: Record<string, string> }): Promise<Response> => {
    const { pathname, searchParams } = new URL(address);
    const call = [pathname, ...(searchParams.has("before_id") ? [searchParams.get("before_id")] : [])].join(" ");
    const answer = left.get(call);
    assert.ok(answer !== undefined && headers["authorization"] === `Basic ${Buffer.from("EZAK:").toString("base64")}`, `an expected call, got ${call}`);
    left.delete(call);
    return Response.json(answer);
  };
  const pages: PulledPage[] = [];
  for await (const page of account.adapter.pull?.({ fetch, since: NOON, until: NOON, waiting: async () => [], held: async () => [] }) ?? []) pages.push(page);
  assert.equal(left.size, 0, "every answer was asked for");
  return pages;
}

test("a pull reads the webhooks of trackers that were sent, page by page", async () => {
  const pages = await pulled({
    "/v2/events": { has_more: true, events: [{ id: "evt_2", description: "batch.created" }, { id: "evt_1", description: "tracker.updated", created_at: "2026-03-02T11:00:00Z" }] },
    "/v2/events/evt_1/payloads": { payloads: [{ request_body: JSON.stringify(event(tracker())) }] },
    "/v2/events evt_1": { has_more: false, events: [] },
  });
  assert.deepEqual(pages.map((page) => page.kind === "page" && [page.deliveries.length, page.cursor]), [[1, "events:evt_1"], [0, undefined]]);
  const [first] = pages[0]?.kind === "page" ? pages[0].deliveries : [];
  assert.ok(first);
  const said = ACCOUNT.adapter.normalise({ ...rowOf(ACCOUNT, signed(ACCOUNT.adapter, "", event(tracker()))), kind: first.kind, body: first.body });
  assert.deepEqual(said.kind === "events" && said.events.map(({ id }) => id), eventsOf(tracker()).map(({ id }) => id));
});

test("where the store writes its order ids into shipments, a pull learns whose a parcel is", async () => {
  const pages = await pulled({
    "/v2/events": { has_more: false, events: [] },
    "/v2/shipments": { has_more: false, shipments: [{ id: "shp_1", reference: "1001", tracker: tracker() }] },
  }, "shopify");
  const account = createSource({ name: "easypost", type: "easypost", config: { secrets: [SECRET], orderIdsFrom: "shopify" } });
  const [first] = pages.flatMap((page) => (page.kind === "page" ? page.deliveries : []));
  assert.ok(first);
  const said = account.adapter.normalise({ inboxId: "00000000-0000-8000-8000-000000000001", source: "easypost", receivedAt: NOON, ...first });
  assert.deepEqual(said.kind === "events" && said.events.map(({ orderId, refs }) => [orderId, ...refs]), Array(2).fill(["shopify/1001", "tracking/940011189922"]));
});

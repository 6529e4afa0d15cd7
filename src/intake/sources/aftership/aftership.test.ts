import assert from "node:assert/strict";
import { test } from "node:test";
import { iso, parseInstant } from "../../../base/time.ts";
import type { PulledPage } from "../../adapter.ts";
import type { Normalised } from "../../core/delivery.ts";
import type { StoreEvent } from "../../core/event.ts";
import { NOON, rowOf, signed } from "../../testing.ts";
import { sourceContract } from "../contract.ts";
import { createSource } from "../create-source.ts";

const SECRET = "tracker-secret-for-tests";
const sourceWith = (more: Record<string, unknown> = {}) => createSource({ name: "aftership", type: "aftership", config: { secrets: [SECRET], ...more } });
const ACCOUNT = sourceWith();

const checkpoint = (checkpoint_time: string, tag: string, subtag = `${tag}_001`, created_at = "2026-03-02T10:00:00Z") => ({ checkpoint_time, created_at, tag, subtag });
const LABEL = checkpoint("2026-03-01T09:00:00Z", "InfoReceived");
const PICKED_UP = checkpoint("2026-03-01T18:00:00+01:00", "InTransit", "InTransit_002");

function tracking(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: "bff5a3bac79b472991a204172473a635", tracking_number: "JD-0146 00001", slug: "dhl", tag: "InTransit", subtag: "InTransit_002", created_at: "2026-03-01T08:00:00+00:00", updated_at: "2026-03-01T18:05:00+00:00",
    order_id: "1001", order_number: "#1001", custom_fields: { shop_order: "1002" }, checkpoints: [LABEL, PICKED_UP], ...changes,
  };
}
const update = (msg: Record<string, unknown>, event = "tracking_update") => ({ event, event_id: "94dadd60-ed26-46d0-aa52-3ced925a50ff", is_tracking_first_tag: true, msg, ts: 1_772_388_000 });

function normalise(msg: Record<string, unknown>, source = ACCOUNT, event?: string): Normalised {
  return source.adapter.normalise(rowOf(source, signed(source.adapter, "", update(msg, event))));
}

function eventsOf(msg: Record<string, unknown>, source = ACCOUNT): readonly StoreEvent[] {
  const said = normalise(msg, source);
  assert.equal(said.kind, "events", said.kind === "events" ? "" : said.why);
  return said.kind === "events" ? said.events : [];
}

sourceContract({
  type: "aftership",
  config: (secrets) => ({ secrets }),
  secrets: [SECRET, "another-secret-0123456789abcdef"],
  good: { kind: "tracking_update", deliveryId: "1", body: Buffer.from(JSON.stringify(update(tracking()))) },
  signature: /aftership-hmac/,
});

test("a signature made elsewhere is accepted (vector computed with Python's hmac)", () => {
  const account = createSource({ name: "aftership", type: "aftership", config: { secrets: ["hush"] } });
  const headers = { "content-type": "application/json", "aftership-hmac-sha256": "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY=" };
  assert.equal(account.adapter.verify({ headers, body: Buffer.from('{"id":1}') }, NOON).ok, true);
});

test("each checkpoint is an event of its own at the carrier's time, and the same one in the next webhook", () => {
  const events = eventsOf(tracking());
  assert.deepEqual(events.map(({ at, fact, refs }) => [iso(at), fact.kind === "parcel.recorded" && fact.status, ...refs]), [
    ["2026-03-01T09:00:00.000Z", "label", "tracking/JD014600001"],
    ["2026-03-01T17:00:00.000Z", "moving", "tracking/JD014600001"],
  ]);
  const next = tracking({ tag: "OutForDelivery", checkpoints: [LABEL, PICKED_UP, checkpoint("2026-03-02T08:00:00Z", "OutForDelivery")] });
  assert.deepEqual(eventsOf(next).slice(0, 2).map(({ id }) => id), events.map(({ id }) => id));
});

test("a wall clock without a zone is read as UTC, and never as later than AfterShip heard of it", () => {
  const at = (time: string): string | undefined => eventsOf(tracking({ checkpoints: [checkpoint(time, "InTransit", "InTransit_002", "2026-03-02T10:00:00Z")] })).map((event) => iso(event.at))[0];
  assert.equal(at("2026-03-02T09:00:00"), "2026-03-02T09:00:00.000Z");
  assert.equal(at("2026-03-02T18:00:00"), "2026-03-02T10:00:00.000Z");
  assert.equal(at("2026-03-02"), "2026-03-02T00:00:00.000Z");
});

test("an exception is what its sub-status says: a delay, an end, or a way back", () => {
  const cases: [subtag: string, ours: string, why?: string][] = [
    ["Exception_001", "failed"],
    ["Exception_003", "failed", "refused"],
    ["Exception_004", "delayed", "customs"],
    ["Exception_005", "delayed", "other"],
    ["Exception_007", "failed", "address"],
    ["Exception_008", "pickup", "unclaimed"],
    ["Exception_010", "returning"],
    ["Exception_011", "returning"],
    ["Exception_012", "failed", "damaged"],
    ["Exception_013", "failed", "lost"],
    ["Exception_016", "delayed", "carrier"],
    ["Exception_017", "delayed", "weather"],
    ["Exception_999", "failed"],
  ];
  for (const [subtag, ours, why] of cases) {
    const fact = eventsOf(tracking({ tag: "Exception", subtag, checkpoints: [checkpoint("2026-03-02T07:00:00Z", "Exception", subtag)] }))[0]?.fact;
    assert.deepEqual([fact?.kind === "parcel.recorded" && fact.status, fact?.kind === "parcel.recorded" ? fact.why : ""], [ours, why], subtag);
  }
});

test("every tag is a status of ours", () => {
  const tags = { InfoReceived: "label", InTransit: "moving", OutForDelivery: "last_mile", AttemptFail: "attempt_failed", Delivered: "delivered", AvailableForPickup: "pickup", Expired: "unknown", Beamed: "unknown" };
  for (const [tag, ours] of Object.entries(tags)) {
    const fact = eventsOf(tracking({ tag, checkpoints: [checkpoint("2026-03-02T07:00:00Z", tag)] }))[0]?.fact;
    assert.equal(fact?.kind === "parcel.recorded" && fact.status, ours);
  }
});

test("the order is named by the field that is configured, and by the tracking number alone otherwise", () => {
  const orders = (source: typeof ACCOUNT) => eventsOf(tracking(), source).map(({ orderId }) => orderId)[0];
  assert.equal(orders(ACCOUNT), undefined);
  assert.equal(orders(sourceWith({ orderIdsFrom: "shopify" })), "shopify/1001");
  assert.equal(orders(sourceWith({ orderIdsFrom: "shopify", orderIdIn: "shop_order" })), "shopify/1002");
  assert.equal(orders(sourceWith({ orderIdsFrom: "shopify", orderIdIn: "absent" })), undefined);
});

test("the carrier's latest date is the estimate", () => {
  const fact = eventsOf(tracking({ courier_estimated_delivery_date: { estimated_delivery_date: "2026-03-04", estimated_delivery_date_max: "2026-03-05T18:00:00+01:00" } })).at(-1)?.fact;
  assert.equal(fact?.kind === "parcel.recorded" && fact.expectedBy, parseInstant("2026-03-05T17:00:00Z"));
});

test("a parcel that the carrier does not know yet is ignored; an unknown event is kept under its name", () => {
  assert.equal(normalise(tracking({ tag: "Pending", subtag: "Pending_001", checkpoints: [] })).kind, "ignored");
  const unknown = normalise(tracking(), ACCOUNT, "tracking_teleported");
  assert.ok(unknown.kind === "quarantined" && unknown.code === "unknown_kind" && unknown.why.includes("tracking_teleported"));
});

test("a pull tells the same events as the webhooks, page by page", async () => {
  const pages: PulledPage[] = [];
  const asked: (string | null)[][] = [];
  const fetch = async (address: string, { headers }: { headers: Record<string, string> }): Promise<Response> => {
    const { pathname, searchParams } = new URL(address);
    asked.push([pathname, searchParams.get("updated_at_min"), searchParams.get("cursor"), headers["as-api-key"] ?? null]);
    const has_next_page = asked.length === 1;
    return Response.json({ meta: { code: 200 }, data: { pagination: { total: 2, has_next_page, next_cursor: has_next_page ? "c2" : "" }, trackings: [tracking()] } });
  };
  for await (const page of sourceWith({ api: { key: "asat" } }).adapter.pull?.({ fetch, since: NOON, until: NOON, waiting: async () => [], held: async () => [] }) ?? []) pages.push(page);
  const since = "2026-03-02T12:00:00.000Z";
  assert.deepEqual(asked, [["/tracking/2026-07/trackings", since, null, "asat"], ["/tracking/2026-07/trackings", since, "c2", "asat"]]);
  const [first] = pages.flatMap((page) => (page.kind === "page" ? page.deliveries : []));
  assert.ok(first);
  const said = ACCOUNT.adapter.normalise({ inboxId: "00000000-0000-8000-8000-000000000001", source: "aftership", receivedAt: NOON, ...first });
  assert.deepEqual(said.kind === "events" && said.events.map(({ id }) => id), eventsOf(tracking()).map(({ id }) => id));
});

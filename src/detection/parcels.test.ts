import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, type Instant, plus } from "../base/time.ts";
import type { OrderDoc, OrderView } from "../commerce/index.ts";
import type { ParcelStatus } from "../intake/index.ts";
import { anOrder, AT, cancelled, refunded } from "../../test/known-orders.ts";
import { matterOf } from "./matter.ts";
import { lostParcels, parcelOf } from "./parcels.ts";

const at = (days: number): Instant => plus(AT, days * DAY);

/** A parcel with the day on which each state was first said; the last is where it stands. */
const parcel = (id: string, first: Partial<Record<ParcelStatus, number>>) => (doc: OrderDoc): OrderDoc => {
  const moments = Object.entries(first).map(([status, day]) => [status, at(day)] as const);
  const [status, when] = moments.reduce((last, next) => (next[1] >= last[1] ? next : last));
  const latest = { value: { status: status as ParcelStatus }, at: when, event: "e", source: "shopify" };
  return { ...doc, parcels: { ...doc.parcels, [id]: { since: moments[0]?.[1] ?? AT, first: Object.fromEntries(moments), latest, scans: [] } } };
};

const causes = (order: OrderView) => lostParcels(order).map(({ names, at: when }) => [...names, (when - AT) / DAY]);

test("a cause says what it is about", () => {
  const matters = ["cancelled", "refund/stripe/re_1", "refund/cancelled", "scan/shopify/8", "scan/shopify/8/1", "pickup/trk/1", "loss/shopify/8", "address/shopify/1", "hold/f1"].map(matterOf);
  assert.deepEqual(matters, ["cancellation", "money", "money", "standstill", "standstill", "standstill", "loss", "address", "hold"]);
});

test("a parcel that comes back or failed is lost from the moment that its carrier said so", () => {
  assert.deepEqual(causes(anOrder(parcel("shopify/8", { moving: 1, returning: 3 }))), [["loss/shopify/8", 3]]);
  assert.deepEqual(causes(anOrder(parcel("shopify/8", { moving: 1, failed: 2 }), parcel("shopify/9", { delivered: 2 }))), [["loss/shopify/8", 2]]);
});

test("a parcel that goes on after all is lost no more", () => {
  assert.deepEqual(causes(anOrder(parcel("shopify/8", { failed: 2, delivered: 4 }))), []);
});

test("the parcel of an order that was cancelled before comes back as it should", () => {
  assert.deepEqual(causes(anOrder(cancelled("customer", at(2)), parcel("shopify/8", { moving: 1, returning: 3 }))), []);
  assert.equal(causes(anOrder(cancelled("customer", at(5)), parcel("shopify/8", { moving: 1, returning: 3 }))).length, 1);
});

test("a cause finds its parcel in every stretch of its journey, and no parcel whose id merely begins alike", () => {
  const order = anOrder(parcel("shopify/8", { moving: 1 }), parcel("shopify/81", { moving: 2 }));
  const found = ["scan/shopify/8", "scan/shopify/8/2", "scan/shopify/81", "loss/shopify/8", "scan/shopify/9"].map((cause) => parcelOf(order, cause).parcel?.ids[0]);
  assert.deepEqual(found, ["shopify/8", "shopify/8", "shopify/81", "shopify/8", undefined]);
});

test("only what came after the loss makes it good: another parcel, or the money", () => {
  const lost = parcel("shopify/8", { moving: 1, failed: 3 });
  const seen = (order: OrderView) => (({ isResent, isRefunded }) => [isResent, isRefunded])(parcelOf(order, "loss/shopify/8"));
  assert.deepEqual(seen(anOrder(lost)), [false, false]);
  assert.deepEqual(seen(anOrder(lost, parcel("shopify/7", { label: 1, delivered: 4 }))), [false, false], "the order's other parcel");
  assert.deepEqual(seen(anOrder(lost, parcel("shopify/9", { label: 4 }))), [true, false]);
  assert.deepEqual(seen(anOrder(lost, refunded("pending", at(4)))), [false, true]);
  assert.deepEqual(seen(anOrder(lost, refunded("succeeded", at(2)))), [false, false], "a refund of something else");
  assert.deepEqual(seen(anOrder(lost, refunded("failed", at(4)))), [false, false]);
});

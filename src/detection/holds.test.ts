import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR, type Instant, plus } from "../base/time.ts";
import type { OrderDoc, OrderView } from "../commerce/index.ts";
import type { FulfilmentStatus, HoldReason, ParcelStatus, PostalAddress } from "../intake/index.ts";
import { anOrder, AT, cancelled } from "../../test/known-orders.ts";
import { addressObstacles, addressOf, heldFor, holdOf } from "./holds.ts";

const at = (hours: number): Instant => plus(AT, hours * HOUR);
const GOOD: PostalAddress = { lines: ["350 5th Ave"], city: "New York", region: "NY", postalCode: "10118", country: "US" };

const sentTo = (shipTo: PostalAddress) => (doc: OrderDoc): OrderDoc => ({ ...doc, ...(doc.details && { details: { ...doc.details, value: { ...doc.details.value, shipTo } } }) });

const fulfilment = (id: string, status: FulfilmentStatus, hour: number, why?: HoldReason) => (doc: OrderDoc): OrderDoc => {
  const latest = { value: { fulfilmentId: id, status, ...(why && { why }) }, at: at(hour), event: "e", source: "shopify" };
  return { ...doc, fulfilments: { ...doc.fulfilments, [id]: { since: at(hour), first: { [status]: at(hour) }, latest } } };
};

const parcel = (id: string, status: ParcelStatus, hour: number) => (doc: OrderDoc): OrderDoc => {
  const latest = { value: { status }, at: at(hour), event: "e", source: "shopify" };
  return { ...doc, parcels: { ...doc.parcels, [id]: { since: at(hour), first: { [status]: at(hour) }, latest, scans: [] } } };
};

const causes = (order: OrderView) => addressObstacles(order).map(({ names, at: when }) => [...names, (when - AT) / HOUR]);
const without = (part: keyof PostalAddress): PostalAddress => Object.fromEntries(Object.entries(GOOD).filter(([name]) => name !== part)) as unknown as PostalAddress;

test("an address that no parcel can reach is noticed when the order arrives, with the part that is wrong", () => {
  assert.deepEqual(causes(anOrder(sentTo({ ...GOOD, postalCode: "1011" }))), [["address/shopify/1", 0]]);
  assert.deepEqual(addressOf(anOrder(sentTo({ ...GOOD, postalCode: "1011" }))), { state: "unusable", part: "postal_code" });
  assert.equal(addressOf(anOrder(sentTo({ ...GOOD, lines: [] }))).part, "street");
  assert.equal(addressOf(anOrder(sentTo(without("city")))).part, "city");
});

test("a good address, a merely doubtful one, and an order without any ask nobody", () => {
  assert.deepEqual([anOrder(sentTo(GOOD)), anOrder(sentTo({ ...GOOD, lines: ["PO Box 7"] })), anOrder()].flatMap(causes), []);
});

test("where the shop writes no country, the buyer's is taken", () => {
  assert.deepEqual(causes(anOrder(sentTo(without("country")))), []);
});

test("the postal rules, the warehouse and the label are one cause: a customer is asked once", () => {
  const wrong = sentTo({ ...GOOD, postalCode: "1011" });
  const all = anOrder(wrong, fulfilment("f1", "held", 2, "address"), parcel("p1", "label_failed", 3));
  assert.deepEqual(causes(all), [["address/shopify/1", 3]]);
  assert.equal(addressOf(anOrder(sentTo(GOOD), fulfilment("f1", "held", 2, "address"))).state, "held");
});

test("a corrected address, a label and a carrier's scan settle it; a cancellation calls it off", () => {
  const wrong = sentTo({ ...GOOD, postalCode: "1011" });
  assert.equal(addressOf(anOrder(sentTo(GOOD))).state, "settled");
  assert.equal(addressOf(anOrder(wrong, parcel("p1", "label", 4))).state, "shipped");
  assert.equal(addressOf(anOrder(wrong, parcel("p1", "moving", 4))).state, "shipped");
  assert.equal(addressOf(anOrder(wrong, cancelled("customer", at(4)))).state, "called_off");
});

test("each held fulfilment is a cause of its own, for the reasons that are asked for alone", () => {
  const order = anOrder(fulfilment("f1", "held", 1, "inventory"), fulfilment("f2", "held", 2, "fraud"), fulfilment("f3", "open", 3));
  assert.deepEqual(heldFor(order, ["inventory"]).map(({ names }) => names), [["hold/f1"]]);
  assert.deepEqual(heldFor(anOrder(fulfilment("f1", "held", 1, "inventory"), cancelled("inventory", at(2))), ["inventory"]), []);
});

test("a hold ends when it is released, when its goods leave, or with the order", () => {
  const state = (...changes: ((doc: OrderDoc) => OrderDoc)[]) => holdOf(anOrder(...changes), "hold/f1").state;
  assert.equal(state(fulfilment("f1", "held", 1, "inventory")), "held");
  assert.equal(state(fulfilment("f1", "open", 2)), "released");
  assert.equal(state(fulfilment("f1", "shipped", 2)), "shipped");
  assert.equal(state(fulfilment("f1", "held", 1, "inventory"), cancelled("inventory", at(2))), "called_off");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR, type Instant, plus } from "../../base/time.ts";
import type { OrderDoc } from "../../commerce/index.ts";
import { MONDAY, order, said } from "../testing.ts";
import { leftAt } from "./departure.ts";

const nobodyFollows = (): boolean => false;

function work(id: string, status: "open" | "held" | "shipped", at: Instant, source = "shop"): OrderDoc["fulfilments"] {
  return { [id]: { since: MONDAY, first: { open: MONDAY, [status]: at }, latest: said({ fulfilmentId: id, status }, at, source) } };
}

function label(id: string, at: Instant, source = "shop"): OrderDoc["parcels"] {
  return { [id]: { since: at, first: { label: at }, latest: said({ status: "label" as const }, at, source), scans: [] } };
}

const later = plus(MONDAY, HOUR);
const last = plus(MONDAY, 2 * HOUR);

test("a shop that never says that its work is done has done it with the parcel that it made since", () => {
  assert.equal(leftAt(order({ fulfilments: work("shop/w1", "open", later), parcels: label("shop/p1", last) }), nobodyFollows), last);
});

test("of two works one parcel sends one: the rest of the order is still to leave", () => {
  const fulfilments = { ...work("shop/w1", "open", later), ...work("shop/w2", "open", later) };
  assert.equal(leftAt(order({ fulfilments, parcels: label("shop/p1", last) }), nobodyFollows), undefined);
  assert.equal(leftAt(order({ fulfilments, parcels: { ...label("shop/p1", last), ...label("shop/p2", plus(last, HOUR)) } }), nobodyFollows), plus(last, HOUR));
});

test("a parcel that was made before the shop spoke of the work, or while it is held, does not send it", () => {
  assert.equal(leftAt(order({ fulfilments: work("shop/w1", "open", last), parcels: label("shop/p1", later) }), nobodyFollows), undefined);
  assert.equal(leftAt(order({ fulfilments: work("shop/w1", "held", later), parcels: label("shop/p1", last) }), nobodyFollows), undefined);
});

test("a parcel of the shop does not send the work of a warehouse that speaks for itself", () => {
  assert.equal(leftAt(order({ fulfilments: work("store/w1", "open", later, "store"), parcels: label("shop/p1", last) }), nobodyFollows), undefined);
});

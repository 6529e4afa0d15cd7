import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { learnLinks, orderOf } from "./linking.ts";

test("all names that one event carries are names of one order", () => {
  const links = learnLinks(new Map(), [{ orderId: "o/1", refs: ["pi", "ch"] }]);
  assert.deepEqual([...links], [["pi", "o/1"], ["ch", "o/1"]]);
});

test("a chain of names is followed whatever the order of its links", () => {
  const chain = [{ orderId: "o/1", refs: ["pi"] }, { refs: ["pi", "ch"] }, { refs: ["ch", "re"] }, { refs: ["re"] }];
  fc.assert(
    fc.property(fc.shuffledSubarray(chain, { minLength: chain.length }), (events) => {
      assert.equal(orderOf(learnLinks(new Map(), events), { refs: ["re"] }), "o/1");
    }),
  );
});

test("a name keeps the order that it has, and an event the order that it states", () => {
  const links = learnLinks(new Map([["ch", "o/1"]]), [{ orderId: "o/2", refs: ["ch", "re"] }]);
  assert.equal(links.get("ch"), "o/1");
  assert.equal(orderOf(links, { orderId: "o/2", refs: ["ch"] }), "o/2");
});

test("names that lead to no order stay unknown", () => {
  assert.equal(learnLinks(new Map(), [{ refs: ["a", "b"] }, { refs: ["b"] }]).size, 0);
});

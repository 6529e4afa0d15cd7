import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MINUTE, instant } from "../../base/time.ts";
import { CALLS_EACH, nextCallAt, personAt } from "./escalation.ts";
import type { Person, Roster } from "./model.ts";

const person = (name: string): Person => ({ name, email: `${name.toLowerCase()}@store.example`, roles: [] });
const ORDER: Roster["order"] = [person("Ada"), person("Ben"), person("Cleo")];

test("each person is called twice before the next, and after the last the first again", () => {
  const called = Array.from({ length: 8 }, (_, step) => personAt(ORDER, step).name);
  assert.deepEqual(called, ["Ada", "Ada", "Ben", "Ben", "Cleo", "Cleo", "Ada", "Ada"]);
});

test("within one round everybody on the roster is called", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(1000), (people, from) => {
      const order = Array.from({ length: people }, (_, index) => person(`P${index}`)) as unknown as Roster["order"];
      const round = Array.from({ length: people * CALLS_EACH }, (_, step) => personAt(order, from + step).name);
      assert.equal(new Set(round).size, people);
    }),
  );
});

test("a call is followed by another one as long as nobody acknowledges", () => {
  const roster: Roster = { order: ORDER, repeatAfter: 10 * MINUTE, storeName: "Shop", acknowledgeUrl: (token) => token };
  assert.equal(nextCallAt(roster, instant(0)), 10 * MINUTE);
});

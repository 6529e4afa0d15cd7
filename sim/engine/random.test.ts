import assert from "node:assert/strict";
import { test } from "node:test";
import { dice, seededRandom } from "./random.ts";

const draws = (seed: string, count: number): number[] => {
  const die = dice(seed);
  return Array.from({ length: count }, () => die.unit());
};

test("the same seed gives the same stream, another seed another", () => {
  assert.deepEqual(draws("1", 100), draws("1", 100));
  assert.notDeepEqual(draws("1", 100), draws("2", 100));
});

test("a fork is a stream of its own: what its parent draws does not move it", () => {
  const parent = dice("1");
  const early = parent.fork("post").unit();
  parent.unit();
  assert.equal(parent.fork("post").unit(), early);
  assert.notEqual(parent.fork("vendors").unit(), early);
});

test("draws are even, and stay within their bounds", () => {
  const die = dice("even");
  const counts = [0, 0, 0, 0, 0, 0];
  for (let draw = 0; draw < 60_000; draw += 1) {
    const face = die.between(0, 5);
    counts[face] = (counts[face] ?? 0) + 1;
  }
  for (const count of counts) assert.ok(Math.abs(count - 10_000) < 500, `about 10,000, got ${count}`);
  assert.ok(draws("bounds", 10_000).every((unit) => unit >= 0 && unit < 1));
});

test("random bytes replay", () => {
  assert.deepEqual(seededRandom(dice("1")).bytes(24), seededRandom(dice("1")).bytes(24));
});

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { instant, SECOND } from "../src/base/time.ts";
import { compressedClock, SAMPLE_PACE, type CompressedClock } from "./clock.ts";

const START = instant(0);
let realNow = 1_000;
let clock: CompressedClock;

const pass = (ms: number): void => {
  for (let passed = 0; passed < ms; passed += 20) {
    realNow += 20;
    mock.timers.tick(20);
  }
};

beforeEach(() => {
  mock.timers.enable({ apis: ["setInterval"] });
  clock = compressedClock(START, { now: () => instant(realNow) });
});
afterEach(() => {
  clock.stop();
  mock.timers.reset();
});

test("time passes at the sample's pace", () => {
  pass(SECOND);
  assert.equal(clock.now() - START, SECOND * SAMPLE_PACE);
});

test("a machine that slept is not late: the gap hardly counts", () => {
  realNow += 3_600 * SECOND;
  mock.timers.tick(20);
  assert.ok(clock.now() - START <= 100 * SAMPLE_PACE);
});

test("a real clock that steps back does not turn time back", () => {
  pass(SECOND);
  const before = clock.now();
  realNow -= 60 * SECOND;
  mock.timers.tick(20);
  assert.equal(clock.now(), before);
});

test("time stands still until every hold is over, and the time held does not count afterwards", () => {
  const [first, second] = [clock.hold(), clock.hold()];
  pass(SECOND);
  assert.equal(clock.now(), START);
  first();
  first();
  pass(SECOND);
  assert.equal(clock.now(), START);
  second();
  pass(SECOND);
  assert.equal(clock.now() - START, SECOND * SAMPLE_PACE);
});

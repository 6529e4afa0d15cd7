import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR, instant } from "../src/base/time.ts";
import { ORDER_EVERY, storyOf } from "./story.ts";

const SECRETS = { shop: "shop", processor: "processor" };
const START = instant(Date.UTC(2026, 9, 5, 8));
const ORDERS = 48;
const scenes = Array.from({ length: ORDERS }, (_, index) => storyOf(index, START, SECRETS)).flat();

test("something goes wrong within five hours of any moment, so that whoever starts the sample soon sees it", () => {
  const wrong = scenes.filter((scene) => scene.wrong === true && scene.at < START + ORDERS * ORDER_EVERY).map((scene) => scene.at).sort((a, b) => a - b);
  assert.ok(wrong.length > ORDERS / 4);
  wrong.reduce((before, at) => {
    assert.ok(at - before <= 5 * HOUR, `${(at - before) / HOUR} hours pass in peace`);
    return at;
  }, START);
});

test("told again, the story is the same: what the store has heard already is recognised", () => {
  const again = storyOf(3, START, SECRETS).map((scene) => scene.deliver(START));
  assert.deepEqual(again, storyOf(3, START, SECRETS).map((scene) => scene.deliver(START)));
  assert.notDeepEqual(again, storyOf(4, START, SECRETS).map((scene) => scene.deliver(START)));
});

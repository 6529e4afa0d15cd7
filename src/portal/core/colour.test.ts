import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { accentsOf, contrast, GROUNDS, READABLE, READABLE_ON_DARK } from "./colour.ts";

const anyColour = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, "0")}`);

test("whatever colour a store has, its accent can be read on every ground and what is written on it too", () => {
  fc.assert(
    fc.property(anyColour, (colour) => {
      const { light, dark } = accentsOf(colour);
      for (const ground of GROUNDS.light) assert.ok(contrast(light.accent, ground) >= READABLE, `${colour} became ${light.accent} on ${ground}`);
      for (const ground of GROUNDS.dark) assert.ok(contrast(dark.accent, ground) >= READABLE_ON_DARK, `${colour} became ${dark.accent} on ${ground}`);
      for (const { accent, onAccent } of [light, dark]) assert.ok(contrast(onAccent, accent) >= READABLE, `${onAccent} on ${accent}`);
    }),
    { numRuns: 1_000 },
  );
});

test("a colour that can be read is left as it is", () => {
  assert.equal(accentsOf("#1F4D3A").light.accent, "#1f4d3a");
  assert.equal(accentsOf("#ffe08a").dark.accent, "#ffe08a");
});

test("a colour that cannot be read keeps its hue", () => {
  const red = (hex: string): number => Number.parseInt(hex.slice(1, 3), 16);
  const blue = (hex: string): number => Number.parseInt(hex.slice(5, 7), 16);
  const { light } = accentsOf("#ff8080");
  assert.ok(red(light.accent) > blue(light.accent) + 60, light.accent);
});

test("contrast is measured as WCAG does", () => {
  assert.equal(contrast("#000000", "#ffffff"), 21);
  assert.equal(contrast("#777777", "#ffffff").toFixed(2), "4.48");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { plainText, textLength } from "./text-length.ts";

test("a text of the GSM alphabet has 160 characters in one part and 153 in each of several", () => {
  assert.deepEqual(textLength("a".repeat(160)), { alphabet: "GSM-7", units: 160, segments: 1 });
  assert.deepEqual(textLength("a".repeat(161)), { alphabet: "GSM-7", units: 161, segments: 2 });
  assert.equal(textLength("ä".repeat(306)).segments, 2);
  assert.equal(textLength("ß".repeat(307)).segments, 3);
  assert.equal(textLength("").segments, 1);
});

test("the euro sign and its like take two places, and are never cut in two", () => {
  assert.deepEqual(textLength("€".repeat(80)), { alphabet: "GSM-7", units: 160, segments: 1 });
  assert.equal(textLength("€".repeat(81)).segments, 2);
  // 76 of them fill 152 of a part's 153 places; the 77th would be cut.
  assert.equal(textLength("€".repeat(76) + "€".repeat(76) + "€").segments, 3);
  for (const character of "\f^{}\\[~]|€") assert.equal(textLength(character).units, 2, character);
});

test("one character outside the alphabet makes it UCS-2: 70 alone, 67 in each part, and no pair is cut", () => {
  assert.deepEqual(textLength(`ç${"a".repeat(69)}`), { alphabet: "UCS-2", units: 70, segments: 1 });
  assert.equal(textLength("ê".repeat(71)).segments, 2);
  assert.equal(textLength("ê".repeat(134)).segments, 2);
  assert.equal(textLength("ê".repeat(135)).segments, 3);
  assert.deepEqual(textLength("👋".repeat(35)), { alphabet: "UCS-2", units: 70, segments: 1 });
  // 33 pairs fill 66 of 67.
  assert.equal(textLength("👋".repeat(67)).segments, 3);
});

test("typography and accents that the GSM alphabet lacks are left out; its own accents and other scripts stay", () => {
  assert.equal(plainText("“l’été” – 189,00\u00A0€…"), "\"l'été\" - 189,00 €...");
  assert.equal(textLength(plainText("“l’été” – 189,00\u00A0€…")).alphabet, "GSM-7");
  assert.equal(plainText("reçu en août, à l’été, Größe, Łódź, Ærø, Ñandú, 東京"), "recu en aout, à l'été, Größe, Łodz, Ærø, Ñandu, 東京");
});

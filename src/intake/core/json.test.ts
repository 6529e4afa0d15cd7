import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_JSON_DEPTH, readJson } from "./json.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string): unknown => {
  const json = readJson(bytes(text));
  assert.ok(json.ok, json.ok ? "" : json.error);
  return json.value.value;
};
const refused = (text: string | Uint8Array): string => {
  const json = readJson(typeof text === "string" ? bytes(text) : text);
  assert.ok(!json.ok, "it was read");
  return json.error;
};

test("an id beyond 2^53 keeps every digit", () => {
  assert.deepEqual(read('{"id":820982911946154508,"small":9007199254740991}'), { id: "820982911946154508", small: 9007199254740991 });
});

test("every JSON value is read as JSON.parse reads it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      // Tested below: what is not storable is replaced.
      fc.pre(!/\\u(?:0000|d[89a-f])/.test(text));
      assert.equal(JSON.stringify(read(text)), JSON.stringify(JSON.parse(text, (_key, each: unknown) => (isLossy(each) ? JSON.stringify(each) : each))));
    }),
  );
});

function isLossy(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
}

test("what JSON.parse refuses is refused, whatever is cut off or put in", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(), fc.string({ maxLength: 2 }), (value, at, put) => {
      const text = JSON.stringify(value);
      const broken = text.slice(0, at % (text.length + 1)) + put;
      let valid = true;
      try {
        JSON.parse(broken);
      } catch {
        valid = false;
      }
      if (!valid) refused(broken);
    }),
  );
});

test("duplicate keys are refused, also when one is written with escapes", () => {
  assert.match(refused('{"a":1,"b":{"c":1,"\\u0063":2}}'), /"c" stands twice/);
});

test("nesting is bounded, and a megabyte of brackets is refused and not a crash", () => {
  read("[".repeat(MAX_JSON_DEPTH) + "]".repeat(MAX_JSON_DEPTH));
  assert.match(refused("[".repeat(MAX_JSON_DEPTH + 1) + "]".repeat(MAX_JSON_DEPTH + 1)), /nested deeper/);
  assert.match(refused("[".repeat(1_048_576)), /nested deeper/);
});

test("bytes that are not UTF-8 are refused", () => {
  assert.match(refused(Uint8Array.of(0x22, 0xff, 0xfe, 0x22)), /UTF-8/);
});

test("a key named __proto__ is a key", () => {
  const value = read('{"__proto__":{"x":1}}') as object;
  assert.deepEqual(Object.keys(value), ["__proto__"]);
  assert.equal("x" in value, false);
});

test("what PostgreSQL cannot store does not reach it", () => {
  assert.equal(read('"a\\u0000b\\ud800"'), "a\uFFFDb\uFFFD");
});

test("the source of a part is its very characters", () => {
  const text = '[ {"id": 820982911946154508 ,"x":[1, 2]} , {} ]';
  const json = readJson(bytes(text));
  assert.ok(json.ok);
  const [first, second] = json.value.value as readonly object[];
  assert.equal(json.value.sourceOf(first ?? {}), '{"id": 820982911946154508 ,"x":[1, 2]}');
  assert.equal(json.value.sourceOf(second ?? {}), "{}");
});

import assert from "node:assert/strict";
import { type Instant, type Milliseconds, plus, SECOND } from "./time.ts";

interface Signed {
  readonly body: Uint8Array;
}

/** A webhook whose signature is put to the test, whoever sends it. */
export interface SignedWebhook<Delivery extends Signed> {
  readonly rule: (text: string, work: () => void) => void;
  /** A delivery as the vendor would sign it at `at`. */
  readonly sent: () => Delivery;
  /** `taken`, or the code of the refusal. */
  readonly answer: (delivery: Delivery, now?: Instant) => string;
  /** What a wrong signature is called. */
  readonly wrong: string;
  /** When `sent` was signed. */
  readonly at: Instant;
}

/** Where the signature is over the whole body. */
export function signedBodyRules<Delivery extends Signed>({ rule, sent, answer, wrong }: SignedWebhook<Delivery>): void {
  rule("one byte changed, cut off or added anywhere breaks the signature", () => {
    const delivery = sent();
    for (let at = 0; at < delivery.body.length; at += 7) {
      const changed = Uint8Array.from(delivery.body);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.equal(answer({ ...delivery, body: changed }), wrong);
      assert.equal(answer({ ...delivery, body: delivery.body.subarray(0, at) }), wrong);
    }
    assert.equal(answer({ ...delivery, body: Buffer.concat([delivery.body, Buffer.from(" ")]) }), wrong);
  });
}

/** Where a time is signed: it may be this far from ours, and no further. */
export function replayRules<Delivery extends Signed>({ rule, sent, answer, at }: SignedWebhook<Delivery>, tolerance: Milliseconds): void {
  rule("an old signature is a replay, and so is one from the future", () => {
    assert.equal(answer(sent(), plus(at, tolerance)), "taken");
    assert.equal(answer(sent(), plus(at, tolerance + SECOND)), "stale_signature");
    assert.equal(answer(sent(), plus(at, -tolerance - SECOND)), "stale_signature");
  });
}

/** The longest body that any of our routes takes. */
const LARGEST_BODY = 1_048_576;

/** Far deeper than anybody nests, and than a stack holds. */
const DEEP = 100_000;

/** JSON bodies that no vendor sends and an attacker might. None of them can be read. */
export function hostileJson(good: Uint8Array): Record<string, Uint8Array> {
  const text = Buffer.from(good).toString("utf8");
  const [start = "", key = ""] = FIRST_KEY.exec(text) ?? [];
  const opened = text.slice(0, start.indexOf('"'));
  const spoilt = text.lastIndexOf('"');
  return {
    "cut off": good.subarray(0, Math.floor(good.length / 2)),
    "not UTF-8": Buffer.from([0x7b, 0xff, 0xfe]),
    "not UTF-8 in a name": Buffer.concat([Buffer.from(text.slice(0, spoilt)), Buffer.of(0xff), Buffer.from(text.slice(spoilt))]),
    "a key that stands twice": Buffer.from(`${opened}"${key}":null,${text.slice(opened.length)}`),
    "a megabyte of brackets": Buffer.alloc(LARGEST_BODY, "["),
    "nested deeply": Buffer.from(`{"x":${"[".repeat(DEEP)}${"]".repeat(DEEP)}}`),
    "objects nested deeply": Buffer.from(`${'{"x":'.repeat(DEEP)}1${"}".repeat(DEEP)}`),
    "everything in the prototype": Buffer.from(`{"__proto__":${text}}`),
    "a number": Buffer.from("7"),
    "a text": Buffer.from('"constructor"'),
    "null": Buffer.from("null"),
    "an array of what is no object": Buffer.from("[7,null,[]]"),
    "nothing": Buffer.alloc(0),
  };
}

/** The start of a JSON body up to its first key: of an object, or of an array of them. */
const FIRST_KEY = /^\s*\[?\s*\{\s*"([^"]+)"\s*:/;

/** The same body at the largest size that is taken: blanks around JSON mean nothing. */
export function atTheLimit(good: Uint8Array): Uint8Array {
  return Buffer.concat([good, Buffer.alloc(LARGEST_BODY - good.length, " ")]);
}

/** The same body with keys before all others that reach for the prototype of every object. */
export function reachingForPrototypes(good: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(good).toString("utf8").replace("{", '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},'));
}

/** Whether anything has reached the prototype of every object. */
export function isPolluted(): boolean {
  return "polluted" in {};
}

/** Names that every object has, and values that nobody sends there. */
const STRANGE: readonly unknown[] = [null, "", "constructor", "__proto__", "\u0000\ud800", "9".repeat(400), "x".repeat(10_000), -1, 9_007_199_254_740_991, 1e300, true, [], [[]], {}, { toString: 1 }];

/** A form with each of its values in turn exchanged for each strange one that a form can hold, or gone. */
export function* strangeForms(good: Uint8Array): Generator<readonly [what: string, body: Uint8Array]> {
  const fields = [...new URLSearchParams(Buffer.from(good).toString("utf8"))];
  for (const [index, [name]] of fields.entries()) {
    yield [`${name} gone`, Buffer.from(new URLSearchParams(fields.filter((_, other) => other !== index)).toString())];
    for (const strange of STRANGE.filter((value) => typeof value === "string" || typeof value === "number").map(String)) yield [`${name} is ${strange.slice(0, 20)}`, Buffer.from(new URLSearchParams(fields.with(index, [name, strange])).toString())];
  }
}

/** The body with each of its values in turn exchanged for each strange one, or gone: signed by the vendor, they must still do no harm. */
export function* strangeBodies(good: Uint8Array): Generator<readonly [what: string, body: Uint8Array]> {
  const whole = JSON.parse(Buffer.from(good).toString("utf8")) as unknown;
  for (const path of pathsIn(whole)) {
    for (const strange of [undefined, ...STRANGE]) yield [`${path.join(".")} is ${JSON.stringify(strange)?.slice(0, 20) ?? "gone"}`, Buffer.from(JSON.stringify(exchanged(whole, path, strange)))];
  }
}

function pathsIn(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => [[key], ...pathsIn(part).map((path) => [key, ...path])]);
}

function exchanged(value: unknown, [key = "", ...path]: readonly string[], strange: unknown): unknown {
  const part = (value as Readonly<Record<string, unknown>>)[key];
  const other = path.length === 0 ? strange : exchanged(part, path, strange);
  return Array.isArray(value) ? value.map((each: unknown, index) => (String(index) === key ? other : each)) : { ...(value as object), [key]: other };
}

/** Values of a header that no vendor sends and an attacker might. */
export const STRANGE_HEADERS: readonly string[] = ["", "constructor", "__proto__", "x".repeat(100_000), "%", "\u0000", "ü"];

/** A refusal that a person who reads the sender's log can act on. */
export function assertHelpful({ status, what, next }: { readonly status: number; readonly what: string; readonly next: string }, about: string): void {
  assert.ok(status >= 400 && status < 500 && what.length > 10 && next.length > 10, `${about}: refused with ${status}: ${what} ${next}`);
}

/** What a store can do about something in quarantine: every reason names at least one of these. */
const DEEDS = /\b(?:report|requeue|subscribe|unsubscribe|configure|correct|confirm|install|look|check|set|send|dismiss)\b/i;

/** Whether the reason of a quarantine says what was wrong and what a store can do about it. */
export function saysWhatToDo(reason: string): boolean {
  return reason.length > 40 && DEEDS.test(reason);
}

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

/** JSON bodies that no vendor sends and an attacker might. */
export function hostileJson(good: Uint8Array): Record<string, Uint8Array> {
  return {
    "cut off": good.subarray(0, Math.floor(good.length / 2)),
    "not UTF-8": Buffer.from([0x7b, 0xff, 0xfe]),
    "a megabyte of brackets": Buffer.alloc(LARGEST_BODY, "["),
    "nested deeply": Buffer.from(`{"x":${"[".repeat(2_000)}${"]".repeat(2_000)}}`),
    "a number": Buffer.from("7"),
    "nothing": Buffer.alloc(0),
  };
}

/** What a store can do about something in quarantine: every reason names at least one of these. */
const DEEDS = /\b(?:report|requeue|subscribe|unsubscribe|configure|correct|confirm|install|look|check|set|send|dismiss)\b/i;

/** Whether the reason of a quarantine says what was wrong and what a store can do about it. */
export function saysWhatToDo(reason: string): boolean {
  return reason.length > 40 && DEEDS.test(reason);
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { addressHash } from "./addresses.ts";
import { releasedIn } from "./progress.ts";
import { passGate } from "./gate.ts";
import type { Candidate, SendingRules } from "./gate.ts";
import { happeningOf, mayPassOn, sendFailed } from "./outcome.ts";
import type { Outcome } from "./outcome.ts";
import { chooseRoute } from "./route.ts";
import type { Address, Tried } from "./route.ts";
import { reportable } from "./text.ts";
import { instant, MINUTE } from "../../base/time.ts";
import type { Message, MessageState } from "./model.ts";

const NOW = instant(Date.UTC(2026, 10, 22, 11));

function email(name: string, suppressedWhy: string | null = null): Address {
  const address = `${name}@example.com`;
  return { channel: "email", address, hash: addressHash("email", address), suppressedWhy };
}

function tried(address: Address, state: MessageState): Tried {
  return { channel: "email", addressHash: address.hash, state };
}

test("the first address that may be used gets the message", () => {
  assert.partialDeepStrictEqual(chooseRoute([email("a"), email("b")], []), { kind: "write", to: email("a"), passedOver: [] });
  assert.partialDeepStrictEqual(chooseRoute([email("a", "bounce"), email("b")], []), { kind: "write", to: email("b"), passedOver: [email("a", "bounce")] });
});

test("an address that failed is not tried again; a new one is", () => {
  assert.partialDeepStrictEqual(chooseRoute([email("a")], [tried(email("a"), "bounced")]), { kind: "unreachable", why: "bounced" });
  assert.partialDeepStrictEqual(chooseRoute([email("new")], [tried(email("a"), "bounced")]), { kind: "write", to: email("new") });
});

test("nothing more is written while a message is on its way or has arrived", () => {
  for (const state of ["ready", "held", "leased", "unknown", "accepted", "delivered", "shadow"] as const) {
    assert.equal(chooseRoute([email("new")], [tried(email("a"), state)]).kind, "onItsWay", state);
  }
});

test("nobody is unreachable without a reason", () => {
  assert.partialDeepStrictEqual(chooseRoute([], []), { why: "no_address" });
  assert.partialDeepStrictEqual(chooseRoute([email("a", "complaint")], []), { why: "suppressed" });
  assert.partialDeepStrictEqual(chooseRoute([], [tried(email("a"), "refused")]), { why: "refused" });
  assert.partialDeepStrictEqual(chooseRoute([], [{ channel: "portal", addressHash: "x", state: "accepted" }]), { why: "no_address" });
});

test("the same mailbox in other letters is the same address", () => {
  assert.equal(addressHash("email", " Anna@Example.com"), addressHash("email", "anna@example.com"));
  assert.notEqual(addressHash("email", "anna@example.com"), addressHash("portal", "anna@example.com"));
});

function candidate(changes: Partial<Candidate> = {}, message: Partial<Message> = {}): Candidate {
  return { message: { address: "a@example.com", causeAt: NOW, heldWhy: null, ...message } as Message, withdrawn: false, overtaken: false, suppressedWhy: null, ...changes };
}
const open: SendingRules = { halted: false, epoch: 1, gapUntil: null };
const claim = { by: "me", until: NOW };

test("the gate lets a message out, or says what happens to it instead", () => {
  assert.equal(passGate(candidate(), open, claim).kind, "claimed");
  assert.equal(passGate(candidate({ withdrawn: true }), open, claim).kind, "withdrawn");
  assert.equal(passGate(candidate({ overtaken: true }), open, claim).kind, "overtaken");
  assert.equal(passGate(candidate({}, { address: null }), open, claim).kind, "withdrawn");
  assert.deepEqual(passGate(candidate({ suppressedWhy: "bounce" }), open, claim), { kind: "suppressed", why: "bounce" });
});

test("what was caused before the end of a gap waits for a person, until one lets it go; clocks of before and after may be minutes apart", () => {
  const gap = { ...open, gapUntil: instant(NOW + 1) };
  assert.deepEqual(passGate(candidate(), gap, claim), { kind: "held", why: "gap" });
  assert.deepEqual(passGate(candidate({}, { causeAt: instant(NOW + 4 * MINUTE) }), gap, claim), { kind: "held", why: "gap" }, "a machine whose clock was ahead may have sent it before");
  assert.equal(passGate(candidate({}, { causeAt: instant(NOW + 1 + 5 * MINUTE) }), gap, claim).kind, "claimed");
  assert.equal(passGate(candidate({}, { heldWhy: releasedIn(1) }), gap, claim).kind, "claimed");
  assert.deepEqual(passGate(candidate({}, { heldWhy: releasedIn(1) }), { ...gap, epoch: 2 }, claim), { kind: "held", why: "gap" }, "a release before the lost hours may have been followed by its sending");
});

const refused = (scope: "address" | "message" | "provider", permanent: boolean): Outcome => ({ kind: "refused", permanent, scope, code: permanent ? 550 : 450, response: "no <a@b.example>" });
const notSent: Outcome = { kind: "notSent", because: "cannot-connect", detail: "" };
const unknown: Outcome = { kind: "unknown", because: "timeout", detail: "" };

test("another provider is asked only where this one certainly has nothing and the address is not at fault", () => {
  assert.ok(mayPassOn(notSent) && mayPassOn(refused("provider", true)) && mayPassOn(refused("provider", false)) && mayPassOn(refused("message", true)));
  assert.ok(!mayPassOn(unknown) && !mayPassOn(refused("address", true)) && !mayPassOn(refused("address", false)) && !mayPassOn({ kind: "accepted", response: "" }));
});

test("a provider's own refusal never ends a message", () => {
  const kind = (outcome: Outcome) => happeningOf(outcome, { name: "a", evidence: "relay" }, NOW).kind;
  assert.equal(kind(refused("provider", true)), "postponed");
  assert.equal(kind(notSent), "postponed");
  assert.equal(kind(refused("address", true)), "refused");
  assert.equal(kind(unknown), "lost");
});

test("a send failed when most of its mails met the provider's fault", () => {
  assert.ok(sendFailed([notSent, notSent, refused("address", true)]));
  assert.ok(!sendFailed([notSent, refused("address", true)]));
  assert.ok(!sendFailed([]));
});

test("what a server said is kept without addresses and without what a database refuses", () => {
  assert.equal(reportable("550 <anna@example.com> unknown\u0000\r\n user\ud800"), "550 <(address)> unknown user\ufffd");
  assert.ok(reportable("x".repeat(5_000)).length <= 300);
});

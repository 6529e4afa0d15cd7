import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HOUR, instant, MINUTE, plus } from "../../base/time.ts";
import type { Instant } from "../../base/time.ts";
import { EVIDENCE_WINDOW, LEASE, MAX_REFUSALS } from "./limits.ts";
import type { MessageState, Progress } from "./model.ts";
import { advance, backoff } from "./progress.ts";
import type { Happening } from "./progress.ts";

const START = instant(Date.UTC(2026, 10, 22, 11));
const TERMINAL: readonly MessageState[] = ["bounced", "refused", "suppressed", "shadow", "withdrawn"];

const fresh: Progress = {
  state: "ready",
  readyAt: START,
  heldWhy: null,
  leaseUntil: null,
  leasedBy: null,
  provider: null,
  copyId: null,
  attempts: 0,
  resends: 0,
  evidenceUntil: null,
  detail: null,
};

/** The message after these happenings; one that changes nothing is passed over. */
function after(happenings: readonly Happening[], from: Progress = fresh, now: Instant = START): Progress {
  return happenings.reduce((message, happening) => advance(message, happening, now) ?? message, from);
}

const claimed: Happening = { kind: "claimed", by: "me", until: plus(START, LEASE) };
const accepted: Happening = { kind: "accepted", provider: "a", final: false, why: "250" };
const lost: Happening = { kind: "lost", provider: "a", why: "timeout" };

test("a message is sent only after a claim", () => {
  assert.equal(advance(fresh, accepted, START), undefined);
  assert.equal(after([claimed, accepted]).state, "accepted");
  assert.equal(after([claimed, { ...accepted, final: true }]).state, "delivered");
});

test("a claimed message cannot be claimed again", () => {
  assert.equal(advance(after([claimed]), claimed, START), undefined);
});

test("after a lost answer a message waits for evidence, then is sent once more, then waits for a person", () => {
  const doubtful = after([claimed, lost]);
  assert.equal(doubtful.state, "unknown");
  assert.equal(advance(doubtful, { kind: "windowOver" }, plus(START, EVIDENCE_WINDOW - 1)), undefined);
  const later = plus(START, EVIDENCE_WINDOW);
  const again = after([{ kind: "windowOver" }], doubtful, later);
  assert.partialDeepStrictEqual(again, { state: "ready", resends: 1 });
  const twice = after([claimed, lost], again, later);
  const asked = after([{ kind: "windowOver" }], twice, plus(later, EVIDENCE_WINDOW));
  assert.partialDeepStrictEqual(asked, { state: "unknown", resends: 1, evidenceUntil: null });
  assert.equal(after([{ kind: "markedSent", by: "Ada" }], asked).state, "accepted");
  assert.equal(after([{ kind: "givenUp", by: "Ada" }], asked).state, "refused");
});

test("a sender that reports late is believed while nobody has sent again", () => {
  const expired = after([claimed, { kind: "leaseExpired" }]);
  assert.equal(expired.state, "unknown");
  assert.equal(after([accepted], expired).state, "accepted");
  assert.equal(after([{ kind: "postponed", until: START, why: "not sent" }], expired).state, "ready");
  const planned = after([{ kind: "windowOver" }], expired, plus(START, EVIDENCE_WINDOW));
  assert.equal(after([accepted], planned).state, "accepted");
});

test("proof settles a doubt: delivery, hand-over or bounce", () => {
  const doubtful = after([claimed, lost]);
  assert.equal(after([{ kind: "delivered", why: "" }], doubtful).state, "delivered");
  assert.equal(after([{ kind: "handedOver", why: "" }], doubtful).state, "accepted");
  assert.equal(after([{ kind: "bounced", why: "" }], doubtful).state, "bounced");
});

test("a bounce after delivery counts, a delivery after a bounce does not", () => {
  const delivered = after([claimed, accepted, { kind: "delivered", why: "" }]);
  assert.equal(delivered.state, "delivered");
  const bounced = after([{ kind: "bounced", why: "" }], delivered);
  assert.equal(bounced.state, "bounced");
  assert.equal(advance(bounced, { kind: "delivered", why: "" }, START), undefined);
});

test("nothing can be proven of a message that was never sent", () => {
  for (const kind of ["delivered", "bounced", "handedOver"] as const) assert.equal(advance(fresh, { kind, why: "" }, START), undefined);
});

test("what is certainly not sent is ready again and counts as no attempt", () => {
  const back = after([claimed, { kind: "postponed", until: plus(START, MINUTE), why: "no server" }]);
  assert.partialDeepStrictEqual(back, { state: "ready", attempts: 0, readyAt: plus(START, MINUTE) });
});

test("refused for now waits twice as long each time up to an hour, and in the end is refused", () => {
  assert.deepEqual([1, 2, 3, 6, 7, 99].map(backoff), [1, 2, 4, 32, 60, 60].map((minutes) => minutes * MINUTE));
  const no: Happening = { kind: "refused", provider: "a", permanent: false, why: "450" };
  const almost = after(Array.from({ length: MAX_REFUSALS - 1 }, () => [claimed, no]).flat());
  assert.equal(almost.state, "ready");
  assert.equal(after([claimed, no], almost).state, "refused");
  const waited = Array.from({ length: MAX_REFUSALS - 1 }, (_, index) => backoff(index + 1)).reduce((sum, wait) => sum + wait);
  assert.ok(waited >= 47 * HOUR && waited <= 50 * HOUR, "about two days");
});

test("what becomes of one copy says nothing of the other that was sent after it", () => {
  const sentAgain = after([claimed, { ...accepted, copyId: "second" }]);
  const failed = (copyId?: string): Happening => ({ kind: "bounced", why: "", ...(copyId !== undefined && { copyId }) });
  assert.equal(advance(sentAgain, failed("first"), START), undefined, "the second is on its way");
  const arrived = after([{ kind: "delivered", why: "", copyId: "second" }], sentAgain);
  assert.equal(advance(arrived, failed("first"), START), undefined, "the second has arrived");
  for (const message of [sentAgain, arrived]) assert.deepEqual([after([failed("second")], message).state, after([failed()], message).state], ["bounced", "bounced"]);
  const firstArrived = after([{ kind: "delivered", why: "", copyId: "first" }], sentAgain);
  assert.equal(advance(firstArrived, failed("second"), START), undefined, "the first has arrived");
});

test("held for a gap, released by a person", () => {
  const held = after([{ kind: "held", why: "gap" }]);
  assert.equal(advance(held, claimed, START), undefined);
  assert.equal(after([{ kind: "released", by: "Ada", epoch: 1 }, claimed], held).state, "leased");
  assert.equal(after([{ kind: "markedSent", by: "Ada" }], held).state, "accepted");
});

test("held for a gap, and reported all the same: it left in the hours that were lost", () => {
  const held = after([{ kind: "held", why: "gap" }]);
  assert.equal(after([{ kind: "bounced", why: "550" }], held).state, "bounced");
  assert.equal(after([{ kind: "delivered", why: "250" }], held).state, "delivered");
  assert.equal(after([{ kind: "released", by: "Ada", epoch: 1 }, { kind: "bounced", why: "550" }], held).state, "bounced");
  assert.equal(advance(after([]), { kind: "bounced", why: "550" }, START), undefined, "of what never waited and never left nobody can know");
});

const text = fc.constant("x");
const anyHappening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("b", "c").map((by): Happening => ({ kind: "claimed", by, until: plus(START, LEASE) })) },
  { weight: 3, arbitrary: fc.boolean().map((final): Happening => ({ kind: "accepted", provider: "a", final, why: "" })) },
  { weight: 3, arbitrary: fc.constant<Happening>({ kind: "lost", provider: "a", why: "" }) },
  { weight: 3, arbitrary: fc.constantFrom<Happening>({ kind: "leaseExpired" }, { kind: "windowOver" }) },
  fc.boolean().map((permanent): Happening => ({ kind: "refused", provider: "a", permanent, why: "" })),
  text.map((why): Happening => ({ kind: "postponed", until: START, why })),
  fc.constantFrom("held", "suppressed", "withdrawn").map((kind): Happening => ({ kind, why: "x" }) as Happening),
  fc.constantFrom("handedOver", "delivered", "bounced").map((kind): Happening => ({ kind, why: "x" }) as Happening),
  fc.constantFrom("released", "markedSent", "givenUp").map((kind): Happening => ({ kind, by: "x", epoch: 1 }) as Happening),
);
const anyStory = fc.array(fc.record({ happening: anyHappening, later: fc.integer({ min: 0, max: EVIDENCE_WINDOW }) }), { maxLength: 40 });

test("whatever happens: one acceptance, one resend after the window, no way back from an end", () => {
  fc.assert(
    fc.property(anyStory, (story) => {
      let message = fresh;
      let now = START;
      let acceptances = 0;
      let resends = 0;
      let sends = 0;
      for (const { happening, later } of story) {
        now = plus(now, later);
        const to = advance(message, happening, now);
        if (!to) continue;
        assert.ok(!TERMINAL.includes(message.state), `${message.state} is an end, ${happening.kind} left it`);
        if (happening.kind === "accepted") acceptances++;
        if (happening.kind === "claimed") sends++;
        if (happening.kind === "windowOver" && to.state === "ready") {
          resends++;
          assert.ok(message.evidenceUntil !== null && now >= message.evidenceUntil, "the window was over");
        }
        message = to;
        assert.equal(message.resends, resends);
        assert.equal(message.state === "leased", message.leaseUntil !== null, "a lease is held while leased and at no other time");
      }
      assert.ok(acceptances <= 1, "accepted once at most");
      assert.ok(resends <= 1, "sent again once at most");
      assert.ok(acceptances <= sends, "never accepted without a send");
    }),
    { numRuns: 2_000 },
  );
});

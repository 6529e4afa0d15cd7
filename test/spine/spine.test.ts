import assert from "node:assert/strict";
import { after, test } from "node:test";
import { DAY, HOUR, MINUTE, plus } from "../../src/base/time.ts";
import { reconcile } from "../../src/incidents/index.ts";
import { scenesOfFate, storyOf, type Fate } from "../../sample/story.ts";
import { SAMPLE_SECRETS } from "../../src/server/sample/secrets.ts";
import { MONDAY, startSpine, type SpineOptions } from "./harness.ts";

/** Time passes in steps of this length, so that every duty sees the moments in between. */
const TICK = 2 * HOUR;

const open: { stop(): Promise<void> }[] = [];
after(async () => void (await Promise.all(open.map((spine) => spine.stop()))));

/** Plays one order's fate against the product, working after each delivery, until `until` after the order. */
async function play(fate: Fate, until: number, options?: SpineOptions) {
  const spine = await startSpine(options);
  open.push(spine);
  const scenes = [...scenesOfFate(3, MONDAY, fate, SAMPLE_SECRETS.secrets)].sort((a, b) => a.at - b.at);
  const step = async (to: number) => {
    while (spine.now() < to) {
      spine.pass(Math.min(TICK, to - spine.now()));
      // Other orders keep the shop's and the processor's word fresh: a silent source would freeze its promises.
      for (const scene of scenesOfFate(1_000 + Math.floor((spine.now() - MONDAY) / TICK), plus(spine.now(), -2 * MINUTE), { kind: "well" }, SAMPLE_SECRETS.secrets)) await spine.deliver(scene.deliver(spine.now()));
      await spine.work();
    }
  };
  for (const scene of scenes.filter((each) => each.at <= MONDAY + until)) {
    await step(scene.at);
    await spine.deliver(scene.deliver(spine.now()));
    await spine.work();
  }
  await step(MONDAY + until);
  const mails = await Promise.all(spine.sink.messages().map(async (mail) => ({ ...(await mail.parsed()), envelope: mail.envelope })));
  const toCustomer = mails.filter((mail) => mail.envelope.to[0]?.endsWith("@mail.example"));
  return { spine, mails, toCustomer, line: await reconcile(spine.db, spine.store, spine.now()) };
}

test("an order cancelled for want of stock: its customer is told why, once, within the hour, and the line balances", async () => {
  const { toCustomer, line } = await play({ kind: "cancelled", reason: "inventory", refundAfter: 20 * HOUR }, 2 * HOUR);
  assert.equal(toCustomer.length, 1);
  assert.match(toCustomer[0]?.text ?? "", /#1103/);
  assert.deepEqual({ affected: line.affected, told: line.told, due: line.due, balanced: line.balanced }, { affected: 1, told: 1, due: 0, balanced: true });
});

test("a customer's own cancellation yields no apology and no case", async () => {
  const { toCustomer, line } = await play({ kind: "cancelled", reason: "customer", refundAfter: 3 * HOUR }, DAY);
  assert.equal(toCustomer.length, 0);
  assert.deepEqual({ affected: line.affected, balanced: line.balanced }, { affected: 0, balanced: true });
});

test("a fraud hold is neither silent nor named", async () => {
  const { toCustomer } = await play({ kind: "cancelled", reason: "fraud", refundAfter: 3 * DAY }, 2 * HOUR);
  assert.equal(toCustomer.length, 1);
  assert.doesNotMatch(`${toCustomer[0]?.subject} ${toCustomer[0]?.text} ${toCustomer[0]?.html}`, /fraud|suspicious/i);
});

test("a refund that sits for two days is admitted before the customer asks, and said again when it is paid", async () => {
  const { toCustomer, line } = await play({ kind: "refund_sits", paidAfter: 4 * DAY }, 5 * DAY);
  assert.ok(toCustomer.length >= 2, `at least two mails, got ${toCustomer.length}: ${toCustomer.map((mail) => mail.subject).join(" | ")}`);
  assert.equal(line.balanced, true);
  assert.deepEqual({ broken: line.promises.broken, owed: line.promises.owed }, { broken: 1, owed: 0 });
});

test("a refund that fails is told at once", async () => {
  const { toCustomer, line } = await play({ kind: "refund_fails" }, 9 * HOUR);
  assert.equal(toCustomer.length, 1);
  assert.equal(line.balanced, true);
});

test("in shadow mode everything is computed and nothing leaves", async () => {
  const { toCustomer, line } = await play({ kind: "cancelled", reason: "inventory", refundAfter: 20 * HOUR }, 2 * HOUR, { live: false });
  assert.equal(toCustomer.length, 0);
  assert.deepEqual(line.excused, { shadow: 1 });
  assert.equal(line.balanced, true);
});

test("a relay's word is not delivery: told by presumption after four hours, not before", async () => {
  const fate: Fate = { kind: "cancelled", reason: "inventory", refundAfter: 3 * DAY };
  const soon = await play(fate, 3 * HOUR, { evidence: "relay" });
  assert.deepEqual({ told: soon.line.told, presumed: soon.line.presumedTold, due: soon.line.due }, { told: 0, presumed: 0, due: 1 });
  const later = await play(fate, 6 * HOUR, { evidence: "relay" });
  assert.deepEqual({ told: later.line.told, presumed: later.line.presumedTold, due: later.line.due }, { told: 0, presumed: 1, due: 0 });
});

test("the sample's story never leaves anybody unaccounted for", async () => {
  const spine = await startSpine();
  open.push(spine);
  const scenes = Array.from({ length: 12 }, (_, index) => storyOf(index, MONDAY, SAMPLE_SECRETS.secrets)).flat().sort((a, b) => a.at - b.at);
  for (const scene of scenes) {
    while (spine.now() < scene.at) {
      spine.pass(Math.min(TICK, scene.at - spine.now()));
      await spine.work();
    }
    await spine.deliver(scene.deliver(spine.now()));
    await spine.work();
    const line = await reconcile(spine.db, spine.store, spine.now());
    assert.ok(line.balanced, `balanced after ${scene.what} of order ${scene.orderNumber}: ${JSON.stringify(line)}`);
    assert.equal(line.overdue, 0);
  }
  assert.ok(plus(MONDAY, DAY) < spine.now());
});

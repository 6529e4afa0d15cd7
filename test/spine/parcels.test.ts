import assert from "node:assert/strict";
import { after, test } from "node:test";
import { DAY, HOUR, type Instant, iso, MINUTE, plus } from "../../src/base/time.ts";
import { reconcile } from "../../src/incidents/index.ts";
import { scenesOfFate } from "../../sample/story.ts";
import { SAMPLE_SECRETS } from "../../src/server/sample/secrets.ts";
import { MONDAY, startSpine } from "./harness.ts";

/** Time passes in steps of this length, so that every duty sees the moments in between. */
const TICK = 3 * HOUR;

const open: { stop(): Promise<void> }[] = [];
after(async () => void (await Promise.all(open.map((spine) => spine.stop()))));

/** What the carrier said of a parcel, when, and when we heard of it. */
interface Word {
  readonly at: number;
  readonly heardAt?: number;
  readonly status: string;
  readonly parcel?: number;
}

/** An order that leaves the store's country: its parcel may go five business days without a scan. */
const TO_BRITAIN = 2;

let deliveries = 0;

/** Plays an order that goes well until its parcel is under way, and then what its carrier says. */
async function play(words: readonly Word[], until: number) {
  const spine = await startSpine();
  open.push(spine);
  const [orderId, well] = orderThatGoesWell(TO_BRITAIN, MONDAY);
  for (const scene of well) {
    spine.pass(Math.max(0, scene.at - spine.now()));
    await spine.deliver(scene.deliver(spine.now()));
  }
  const step = async (to: number) => {
    while (spine.now() < to) {
      spine.pass(Math.min(TICK, to - spine.now()));
      // Other orders keep the shop's and the processor's word fresh: a silent source would freeze its promises.
      const [, others] = orderThatGoesWell(1_000 + Math.floor((spine.now() - MONDAY) / TICK), plus(spine.now(), -2 * MINUTE));
      for (const scene of others) await spine.deliver(scene.deliver(spine.now()));
      await spine.work();
    }
  };
  for (const word of words.toSorted((a, b) => (a.heardAt ?? a.at) - (b.heardAt ?? b.at))) {
    await step(MONDAY + (word.heardAt ?? word.at));
    await hear(spine, orderId, word);
    await spine.work();
  }
  await step(MONDAY + until);
  const mails = await Promise.all(spine.sink.messages().map(async (mail) => ({ ...(await mail.parsed()), envelope: mail.envelope })));
  const said = mails.filter((mail) => mail.envelope.to[0]?.endsWith("@mail.example")).map((mail) => `${mail.subject}: ${mail.text?.replaceAll(/\s+/g, " ")}`);
  return { said, line: await reconcile(spine.db, spine.store, spine.now()) };
}

function orderThatGoesWell(which: number, at: Instant) {
  const scenes = [...scenesOfFate(which, at, { kind: "well" }, SAMPLE_SECRETS.secrets)].sort((a, b) => a.at - b.at);
  const [first] = scenes;
  assert.ok(first);
  return [/"id":(\d+)/.exec(first.deliver(at).body)?.[1] ?? "", scenes] as const;
}

async function hear(spine: Awaited<ReturnType<typeof startSpine>>, orderId: string, { at, status, parcel = 8 }: Word): Promise<void> {
  const source = spine.runtime.sources.get("shopify");
  assert.ok(source?.adapter.sign);
  const body = `{"fulfillment_id":${parcel},"order_id":${orderId},"status":"${status}","happened_at":"${iso(plus(MONDAY, at))}"}`;
  const delivery = source.adapter.sign({ kind: "fulfillment_events/create", deliveryId: `scan-${(deliveries += 1)}`, triggeredAt: spine.now(), body: Buffer.from(body) }, spine.now());
  assert.equal((await spine.receiver.receive(spine.store, "shopify", delivery)).kind, "kept");
}

const told = (line: Awaited<ReturnType<typeof reconcile>>) => ({ affected: line.affected, told: line.told, due: line.due, balanced: line.balanced, broken: line.promises.broken, owed: line.promises.owed });

test("a parcel that stands still for five business days is told of by then, kept current, and told of again when it moves", async () => {
  const { said, line } = await play([{ at: HOUR, status: "in_transit" }, { at: 11 * DAY, status: "in_transit" }], 12 * DAY);
  assert.equal(said.length, 3, said.join("\n"));
  assert.match(said[0] ?? "", /#1102.* has not moved since Monday.*our responsibility/);
  assert.match(said[1] ?? "", /^Update: .*still not moved/);
  assert.match(said[2] ?? "", /moving again/);
  assert.deepEqual(told(line), { affected: 1, told: 1, due: 0, balanced: true, broken: 1, owed: 0 });
});

test("a parcel that is handled every other day is nobody's failure", async () => {
  const { said, line } = await play([1, 49, 97, 145].map((hour) => ({ at: hour * HOUR, status: "in_transit" })), 8 * DAY);
  assert.deepEqual([said, line.affected, line.promises.broken], [[], 0, 0]);
});

test("a scan that is heard too late shows that it moved all along: what was said is corrected once", async () => {
  const words = [{ at: HOUR, status: "in_transit" }, { at: 3 * DAY, heardAt: 9 * DAY, status: "in_transit" }];
  const { said, line } = await play(words, 10 * DAY);
  assert.equal(said.length, 2, said.join("\n"));
  assert.match(said[1] ?? "", /^Correction: /);
  assert.deepEqual([line.balanced, line.promises.broken], [true, 0]);
});

test("a lost parcel: the customer hears it within two hours, chooses, and is told when another one is on its way", async () => {
  const lost = { at: 2 * DAY, status: "failure" };
  const soon = await play([{ at: HOUR, status: "in_transit" }, lost], 2 * DAY + 2 * HOUR);
  assert.equal(soon.said.length, 1, soon.said.join("\n"));
  assert.match(soon.said[0] ?? "", /could not be delivered.*send again.*refund/);
  const { said, line } = await play([{ at: HOUR, status: "in_transit" }, lost, { at: 3 * DAY, status: "in_transit", parcel: 9 }], 4 * DAY);
  assert.match(said.at(-1) ?? "", /Another parcel for order #1102 is on its way/);
  assert.deepEqual(told(line), { affected: 1, told: 1, due: 0, balanced: true, broken: 0, owed: 0 });
});

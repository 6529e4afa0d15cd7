import assert from "node:assert/strict";
import { after, test } from "node:test";
import { DAY, HOUR, iso, MINUTE } from "../../src/base/time.ts";
import { reconcile } from "../../src/incidents/index.ts";
import { scenesOfFate } from "../../sample/story.ts";
import { SAMPLE_SECRETS } from "../../src/server/sample/secrets.ts";
import { MONDAY, type SpineOptions, startSpine } from "./harness.ts";

type Spine = Awaited<ReturnType<typeof startSpine>>;

const open: Spine[] = [];
after(async () => void (await Promise.all(open.map((spine) => spine.stop()))));

let deliveries = 0;

/** An English order, with the address that its webhooks are to carry from now on. */
async function startOrder(address: object, options: SpineOptions = {}) {
  const spine = await startSpine(options);
  open.push(spine);
  const scenes = [...scenesOfFate(2, MONDAY, { kind: "well" }, SAMPLE_SECRETS.secrets)].sort((a, b) => a.at - b.at);
  for (const scene of scenes) {
    spine.pass(Math.max(0, scene.at - spine.now()));
    const delivery = scene.deliver(spine.now());
    if (delivery.topic.startsWith("orders/")) await tell(spine, delivery.topic, withAddress(delivery.body, address, spine));
    else await spine.deliver(delivery);
    await spine.work();
  }
  const last = scenes.map((scene) => scene.deliver(spine.now())).findLast(({ topic }) => topic.startsWith("orders/"));
  assert.ok(last);
  return { spine, orderId: /"id":(\d+)/.exec(last.body)?.[1] ?? "", update: (corrected: object) => tell(spine, "orders/updated", withAddress(last.body, corrected, spine)) };
}

/** The digits of its ids are left as they are: a JavaScript number would round them. */
function withAddress(body: string, address: object, spine: Spine): string {
  return body.replace(/"shipping_address":\{[^}]*\}/, `"shipping_address":${JSON.stringify(address)}`).replace(/"updated_at":"[^"]*"/, `"updated_at":"${iso(spine.now())}"`);
}

async function tell(spine: Spine, topic: string, body: string): Promise<void> {
  const source = spine.runtime.sources.get("shopify");
  assert.ok(source?.adapter.sign);
  const delivery = source.adapter.sign({ kind: topic, deliveryId: `hold-${(deliveries += 1)}`, triggeredAt: spine.now(), body: Buffer.from(body) }, spine.now());
  assert.equal((await spine.receiver.receive(spine.store, "shopify", delivery)).kind, "kept");
}

async function heard(spine: Spine): Promise<string[]> {
  const mails = await Promise.all(spine.sink.messages().map(async (mail) => ({ ...(await mail.parsed()), to: mail.envelope.to[0] })));
  return mails.filter(({ to }) => to?.endsWith("@mail.example")).map((mail) => `${mail.subject}: ${mail.text?.replaceAll(/\s+/g, " ")}`);
}

async function pass(spine: Spine, until: number): Promise<void> {
  while (spine.now() < MONDAY + until) {
    spine.pass(Math.min(30 * MINUTE, MONDAY + until - spine.now()));
    await spine.work();
  }
}

const GOOD = { name: "Priya Raman", address1: "10 Downing Street", city: "London", zip: "SW1A 2AA", country_code: "GB" };

test("an address that no parcel can reach: the customer is asked within half an hour, once, and told when it is right", async () => {
  const { spine, update } = await startOrder({ ...GOOD, zip: "12345" });
  await pass(spine, HOUR);
  assert.equal((await heard(spine)).length, 1);
  assert.match((await heard(spine))[0] ?? "", /The delivery address of order #1102: .*\*?postal code\*?.*Reply to our email with the address/);
  await update({ ...GOOD, zip: "12345", company: "Raman Ltd" });
  await pass(spine, 2 * HOUR);
  assert.equal((await heard(spine)).length, 1, "the same mistake is asked about once");
  await update(GOOD);
  await pass(spine, 3 * HOUR);
  assert.match((await heard(spine)).at(-1) ?? "", /The delivery address of your order #1102 is settled: it no longer holds your order up/);
  const line = await reconcile(spine.db, spine.store, spine.now());
  assert.deepEqual([line.affected, line.told, line.due, line.balanced], [1, 1, 0, true]);
});

test("an address that is put right while the order is held for another reason: nobody is told that it can be sent", async () => {
  const { spine, orderId, update } = await startOrder({ ...GOOD, zip: "12345" });
  await tell(spine, "fulfillment_orders/placed_on_hold", `{"fulfillment_order":{"id":"gid://shopify/FulfillmentOrder/5","order_id":${orderId},"status":"on_hold","fulfillment_holds":[{"reason":"high_risk_of_fraud"}],"updated_at":"${iso(spine.now())}"}}`);
  await pass(spine, HOUR);
  await update(GOOD);
  await pass(spine, 2 * HOUR);
  const last = (await heard(spine)).at(-1) ?? "";
  assert.match(last, /The delivery address of your order #1102 is settled/);
  assert.doesNotMatch(last, /can be sent/);
});

test("a good address is nobody's case", async () => {
  const { spine } = await startOrder(GOOD);
  await pass(spine, 2 * HOUR);
  assert.deepEqual([await heard(spine), (await reconcile(spine.db, spine.store, spine.now())).affected], [[], 0]);
});

test("an empty shelf: the customer is asked to choose within two hours, kept current each day, and told when the order can leave", async () => {
  const { spine, orderId } = await startOrder(GOOD);
  const work = (status: string, holds: readonly object[]) => `{"fulfillment_order":{"id":"gid://shopify/FulfillmentOrder/5","order_id":${orderId},"status":"${status}","fulfillment_holds":${JSON.stringify(holds)},"updated_at":"${iso(spine.now())}"}}`;
  await tell(spine, "fulfillment_orders/placed_on_hold", work("on_hold", [{ reason: "inventory_out_of_stock" }]));
  await pass(spine, 3 * HOUR);
  assert.match((await heard(spine)).join("\n"), /missing from our shelves.*wait.*cancel/);
  await pass(spine, DAY + 4 * HOUR);
  assert.match((await heard(spine)).at(-1) ?? "", /^Update: .*has not arrived yet/);
  await tell(spine, "fulfillment_orders/hold_released", work("open", []));
  await pass(spine, DAY + 6 * HOUR);
  assert.match((await heard(spine)).at(-1) ?? "", /has arrived, and your order can be sent/);
  const line = await reconcile(spine.db, spine.store, spine.now());
  assert.deepEqual([line.affected, line.told, line.due, line.balanced], [1, 1, 0, true]);
});

test("a hold whose release nobody told of: the next pull asks after it, and the customer hears that it is over", async () => {
  const work = { id: 5, order_id: "", status: "on_hold", fulfillment_holds: [{ reason: "inventory_out_of_stock" }], updated_at: "" };
  // Its digits as they are: a JavaScript number would round them.
  const workText = () => `{"fulfillment_order":${JSON.stringify(work).replace(/"order_id":"(\d+)"/, '"order_id":$1')}}`;
  const { spine, orderId } = await startOrder(GOOD, {
    fetch: async (url) => new Response(url.includes("/fulfillment_orders/5.json") ? workText() : '{"orders":[]}'),
    change: (config) => config.replace("{ type: shopify,", "{ type: shopify, api: { baseUrl: https://shop.example, token: shpat_test },"),
  });
  Object.assign(work, { order_id: orderId, updated_at: iso(spine.now()) });
  // As the shop tells it: the webhook names neither the order nor its own moment.
  await tell(spine, "fulfillment_orders/placed_on_hold", '{"fulfillment_order":{"id":"gid://shopify/FulfillmentOrder/5","status":"on_hold","fulfillment_holds":[{"reason":"inventory_out_of_stock"}]}}');
  await pass(spine, 3 * HOUR);
  assert.match((await heard(spine)).at(-1) ?? "", /missing from our shelves/);
  const told = (await heard(spine)).length;
  Object.assign(work, { status: "open", fulfillment_holds: [], updated_at: iso(spine.now()) });
  await pass(spine, 5 * HOUR);
  assert.match((await heard(spine)).slice(told).join("\n"), /has arrived, and your order can be sent/);
  const line = await reconcile(spine.db, spine.store, spine.now());
  assert.deepEqual([line.affected, line.told, line.due, line.balanced], [1, 1, 0, true]);
});

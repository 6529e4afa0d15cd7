import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { HOUR } from "../base/time.ts";
import type { OrderView } from "../commerce/index.ts";
import { anOrder, AT } from "../../test/known-orders.ts";
import { recordStandings, writeUpdates } from "./index.ts";
import { openWorld, type World } from "./testing.ts";

describe("an update", () => {
  let world: World;
  before(async () => void (world = await openWorld()));
  after(() => world.close());

  const told = async (order: OrderView): Promise<void> => {
    const [messageId = ""] = await world.expand(order, "delivered");
    const noticeId = (await world.notices(order)).at(-1)?.id ?? "";
    await world.ports.db.transaction((tx) => recordStandings(tx, world.store, [{ noticeId, evidence: { kind: "told", at: world.now(), messageId } }], world.context, world.now()));
  };

  /** The warehouse holds the order for its address, or has released it. */
  const heldFor = (why: "address" | undefined): OrderView => {
    const status = why === undefined ? "open" : "held";
    return anOrder((doc) => ({ ...doc, fulfilments: { w1: { since: AT, first: { [status]: world.now() }, latest: { value: { fulfilmentId: "w1", status, ...(why && { why }) }, at: world.now(), event: "e", source: "shopify" } } } }));
  };

  test("comes by the time that the last word named, where what was settled stops again before anybody heard of it", async () => {
    await world.apply(heldFor("address"));
    await told(heldFor("address"));
    const [asked] = await world.cases(anOrder());
    const next = asked?.facts.values["next_update_by"];
    assert.ok(next !== undefined && "at" in next);
    world.pass(HOUR);
    await world.apply(heldFor(undefined));
    world.pass(HOUR);
    await world.apply(heldFor("address"));
    assert.deepEqual((await world.notices(anOrder())).map(({ kind, state }) => `${kind}:${state}`), ["first:expanded", "settled:withdrawn"]);
    const [again] = await world.cases(anOrder());
    assert.deepEqual([again?.standing, again?.facts.values["next_update_by"]], [asked?.standing, next]);
    world.pass(next.at - world.now() - HOUR);
    assert.equal((await writeUpdates(world.ports, world.store, world.context)).written, 1);
    assert.deepEqual((await world.cases(anOrder()))[0]?.standing, { kind: "due", until: next.at });
  });
});

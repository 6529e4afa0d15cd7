import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { HOUR } from "../base/time.ts";
import { anOrder, heldFor } from "../../test/known-orders.ts";
import { writeUpdates } from "./index.ts";
import { openWorld, type World } from "./testing.ts";

describe("an update", () => {
  let world: World;
  before(async () => void (world = await openWorld()));
  after(() => world.close());

  const held = (why: "address" | undefined) => anOrder(heldFor(why, world.now()));

  test("comes by the time that the last word named, where what was settled stops again before anybody heard of it", async () => {
    await world.apply(held("address"));
    await world.told(held("address"));
    const [asked] = await world.cases(anOrder());
    const next = asked?.facts.values["next_update_by"];
    assert.ok(next !== undefined && "at" in next);
    world.pass(HOUR);
    await world.apply(held(undefined));
    world.pass(HOUR);
    await world.apply(held("address"));
    assert.deepEqual((await world.notices(anOrder())).map(({ kind, state }) => `${kind}:${state}`), ["first:expanded", "settled:withdrawn"]);
    const [again] = await world.cases(anOrder());
    assert.deepEqual([again?.standing, again?.facts.values["next_update_by"]], [asked?.standing, next]);
    world.pass(next.at - world.now() - HOUR);
    assert.equal((await writeUpdates(world.ports, world.store, world.context)).written, 1);
    assert.deepEqual((await world.cases(anOrder()))[0]?.standing, { kind: "due", until: next.at });
  });
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DAY, HOUR, plus } from "../base/time.ts";
import { heldFor } from "../../test/known-orders.ts";
import { writeUpdates } from "./index.ts";
import { openWorld, type World } from "./testing.ts";

describe("an update", () => {
  let world: World;
  before(async () => void (world = await openWorld()));
  after(() => world.close());

  test("comes by the time that the last word named, where what was settled stops again before anybody heard of it", async () => {
    const order = world.anOrder();
    const held = (why: "address" | undefined) => order(heldFor(why, world.now()));
    await world.apply(held("address"));
    await world.told(held("address"));
    const [asked] = await world.cases(order());
    const next = asked?.facts.values["next_update_by"];
    assert.ok(next !== undefined && "at" in next);
    world.pass(HOUR);
    await world.apply(held(undefined));
    world.pass(HOUR);
    await world.apply(held("address"));
    assert.deepEqual((await world.notices(order())).map(({ kind, state }) => `${kind}:${state}`), ["first:expanded", "settled:withdrawn"]);
    const [again] = await world.cases(order());
    assert.deepEqual([again?.standing, again?.facts.values["next_update_by"]], [asked?.standing, next]);
    world.pass(next.at - world.now() - HOUR);
    assert.equal((await writeUpdates(world.ports, world.store, world.context)).written, 1);
    assert.deepEqual((await world.cases(order()))[0]?.standing, { kind: "due", until: next.at });
  });

  test("that waited beyond the next one it names is written anew with one that is still to come, unless it may have left", async () => {
    const [waits, doubtful] = [world.anOrder(), world.anOrder()].map((named) => named(heldFor("address", world.now())));
    assert.ok(waits !== undefined && doubtful !== undefined);
    await world.apply(waits, doubtful);
    const [first] = await world.cases(waits);
    await world.expand(doubtful, "unknown");
    world.inDoubt.add((await world.notices(doubtful))[0]?.id ?? "");
    world.pass(DAY + HOUR);
    await writeUpdates(world.ports, world.store, world.context);
    assert.deepEqual((await world.notices(waits)).map(({ kind, state }) => `${kind}:${state}`), ["first:withdrawn", "first:new"]);
    const [anew] = await world.cases(waits);
    assert.deepEqual([anew?.tellBy, anew?.facts.values["next_update_by"]], [first?.tellBy, { at: plus(world.now(), DAY) }]);
    assert.deepEqual((await world.notices(doubtful)).map(({ kind, state }) => `${kind}:${state}`), ["first:expanded"]);
    assert.equal((await writeUpdates(world.ports, world.store, world.context)).written, 0);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { HOUR } from "../base/time.ts";
import { cancelled, orderNamed, paid } from "../../test/known-orders.ts";
import { incidentBoard } from "./index.ts";
import { openWorld, type World } from "./testing.ts";

describe("the board of incidents", () => {
  let world: World;
  before(async () => void (world = await openWorld()));
  after(() => world.close());

  test("of a store without any is empty", async () => {
    assert.deepEqual(await incidentBoard(world.ports.db, world.store, 5), { open: 0, closed: 0, recent: [] });
  });

  test("counts them all and lists the last ones with their playbook and their order, the newest first", async () => {
    for (const id of ["first", "second", "third"]) {
      world.pass(HOUR);
      await world.apply(orderNamed(`shopify/${id}`, cancelled("inventory", world.now()), paid("captured")));
    }
    const { open, closed, recent } = await incidentBoard(world.ports.db, world.store, 2);
    assert.deepEqual({ open, closed }, { open: 3, closed: 0 });
    assert.deepEqual(recent.map((each) => [each.orderId, each.playbook.slug, each.shadow, "closedAt" in each]), [
      ["shopify/third", "cancelled-by-store", false, false],
      ["shopify/second", "cancelled-by-store", false, false],
    ]);
    assert.equal(recent[0]?.openedAt, world.now());
  });
});

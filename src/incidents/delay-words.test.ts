import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DAY, HOUR } from "../base/time.ts";
import type { OrderView } from "../commerce/index.ts";
import { chosen, paid, refunded, type Change } from "../../test/known-orders.ts";
import { openWorld, type World } from "./testing.ts";

describe("the words of a late order", () => {
  let world: World;
  before(async () => void (world = await openWorld()));
  after(() => world.close());

  /** A British order that was paid and has not left; no day was told for it. */
  const lateOrder = () => {
    const order = world.anOrder();
    return (...changes: readonly Change[]): OrderView => ({ ...order(paid("captured"), ...changes), country: "GB" });
  };
  const cancels = () => chosen("cancel", "any", world.now());

  test("confirm that its customer has called it off, though the money went before that was heard and its first word never arrived", async () => {
    const order = lateOrder();
    await world.apply(order());
    world.pass(4 * DAY);
    await world.breakByClock(order(), "ship_by");
    await world.told(order());
    const [first] = await world.notices(order());
    await world.comesBack(first?.id);
    await world.evidence(first?.id, { kind: "unreachable", at: world.now(), why: "bounced" });
    world.pass(HOUR);
    const called = cancels();
    await world.apply(order(called));
    const [, confirmed] = await world.notices(order());
    assert.equal(confirmed?.kind, "cancelled");
    world.recallable.add(confirmed.id);
    world.pass(HOUR);
    await world.apply(order(called, refunded("succeeded", world.now())));
    assert.deepEqual((await world.notices(order())).map(({ kind, state }) => `${kind}:${state}`), ["first:expanded", "cancelled:withdrawn", "cancelled:new"]);
  });

  test("confirm it as well where the first of them had not left", async () => {
    const order = lateOrder();
    await world.apply(order());
    world.pass(4 * DAY);
    await world.breakByClock(order(), "ship_by");
    world.pass(HOUR);
    await world.apply(order(cancels()));
    assert.deepEqual((await world.notices(order())).map(({ kind, state }) => `${kind}:${state}`), ["first:withdrawn", "cancelled:new"]);
    assert.deepEqual((await world.standings(order())).map(({ kind }) => kind), ["due"]);
  });

  test("are not said once more to who agreed to wait, though nobody knows whether their first word left: who answers has read them", async () => {
    const order = lateOrder();
    await world.apply(order());
    world.pass(4 * DAY);
    await world.breakByClock(order(), "ship_by");
    const [first] = await world.notices(order());
    world.inDoubt.add(first?.id ?? "");
    await world.expand(order(), "unknown");
    world.pass(HOUR);
    await world.apply(order(chosen("wait", "unknown", world.now())));
    assert.equal((await world.cases(order()))[0]?.facts.choices["delay"], "agreed");
    assert.deepEqual((await world.notices(order())).map(({ kind, state }) => `${kind}:${state}`), ["first:expanded"]);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DAY, HOUR, MINUTE, plus } from "../base/time.ts";
import type { OrderView } from "../commerce/index.ts";
import { cancelled, paid, refunded, said } from "../../test/known-orders.ts";
import { writeUpdates } from "./index.ts";
import { openWorld, type World } from "./testing.ts";

describe("the words of a refund", () => {
  let world: World;
  const kinds = async (order: OrderView) => (await world.notices(order)).map((notice) => `${notice.kind}:${notice.money}:${notice.state}`);

  /** An order that was called off, whose customer was told so, and whose refund is late. */
  const lateRefund = async () => {
    const order = world.anOrder();
    const before_ = [cancelled("inventory", world.now()), paid("captured")];
    await world.apply(order(...before_));
    await world.told(order());
    world.pass(3 * 24 * HOUR);
    await world.breakByClock(order(...before_), "refund_by");
    return { order, before_ };
  };

  before(async () => void (world = await openWorld()));
  after(() => world.close());

  test("are said once, by its own case, when the cancellation has one too", async () => {
    const { order, before_ } = await lateRefund();
    await world.told(order());
    assert.equal((await world.cases(order())).length, 2);
    world.pass(HOUR);
    await world.apply(order(...before_, refunded("succeeded", world.now())));
    assert.equal((await world.notices(order())).filter((notice) => notice.kind === "refund-sent").length, 1);
  });

  test("are the cancellation's when they excuse the case of its own from its first word", async () => {
    const { order, before_ } = await lateRefund();
    world.pass(HOUR);
    const sent = refunded("pending", world.now(), { view: "processor" });
    await world.apply(order(...before_, sent));
    world.pass(HOUR);
    await world.apply(order(...before_, sent, refunded("succeeded", world.now())));
    assert.deepEqual((await world.standings(order())).map(({ kind }) => kind).toSorted(), ["due", "excused"]);
    assert.deepEqual((await kinds(order())).filter((kind) => !kind.endsWith(":withdrawn")), ["first:due:expanded", "refund-sent:settled:new"]);
  });

  test("are taken back where its processor has not sent it after all, and said once it has", async () => {
    const order = world.anOrder();
    const before_ = [cancelled("inventory", world.now()), paid("captured")];
    await world.apply(order(...before_));
    await world.told(order());
    const first = await world.cases(order());
    world.pass(HOUR);
    const byShop = refunded("succeeded", world.now(), { view: "shop" });
    await world.apply(order(...before_, byShop));
    const behind = refunded("pending", plus(world.now(), -MINUTE));
    await world.apply(order(...before_, byShop, behind));
    assert.deepEqual(await kinds(order()), ["first:due:expanded", "refund-sent:settled:withdrawn"]);
    assert.deepEqual(await world.standings(order()), first.map((each) => each.standing), "the word before stands");
    world.pass(MINUTE);
    await world.apply(order(...before_, byShop, refunded("succeeded", world.now())));
    assert.deepEqual((await kinds(order())).slice(2), ["refund-sent:settled:new"]);
  });

  test("do not begin anew where the update before one that is taken back never arrived and the words before that did", async () => {
    const order = world.anOrder();
    const before_ = [cancelled("inventory", world.now()), paid("captured")];
    await world.apply(order(...before_, said("cancellation", world.now())));
    world.pass(3 * DAY);
    await world.breakByClock(order(...before_), "refund_by");
    await world.told(order());
    world.pass(5 * DAY);
    assert.equal((await writeUpdates(world.ports, world.store, world.context)).written, 1);
    await world.expand(order(), "bounced");
    const update = (await world.notices(order())).at(-1);
    await world.evidence(update?.id, { kind: "unreachable", at: world.now(), why: "bounced" });
    world.pass(HOUR);
    const byShop = refunded("succeeded", world.now(), { view: "shop" });
    await world.apply(order(...before_, byShop));
    await world.apply(order(...before_, byShop, refunded("pending", plus(world.now(), -MINUTE))));
    assert.deepEqual(await kinds(order()), ["first:due:expanded", "update:due:expanded", "refund-sent:settled:withdrawn"]);
    world.pass(MINUTE);
    await world.apply(order(...before_, byShop, refunded("succeeded", world.now())));
    assert.deepEqual((await kinds(order())).filter((kind) => kind.endsWith(":new")), ["refund-sent:settled:new"]);
  });

  test("are not said again of one that was held to be unsent for a while", async () => {
    const order = world.anOrder();
    const before_ = [cancelled("inventory", world.now()), paid("captured")];
    await world.apply(order(...before_));
    await world.told(order());
    world.pass(HOUR);
    const byShop = refunded("succeeded", world.now(), { view: "shop" });
    await world.apply(order(...before_, byShop));
    await world.told(order());
    await world.apply(order(...before_, byShop, refunded("pending", plus(world.now(), -MINUTE))));
    world.pass(MINUTE);
    await world.apply(order(...before_, byShop, refunded("succeeded", world.now())));
    assert.deepEqual(await kinds(order()), ["first:due:expanded", "refund-sent:settled:expanded"]);
  });
});

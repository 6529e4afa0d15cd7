import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sql } from "../base/db.ts";
import { DAY, HOUR, MINUTE, plus } from "../base/time.ts";
import type { OrderView } from "../commerce/index.ts";
import { cancelled, orderNamed, paid } from "../../test/known-orders.ts";
import { reconcile, recordStandings, watchDeadlines, type Reconciliation } from "./index.ts";
import { openWorld, type World } from "./testing.ts";

describe("the reconciliation", () => {
  let world: World;
  let made = 0;
  const anOrder = () => orderNamed(`shopify/${(made += 1)}`, cancelled("inventory", world.now()), paid("captured"));
  const look = (options?: Parameters<typeof reconcile>[3]) => reconcile(world.ports.db, world.store, world.now(), options);
  const faultsOf = ({ faults }: Reconciliation) => Object.entries(faults).filter(([, count]) => count > 0).map(([fault]) => fault);
  const rows = (text: string, ...params: unknown[]) => world.ports.db.rows(sql(text), [world.store, ...params]);
  const hand = async (order: OrderView, state: "accepted" | "delivered"): Promise<void> => {
    const [messageId = ""] = await world.expand(order, state);
    const noticeId = (await world.notices(order)).at(-1)?.id ?? "";
    const at = world.now();
    const evidence = state === "delivered" ? { kind: "told" as const, at, messageId } : { kind: "handed_over" as const, at, presumedAt: plus(at, 4 * HOUR) };
    await world.ports.db.transaction((tx) => recordStandings(tx, world.store, [{ noticeId, evidence }], world.context, at));
  };

  before(async () => void (world = await openWorld()));
  after(() => world.close());

  test("of a store in which nothing happened balances", async () => {
    const { list: _, ...line } = await look();
    assert.deepEqual([line.affected, line.people, line.balanced], [0, 0, true]);
  });

  test("counts each case in its place, and people apart from cases", async () => {
    const orders = [anOrder(), anOrder(), anOrder()] as const;
    await world.apply(...orders);
    await hand(orders[0], "delivered");
    await hand(orders[1], "accepted");
    const early = await look();
    assert.deepEqual([early.affected, early.people, early.told, early.presumedTold, early.due, early.balanced], [3, 3, 1, 0, 2, true]);
    world.pass(30 * MINUTE);
    await watchDeadlines(world.ports, world.store, 30 * MINUTE);
    world.pass(4 * HOUR);
    const late = await look();
    assert.deepEqual([late.told, late.presumedTold, late.due, late.overdue, late.balanced], [1, 1, 1, 1, true]);
  });

  test("names the cases behind a number, and those of one incident", async () => {
    const { list } = await look({ list: "overdue" });
    assert.equal(list?.length, 1);
    const [overdue] = list ?? [];
    const incidentId = overdue !== undefined && "incidentId" in overdue ? overdue.incidentId : "";
    const one = await look({ incidentId, list: "affected" });
    assert.deepEqual([one.affected, one.due, one.list], [1, 1, list]);
  });

  test("does not balance while somebody is overdue and nobody was paged", async () => {
    const order = anOrder();
    await world.apply(order);
    world.pass(2 * HOUR);
    assert.deepEqual(faultsOf(await look()), ["unattended"]);
    assert.equal((await look()).balanced, false);
    await watchDeadlines(world.ports, world.store, 15 * MINUTE);
    assert.deepEqual([faultsOf(await look()), (await look()).balanced], [[], true]);
  });

  test("does not balance where told has no delivery behind it", async () => {
    const order = anOrder();
    await world.apply(order);
    await hand(order, "delivered");
    await rows(`update messages set state = 'accepted' where store_id = $1 and order_id = $2`, order.orderId);
    assert.deepEqual(faultsOf(await look()), ["toldWithoutEvidence"]);
    await rows(`update messages set state = 'delivered' where store_id = $1 and order_id = $2`, order.orderId);
    assert.deepEqual(faultsOf(await look()), []);
  });

  test("finds a message that came back long after, although its case still says told", async () => {
    const order = anOrder();
    await world.apply(order);
    await hand(order, "delivered");
    world.pass(30 * DAY);
    await watchDeadlines(world.ports, world.store, 15 * MINUTE);
    await rows(`update messages set state = 'bounced' where store_id = $1 and order_id = $2`, order.orderId);
    assert.deepEqual(faultsOf(await look()), ["toldWithoutEvidence"]);
    assert.deepEqual(faultsOf(await look({ complete: true })), ["toldWithoutEvidence"]);
    await rows(`update messages set state = 'delivered' where store_id = $1 and order_id = $2`, order.orderId);
  });

  test("does not balance where a case is handed over and no provider has its message", async () => {
    const order = anOrder();
    await world.apply(order);
    await hand(order, "accepted");
    await rows(`update messages set state = 'ready' where store_id = $1 and order_id = $2`, order.orderId);
    assert.deepEqual(faultsOf(await look()), ["handedOverWithoutMessage"]);
    await rows(`update messages set state = 'accepted' where store_id = $1 and order_id = $2`, order.orderId);
  });

  test("does not balance where a case is due and nothing is on its way: the words on the order's page are none", async () => {
    const order = anOrder();
    await world.apply(order);
    await world.expand(order, "accepted");
    await rows(`update messages set channel = 'portal' where store_id = $1 and order_id = $2`, order.orderId);
    assert.deepEqual(faultsOf(await look()), ["dueWithoutPath"]);
    await rows(`update messages set channel = 'email', state = 'ready' where store_id = $1 and order_id = $2`, order.orderId);
    assert.deepEqual(faultsOf(await look()), []);
  });

  test("does not balance at 0 = 0: a broken promise to a customer has its case", async () => {
    const order = anOrder();
    await world.apply(order);
    await world.breakByClock(order, "refund_by");
    assert.deepEqual(faultsOf(await look()), []);
    const { promises } = await look();
    assert.deepEqual([promises.broken > 0, promises.owed], [true, promises.broken]);
    const { list } = await look({ list: "owed" });
    assert.ok(list?.every((owed) => "owner" in owed && owed.owner !== "" && owed.dueAt > 0));
    await rows(`update promises set case_id = null where store_id = $1 and order_id = $2`, order.orderId);
    assert.deepEqual(faultsOf(await look()), ["brokenWithoutCase"]);
  });
});

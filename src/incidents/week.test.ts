import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { sql } from "../base/db.ts";
import { DAY, HOUR, MINUTE, plus } from "../base/time.ts";
import { cancelled, orderNamed, paid } from "../../test/known-orders.ts";
import { longestSilenceSince, orderOfCase, shadowSince, unreachableSince } from "./index.ts";
import { openWorld, type World } from "./testing.ts";

describe("the week's reading", () => {
  let world: World;
  beforeEach(async () => void (world = await openWorld()));
  afterEach(() => world.close());

  const order = (name: string) => orderNamed(name, paid("captured"), cancelled("inventory", world.now()));
  /** An order is cancelled now, and its case opens. Answers the case's id. */
  const cancel = async (name: string): Promise<string> => {
    await world.apply(order(name));
    return (await world.cases(order(name)))[0]?.caseId ?? assert.fail("a case");
  };
  const set = (caseId: string, columns: string) => world.ports.db.rows(sql(`update cases set ${columns} where case_id = $1`), [caseId]);
  const silence = (since: number) => longestSilenceSince(world.ports.db, world.store, plus(world.now(), -since), world.now());
  /** A mail about the order leaves now. */
  const tell = (name: string, state = "delivered") => world.expand(order(name), state);

  test("a case is silent from what went wrong to the first word, and from word to word until it ends", async () => {
    const slow = await cancel("shopify/1");
    world.pass(20 * MINUTE);
    await cancel("shopify/2");
    world.pass(10 * MINUTE);
    await tell("shopify/1");
    await tell("shopify/2");
    const found = await silence(DAY);
    assert.deepEqual([found?.caseId, found?.orderId, found?.minutes, found?.lasts], [slow, "shopify/1", 30, false]);
    world.pass(HOUR);
    assert.deepEqual([(await silence(DAY))?.minutes, (await silence(DAY))?.lasts], [60, true], "both are open, and heard nothing since");
  });

  test("what began before the week counts whole while it reaches into it, and not at all when it ended before", async () => {
    const caseId = await cancel("shopify/1");
    world.pass(10 * DAY);
    assert.equal((await silence(DAY))?.minutes, (10 * DAY) / MINUTE);
    await tell("shopify/1");
    await set(caseId, `closed_at = ms(${world.now()})`);
    world.pass(DAY);
    assert.equal((await silence(2 * DAY))?.minutes, (10 * DAY) / MINUTE);
    assert.equal(await silence(DAY - MINUTE), undefined);
  });

  test("a word that came back, and one that stands on the order's page alone, is none", async () => {
    await cancel("shopify/1");
    world.pass(HOUR);
    await tell("shopify/1", "bounced");
    await world.ports.db.rows(sql(`insert into messages (store_id, message_id, notice_id, case_id, order_id, channel, address_hash, locale, cause_at, tell_by, ready_at, state, state_at, attempts, resends)
      select store_id, md5('portal')::uuid, notice_id, case_id, order_id, 'portal', 'page', locale, cause_at, tell_by, ready_at, 'accepted', state_at, 0, 0 from messages`));
    world.pass(HOUR);
    assert.deepEqual([(await silence(DAY))?.minutes, (await silence(DAY))?.lasts], [120, true]);
  });

  test("a word is said when a provider first took it, whatever is learnt of it later", async () => {
    await cancel("shopify/1");
    world.pass(HOUR);
    const at = world.now();
    await tell("shopify/1", "accepted");
    world.pass(5 * HOUR);
    await world.ports.db.rows(sql(`update messages set state = 'delivered', state_at = ms($1), history = jsonb_build_array(jsonb_build_object('at', $2::bigint, 'state', 'accepted'), jsonb_build_object('at', $1::bigint, 'state', 'delivered'))`), [world.now(), at]);
    assert.deepEqual([(await silence(DAY))?.minutes, (await silence(DAY))?.from], [300, at]);
  });

  test("nobody waits for a word who needs none: excused cases have no silence", async () => {
    await set(await cancel("shopify/1"), "standing = 'excused', standing_why = 'said_by_shop'");
    world.live = { speaksSince: () => undefined };
    await cancel("shopify/2");
    world.pass(DAY);
    assert.equal(await silence(7 * DAY), undefined);
  });

  test("unreachable customers are told apart by when their case opened, with why; a case that ended counts no more", async () => {
    const unreachable = (why: string) => `standing = 'unreachable', standing_why = '${why}'`;
    await set(await cancel("shopify/1"), unreachable("bounced"));
    await set(await cancel("shopify/2"), `${unreachable("refused")}, closed_at = opened_at`);
    world.pass(8 * DAY);
    await set(await cancel("shopify/3"), unreachable("no_address"));
    world.pass(HOUR);
    await set(await cancel("shopify/4"), unreachable("bounced"));
    const { fresh, older } = await unreachableSince(world.ports.db, world.store, plus(world.now(), -7 * DAY), 1);
    assert.deepEqual([fresh.count, fresh.reasons, fresh.first.map((each) => each.orderId)], [2, { bounced: 1, no_address: 1 }, ["shopify/3"]]);
    assert.deepEqual([older.count, older.reasons, older.first.map((each) => each.orderId)], [1, { bounced: 1 }, ["shopify/1"]]);
  });

  test("cases of shadow incidents are counted by playbook, the latest named", async () => {
    await cancel("shopify/1");
    world.live = { speaksSince: () => undefined };
    await cancel("shopify/2");
    world.pass(8 * DAY);
    await cancel("shopify/3");
    world.pass(HOUR);
    const last = await cancel("shopify/4");
    const shadow = await shadowSince(world.ports.db, world.store, plus(world.now(), -7 * DAY), 1);
    assert.deepEqual(shadow, [{ playbook: "cancelled-by-store", title: "Order cancelled by the store", cases: 2, latest: [{ caseId: last, orderId: "shopify/4" }] }]);
    assert.equal(await orderOfCase(world.ports.db, world.store, last), "shopify/4");
  });
});

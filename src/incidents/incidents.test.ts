import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sql } from "../base/db.ts";
import { DAY, HOUR, MINUTE, plus } from "../base/time.ts";
import type { OrderView } from "../commerce/index.ts";
import { AT, cancelled, heldFor, paid, refunded, said } from "../../test/known-orders.ts";
import { pagesOpen, tasksOpen } from "../people/index.ts";
import { promisesOfOrder } from "../promises/index.ts";
import { reconcile, watchDeadlines, writeUpdates } from "./index.ts";
import { openWorld, type World } from "./testing.ts";

describe("a case", () => {
  let world: World;
  const firstNotice = async (order: OrderView) => (await promisesOfOrder(world.ports.db, world.store, order.orderId)).find((promise) => promise.kind === "first_notice_by");
  const kinds = async (order: OrderView) => (await world.notices(order)).map((notice) => `${notice.kind}:${notice.money}:${notice.state}`);

  before(async () => void (world = await openWorld()));
  after(() => world.close());

  test("opens once for a cancelled order, with a first word due within the hour, however often it is looked at", async () => {
    const order = world.anOrder()(cancelled("inventory", world.now()), paid("captured"));
    await world.apply(order);
    await world.apply(order);
    const [one, ...rest] = await world.cases(order);
    assert.deepEqual(rest, []);
    assert.deepEqual(one?.facts.choices, { reason: "inventory", money: "due" });
    assert.deepEqual(one?.standing, { kind: "due", until: plus(world.now(), HOUR) });
    assert.deepEqual(await kinds(order), ["first:due:new"]);
    assert.equal((await firstNotice(order))?.state, "open");
  });

  test("carries what its texts need: the amount and the day by which the money is sent", async () => {
    const order = world.anOrder()(cancelled("inventory", world.now()), paid("captured"));
    await world.apply(order);
    const [one] = await world.cases(order);
    assert.deepEqual(one?.facts.values, { amount: { money: { minor: 39_800, currency: "USD" } }, refund_by: { day: plus(world.now(), 2 * DAY) } });
  });

  test("in which the payment is unclear still names a day, and asks a person to find out", async () => {
    const order = world.anOrder()(cancelled("inventory", world.now()));
    await world.apply(order);
    const [one] = await world.cases(order);
    assert.equal(one?.facts.choices["money"], "unclear");
    assert.deepEqual(one?.facts.values, { refund_by: { day: plus(world.now(), 2 * DAY) } });
    assert.ok((await tasksOpen(world.ports.db, world.store)).some((task) => task.about === `case/${one?.caseId}`));
  });

  test("whose sources disagree is worded neutrally, shows what each says, and asks its owner once", async () => {
    const order = world.anOrder()(cancelled("declined", world.now()), paid("captured"));
    await world.apply(order);
    await world.apply(order);
    const [one] = await world.cases(order);
    assert.equal(one?.facts.choices["reason"], "conflict");
    assert.match(one?.conflict ?? "", /captured/);
    const tasks = (await tasksOpen(world.ports.db, world.store)).filter((task) => task.about === `case/${one?.caseId}`);
    assert.deepEqual(tasks.map((task) => task.owner), ["order-ops"]);
  });

  test("asks about each thing on which sources disagree, and anew when one of them says something else", async () => {
    const order = world.anOrder();
    const declined = [cancelled("declined", world.now()), paid("captured"), refunded("pending", world.now(), { view: "shop", processorRef: "stripe/re_1" })];
    await world.apply(order(...declined, refunded("pending", world.now())));
    const shopFailed = [...declined, refunded("failed", plus(world.now(), MINUTE), { view: "shop", processorRef: "stripe/re_1" })];
    await world.apply(order(...shopFailed, refunded("pending", world.now())));
    const last = order(...shopFailed, refunded("pending", world.now()), refunded("succeeded", plus(world.now(), MINUTE)));
    await world.apply(last);
    const [one] = await world.cases(last);
    assert.match(one?.conflict ?? "", /captured.*shopify says failed; stripe says succeeded/);
    const asked = (await tasksOpen(world.ports.db, world.store)).filter((task) => task.about === `case/${one?.caseId}`).map(({ what }) => what);
    for (const said of [/shopify says failed; stripe says pending/, /shopify says failed; stripe says succeeded/]) assert.ok(asked.some((what) => said.test(what)), `${said} in ${asked.join("\n")}`);
  });

  test("in shadow is excused for ever, and its words are written all the same", async () => {
    const order = world.anOrder()(cancelled("inventory", world.now()), paid("captured"));
    world.live = { speaksSince: () => undefined };
    await world.apply(order);
    world.live = { speaksSince: () => AT };
    await world.apply(order);
    assert.deepEqual(await world.standings(order), [{ kind: "excused", why: "shadow" }]);
    assert.deepEqual(await kinds(order), ["first:due:new"]);
    assert.equal(await firstNotice(order), undefined);
  });

  test("about what happened before its playbook went live is history", async () => {
    const order = world.anOrder()(cancelled("inventory", world.now()), paid("captured"));
    world.live = { speaksSince: () => plus(world.now(), 1) };
    await world.apply(order);
    world.live = { speaksSince: () => AT };
    assert.deepEqual(await world.standings(order), [{ kind: "excused", why: "history" }]);
    assert.deepEqual(await kinds(order), []);
  });

  test("that the shop's own mail told of needs no word from us", async () => {
    const order = world.anOrder()(cancelled("inventory", world.now()), paid("captured"), said("cancellation", world.now()));
    await world.apply(order);
    assert.deepEqual(await world.standings(order), [{ kind: "excused", why: "said_by_shop" }]);
    assert.deepEqual(await kinds(order), []);
  });

  test("that the shop told of before our word left takes it back", async () => {
    const order = world.anOrder();
    const before_ = [cancelled("inventory", world.now()), paid("captured")];
    await world.apply(order(...before_));
    await world.apply(order(...before_, said("cancellation", world.now())));
    assert.deepEqual(await world.standings(order()), [{ kind: "excused", why: "said_by_shop" }]);
    assert.deepEqual(await kinds(order()), ["first:due:withdrawn"]);
    assert.equal((await firstNotice(order()))?.state, "superseded");
  });

  test("says the newest truth in one word when its facts change before the first one left", async () => {
    const order = world.anOrder();
    const before_ = [cancelled("inventory", world.now()), paid("captured")];
    await world.apply(order(...before_));
    world.pass(10 * MINUTE);
    await world.apply(order(...before_, refunded("succeeded", world.now())));
    assert.deepEqual(await kinds(order()), ["first:due:withdrawn", "first:settled:new"]);
    const [one] = await world.cases(order());
    assert.deepEqual(one?.standing, { kind: "due", until: plus(world.now(), 50 * MINUTE) }, "the deadline stays that of the failure");
  });

  test("takes back a word that outreach still holds", async () => {
    const order = world.anOrder();
    const before_ = [cancelled("inventory", world.now()), paid("captured")];
    await world.apply(order(...before_));
    const [notice] = await world.notices(order());
    await world.expand(order(...before_), "held");
    world.recallable.add(notice?.id ?? "");
    world.pass(HOUR);
    await world.apply(order(...before_, refunded("succeeded", world.now())));
    assert.deepEqual(await kinds(order()), ["first:due:withdrawn", "first:settled:new"]);
    // It tells of the same: what held the word that it replaces holds it too.
    assert.equal((await world.notices(order()))[1]?.causeAt, notice?.causeAt);
  });

  test("tells of a refund once the first word is told, and is over", async () => {
    const order = world.anOrder();
    const before_ = [cancelled("inventory", world.now()), paid("captured")];
    await world.apply(order(...before_));
    await world.told(order());
    assert.equal((await world.cases(order()))[0]?.closedAt, undefined);
    world.pass(HOUR);
    const refund = order(...before_, refunded("succeeded", world.now()));
    await world.apply(refund);
    await world.apply(refund);
    assert.deepEqual(await kinds(order()), ["first:due:expanded", "refund-sent:settled:new"]);
    assert.deepEqual((await world.standings(order()))[0]?.kind, "due");
    await world.told(order());
    assert.equal((await world.cases(order()))[0]?.closedAt, world.now());
  });

  test("says nothing where a reader would see no difference", async () => {
    const order = world.anOrder();
    const before_ = [cancelled("inventory", world.now()), paid("captured")];
    await world.apply(order(...before_));
    await world.told(order());
    world.pass(HOUR);
    await world.apply(order(...before_, refunded("pending", world.now())));
    assert.deepEqual(await kinds(order()), ["first:due:expanded"], "a refund that a processor has not sent yet is no news");
  });

  test("that is settled, stops again and is settled again says so each time", async () => {
    const order = world.anOrder();
    for (const why of ["address", undefined, "address", undefined] as const) {
      await world.apply(order(heldFor(why, world.now())));
      await world.told(order());
      world.pass(HOUR);
    }
    assert.deepEqual((await world.notices(order())).map(({ kind }) => kind), ["first", "settled", "update", "settled"]);
  });

  test("of whose first word nobody knows whether it left is told anew as it is by now, and as before where an earlier word was heard", async () => {
    const order = world.anOrder();
    await world.apply(order(heldFor("address", world.now())));
    const [first] = await world.notices(order());
    world.inDoubt.add(first?.id ?? "");
    await world.expand(order(), "unknown");
    world.pass(HOUR);
    await world.apply(order(heldFor(undefined, world.now())));
    const [, anew] = await world.notices(order());
    assert.deepEqual([anew?.kind, anew?.causeAt], ["first", first?.causeAt]);
    await world.told(order());
    world.pass(HOUR);
    await world.apply(order(heldFor("address", world.now())));
    world.inDoubt.add((await world.notices(order())).at(-1)?.id ?? "");
    await world.expand(order(), "unknown");
    world.pass(HOUR);
    await world.apply(order(heldFor(undefined, world.now())));
    assert.deepEqual((await world.notices(order())).map(({ kind }) => kind), ["first", "first", "update", "settled"]);
  });

  test("that is heard of late promises its next word from then, and not by a time that is over", async () => {
    const order = world.anOrder()(heldFor("address", world.now()));
    world.pass(2 * DAY);
    await world.apply(order);
    const next = (await world.cases(order))[0]?.facts.values["next_update_by"];
    assert.deepEqual(next, { at: plus(world.now(), DAY) });
  });

  test("is told on proof of delivery, reopened by a bounce, and its promise with it", async () => {
    const order = world.anOrder()(cancelled("inventory", world.now()), paid("captured"));
    await world.apply(order);
    const [notice] = await world.notices(order);
    const [messageId = ""] = await world.expand(order, "delivered");
    await world.evidence(notice?.id, { kind: "handed_over", at: world.now(), presumedAt: plus(world.now(), 4 * HOUR) });
    assert.deepEqual(await world.standings(order), [{ kind: "handed_over", presumedAt: plus(world.now(), 4 * HOUR) }]);
    assert.equal((await firstNotice(order))?.state, "kept");
    await world.evidence(notice?.id, { kind: "told", at: world.now(), messageId });
    assert.deepEqual(await world.standings(order), [{ kind: "told", messageId, at: world.now() }]);
    await world.comesBack(notice?.id);
    assert.equal((await world.standings(order))[0]?.kind, "due");
    assert.equal((await firstNotice(order))?.state, "open");
    await world.evidence(notice?.id, { kind: "unreachable", at: world.now(), why: "bounced" });
    assert.deepEqual(await world.standings(order), [{ kind: "unreachable", why: "bounced" }]);
  });

  test("keeps the promise of a first word by whichever word arrived first and did not come back", async () => {
    const order = world.anOrder();
    const before_ = [cancelled("inventory", world.now()), paid("captured")];
    await world.apply(order(...before_));
    const [first] = await world.notices(order());
    const [firstMail = ""] = await world.expand(order(), "delivered");
    await world.evidence(first?.id, { kind: "told", at: world.now(), messageId: firstMail });
    world.pass(20 * MINUTE);
    await world.apply(order(...before_, refunded("succeeded", world.now())));
    const second = (await world.notices(order())).at(-1);
    const [secondMail = ""] = await world.expand(order(), "delivered");
    const secondAt = world.now();
    await world.evidence(second?.id, { kind: "told", at: secondAt, messageId: secondMail });
    assert.equal((await firstNotice(order()))?.settledAt, plus(secondAt, -20 * MINUTE));
    world.pass(MINUTE);
    await world.comesBack(first?.id);
    assert.deepEqual([(await firstNotice(order()))?.state, (await firstNotice(order()))?.settledAt], ["kept", secondAt]);
    assert.equal((await world.standings(order()))[0]?.kind, "told", "the newer word speaks for the case");
    await world.comesBack(second?.id);
    assert.equal((await firstNotice(order()))?.state, "open");
  });

  test("says what is true by then where its word came back and something has changed since", async () => {
    const order = world.anOrder();
    const before_ = order(cancelled("inventory", world.now()), paid("captured"));
    await world.apply(before_);
    await world.told(before_);
    const after_ = order(cancelled("inventory", world.now()), paid("voided"));
    await world.apply(after_);
    const [first, ...more] = await world.notices(after_);
    assert.deepEqual([first?.money, more], ["due", []], "that no money was taken is no news to who has been told");
    await world.evidence(first?.id, { kind: "reopened", at: world.now(), why: "bounced" });
    await world.ports.db.rows(sql("update notices set state = 'new' where notice_id = $1"), [first?.id]);
    await world.apply(after_);
    assert.deepEqual(await kinds(after_), ["first:due:withdrawn", "first:none:new"]);
  });

  test("handed over too late has broken its promise, and made it good", async () => {
    const order = world.anOrder()(cancelled("inventory", world.now()), paid("captured"));
    await world.apply(order);
    world.pass(2 * HOUR);
    await world.told(order);
    const promise = await firstNotice(order);
    assert.deepEqual([promise?.state, promise?.madeGoodAt], ["broken", world.now()]);
  });

  test("of a broken refund promise is an incident of its own, to which the promise belongs", async () => {
    const order = world.anOrder()(cancelled("customer", world.now()), paid("captured"));
    await world.apply(order);
    assert.deepEqual(await world.cases(order), []);
    world.pass(3 * DAY);
    await world.breakByClock(order, "refund_by");
    const [one] = await world.cases(order);
    assert.deepEqual([one?.playbook.slug, one?.cause, one?.facts.choices], ["refund-idle", "refund/cancelled", { money: "due" }]);
    const broken = (await promisesOfOrder(world.ports.db, world.store, order.orderId)).filter((promise) => promise.state === "broken");
    assert.ok(broken.length > 0 && broken.every((promise) => promise.caseId === one?.caseId));
  });

  test("of a refund that arrives before its first word left is put right unsaid", async () => {
    const order = world.anOrder();
    const before_ = [cancelled("customer", world.now()), paid("captured")];
    await world.apply(order(...before_));
    world.pass(3 * DAY);
    await world.breakByClock(order(...before_), "refund_by");
    await world.apply(order(...before_, refunded("succeeded", world.now())));
    assert.deepEqual(await world.standings(order()), [{ kind: "excused", why: "put_right_before_told" }]);
    assert.deepEqual(await kinds(order()), ["first:due:withdrawn"]);
    assert.equal((await world.cases(order()))[0]?.closedAt, world.now());
  });

  test("told in error is corrected once", async () => {
    const order = world.anOrder();
    const start = world.now();
    const before_ = [cancelled("customer", start), paid("captured")];
    await world.apply(order(...before_));
    world.pass(3 * DAY);
    await world.breakByClock(order(...before_), "refund_by");
    await world.told(order());
    const inTime = order(...before_, refunded("succeeded", plus(start, HOUR)));
    await world.apply(inTime);
    await world.apply(inTime);
    assert.deepEqual(await kinds(order()), ["first:due:expanded", "corrected:settled:new"]);
    const [one] = await world.cases(order());
    assert.ok(!(await tasksOpen(world.ports.db, world.store)).some((task) => task.about === `case/${one?.caseId}`), "the playbook has words for it");
  });

  test("noticed in error, and not told yet, is withdrawn", async () => {
    const order = world.anOrder();
    const start = world.now();
    const before_ = [cancelled("customer", start), paid("captured")];
    await world.apply(order(...before_));
    world.pass(3 * DAY);
    await world.breakByClock(order(...before_), "refund_by");
    await world.apply(order(...before_, refunded("succeeded", plus(start, HOUR))));
    assert.deepEqual(await world.standings(order()), [{ kind: "excused", why: "withdrawn" }]);
  });

  test("that gave a wrong reason corrects it with a new version of the statement", async () => {
    const order = world.anOrder();
    await world.apply(order(cancelled("inventory", world.now()), paid("captured")));
    await world.told(order());
    world.pass(HOUR);
    await world.apply(order(cancelled("staff", world.now()), paid("captured")));
    const notices = await world.notices(order());
    assert.deepEqual(notices.map(({ kind, statement }) => [kind, statement]), [["first", 1], ["corrected", 2]]);
  });

  test("keeps its word to be heard from again: an update leaves before its time, without news too", async () => {
    const order = world.anOrder()(cancelled("customer", world.now()), paid("captured"));
    await world.apply(order);
    world.pass(3 * DAY);
    await world.breakByClock(order, "refund_by");
    const [one] = await world.cases(order);
    const next = one?.facts.values["next_update_by"];
    assert.ok(next !== undefined && "at" in next);
    await world.told(order);
    await updates();
    assert.equal((await world.notices(order)).length, 1);
    world.pass(next.at - world.now() - HOUR);
    await updates();
    await updates();
    assert.deepEqual((await world.notices(order)).slice(1).map(({ kind }) => kind), ["update"], "one, which is on its way");
    assert.deepEqual(await world.standings(order), [{ kind: "due", until: next.at }]);
    const after_ = (await world.cases(order))[0]?.facts.values["next_update_by"];
    assert.ok(after_ !== undefined && "at" in after_ && after_.at > next.at);
  });

  const updates = () => writeUpdates(world.ports, world.store, world.context);

  test("whose deadline nears with nobody told pages a person once, and the page closes when it is told", async () => {
    const order = world.anOrder()(cancelled("inventory", world.now()), paid("captured"));
    await world.apply(order);
    const [one] = await world.cases(order);
    const about = `incident/${one?.incidentId}`;
    const isOpen = async () => (await pagesOpen(world.ports.db, world.store)).filter((page) => page.about === about).length;
    await watchDeadlines(world.ports, world.store, 15 * MINUTE);
    assert.equal(await isOpen(), 0);
    world.pass(50 * MINUTE);
    await watchDeadlines(world.ports, world.store, 15 * MINUTE);
    await watchDeadlines(world.ports, world.store, 15 * MINUTE);
    assert.equal(await isOpen(), 1);
    await world.told(order);
    await watchDeadlines(world.ports, world.store, 15 * MINUTE);
    assert.equal(await isOpen(), 0);
  });

  test("that was heard of after its deadline pages at once", async () => {
    const order = world.anOrder()(cancelled("inventory", plus(world.now(), -3 * HOUR)), paid("captured"));
    await world.apply(order);
    const [one] = await world.cases(order);
    assert.ok((await pagesOpen(world.ports.db, world.store)).some((page) => page.about === `incident/${one?.incidentId}`));
  });

  test("is in exactly one place of the line, whatever happened to it", async () => {
    const all = await reconcile(world.ports.db, world.store, world.now());
    const counted = all.told + all.presumedTold + all.due + sumOf(all.unreachable) + sumOf(all.excused);
    assert.equal(counted, all.affected);
    assert.ok(all.affected > 15 && all.told > 0 && all.due > 0);
    assert.deepEqual({ ...all.faults, dueWithoutPath: 0 }, { brokenWithoutCase: 0, toldWithoutEvidence: 0, handedOverWithoutMessage: 0, dueWithoutPath: 0, unattended: 0 });
    assert.equal(all.promises.broken, all.promises.madeGood + all.promises.waived + all.promises.owed);
  });
});

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

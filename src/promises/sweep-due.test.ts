import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import type { Db, Tx } from "../base/db.ts";
import { type StoreId, systemRandom, uuidOf } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { DAY, HOUR, instant, type Instant, MINUTE, plus, SECOND } from "../base/time.ts";
import { mergeEvents } from "../commerce/index.ts";
import type { Fact, StoreEvent } from "../intake/index.ts";
import { pagesOpen } from "../people/index.ts";
import { type TestDatabase, testDatabase } from "../server/database/testing.ts";
import {
  attachToCases, keepLedger, type LedgerChange, makePromises, nextCheckAt, type OnBroken, owedLine, promisesOfOrder, promisesOfOrders, postponedPromises, settlePromises, type StorePromise, sweepDue, type SweepContext, waivePromise, watchPostponed,
} from "./index.ts";
import { CALENDAR, MONDAY, playbook, rule, SOURCES } from "./testing.ts";

const POLICY = playbook(rule("refund-48h", "refund.owed", { amount: 48, unit: "hours" }));
const DUE = plus(MONDAY, 48 * HOUR);

function event(orderId: string, fact: Fact, at: Instant, source = "shop"): StoreEvent {
  const id = uuidOf(source, orderId, at, JSON.stringify(fact));
  return { id, inboxId: id, source, at, receivedAt: at, orderId, refs: [], fact };
}

const taken = (orderId: string) => event(orderId, { kind: "payment.recorded", paymentId: `pay/${orderId}`, status: "captured", amount: { minor: 5_000, currency: "EUR" } }, MONDAY, "pay");
const cancelledEvent = (orderId: string) => event(orderId, { kind: "order.cancelled", reason: "inventory" }, MONDAY);
const paidBack = (orderId: string, at: Instant) => event(orderId, { kind: "refund.recorded", refundId: `pay/re/${orderId}`, view: "processor", status: "succeeded", amount: { minor: 5_000, currency: "EUR" } }, at, "pay");

function reading(upTo: Instant | "nothing"): SweepContext {
  return { sources: SOURCES, readUpTo: async () => new Map(upTo === "nothing" ? [] : [["shop", upTo], ["pay", upTo]]) };
}

function portsAt(db: Db, now: () => Instant): Ports {
  return { db, clock: { now }, random: systemRandom, log: { info: () => {}, warn: () => {}, error: () => {} } };
}

describe("the promise ledger on PostgreSQL", () => {
  let database: TestDatabase;
  let stores = 0;

  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  async function newStore(): Promise<StoreId> {
    const store = `store-${(stores += 1)}` as StoreId;
    await database.db.rows({ text: "insert into stores (store_id, sample, epoch, alive_at, created_at) values ($1, false, 1, ms($2), ms($2))" }, [store, MONDAY]);
    return store;
  }

  /** What the pipeline does with events, as far as the ledger. */
  function apply(store: StoreId, events: readonly StoreEvent[]): Promise<readonly LedgerChange[]> {
    return database.db.transaction(async (tx) => {
      const { orders } = await mergeEvents(tx, store, events, MONDAY, "secret");
      return keepLedger(tx, store, orders, [POLICY], { calendar: CALENDAR, sources: SOURCES }, MONDAY);
    });
  }

  const owing = (store: StoreId, orderIds: readonly string[]) => apply(store, orderIds.flatMap((orderId) => [taken(orderId), cancelledEvent(orderId)]));

  const sweep = (store: StoreId, now: Instant, upTo: Instant | "nothing" = now, onBroken: OnBroken = async () => {}) =>
    sweepDue(portsAt(database.db, () => now), store, reading(upTo), onBroken);

  const only = async (store: StoreId, orderId = "shop/1"): Promise<StorePromise> => {
    const [promise, ...rest] = await promisesOfOrder(database.db, store, orderId);
    assert.ok(promise && rest.length === 0);
    return promise;
  };

  const firstNotice = (caseId: string, dueAt: Instant, more: Partial<StorePromise> = {}): StorePromise => ({
    id: uuidOf("notice", caseId), kind: "first_notice_by", thing: `case/${caseId}`, rule: "first-notice", playbook: "b", owedTo: "customer", owner: "ops",
    basis: { kind: "policy" }, restsOn: [], madeAt: MONDAY, dueAt, state: "open", ...more,
  });

  test("a promise is written whole and read back whole", async () => {
    const store = await newStore();
    const [change] = await owing(store, ["shop/1"]);
    assert.equal(change?.from, "none");
    assert.deepEqual(await only(store), change?.promise);
    const full = { ...firstNotice(uuidOf("case"), DUE), orderId: "shop/1", amount: { minor: 5, currency: "EUR" }, caseId: uuidOf("case"), restsOn: ["a", "b"], basis: { kind: "law" as const, citation: "x" } };
    assert.equal((await database.db.transaction((tx) => makePromises(tx, store, [full, full]))).length, 1);
    assert.equal((await database.db.transaction((tx) => makePromises(tx, store, [full]))).length, 0);
    assert.deepEqual((await promisesOfOrders(database.db, store, ["shop/1"])).find((promise) => promise.id === full.id), full);
  });

  test("hearing the same events again changes nothing", async () => {
    const store = await newStore();
    await owing(store, ["shop/1"]);
    assert.deepEqual(await owing(store, ["shop/1"]), []);
    const again = await database.db.transaction(async (tx) => {
      const { orders } = await mergeEvents(tx, store, [event("shop/1", { kind: "words.said", about: "refund", channel: "email" }, DUE)], MONDAY, "secret");
      return keepLedger(tx, store, orders, [POLICY], { calendar: CALENDAR, sources: SOURCES }, MONDAY);
    });
    assert.deepEqual(again, []);
  });

  test("the sweep breaks what is due, at the time it was due, and hands it over in the same transaction", async () => {
    const store = await newStore();
    await owing(store, ["shop/1", "shop/2"]);
    assert.equal(await nextCheckAt(database.db, store), DUE);
    assert.equal((await sweep(store, plus(DUE, -1))).broken, 0);
    const seen: string[] = [];
    const report = await sweep(store, plus(DUE, HOUR), plus(DUE, HOUR), async (tx, _, orders, changes) => {
      seen.push(...changes.map(({ promise, from }) => `${promise.orderId} ${from} ${promise.state}`), ...orders.map((order) => order.orderId));
      assert.equal((await promisesOfOrders(tx, store, ["shop/1"]))[0]?.state, "broken");
    });
    assert.deepEqual([report.broken, seen.sort()], [2, ["shop/1", "shop/1 open broken", "shop/2", "shop/2 open broken"]]);
    assert.deepEqual([(await only(store)).settledAt, await nextCheckAt(database.db, store)], [DUE, undefined]);
  });

  test("what of an order waited for a source and is overdue breaks with the first of it, so that a case knows the earliest", async () => {
    const store = await newStore();
    await owing(store, ["shop/1"]);
    const earlier = firstNotice(uuidOf("case"), plus(DUE, -20 * MINUTE), { orderId: "shop/1", restsOn: ["pay"] });
    await database.db.transaction((tx) => makePromises(tx, store, [earlier]));
    assert.equal((await sweep(store, plus(DUE, -SECOND), plus(DUE, -HOUR))).frozen, 1);
    const seen: Instant[][] = [];
    const now = plus(DUE, SECOND);
    const report = await sweep(store, now, now, async (_, __, ___, changes) => void seen.push(changes.map(({ promise }) => promise.dueAt).sort((a, b) => a - b)));
    assert.deepEqual([report.broken, seen], [2, [[earlier.dueAt, DUE]]]);
  });

  test("a lagging or silent source freezes its promises, which are looked at again and break once it has been read", async () => {
    const store = await newStore();
    await owing(store, ["shop/1"]);
    for (const upTo of [plus(DUE, -1), "nothing"] as const) {
      const now = plus(DUE, upTo === "nothing" ? HOUR : SECOND);
      assert.deepEqual(await sweep(store, now, upTo), { broken: 0, warned: 0, frozen: 1, postponed: [], more: false });
      const next = await nextCheckAt(database.db, store);
      assert.ok(next !== undefined && next > now && next <= plus(now, 5 * MINUTE));
    }
    assert.equal((await only(store)).state, "open");
    assert.equal((await sweep(store, plus(DUE, 2 * HOUR))).broken, 1);
    assert.equal((await only(store)).settledAt, DUE);
  });

  test("money that was sent in time but heard of after the sweep turns broken into kept", async () => {
    const store = await newStore();
    await owing(store, ["shop/1"]);
    await sweep(store, plus(DUE, HOUR));
    const [change] = await apply(store, [paidBack("shop/1", plus(DUE, -1))]);
    assert.deepEqual([change?.from, change?.promise.state], ["broken", "kept"]);
    assert.equal((await only(store)).settledAt, plus(DUE, -1));
  });

  test("money that was sent too late makes good what broke, whether the sweep or the word comes first", async () => {
    const paid = plus(DUE, MINUTE);
    for (const wordFirst of [true, false]) {
      const store = await newStore();
      await owing(store, ["shop/1"]);
      if (wordFirst) await apply(store, [paidBack("shop/1", paid)]);
      await sweep(store, plus(DUE, HOUR));
      if (!wordFirst) await apply(store, [paidBack("shop/1", paid)]);
      const promise = await only(store);
      assert.deepEqual([promise.state, promise.settledAt, promise.madeGoodAt], ["broken", DUE, paid]);
    }
  });

  test("what is owed balances: broken = made good + waived + owed, each owed one with its owner and its clock", async () => {
    const store = await newStore();
    await owing(store, ["shop/1", "shop/2", "shop/3", "shop/4"]);
    await sweep(store, plus(DUE, HOUR));
    await apply(store, [paidBack("shop/1", plus(DUE, MINUTE))]);
    const waived = await only(store, "shop/2");
    const released = await database.db.transaction((tx) => waivePromise(tx, store, waived.id, { byWhom: "ada", because: "took a voucher" }, plus(DUE, HOUR)));
    assert.deepEqual([released?.promise.state, released?.promise.waivedBy, released?.changed], ["broken", "ada", true]);
    assert.equal(await database.db.transaction((tx) => waivePromise(tx, store, uuidOf("none"), { byWhom: "ada", because: "" }, DUE)), undefined);
    const line = await owedLine(database.db, store);
    assert.deepEqual([line.broken, line.madeGood, line.waived, line.owed, line.balanced], [4, 1, 1, 2, true]);
    assert.deepEqual(line.list.map((promise) => [promise.orderId, promise.owner, promise.dueAt]).sort(), [["shop/3", "finance", DUE], ["shop/4", "finance", DUE]]);
  });

  test("a promise of a case is kept, made good or superseded by the case, and belongs to one case for ever", async () => {
    const store = await newStore();
    const [one, two, three] = [uuidOf("c", 1), uuidOf("c", 2), uuidOf("c", 3)] as [string, string, string];
    await database.db.transaction((tx) => makePromises(tx, store, [one, two, three].map((caseId) => firstNotice(caseId, DUE, { orderId: "shop/1", caseId }))));
    const changes = await database.db.transaction((tx) =>
      settlePromises(tx, store, [
        { caseId: one, kind: "first_notice_by", verdict: { kind: "kept", at: plus(DUE, -1) } },
        { caseId: two, kind: "first_notice_by", verdict: { kind: "kept", at: plus(DUE, 5) } },
        { promiseId: uuidOf("notice", three), verdict: { kind: "superseded", at: MONDAY, because: "excused" } },
        { caseId: three, kind: "next_update_by", verdict: { kind: "kept", at: MONDAY } },
      ]),
    );
    assert.deepEqual(changes.map(({ promise, from }) => [promise.caseId, from, promise.state, promise.madeGoodAt]).sort(), [[one, "open", "kept", undefined], [two, "open", "broken", plus(DUE, 5)], [three, "open", "superseded", undefined]].sort());
    await database.db.transaction((tx) => attachToCases(tx, store, [{ promiseId: uuidOf("notice", one), caseId: two }]));
    assert.deepEqual((await promisesOfOrders(database.db, store, ["shop/1"])).map((promise) => promise.caseId).sort(), [one, two, three].sort());
  });

  test("the team's own promises break without an order", async () => {
    const store = await newStore();
    await database.db.transaction((tx) => makePromises(tx, store, [firstNotice("review", DUE, { owedTo: "team", kind: "review_by" })]));
    const seen: LedgerChange[] = [];
    await sweep(store, DUE, DUE, async (_, __, ___, changes) => void seen.push(...changes));
    assert.deepEqual(seen.map((change) => change.promise.state), ["broken"]);
  });

  test("orders that somebody holds are passed over, even a whole batch of them, and come next time", async () => {
    const store = await newStore();
    const held = Array.from({ length: 500 }, (_, n) => `shop/a${n}`);
    await owing(store, held);
    await owing(store, ["shop/z"]);
    await database.db.rows({ text: "update promises set check_at = check_at - interval '1 minute' where store_id = $1 and order_id <> 'shop/z'" }, [store]);
    await database.db.transaction(async (tx) => {
      await tx.rows({ text: "select 1 from orders where store_id = $1 and order_id <> 'shop/z' for update" }, [store]);
      assert.equal((await sweep(store, DUE)).broken, 1);
      assert.equal((await only(store, "shop/z")).state, "broken");
    });
    assert.equal((await sweep(store, DUE)).broken, 500);
  });

  test("one order that cannot be dealt with stops no other: it is postponed and named", async () => {
    const store = await newStore();
    await owing(store, ["shop/1", "shop/poison", "shop/3"]);
    const onBroken: OnBroken = async (_, __, orders) => {
      if (orders.some((order) => order.orderId === "shop/poison")) throw new Error("cannot");
    };
    const report = await sweep(store, DUE, DUE, onBroken);
    const poison = await only(store, "shop/poison");
    assert.deepEqual([report.broken, report.postponed, poison.state], [2, [poison.id], "open"]);
    assert.ok(((await nextCheckAt(database.db, store)) ?? 0) > DUE);
  });

  test("a promise that fails again and again calls a person until it is settled; one that waits for a source never does", async () => {
    const store = await newStore();
    await owing(store, ["shop/1", "shop/poison"]);
    let now = DUE;
    let broken = true;
    const onBroken: OnBroken = async (_, __, orders) => {
      if (broken && orders.some((order) => order.orderId === "shop/poison")) throw new Error("cannot");
    };
    const look = async (upTo: Instant | "nothing" = now): Promise<unknown> => {
      await sweep(store, now, upTo, onBroken);
      await watchPostponed(portsAt(database.db, () => now), store);
      now = plus(now, 10 * MINUTE);
      return [await postponedPromises(database.db, store), (await pagesOpen(database.db, store)).map((page) => page.about)];
    };
    for (let times = 0; times < 4; times += 1) assert.deepEqual(await look("nothing"), [0, []]);
    const called = [1, ["promises/postponed"]];
    assert.deepEqual([await look(), await look(), await look()], [[1, []], [1, []], called]);
    const poison = await only(store, "shop/poison");
    const [page] = await pagesOpen(database.db, store);
    assert.match(page?.why ?? "", new RegExp(`^1 promise cannot be settled: .*\nrefund_by ${poison.id}, order shop/poison, due .*\nWhat to do: `, "s"));
    assert.deepEqual(await look(), called);
    broken = false;
    assert.deepEqual(await look(), [0, []]);
    assert.equal((await only(store, "shop/poison")).state, "broken");
  });

  test("a sweep that dies before its commit has swept nothing", async () => {
    const store = await newStore();
    await owing(store, ["shop/1"]);
    const died = database.db.transaction(async (tx) => {
      const dying: Db = { rows: tx.rows, transaction: (work) => work(tx) };
      await sweepDue(portsAt(dying, () => DUE), store, reading(DUE), async () => {});
      throw new Error("killed");
    });
    await assert.rejects(died, /killed/);
    assert.equal((await only(store)).state, "open");
    assert.equal((await sweep(store, DUE)).broken, 1);
  });

  test("sweepers at the same time, with clocks that step back and forth, settle each promise once and none too early", async () => {
    const anySteps = fc.array(fc.integer({ min: -DAY, max: DAY }), { minLength: 2, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(anySteps, anySteps, async (mine, theirs) => {
        const store = await newStore();
        const orderIds = Array.from({ length: 12 }, (_, n) => `shop/${n}`);
        await owing(store, orderIds);
        const broken: { orderId: string | undefined; now: Instant }[] = [];
        const onBroken: OnBroken = async (_tx: Tx, _store, _orders, changes, now) => void broken.push(...changes.map(({ promise }) => ({ orderId: promise.orderId, now })));
        const work = async (steps: readonly number[]): Promise<void> => {
          for (const step of steps) await sweep(store, plus(DUE, step), plus(DUE, step), onBroken);
        };
        await Promise.all([work(mine), work(theirs), apply(store, [paidBack("shop/0", plus(DUE, -HOUR))])]);
        const everDue = [...mine, ...theirs].some((step) => step >= 0);
        assert.ok(broken.every(({ now }) => now >= DUE));
        assert.equal(new Set(broken.map(({ orderId }) => orderId)).size, broken.length, "no promise is handed over twice");
        const states = (await promisesOfOrders(database.db, store, orderIds)).map((promise) => promise.state);
        assert.equal(states.filter((state) => state === "kept").length, 1);
        if (!everDue) assert.equal(states.filter((state) => state === "open").length, 11);
        for (let more = true; more; ) more = (await sweep(store, plus(DUE, DAY), plus(DUE, DAY), onBroken)).broken > 0;
        assert.equal((await owedLine(database.db, store)).broken, 11);
      }),
      { numRuns: 25 },
    );
  });

  test("one store's sweep leaves another's promises alone", async () => {
    const [mine, theirs] = [await newStore(), await newStore()];
    await owing(mine, ["shop/1"]);
    await owing(theirs, ["shop/1"]);
    assert.equal((await sweep(mine, instant(DUE + 1))).broken, 1);
    assert.equal((await only(theirs)).state, "open");
  });
});

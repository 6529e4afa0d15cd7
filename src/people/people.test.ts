import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createHash } from "node:crypto";
import { uuidOf, type StoreId } from "../base/ids.ts";
import { sql, type Tx } from "../base/db.ts";
import type { Ports } from "../base/ports.ts";
import { MINUTE, instant, plus, type Instant } from "../base/time.ts";
import { testDatabase, type TestDatabase } from "../server/database/testing.ts";
import type { CallOutcome, PageMail, Roster } from "./index.ts";
import { acknowledgePage, answerTask, callPeople, closePage, closePages, openPage, openPages, openTask, pagesOfToken, pagesOpen, tasksOpen, turnPages } from "./index.ts";
import { markAcknowledged, settleCalls } from "./store.ts";

const STORE = "shop" as StoreId;
const START = instant(Date.UTC(2026, 0, 5, 9));

const ROSTER: Roster = {
  order: [
    { name: "Ada", email: "ada@store.example", roles: ["order-ops"] },
    { name: "Ben", email: "ben@store.example", roles: ["finance"] },
  ],
  repeatAfter: 10 * MINUTE,
  storeName: "Shop",
  acknowledgeUrl: (token) => `https://store.example/ack/${token}`,
};

describe("paging", () => {
  let database: TestDatabase;
  let now: Instant = START;
  let ports: Ports;
  let drawn = 0;
  let mails: PageMail[] = [];
  const accept = async (mail: PageMail): Promise<CallOutcome> => {
    mails.push(mail);
    return { accepted: true, said: "250 ok" };
  };
  const open = (about: string, why = "1 customer has not been told") => ports.db.transaction((tx) => openPage(tx, STORE, about, why, now));
  const call = (send = accept) => callPeople(ports, STORE, ROSTER, send);
  const tokenOf = (mail: PageMail | undefined): string => /ack\/(\S+)/.exec(mail?.text ?? "")?.[1] ?? "";
  const pass = (minutes: number): void => void (now = plus(now, minutes * MINUTE));

  before(async () => {
    database = await testDatabase();
    const silent = { info: () => {}, warn: () => {}, error: () => {} };
    const random = { bytes: (count: number) => createHash("sha512").update(`${(drawn += 1)}`).digest().subarray(0, count) };
    ports = { db: database.db, clock: { now: () => now }, random, log: silent };
    await database.db.rows(sql(`insert into stores (store_id, sample, epoch, alive_at, created_at) values ($1, false, 1, ms($2), ms($2))`), [STORE, START]);
  });
  after(() => database.drop());

  const clear = async (): Promise<void> => {
    for (const page of await pagesOpen(ports.db, STORE)) await ports.db.transaction((tx) => closePage(tx, STORE, page.about, now));
    mails = [];
  };

  test("a page about the same thing is opened once, with its newest words", async () => {
    await open("incident/1", "1 customer has not been told");
    await open("incident/1", "2 customers have not been told");
    const pages = await pagesOpen(ports.db, STORE);
    assert.deepEqual(pages.map(({ about, why, calls }) => ({ about, why, calls })), [{ about: "incident/1", why: "2 customers have not been told", calls: 0 }]);
    await clear();
  });

  test("an open page calls again, then the next person, until one acknowledges", async () => {
    await open("incident/2");
    for (let round = 0; round < 5; round += 1) {
      await call();
      await call();
      pass(10);
    }
    assert.deepEqual(mails.map((mail) => mail.to.name), ["Ada", "Ada", "Ben", "Ben", "Ada"]);
    const taken = await acknowledgePage(ports, tokenOf(mails[2]));
    assert.deepEqual(taken?.pages.map((page) => [page.about, page.acknowledgedBy]), [["incident/2", "Ben"]]);
    pass(60);
    assert.equal((await call()).called, 0);
    await clear();
  });

  test("looking at the link does not acknowledge: scanners open links", async () => {
    await open("incident/3");
    await call();
    const seen = await pagesOfToken(ports.db, tokenOf(mails[0]));
    assert.equal(seen?.person, "Ada");
    pass(10);
    assert.equal((await call()).called, 1);
    await clear();
  });

  test("a token that is not ours acknowledges nothing", async () => {
    await open("incident/4");
    await call();
    assert.equal(await acknowledgePage(ports, "guessed"), undefined);
    assert.equal((await pagesOpen(ports.db, STORE))[0]?.acknowledgedAt, undefined);
    await clear();
  });

  test("the first acknowledgement counts", async () => {
    await open("incident/5");
    await call();
    await acknowledgePage(ports, tokenOf(mails[0]), "Ada");
    pass(1);
    const again = await acknowledgePage(ports, tokenOf(mails[0]), "Ben");
    assert.equal(again?.pages[0]?.acknowledgedBy, "Ada");
    await clear();
  });

  test("the call stands in the database before its mail is sent", async () => {
    await open("incident/6");
    await call(async (mail) => {
      const [page] = await pagesOpen(database.db, STORE);
      assert.deepEqual({ calls: page?.calls, lastCalled: page?.lastCalled }, { calls: 1, lastCalled: "Ada" });
      return accept(mail);
    });
    assert.equal(mails.length, 1);
    await clear();
  });

  test("a mail that did not leave is followed by the next call after a minute", async () => {
    await open("incident/7");
    const report = await call(async () => {
      throw new Error("connection refused");
    });
    assert.equal(report.failed, 1);
    pass(1);
    assert.equal((await call()).called, 1);
    await clear();
  });

  test("pages that fall due together go out as one mail, acknowledged at once", async () => {
    await ports.db.transaction((tx) => openPages(tx, STORE, Array.from({ length: 60 }, (_, n) => ({ about: `incident/many-${n}`, why: `order ${n}` })), now));
    await call();
    assert.equal(mails.length, 2);
    await acknowledgePage(ports, tokenOf(mails[0]));
    await acknowledgePage(ports, tokenOf(mails[1]));
    assert.ok((await pagesOpen(ports.db, STORE)).every((page) => page.acknowledgedBy === "Ada"));
    await clear();
  });

  test("a page that is needed again right after it was closed calls again", async () => {
    await open("incident/8");
    await ports.db.transaction((tx) => closePage(tx, STORE, "incident/8", now));
    await open("incident/8");
    assert.equal((await call()).called, 1);
    await clear();
  });

  test("two workers call once", async () => {
    await open("incident/9");
    const reports = await Promise.all([call(), call()]);
    assert.equal(reports[0].called + reports[1].called, 1);
    await clear();
  });

  test("whatever changes several pages takes them in one order, so that two who meet never wait for each other", async () => {
    const about = ["source/a", "source/b"];
    const takers: Record<string, (tx: Tx, ids: readonly string[]) => Promise<void>> = {
      acknowledge: (tx, ids) => markAcknowledged(tx, STORE, ids, "Ada", now),
      settle: (tx, ids) => settleCalls(tx, STORE, ids.map((pageId) => ({ pageId, step: 0, outcome: "no", nextAt: now }))),
      open: (tx) => openPages(tx, STORE, about.map((each) => ({ about: each, why: "again" })), now),
      close: (tx) => closePages(tx, STORE, about, now),
      turn: (tx) => turnPages(tx, STORE, { open: [{ about: "source/a", why: "again" }], close: ["source/b"] }, now),
    };
    for (const [name, take] of Object.entries(takers)) {
      pass(1);
      const [low = "", high = ""] = about.map((each) => uuidOf(STORE, "page", each, now)).sort();
      // The row that comes second by its id is written first, and so would be found first.
      for (const id of [high, low]) await open(about.find((each) => uuidOf(STORE, "page", each, now) === id) ?? "");
      const lock = sql("select page_id from pages where page_id = $1 for update nowait");
      let taking = Promise.resolve();
      await ports.db.transaction(async (tx) => {
        await tx.rows(lock, [low]);
        taking = ports.db.transaction((other) => take(other, [high, low]));
        while ((await ports.db.rows(sql("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"))).length === 0);
        await assert.doesNotReject(tx.rows(lock, [high]), name);
      });
      await taking;
      await clear();
    }
  });

  test("a task is opened once, and answered once", async () => {
    const task = { about: "case/1", owner: "finance", what: "Find out which is right.", dueAt: plus(now, 60 * MINUTE) };
    await ports.db.transaction((tx) => openTask(tx, STORE, task));
    await ports.db.transaction((tx) => openTask(tx, STORE, task));
    const tasks = await tasksOpen(ports.db, STORE);
    assert.equal(tasks.length, 1);
    const id = tasks[0]?.taskId ?? "";
    await answerTask(ports, STORE, id, "Ada", "The processor is right.");
    assert.deepEqual(await tasksOpen(ports.db, STORE), []);
    await assert.rejects(answerTask(ports, STORE, id, "Ben", "No."), { code: "task_not_open" });
  });
});

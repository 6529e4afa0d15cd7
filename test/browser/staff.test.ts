import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sql } from "../../src/base/db.ts";
import { systemRandom } from "../../src/base/ids.ts";
import { MINUTE } from "../../src/base/time.ts";
import { callPeople, openPage, pagesOfToken, type Roster } from "../../src/people/index.ts";
import { testDatabase, type TestDatabase } from "../../src/server/database/testing.ts";
import { axeFaults, launchBrowser, listenOnLoopback, NO_BROWSER, SCHEMES, sidewaysScroll, SIZES, withPage } from "./harness.ts";
import { NOW, STORE } from "./orders.ts";
import { portalServer, type PortalServer } from "./portal-server.ts";

const ROSTER: Roster = { order: [{ name: "Ada Keeper", email: "ada@shop.example", roles: [] }], repeatAfter: 10 * MINUTE, storeName: STORE.name, acknowledgeUrl: (token) => token };

describe("the page that a paged person opens", () => {
  let database: TestDatabase;
  let portal: PortalServer;

  before(async () => {
    database = await testDatabase();
    portal = await portalServer({ ports: { db: database.db } });
    await database.db.rows(sql(`insert into stores (store_id, sample, epoch, alive_at, created_at) values ($1, true, 1, ms($2), ms($2))`), [STORE.id, NOW]);
  });
  after(async () => {
    await portal.fastify.close();
    await database.drop();
  });

  /** Opens a page and calls somebody for it; returns the token in their mail. */
  async function calledToken(about: string): Promise<string> {
    const ports = { db: database.db, clock: { now: () => NOW }, random: systemRandom, log: { info: () => {}, warn: () => {}, error: () => {} } };
    let token = "";
    await database.db.transaction((tx) => openPage(tx, STORE.id, about, "3 customers have not heard of their cancelled orders; the first must by 16:45.", NOW));
    await callPeople(ports, STORE.id, { ...ROSTER, acknowledgeUrl: (made) => (token = made) }, async () => ({ accepted: true, said: "250" }));
    return token;
  }

  const acknowledgedBy = async (token: string): Promise<string | null | undefined> => (await pagesOfToken(database.db, token))?.pages[0]?.acknowledgedBy;

  test("opening it acknowledges nothing, whatever opens it; the button does", async () => {
    const token = await calledToken("case/1");
    for (const method of ["GET", "HEAD"] as const) await portal.fastify.inject({ method, url: `/page/${token}` });
    assert.equal(await acknowledgedBy(token), null);
    const answer = await portal.fastify.inject({ method: "POST", url: `/page/${token}`, headers: { "content-type": "application/x-www-form-urlencoded" }, payload: "who=Ben+Ledger" });
    assert.deepEqual([answer.statusCode, answer.headers.location], [303, `/page/${token}`]);
    assert.equal(await acknowledgedBy(token), "Ben Ledger");
    assert.match((await portal.fastify.inject({ url: `/page/${token}` })).body, /Acknowledged by Ben Ledger/);
  });

  test("without a name it is whoever the mail went to, and a link of nobody's is not found", async () => {
    const token = await calledToken("case/2");
    await portal.fastify.inject({ method: "POST", url: `/page/${token}` });
    assert.equal(await acknowledgedBy(token), "Ada Keeper");
    for (const method of ["GET", "POST"] as const) assert.equal((await portal.fastify.inject({ method, url: "/page/unknown" })).statusCode, 404);
  });

  test("axe finds nothing in it, and it fits a phone", { skip: NO_BROWSER }, async () => {
    const token = await calledToken("case/3");
    const browser = await launchBrowser();
    try {
      await withPage(browser, `${await listenOnLoopback(portal.fastify)}/page/${token}`, { viewport: SIZES.narrowest }, async (page) => {
        for (const colorScheme of SCHEMES) {
          await page.emulateMedia({ colorScheme });
          assert.deepEqual(await axeFaults(page), [], colorScheme);
          assert.equal(await sidewaysScroll(page), 0);
        }
        await page.getByRole("button", { name: "Acknowledge" }).click();
        await page.getByText("Acknowledged by Ada Keeper").waitFor();
      });
    } finally {
      await browser.close();
    }
  });
});

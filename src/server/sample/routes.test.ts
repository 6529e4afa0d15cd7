import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { playAll, sampleServer, type SampleServer } from "../../../test/browser/sample-server.ts";
import { formatMoney } from "../../base/money.ts";
import { reconcile } from "../../incidents/index.ts";
import { promiseBoard } from "../../promises/index.ts";

const LOCAL = { host: "localhost:8080" };

describe("the sample's page", () => {
  let sample: SampleServer;
  const get = async (url: string, headers: Record<string, string> = LOCAL) => sample.http.inject({ url, headers });

  before(async () => void (sample = await sampleServer()));
  after(() => sample.stop());

  test("of a shop that has just opened says what will happen, and balances at nothing", async () => {
    const { statusCode, body } = await get("/");
    assert.equal(statusCode, 200);
    says(body, /The shop has just opened/);
    says(body, /Nothing has gone wrong yet/);
    says(body, /No mail has been sent since the start/);
    says(body, /Balanced: nobody is left out/);
    saysNot(body, /<iframe/);
  });

  describe("after a cancellation, a mail that came back and a refund that sits", () => {
    before(() => playAll(sample));

    test("shows the line that reconcile gives, of the store and of each incident", async () => {
      const { body } = await get("/");
      const words = wordsOf(body);
      const { spine } = sample;
      const line = await reconcile(spine.db, spine.store, spine.now());
      assert.ok(line.affected >= 3 && line.told > 0, JSON.stringify(line));
      says(words, new RegExp(`${line.affected} cases of ${line.people} people = told ${line.told} `));
      says(words, /1 affected = 1 told balanced/);
      says(words, new RegExp(`${line.promises.broken} broken = ${line.promises.madeGood} made good \\+ 0 waived \\+ ${line.promises.owed} still owed`));
    });

    test("names the order, the person and the clock of what is owed and of what is due next", async () => {
      const words = wordsOf((await get("/")).body);
      const { counts, nearest, owed } = await promiseBoard(sample.spine.db, sample.spine.store, sample.spine.now(), 0, 2);
      const [next, late] = [nearest[0], owed[0]];
      assert.ok(next?.amount && late?.amount, "a refund that is due and one that is late");
      says(words, new RegExp(`${counts.open} Due|Due ${counts.open}`));
      assert.ok(words.includes(`Send the refund of ${formatMoney(late.amount, "en-US")} 2 h late #1103`), "the page to say so");
      assert.ok(words.includes(`Send the refund of ${formatMoney(next.amount, "en-US")} in `), "the page to say so");
    });

    test("tells in plain words what happened in the shop, the newest first", async () => {
      const words = wordsOf((await get("/")).body);
      assert.ok(words.indexOf("#1103 is placed and paid by") < words.indexOf("#1101 is cancelled by the shop: out of stock"));
      assert.ok(words.includes("#1101 is cancelled by the shop: out of stock"), "the page to say so");
    });

    test("lists each mail with whom it went to, marks the one that came back, and shows no delivery report as a mail", async () => {
      const { body } = await get("/");
      says(body, /Ihre Bestellung #1101 wurde storniert/);
      const returned = itemsOf(body).filter((item) => item.includes("came back"));
      assert.ok(returned.length > 0);
      assert.deepEqual(returned, itemsOf(body).filter((item) => item.includes("Nora Gone")));
      saysNot(body, /Delivery report/);
    });

    test("tells staff that are paged from customers", async () => {
      const { body } = await get("/");
      const staff = itemsOf(body).filter((item) => item.includes("staff, paged"));
      assert.ok(staff.some((item) => item.includes("Mira Stone") && item.includes("1 customer has not been told")));
      assert.deepEqual(staff, itemsOf(body).filter((item) => /Mira Stone|Paul Reed/.test(item)));
      const plain = await get("/sample/mail/1/1");
      assert.match(String(plain.headers["content-type"]), /^text\/plain/);
      saysNot((await get("/?mail=1-1")).body, /<iframe/);
    });

    test("opens the mail that was asked for, with its text and the way to its order's page", async () => {
      const { body } = await get("/");
      const [, key] = /href="\/\?mail=(\d+-\d+)#reader"[^>]*>\s*<span class="who">Nora Gone/.exec(body) ?? [];
      assert.ok(key, "Nora's mail to be listed");
      const opened = (await get(`/?mail=${key}`)).body;
      const reader = opened.slice(opened.indexOf('<article class="reader"'), opened.indexOf("</article>"));
      says(reader, /nora\.gone@mail\.example/);
      says(reader, /It came back/);
      says(reader, new RegExp(`<iframe src="/sample/mail/${key.replace("-", "/")}"`));
      says(reader, /sandbox="allow-popups allow-popups-to-escape-sandbox"/);
      says(reader, /<pre tabindex="0">[^<]*#1108/);
      const [, page] = /class="action" href="([^"]+)"/.exec(reader) ?? [];
      assert.equal((await get(page ?? "")).statusCode, 200, "the order's page to open");
    });

    test("serves a mail under a policy by which it runs and loads nothing, and which lets it be shown here alone", async () => {
      const key = /src="(\/sample\/mail\/\d+\/\d+)"/.exec((await get("/")).body)?.[1] ?? "";
      const { statusCode, headers, body } = await get(key);
      assert.equal(statusCode, 200);
      const policy = String(headers["content-security-policy"]);
      assert.match(policy, /^default-src 'none'/);
      assert.match(policy, /frame-ancestors 'self'/);
      assert.match(policy, /sandbox(?!.*allow-(?:scripts|same-origin|forms|top-navigation))/);
      assert.doesNotMatch(policy, /script-src|\*|https?:/);
      says(body, /<base target="_blank">/);
      assert.equal((await get("/sample/mail/0/99999")).statusCode, 404);
    });

    test("sends what has not changed only once", async () => {
      const first = await get("/sample/board");
      const again = await get("/sample/board", { ...LOCAL, "if-none-match": String(first.headers["etag"]) });
      assert.equal(again.statusCode, 304);
      assert.equal(again.body, "");
    });
  });

  test("shows itself to this machine only, by its own name", async () => {
    assert.equal((await get("/", { host: "shop.example" })).statusCode, 403);
    assert.equal((await sample.http.inject({ url: "/", headers: LOCAL, remoteAddress: "192.0.2.7" })).statusCode, 403);
    assert.equal((await get("/", { host: "127.0.0.1:8080" })).statusCode, 200);
  });

  test("says what to do when the ledger cannot be read", async () => {
    const broken = await sampleServer();
    try {
      const { database } = broken.spine.opened;
      database.rows = () => Promise.reject(new Error("the database is away"));
      const { statusCode, body } = await broken.http.inject({ url: "/", headers: LOCAL });
      assert.equal(statusCode, 500);
      says(body, /look at the terminal that runs it/);
      saysNot(body, /database is away/);
    } finally {
      await broken.stop();
    }
  });
});

/** `assert.match` would print the whole page. */
function says(text: string, what: RegExp): void {
  assert.ok(what.test(text), `to find ${what}`);
}

function saysNot(text: string, what: RegExp): void {
  assert.ok(!what.test(text), `not to find ${what}`);
}

/** What a reader sees, without markup. */
function wordsOf(html: string): string {
  return html.replace(/<svg.*?<\/svg>/gs, "").replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
}

function itemsOf(html: string): string[] {
  const list = html.slice(html.indexOf('<ul class="mail-list">'), html.indexOf('<article class="reader"'));
  return list.split("<li ").slice(1).map(wordsOf);
}

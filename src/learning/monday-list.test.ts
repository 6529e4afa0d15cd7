import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { sql } from "../base/db.ts";
import { systemRandom, type StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { DAY, HOUR, MINUTE, parseInstant, plus, type Instant } from "../base/time.ts";
import { pagesOpen } from "../people/index.ts";
import { testDatabase } from "../server/database/testing.ts";
import { CLEARLY_REFUSED, LIST_LEASE } from "./core/sending.ts";
import { keptMondayList, sendMondayList, writeMondayList, type ListOutcome, type MondayMail, type MondayPlan } from "./index.ts";

const database = await testDatabase();
after(() => database.drop());

const ADA = { name: "Ada", email: "ada@store.example", roles: ["finance"] };
const PLAN: MondayPlan = {
  enabled: true,
  to: ADA,
  at: { weekday: 1, time: "08:00" },
  zone: "Europe/Berlin",
  branding: { storeName: "Shop", colour: "#1f4d3a" },
  staff: [ADA],
  mailDomain: "store.example",
};
const at = (text: string): Instant => parseInstant(text) ?? assert.fail(text);
/** A Monday, 08:00 in Berlin. */
const DUE = at("2026-11-16T07:00:00Z");

let stores = 0;
let store: StoreId;
let now: Instant;
let mails: MondayMail[];
let answers: ListOutcome["kind"][];
const ports: Ports = { db: database.db, clock: { now: () => now }, random: systemRandom, log: { info: () => {}, warn: () => {}, error: () => {} } };

beforeEach(async () => {
  store = `shop-${(stores += 1)}` as StoreId;
  now = DUE;
  mails = [];
  answers = [];
  await database.db.rows(sql(`insert into stores (store_id, sample, epoch, alive_at, created_at) values ($1, false, 1, ms($2), ms($2))`), [store, at("2026-10-01T00:00:00Z")]);
});

/** A worker looks once; the mail server answers as `answers` says, and yes after that. */
const look = (send = carry) => sendMondayList(ports, store, PLAN, send);
const carry = async (mail: MondayMail): Promise<ListOutcome> => {
  mails.push(mail);
  const kind = answers.shift() ?? "accepted";
  return { kind, said: `first: ${kind}` };
};
/** A sender that stops for ever after the mail server took the mail. */
const dies = (mail: MondayMail): Promise<ListOutcome> => {
  mails.push(mail);
  return new Promise(() => {});
};
const pass = (ms: number): void => void (now = plus(now, ms));
const pages = async (): Promise<string[]> => (await pagesOpen(database.db, store)).map((page) => page.why);

test("the list goes out when it is due, once however many workers look, and again a week later", async () => {
  now = plus(DUE, -1);
  await look();
  assert.equal(mails.at(-1)?.subject, "[Shop] Monday list 2026-W46: nothing is owed", "the week before, whose list nobody had sent");
  pass(1);
  await Promise.all(Array.from({ length: 5 }, () => look()));
  await look();
  assert.deepEqual(mails.slice(1).map((mail) => mail.subject), ["[Shop] Monday list 2026-W47: nothing is owed"]);
  pass(7 * DAY - 1);
  await look();
  assert.equal(mails.length, 2);
  pass(1);
  await look();
  assert.equal(mails.at(-1)?.subject, "[Shop] Monday list 2026-W48: nothing is owed");
});

test("an empty list says that nothing is owed, and is sent all the same", async () => {
  await look();
  assert.equal(
    mails[0]?.text,
    [
      "Ada, this is the Monday list of Shop for week 2026-W47. New is what came up since Mon 9 Nov 2026 08:00; the rest has waited longer.",
      "Nothing is owed. Everybody can be reached, nobody waited for a word, and nothing came up in shadow mode.",
      "The line",
      "- 0 affected (0 people) = 0 told + 0 presumed told + 0 unreachable + 0 excused + 0 due (0 overdue)\n- 0 broken promises = 0 made good + 0 waived + 0 owed\n- Balanced.\n",
    ].join("\n\n"),
  );
});

test("nobody looks before the next list is due, unless a try waits", async () => {
  assert.equal((await look()).tried, true);
  assert.deepEqual(await look(), { tried: false, nextAt: plus(DUE, 7 * DAY) });
});

test("a worker that was down on Monday sends when it is back, within the week", async () => {
  now = plus(DUE, 6 * DAY);
  await look();
  assert.deepEqual(mails.map((mail) => mail.subject), ["[Shop] Monday list 2026-W47: nothing is owed"]);
});

test("a store that was registered after Monday gets its first list the Monday after", async () => {
  await database.db.rows(sql(`update stores set created_at = ms($2) where store_id = $1`), [store, plus(DUE, 1)]);
  now = plus(DUE, DAY);
  assert.deepEqual(await look(), { tried: false, nextAt: plus(DUE, 7 * DAY) });
  now = plus(DUE, 7 * DAY);
  assert.equal((await look()).tried, true);
});

test("clocks that change and clocks that step send no list twice", async () => {
  for (now = at("2026-10-19T05:00:00Z"); now < at("2026-11-09T12:00:00Z"); pass(4 * HOUR)) {
    await look();
    pass(-9 * HOUR);
    await look();
    pass(9 * HOUR);
  }
  assert.deepEqual(mails.map((mail) => /W\d+/.exec(mail.subject)?.[0]), ["W42", "W43", "W44", "W45", "W46"]);
  assert.equal(new Set(mails.map((mail) => mail.rfcId)).size, 5);
});

test("the row stands before the mail leaves", async () => {
  await look(async (mail) => {
    const list = await keptMondayList(database.db, store, "2026-W47");
    assert.deepEqual([list?.state, list?.attempts, list?.text], ["sending", 1, mail.text]);
    return carry(mail);
  });
  assert.equal(mails.length, 1);
});

test("a crash between sending and recording is followed by one resend of the same mail, which is counted, and never by another", async () => {
  void look(dies);
  await until(() => mails.length === 1);
  pass(LIST_LEASE - MINUTE);
  await look();
  assert.equal(mails.length, 1, "its sender may still answer");
  pass(MINUTE);
  void look(dies);
  await until(() => mails.length === 2);
  assert.deepEqual([mails[1]?.rfcId, mails[1]?.text, mails[1]?.html], [mails[0]?.rfcId, mails[0]?.text, mails[0]?.html]);
  assert.equal((await keptMondayList(database.db, store, "2026-W47"))?.resends, 1);
  for (let days = 0; days < 6; days += 1) {
    pass(DAY);
    await look();
  }
  assert.equal(mails.length, 2);
  assert.match((await pages())[0] ?? "", /may or may not have reached Ada: it was sent twice and no answer came/);
});

test("after a try without an answer the same mail goes out once more, and the answer of either ends it", async () => {
  answers = ["unknown"];
  await look();
  pass(10 * MINUTE);
  await look();
  pass(DAY);
  await look();
  assert.deepEqual(mails.map((mail) => mail.rfcId), [mails[0]?.rfcId, mails[0]?.rfcId]);
  assert.deepEqual(await pages(), []);
  const { state, resends, sentTo, answer } = (await keptMondayList(database.db, store, "2026-W47")) ?? {};
  assert.deepEqual([state, resends, sentTo, answer], ["accepted", 1, "Ada", "first: accepted"]);
});

test("a refused list is tried again and pages a person only when it has clearly failed; once a day after that, until it arrives", async () => {
  answers = Array.from({ length: CLEARLY_REFUSED + 1 }, () => "refused");
  const calm = 5 * HOUR;
  for (; now < plus(DUE, calm); pass(MINUTE)) {
    assert.deepEqual(await pages(), []);
    await look();
    if (mails.length === CLEARLY_REFUSED) break;
  }
  assert.equal(mails.length, CLEARLY_REFUSED);
  assert.match((await pages())[0] ?? "", /2026-W47 does not reach Ada: 7 tries were refused[^]*first: refused[^]*makegood monday --week 2026-W47 --store shop-/);
  pass(DAY);
  await look();
  pass(DAY - MINUTE);
  await look();
  assert.deepEqual([mails.length, (await pages()).length], [CLEARLY_REFUSED + 1, 1]);
  pass(MINUTE);
  await look();
  assert.deepEqual([mails.length, await pages()], [CLEARLY_REFUSED + 2, []]);
});

test("a list that may have left before a backup was taken is sent with its resend spent", async () => {
  await database.db.rows(sql(`update stores set gap_until = ms($2) where store_id = $1`), [store, plus(DUE, HOUR)]);
  now = plus(DUE, 2 * HOUR);
  answers = ["unknown"];
  await look();
  pass(DAY);
  await look();
  assert.equal(mails.length, 1);
  assert.match((await pages())[0] ?? "", /may or may not have reached Ada/);
});

test("between two lists it can be read as it stands, and nothing is sent or kept", async () => {
  now = plus(DUE, DAY);
  const { subject, text } = await writeMondayList(database.db, store, PLAN, now);
  assert.equal(subject, "[Shop] Monday list: nothing is owed");
  assert.match(text, /New is what came up since Mon 16 Nov 2026 08:00/);
  assert.equal(await keptMondayList(database.db, store, "2026-W47"), undefined);
});

/** Gives the event loop turns until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

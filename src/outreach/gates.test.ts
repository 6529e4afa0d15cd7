import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql } from "../base/db.ts";
import { HOUR, MINUTE, plus } from "../base/time.ts";
import { EVIDENCE_WINDOW } from "./core/limits.ts";
import { markSent, releaseHeld } from "./decide-messages.ts";
import { expandNotices } from "./expand-notices.ts";
import { forgetAddresses } from "./forget-addresses.ts";
import { endGapPage } from "./gap.ts";
import { haltAll, resume } from "./halt.ts";
import { messagesOfOrder } from "./messages-of-order.ts";
import type { OutreachPorts } from "./ports.ts";
import { recallMessages } from "./recall-messages.ts";
import { sendReady } from "./send-ready.ts";
import { settleUnknown } from "./settle-unknown.ts";
import { openLedger, seedNotices, START } from "./testing.ts";
import type { Ledger } from "./testing.ts";
import { scriptedProvider } from "./testing/scripted-provider.ts";

let ledger: Ledger;
before(async () => void (ledger = await openLedger()));
after(() => ledger.close());

test("a suppressed address gets nothing, also when it is suppressed after the message was made ready", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await ledger.scene([{ name: "a" }], [provider]);
  await ledger.db.rows(
    sql(`insert into suppressions (store_id, channel, address_hash, reason, since, evidence) select store_id, channel, address_hash, 'bounce', ms($2), 'test' from messages where store_id = $1 and channel = 'email'`),
    [store, START],
  );
  await sendReady(ports, store);
  assert.deepEqual([await ledger.states(store), provider.handed], [["suppressed"], 0]);
  await expandNotices(ports, store);
  assert.deepEqual(await ledger.standings(store), [["unreachable", "suppressed"]]);
  await seedNotices(ledger.db, store, [{ name: "b", email: "a@example.com" }]);
  await expandNotices(ports, store);
  assert.deepEqual([await ledger.states(store), await ledger.standings(store)], [["suppressed", "suppressed"], [["unreachable", "suppressed"], ["unreachable", "suppressed"]]]);
});

test("a withdrawn notice's message does not leave", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await ledger.scene([{ name: "a" }], [provider]);
  await ledger.db.rows(sql(`update notices set state = 'withdrawn' where store_id = $1`), [store]);
  await sendReady(ports, store);
  assert.deepEqual([await ledger.states(store), provider.handed], [["withdrawn"], 0]);
});

test("the global stop holds, and what was ready leaves after it", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await ledger.scene([{ name: "a" }], [provider]);
  await haltAll(ports, store, "Ada", "wrong price list");
  assert.equal((await sendReady(ports, store)).stopped, "halted");
  assert.equal(provider.handed, 0);
  await resume(ports, store, "Ada");
  await sendReady(ports, store);
  assert.equal(provider.handed, 1);
});

test("a stop that comes while mails are being written still holds them", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await ledger.scene([{ name: "a" }], [provider]);
  const wording = { say: (...said: Parameters<OutreachPorts["wording"]["say"]>) => (stops.push(haltAll(ports, store, "Ada", "stop")), ports.wording.say(...said)) };
  const stops: Promise<void>[] = [];
  const db = { ...ports.db, rows: async <Row>(...query: Parameters<OutreachPorts["db"]["rows"]>) => (await Promise.all(stops), ports.db.rows<Row>(...query)) };
  await sendReady({ ...ports, wording, db }, store);
  assert.deepEqual([await ledger.states(store), provider.handed, stops.length], [["ready"], 0, 1]);
});

test("a worker of an older epoch is fenced", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await ledger.scene([{ name: "a" }], [provider]);
  await ledger.db.rows(sql(`update stores set epoch = 2 where store_id = $1`), [store]);
  assert.equal((await sendReady(ports, store)).stopped, "fenced");
  assert.equal(provider.handed, 0);
});

test("the cap breaks the circuit and calls a person; an hour later sending goes on", async () => {
  const provider = scriptedProvider();
  const { store, ports, clock } = await ledger.scene(Array.from({ length: 8 }, (_, index) => ({ name: `n${index}` })), [provider]);
  const careful = { ...ports, settings: { ...ports.settings, sendCapPerHour: 5 } };
  await Promise.all([sendReady(careful, store), sendReady(careful, store)]);
  assert.equal((await sendReady(careful, store)).stopped, "capped");
  assert.equal(provider.handed, 5);
  const open = () => ledger.db.rows(sql(`select about from pages where store_id = $1 and closed_at is null`), [store]);
  assert.deepEqual(await open(), [{ about: "send-cap" }]);
  clock.advance(HOUR + MINUTE);
  await sendReady(careful, store);
  assert.equal(provider.handed, 8);
  assert.deepEqual(await open(), []);
});

test("what does not leave anyway asks for no room below the cap: a person hears at once of what is held", async () => {
  const provider = scriptedProvider();
  const isNews = { causeAt: plus(START, HOUR) };
  const { store, ports, clock } = await ledger.scene([{ name: "a", ...isNews }], [provider]);
  const careful = { ...ports, settings: { ...ports.settings, sendCapPerHour: 1 } };
  await ledger.db.rows(sql(`update stores set gap_until = ms($2) where store_id = $1`), [store, plus(START, 1)]);
  await sendReady(careful, store);
  await seedNotices(ledger.db, store, [{ name: "b", ...isNews }, { name: "c" }], clock.now());
  await expandNotices(careful, store);
  assert.equal((await sendReady(careful, store)).stopped, "capped");
  assert.deepEqual([await ledger.states(store), provider.handed], [["accepted", "ready", "held"], 1]);
  const open = await ledger.db.rows<{ about: string }>(sql(`select about from pages where store_id = $1 and closed_at is null order by about`), [store]);
  assert.deepEqual(open, [{ about: "gap" }, { about: "send-cap" }]);
});

test("after a gap, what was caused before it waits; a person releases it or says that it was sent", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await ledger.scene([{ name: "a" }, { name: "b" }, { name: "c", causeAt: plus(START, HOUR) }], [provider]);
  await ledger.db.rows(sql(`update stores set gap_until = ms($2) where store_id = $1`), [store, plus(START, 1)]);
  await sendReady(ports, store);
  const rows = await ledger.emails(store);
  assert.deepEqual(rows.map(({ state, heldWhy }) => [state, heldWhy]), [["held", "gap"], ["held", "gap"], ["accepted", null]]);
  assert.deepEqual(await ledger.standings(store), [["due", "gap"], ["due", "gap"], ["handed_over", null]]);
  await markSent(ports, store, "Ada", [rows[0]?.id ?? ""]);
  assert.equal(await releaseHeld(ports, store, "Ada"), 1);
  await sendReady(ports, store);
  assert.deepEqual(await ledger.states(store), ["accepted", "accepted", "accepted"]);
  assert.deepEqual(provider.mailbox.map((mail) => mail.to).sort(), ["b@example.com", "c@example.com"]);
});

test("what was sent in the lost hours to an address that is known to be dead by now has not arrived", async () => {
  const { store, ports } = await ledger.scene([{ name: "a" }], [scriptedProvider()]);
  await ledger.db.rows(sql(`update stores set gap_until = ms($2) where store_id = $1`), [store, plus(START, 1)]);
  await sendReady(ports, store);
  await ledger.db.rows(
    sql(`insert into suppressions (store_id, channel, address_hash, reason, since, evidence) select store_id, channel, address_hash, 'bounce', ms($2), 'test' from messages where store_id = $1 and channel = 'email'`),
    [store, START],
  );
  const [mail] = await ledger.emails(store);
  await markSent(ports, store, "Ada", [mail?.id ?? ""]);
  await expandNotices(ports, store);
  assert.deepEqual([await ledger.states(store), await ledger.standings(store)], [["bounced"], [["unreachable", "bounced"]]]);
});

test("what was caused before a gap and comes to light after its release waits too, and a person is called again", async () => {
  const provider = scriptedProvider();
  const { store, ports, clock } = await ledger.scene([{ name: "a" }], [provider]);
  await ledger.db.rows(sql(`update stores set gap_until = ms($2) where store_id = $1`), [store, plus(START, 1)]);
  const open = () => ledger.db.rows(sql(`select about from pages where store_id = $1 and closed_at is null`), [store]);
  await sendReady(ports, store);
  assert.deepEqual(await open(), [{ about: "gap" }]);
  await releaseHeld(ports, store, "Ada");
  await ledger.db.transaction((tx) => endGapPage(tx, store, clock.now()));
  assert.deepEqual(await open(), []);
  await sendReady(ports, store);
  clock.advance(HOUR);
  await seedNotices(ledger.db, store, [{ name: "b", causeAt: START }], clock.now());
  await expandNotices(ports, store);
  await sendReady(ports, store);
  assert.deepEqual(await ledger.states(store), ["accepted", "held"]);
  assert.deepEqual(await open(), [{ about: "gap" }]);
});

test("in quiet hours a message waits, also when it comes late to its turn", async () => {
  const provider = scriptedProvider();
  const { store, ports, clock } = await ledger.scene([{ name: "a" }], [provider]);
  const quiet = { ...ports, settings: { ...ports.settings, quietHours: { email: { from: "21:00", to: "08:00" } } } };
  clock.advance(10 * HOUR);
  await sendReady(quiet, store);
  await seedNotices(ledger.db, store, [{ name: "b" }], clock.now());
  await expandNotices(quiet, store);
  assert.equal(provider.handed, 0);
  assert.deepEqual(await ledger.standings(store), [["due", null], ["due", "quiet hours"]]);
  clock.advance(10 * HOUR);
  await sendReady(quiet, store);
  assert.equal(provider.mailbox.length, 2);
});

test("forgetting a person withdraws what has not left and keeps the count of what has", async () => {
  const { store, ports, clock } = await ledger.scene([{ name: "a" }], [scriptedProvider()]);
  await sendReady(ports, store);
  await seedNotices(ledger.db, store, [{ name: "b" }], clock.now());
  await expandNotices(ports, store);
  await ledger.db.transaction((tx) => forgetAddresses(tx, store, ["shop/a", "shop/b"], clock.now()));
  assert.deepEqual(await ledger.states(store), ["accepted", "withdrawn"]);
  const left = await ledger.db.rows<{ n: number }>(sql(`select count(*)::integer as n from messages where store_id = $1 and (address is not null or address_hash not like 'redacted:%')`), [store]);
  assert.deepEqual(left, [{ n: 0 }]);
});

test("a notice is taken back with its publication while nothing has left, and never after", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await ledger.scene([{ name: "a" }], [provider]);
  await sendReady(ports, store);
  const [waiting] = await seedNotices(ledger.db, store, [{ name: "b" }]);
  await expandNotices(ports, store);
  const [left] = await ledger.db.rows<{ id: string }>(sql(`select notice_id as id from notices where store_id = $1 and order_id = 'shop/a'`), [store]);
  const recall = () => ports.db.transaction((tx) => recallMessages(tx, store, [left?.id ?? "", waiting ?? ""], START));
  assert.deepEqual([...(await recall()).back], [waiting]);
  assert.deepEqual([...(await recall()).back], [waiting], "asking again gives the same answer");
  assert.deepEqual((await messagesOfOrder(ports.db, store, "shop/b")).map(({ state }) => state), ["withdrawn", "withdrawn"]);
  await sendReady(ports, store);
  assert.deepEqual(provider.mailbox.map((mail) => mail.to), ["a@example.com"]);
});

test("a message that a sender holds is not taken back", async () => {
  const { store, ports } = await ledger.scene([{ name: "a" }], [scriptedProvider()]);
  const [notice] = await ledger.db.rows<{ id: string }>(sql(`select notice_id as id from notices where store_id = $1`), [store]);
  const recalled = await ports.db.transaction(async (holder) => {
    await holder.rows(sql(`select from messages where store_id = $1 and channel = 'email' for update`), [store]);
    return ports.db.transaction((tx) => recallMessages(tx, store, [notice?.id ?? ""], START));
  });
  assert.deepEqual(recalled, { back: new Set(), inDoubt: new Set() });
});

test("a message that may have left is in doubt, before and after its resend is planned, and is not taken back", async () => {
  const { store, ports, clock } = await ledger.scene([{ name: "a" }], [scriptedProvider(() => ({ kind: "lost", taken: true }))]);
  const [notice] = await ledger.db.rows<{ id: string }>(sql(`select notice_id as id from notices where store_id = $1`), [store]);
  const recall = () => ports.db.transaction((tx) => recallMessages(tx, store, [notice?.id ?? ""], START));
  await sendReady(ports, store);
  assert.deepEqual(await recall(), { back: new Set(), inDoubt: new Set([notice?.id]) });
  clock.advance(EVIDENCE_WINDOW);
  await settleUnknown(ports, store);
  assert.deepEqual([await recall(), await ledger.states(store)], [{ back: new Set(), inDoubt: new Set([notice?.id]) }, ["ready"]]);
});

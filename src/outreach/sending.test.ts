import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import { HOUR, MINUTE, plus, SECOND } from "../base/time.ts";
import { testDatabase } from "../server/database/testing.ts";
import type { TestDatabase } from "../server/database/testing.ts";
import { EVIDENCE_WINDOW, LEASE, PRESUMED_AFTER } from "./core/limits.ts";
import type { MessageState } from "./core/model.ts";
import { giveUp, markSent, releaseHeld } from "./decide-messages.ts";
import { expandNotices } from "./expand-notices.ts";
import { expireLeases } from "./expire-leases.ts";
import { forgetAddresses } from "./forget-addresses.ts";
import { haltAll, resume } from "./halt.ts";
import { messagesOfOrder } from "./messages-of-order.ts";
import type { OutreachPorts } from "./ports.ts";
import { recallMessages } from "./recall-messages.ts";
import { sendReady } from "./send-ready.ts";
import { settleUnknown } from "./settle-unknown.ts";
import type { MailProvider } from "./smtp/outcome.ts";
import { registerStore, seedNotices, START, storeId, testClock, testPorts } from "./testing.ts";
import type { NoticeSeed, TestClock } from "./testing.ts";
import { scriptedProvider } from "./testing/scripted-provider.ts";

let database: TestDatabase;
let stores = 0;
before(async () => void (database = await testDatabase()));
after(() => database.drop());

interface Scene {
  readonly store: StoreId;
  readonly clock: TestClock;
  readonly ports: OutreachPorts;
}

/** A store of its own with new notices. */
async function scene(seeds: readonly NoticeSeed[], transports: readonly MailProvider[], changes: Partial<OutreachPorts> = {}): Promise<Scene> {
  const store = storeId(`send-${++stores}`);
  await registerStore(database.db, store);
  await seedNotices(database.db, store, seeds);
  const clock = testClock();
  const ports = testPorts(database.db, clock, transports, changes);
  await expandNotices(ports, store);
  return { store, clock, ports };
}

interface Row {
  readonly id: string;
  readonly orderId: string;
  readonly state: MessageState;
  readonly resends: number;
  readonly provider: string | null;
  readonly heldWhy: string | null;
}

async function emails(store: StoreId): Promise<readonly Row[]> {
  return database.db.rows<Row>(
    sql(`select message_id as "id", order_id as "orderId", state, resends, provider, held_why as "heldWhy" from messages where store_id = $1 and channel = 'email' order by order_id`),
    [store],
  );
}

async function states(store: StoreId): Promise<readonly string[]> {
  return (await emails(store)).map((row) => row.state);
}

async function history(store: StoreId, messageId: string): Promise<readonly string[]> {
  const rows = await database.db.rows<{ state: string }>(sql(`select state from message_steps where store_id = $1 and message_id = $2 order by step`), [store, messageId]);
  return rows.map((row) => row.state);
}

async function standings(store: StoreId): Promise<readonly (string | null)[][]> {
  const rows = await database.db.rows<{ standing: string; why: string | null }>(sql(`select standing, standing_why as "why" from cases where store_id = $1 order by order_id`), [store]);
  return rows.map((row) => [row.standing, row.why]);
}

test("a notice becomes one mail and one publication on the order's page, and a relay's yes is handed over", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await scene([{ name: "a" }], [provider]);
  assert.deepEqual(await states(store), ["ready"]);
  await sendReady(ports, store);
  assert.deepEqual(await states(store), ["accepted"]);
  const [mail] = await emails(store);
  assert.deepEqual(await history(store, mail?.id ?? ""), ["ready", "leased", "accepted"]);
  const [sent] = provider.mailbox;
  assert.equal(sent?.to, "a@example.com");
  assert.equal(sent.messageId, `${mail?.id}@nord.example`);
  assert.match(sent.content, /^Reply-To: .*<people@nord.example>\r$/m);
  assert.match(sent.content, /^Auto-Submitted: auto-generated\r$/m);
  assert.match(sent.content, /^Content-Language: en\r$/m);
  const [row] = await database.db.rows<{ standing: string; presumed: number }>(sql(`select standing, presumed_at as presumed from cases where store_id = $1`), [store]);
  assert.deepEqual(row, { standing: "handed_over", presumed: plus(START, PRESUMED_AFTER) });
  const said = await messagesOfOrder(database.db, store, "shop/a");
  assert.deepEqual(said.map(({ channel, state, notice }) => [channel, state, notice?.kind]).sort(), [["email", "accepted", "first"], ["portal", "accepted", "first"]]);
});

test("the recipients' own server saying yes is proof", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await scene([{ name: "a" }], [provider], { providers: [{ name: "own", evidence: "final", transport: provider }] });
  await sendReady(ports, store);
  assert.deepEqual([await states(store), await standings(store)], [["delivered"], [["told", null]]]);
});

test("expanding and sending twice sends nothing twice", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await scene([{ name: "a" }, { name: "b" }], [provider]);
  await Promise.all([sendReady(ports, store), sendReady(ports, store)]);
  await database.db.rows(sql(`update notices set state = 'new' where store_id = $1`), [store]);
  await Promise.all([expandNotices(ports, store), expandNotices(ports, store)]);
  await sendReady(ports, store);
  assert.equal(provider.mailbox.length, 2);
});

test("each customer is written to in their language, or the store's", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await scene([{ name: "a", locale: "de-AT" }, { name: "b", locale: "fr" }], [provider]);
  await sendReady(ports, store);
  const languages = new Map(provider.mailbox.map((mail) => [mail.to, /^Content-Language: (.*)\r$/m.exec(mail.content)?.[1]]));
  assert.deepEqual([languages.get("a@example.com"), languages.get("b@example.com")], ["de", "en"]);
});

test("in shadow the ledger has the message and nothing leaves", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await scene([{ name: "a", shadow: true }, { name: "b", shadow: true, email: null }], [provider]);
  await sendReady(ports, store);
  assert.deepEqual([await states(store), provider.handed], [["shadow"], 0]);
  assert.deepEqual(await standings(store), [["due", null], ["due", null]], "shadow is the incident's excuse, not outreach's");
});

test("nobody without an address is forgotten: they are unreachable, and the page still says it", async () => {
  const { store, ports } = await scene([{ name: "a", email: null }, { name: "b", email: "not an address" }], [scriptedProvider()]);
  assert.deepEqual(await standings(store), [["unreachable", "no_address"], ["unreachable", "no_address"]]);
  assert.equal((await messagesOfOrder(ports.db, store, "shop/a")).length, 1);
});

test("a suppressed address gets nothing, also when it is suppressed after the message was made ready", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await scene([{ name: "a" }], [provider]);
  await database.db.rows(
    sql(`insert into suppressions (store_id, channel, address_hash, reason, since, evidence) select store_id, channel, address_hash, 'bounce', ms($2), 'test' from messages where store_id = $1 and channel = 'email'`),
    [store, START],
  );
  await sendReady(ports, store);
  assert.deepEqual([await states(store), provider.handed], [["suppressed"], 0]);
  await expandNotices(ports, store);
  assert.deepEqual(await standings(store), [["unreachable", "suppressed"]]);
  await seedNotices(database.db, store, [{ name: "b", email: "a@example.com" }]);
  await expandNotices(ports, store);
  assert.deepEqual([await states(store), await standings(store)], [["suppressed", "suppressed"], [["unreachable", "suppressed"], ["unreachable", "suppressed"]]]);
});

test("a withdrawn notice's message does not leave", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await scene([{ name: "a" }], [provider]);
  await database.db.rows(sql(`update notices set state = 'withdrawn' where store_id = $1`), [store]);
  await sendReady(ports, store);
  assert.deepEqual([await states(store), provider.handed], [["withdrawn"], 0]);
});

test("refused for good: the customer is unreachable unless there is another address", async () => {
  const provider = scriptedProvider((mail) => (mail.to === "new@example.com" ? { kind: "take" } : { kind: "refuse", code: 550, scope: "address" }));
  const { store, ports } = await scene([{ name: "a" }, { name: "b" }], [provider]);
  await sendReady(ports, store);
  await database.db.rows(sql(`update orders set doc = jsonb_set(doc, '{details,value,contact,email}', '"new@example.com"') where store_id = $1 and order_id = 'shop/b'`), [store]);
  await expandNotices(ports, store);
  await sendReady(ports, store);
  assert.deepEqual(await standings(store), [["unreachable", "refused"], ["handed_over", null]]);
  assert.deepEqual(provider.mailbox.map((mail) => mail.to), ["new@example.com"]);
});

test("refused for now: the message waits longer each time", async () => {
  const provider = scriptedProvider(() => ({ kind: "refuse", code: 450, scope: "address" }));
  const { store, ports, clock } = await scene([{ name: "a" }], [provider]);
  const handed: number[] = [];
  for (let minute = 0; minute < 16; minute++) {
    await sendReady(ports, store);
    handed.push(provider.handed);
    clock.advance(MINUTE);
  }
  assert.deepEqual(handed, [1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5]);
});

test("what the first provider certainly does not have goes to the second at once", async () => {
  const down = scriptedProvider(() => ({ kind: "notSent" }));
  const second = scriptedProvider();
  const { store, ports } = await scene([{ name: "a" }], [down, second]);
  await sendReady(ports, store);
  assert.deepEqual((await emails(store)).map(({ state, provider }) => [state, provider]), [["accepted", "b"]]);
});

test("what the first provider may have goes nowhere else", async () => {
  const lossy = scriptedProvider(() => ({ kind: "lost", taken: true }));
  const second = scriptedProvider();
  const { store, ports } = await scene([{ name: "a" }], [lossy, second]);
  await sendReady(ports, store);
  assert.deepEqual([await states(store), second.handed], [["unknown"], 0]);
});

test("a provider that keeps failing is left alone, then probed with a few messages", async () => {
  const names = Array.from({ length: 40 }, (_, index) => ({ name: `n${index}` }));
  let broken = true;
  const first = scriptedProvider(() => (broken ? { kind: "notSent" } : { kind: "take" }));
  const second = scriptedProvider();
  const { store, ports, clock } = await scene([], [first, second]);
  const send = async (from: number, to: number) => {
    await seedNotices(database.db, store, names.slice(from, to), clock.now());
    await expandNotices(ports, store);
    await sendReady(ports, store);
  };
  for (let batch = 0; batch < 3; batch++) await send(batch, batch + 1);
  assert.equal(first.handed, 3);
  await send(3, 10);
  assert.equal(first.handed, 3, "it rests");
  broken = false;
  clock.advance(30 * SECOND);
  await send(10, 20);
  assert.equal(first.mailbox.length, 5, "a probe of five");
  await send(20, 30);
  await send(30, 40);
  assert.equal(first.mailbox.length, 20, "two good probes, then everything");
  assert.equal(first.mailbox.length + second.mailbox.length, 40);
});

test("with every provider down nothing is lost and nobody hammers them", async () => {
  let broken = true;
  const provider = scriptedProvider(() => (broken ? { kind: "notSent" } : { kind: "take" }));
  const { store, ports, clock } = await scene(Array.from({ length: 30 }, (_, index) => ({ name: `n${index}` })), [provider]);
  let stopped = 0;
  for (let second = 0; second < 600; second += 10) {
    const report = await sendReady(ports, store);
    if (report.stopped === "no provider") stopped++;
    clock.advance(10 * SECOND);
  }
  assert.ok(stopped > 40 && provider.handed < 150, `${stopped} ${provider.handed}`);
  broken = false;
  for (let minute = 0; minute < 20; minute++) {
    await sendReady(ports, store);
    clock.advance(MINUTE);
  }
  assert.deepEqual(new Set(await states(store)), new Set(["accepted"]));
});

test("after a lost answer: one resend after the window with the same Message-ID, then a person decides", async () => {
  const provider = scriptedProvider(() => ({ kind: "lost", taken: true }));
  const { store, ports, clock } = await scene([{ name: "a" }, { name: "b" }], [provider]);
  await sendReady(ports, store);
  clock.advance(EVIDENCE_WINDOW - 1);
  assert.deepEqual(await settleUnknown(ports, store), { resent: 0, asked: 0 });
  clock.advance(1);
  assert.deepEqual(await settleUnknown(ports, store), { resent: 2, asked: 0 });
  await sendReady(ports, store);
  clock.advance(EVIDENCE_WINDOW);
  assert.deepEqual(await settleUnknown(ports, store), { resent: 0, asked: 2 });
  assert.deepEqual(await settleUnknown(ports, store), { resent: 0, asked: 0 });
  clock.advance(48 * HOUR);
  await sendReady(ports, store);
  assert.equal(provider.mailbox.length, 4);
  assert.equal(new Set(provider.mailbox.map((mail) => mail.messageId)).size, 2);
  const rows = await emails(store);
  assert.deepEqual(rows.map(({ state, resends }) => [state, resends]), [["unknown", 1], ["unknown", 1]]);
  const tasks = await database.db.rows(sql(`select about from tasks where store_id = $1`), [store]);
  assert.equal(tasks.length, 2);
  assert.equal(await markSent(ports, store, "Ada", [rows[0]?.id ?? ""]), 1);
  assert.equal(await giveUp(ports, store, "Ada", [rows[1]?.id ?? ""]), 1);
  await expandNotices(ports, store);
  assert.deepEqual(await standings(store), [["handed_over", null], ["unreachable", "refused"]]);
});

test("a sender that died leaves messages in doubt, not ready", async () => {
  const { store, ports, clock } = await scene([{ name: "a" }], [scriptedProvider()]);
  await database.db.rows(sql(`update messages set state = 'leased', leased_by = 'dead', lease_until = ms($2) where store_id = $1 and channel = 'email'`), [store, plus(START, LEASE)]);
  assert.equal(await expireLeases(ports, store), 0);
  clock.advance(LEASE);
  assert.equal(await expireLeases(ports, store), 1);
  assert.deepEqual(await states(store), ["unknown"]);
});

test("a sender that was slow is believed when it reports after its lease", async () => {
  const clock = testClock();
  const slow: MailProvider = { close: () => Promise.resolve(), send: async (batch) => {
    clock.advance(LEASE);
    await expireLeases(ports, store);
    return batch.map(() => ({ kind: "accepted", response: "250" }));
  } };
  const store = storeId("slow-sender");
  await registerStore(database.db, store);
  await seedNotices(database.db, store, [{ name: "a" }]);
  const ports = testPorts(database.db, clock, [slow]);
  await expandNotices(ports, store);
  await sendReady(ports, store);
  const [mail] = await emails(store);
  assert.deepEqual(await history(store, mail?.id ?? ""), ["ready", "leased", "unknown", "accepted"]);
});

test("an acceptance that is heard of after the resend leaves one acceptance and a visible note", async () => {
  const clock = testClock();
  const store = storeId("slower-sender");
  const taken = scriptedProvider();
  const slower: MailProvider = { close: () => Promise.resolve(), send: async (batch) => {
    clock.advance(LEASE);
    await expireLeases(ports, store);
    clock.advance(EVIDENCE_WINDOW);
    await settleUnknown(ports, store);
    await sendReady(testPorts(database.db, clock, [taken]), store);
    return batch.map(() => ({ kind: "accepted", response: "250" }));
  } };
  await registerStore(database.db, store);
  await seedNotices(database.db, store, [{ name: "a" }]);
  const ports = testPorts(database.db, clock, [slower], { random: { bytes: (count) => new Uint8Array(count) } });
  await expandNotices(ports, store);
  await sendReady(ports, store);
  const [mail] = await emails(store);
  assert.equal(mail?.resends, 1);
  const steps = await database.db.rows<{ state: string; why: string | null }>(sql(`select state, why from message_steps where store_id = $1 and message_id = $2 order by step`), [store, mail.id]);
  assert.deepEqual(steps.map((step) => step.state), ["ready", "leased", "unknown", "ready", "leased", "accepted", "accepted"]);
  assert.match(steps.at(-1)?.why ?? "", /twice/);
});

test("the global stop holds, and what was ready leaves after it", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await scene([{ name: "a" }], [provider]);
  await haltAll(ports, store, "Ada", "wrong price list");
  assert.equal((await sendReady(ports, store)).stopped, "halted");
  assert.equal(provider.handed, 0);
  await resume(ports, store, "Ada");
  await sendReady(ports, store);
  assert.equal(provider.handed, 1);
});

test("a stop that comes while mails are being written still holds them", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await scene([{ name: "a" }], [provider]);
  const wording = { say: (...said: Parameters<OutreachPorts["wording"]["say"]>) => (stops.push(haltAll(ports, store, "Ada", "stop")), ports.wording.say(...said)) };
  const stops: Promise<void>[] = [];
  const db = { ...ports.db, rows: async <Row>(...query: Parameters<OutreachPorts["db"]["rows"]>) => (await Promise.all(stops), ports.db.rows<Row>(...query)) };
  await sendReady({ ...ports, wording, db }, store);
  assert.deepEqual([await states(store), provider.handed, stops.length], [["ready"], 0, 1]);
});

test("a worker of an older epoch is fenced", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await scene([{ name: "a" }], [provider]);
  await database.db.rows(sql(`update stores set epoch = 2 where store_id = $1`), [store]);
  assert.equal((await sendReady(ports, store)).stopped, "fenced");
  assert.equal(provider.handed, 0);
});

test("the cap breaks the circuit and calls a person; an hour later sending goes on", async () => {
  const provider = scriptedProvider();
  const { store, ports, clock } = await scene(Array.from({ length: 8 }, (_, index) => ({ name: `n${index}` })), [provider]);
  const careful = { ...ports, settings: { ...ports.settings, sendCapPerHour: 5 } };
  await Promise.all([sendReady(careful, store), sendReady(careful, store)]);
  assert.equal((await sendReady(careful, store)).stopped, "capped");
  assert.equal(provider.handed, 5);
  const open = () => database.db.rows(sql(`select about from pages where store_id = $1 and closed_at is null`), [store]);
  assert.deepEqual(await open(), [{ about: "send-cap" }]);
  clock.advance(HOUR + MINUTE);
  await sendReady(careful, store);
  assert.equal(provider.handed, 8);
  assert.deepEqual(await open(), []);
});

test("after a gap, what was caused before it waits; a person releases it or says that it was sent", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await scene([{ name: "a" }, { name: "b" }, { name: "c", causeAt: plus(START, HOUR) }], [provider]);
  await database.db.rows(sql(`update stores set gap_from = ms($2), gap_until = ms($3) where store_id = $1`), [store, plus(START, -HOUR), plus(START, 1)]);
  await sendReady(ports, store);
  const rows = await emails(store);
  assert.deepEqual(rows.map(({ state, heldWhy }) => [state, heldWhy]), [["held", "gap"], ["held", "gap"], ["accepted", null]]);
  assert.deepEqual(await standings(store), [["due", "gap"], ["due", "gap"], ["handed_over", null]]);
  await markSent(ports, store, "Ada", [rows[0]?.id ?? ""]);
  assert.equal(await releaseHeld(ports, store, "Ada"), 1);
  await sendReady(ports, store);
  assert.deepEqual(await states(store), ["accepted", "accepted", "accepted"]);
  assert.deepEqual(provider.mailbox.map((mail) => mail.to).sort(), ["b@example.com", "c@example.com"]);
});

test("in quiet hours a message waits, also when it comes late to its turn", async () => {
  const provider = scriptedProvider();
  const { store, ports, clock } = await scene([{ name: "a" }], [provider]);
  const quiet = { ...ports, settings: { ...ports.settings, quietHours: { email: { from: "21:00", to: "08:00" } } } };
  clock.advance(10 * HOUR);
  await sendReady(quiet, store);
  await seedNotices(database.db, store, [{ name: "b" }], clock.now());
  await expandNotices(quiet, store);
  assert.equal(provider.handed, 0);
  assert.deepEqual(await standings(store), [["due", null], ["due", "quiet hours"]]);
  clock.advance(10 * HOUR);
  await sendReady(quiet, store);
  assert.equal(provider.mailbox.length, 2);
});

test("a message that cannot be put into words waits and does not stop the others", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await scene([{ name: "a" }, { name: "b" }], [provider]);
  const wording: OutreachPorts["wording"] = { say: (notice, order, locale) => {
    if (order.orderId === "shop/a") throw new Error("no such choice");
    return ports.wording.say(notice, order, locale);
  } };
  const report = await sendReady({ ...ports, wording }, store);
  assert.deepEqual([await states(store), report.became], [["ready", "accepted"], { ready: 1, accepted: 1 }]);
});

test("a notice that its playbook does not know is reported, not retried for ever, and stays due", async () => {
  const { store, ports } = await scene([], [scriptedProvider()]);
  await seedNotices(database.db, store, [{ name: "a" }, { name: "b" }]);
  await database.db.rows(sql(`update notices set kind = 'unheard-of' where store_id = $1 and order_id = 'shop/a'`), [store]);
  assert.partialDeepStrictEqual(await expandNotices(ports, store), { claimed: 2, unspeakable: 1 });
  assert.partialDeepStrictEqual(await expandNotices(ports, store), { claimed: 0 });
  assert.deepEqual(await standings(store), [["due", null], ["due", null]]);
});

test("forgetting a person withdraws what has not left and keeps the count of what has", async () => {
  const { store, ports, clock } = await scene([{ name: "a" }], [scriptedProvider()]);
  await sendReady(ports, store);
  await seedNotices(database.db, store, [{ name: "b" }], clock.now());
  await expandNotices(ports, store);
  await database.db.transaction((tx) => forgetAddresses(tx, store, ["shop/a", "shop/b"], clock.now()));
  assert.deepEqual(await states(store), ["accepted", "withdrawn"]);
  const left = await database.db.rows<{ n: number }>(sql(`select count(*)::integer as n from messages where store_id = $1 and (address is not null or address_hash not like 'redacted:%')`), [store]);
  assert.deepEqual(left, [{ n: 0 }]);
});

test("a thousand messages over two workers: each once", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await scene(Array.from({ length: 1_000 }, (_, index) => ({ name: `n${index}` })), [provider]);
  while ((await expandNotices(ports, store)).claimed > 0);
  const worker = async () => {
    while ((await sendReady(ports, store)).claimed > 0);
  };
  await Promise.all([worker(), worker()]);
  assert.deepEqual([provider.mailbox.length, new Set(provider.mailbox.map((mail) => mail.messageId)).size], [1_000, 1_000]);
  assert.deepEqual(new Set(await states(store)), new Set(["accepted"]));
});

test("a notice is taken back with its publication while nothing has left, and never after", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await scene([{ name: "a" }], [provider]);
  await sendReady(ports, store);
  const [waiting] = await seedNotices(database.db, store, [{ name: "b" }]);
  await expandNotices(ports, store);
  const [left] = await database.db.rows<{ id: string }>(sql(`select notice_id as id from notices where store_id = $1 and order_id = 'shop/a'`), [store]);
  const recall = () => ports.db.transaction((tx) => recallMessages(tx, store, [left?.id ?? "", waiting ?? ""], START));
  assert.deepEqual([...(await recall())], [waiting]);
  assert.deepEqual([...(await recall())], [waiting], "asking again gives the same answer");
  assert.deepEqual((await messagesOfOrder(ports.db, store, "shop/b")).map(({ state }) => state), ["withdrawn", "withdrawn"]);
  await sendReady(ports, store);
  assert.deepEqual(provider.mailbox.map((mail) => mail.to), ["a@example.com"]);
});

test("a message that a sender holds is not taken back", async () => {
  const { store, ports } = await scene([{ name: "a" }], [scriptedProvider()]);
  const [notice] = await database.db.rows<{ id: string }>(sql(`select notice_id as id from notices where store_id = $1`), [store]);
  const recalled = await ports.db.transaction(async (holder) => {
    await holder.rows(sql(`select from messages where store_id = $1 and channel = 'email' for update`), [store]);
    return ports.db.transaction((tx) => recallMessages(tx, store, [notice?.id ?? ""], START));
  });
  assert.equal(recalled.size, 0);
});

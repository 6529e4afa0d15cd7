import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql } from "../base/db.ts";
import { uuidOf } from "../base/ids.ts";
import { HOUR, MINUTE, plus, SECOND } from "../base/time.ts";
import { EVIDENCE_WINDOW, LEASE, PRESUMED_AFTER } from "./core/limits.ts";
import { giveUp, markSent } from "./decide-messages.ts";
import { expandNotices } from "./expand-notices.ts";
import { expireLeases } from "./expire-leases.ts";
import { messagesOfOrder } from "./messages-of-order.ts";
import type { OutreachPorts } from "./ports.ts";
import { emailChannel } from "./channels/email/index.ts";
import { sendReady } from "./send-ready.ts";
import { settleUnknown } from "./settle-unknown.ts";
import type { MailProvider } from "./smtp/outcome.ts";
import { openLedger, registerStore, seedNotices, START, storeId, testClock, testPorts } from "./testing.ts";
import type { Ledger } from "./testing.ts";
import { scriptedProvider } from "./testing/scripted-provider.ts";

let ledger: Ledger;
before(async () => void (ledger = await openLedger()));
after(() => ledger.close());

test("a notice becomes one mail and one publication on the order's page, and a relay's yes is handed over", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await ledger.scene([{ name: "a" }], [provider]);
  assert.deepEqual(await ledger.states(store), ["ready"]);
  await sendReady(ports, store);
  assert.deepEqual(await ledger.states(store), ["accepted"]);
  const [mail] = await ledger.emails(store);
  assert.deepEqual(await ledger.history(store, mail?.id ?? ""), ["ready", "leased", "accepted"]);
  const [sent] = provider.mailbox;
  assert.equal(sent?.to, "a@example.com");
  assert.equal(sent.messageId, `${mail?.id}@nord.example`);
  assert.match(sent.content, /^Reply-To: .*<people@nord.example>\r$/m);
  assert.match(sent.content, /^Auto-Submitted: auto-generated\r$/m);
  assert.match(sent.content, /^Content-Language: en\r$/m);
  const [row] = await ledger.db.rows<{ standing: string; presumed: number }>(sql(`select standing, presumed_at as presumed from cases where store_id = $1`), [store]);
  assert.deepEqual(row, { standing: "handed_over", presumed: plus(START, PRESUMED_AFTER) });
  const said = await messagesOfOrder(ledger.db, store, "shop/a");
  assert.deepEqual(said.map(({ channel, state, notice }) => [channel, state, notice?.kind]).sort(), [["email", "accepted", "first"], ["portal", "accepted", "first"]]);
});

test("the recipients' own server saying yes is proof", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await ledger.scene([{ name: "a" }], [provider], { channels: [emailChannel([{ name: "own", evidence: "final", transport: provider }])] });
  await sendReady(ports, store);
  assert.deepEqual([await ledger.states(store), await ledger.standings(store)], [["delivered"], [["told", null]]]);
});

test("expanding and sending twice sends nothing twice", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await ledger.scene([{ name: "a" }, { name: "b" }], [provider]);
  await Promise.all([sendReady(ports, store), sendReady(ports, store)]);
  await ledger.db.rows(sql(`update notices set state = 'new' where store_id = $1`), [store]);
  await Promise.all([expandNotices(ports, store), expandNotices(ports, store)]);
  await sendReady(ports, store);
  assert.equal(provider.mailbox.length, 2);
});

test("each customer is written to in their language, or the store's", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await ledger.scene([{ name: "a", locale: "de-AT" }, { name: "b", locale: "fr-CA" }, { name: "c", locale: "it" }], [provider]);
  await sendReady(ports, store);
  const languages = new Map(provider.mailbox.map((mail) => [mail.to, /^Content-Language: (.*)\r$/m.exec(mail.content)?.[1]]));
  assert.deepEqual(["a", "b", "c"].map((name) => languages.get(`${name}@example.com`)), ["de", "fr", "en"]);
});

test("in shadow the ledger has the message and nothing leaves", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await ledger.scene([{ name: "a", shadow: true }, { name: "b", shadow: true, email: null }], [provider]);
  await sendReady(ports, store);
  assert.deepEqual([await ledger.states(store), provider.handed], [["shadow"], 0]);
  assert.deepEqual(await ledger.standings(store), [["due", null], ["due", null]], "shadow is the incident's excuse, not outreach's");
});

test("nobody without an address is forgotten: they are unreachable, and the page still says it", async () => {
  const { store, ports } = await ledger.scene([{ name: "a", email: null }, { name: "b", email: "not an address" }], [scriptedProvider()]);
  assert.deepEqual(await ledger.standings(store), [["unreachable", "no_address"], ["unreachable", "no_address"]]);
  assert.equal((await messagesOfOrder(ports.db, store, "shop/a")).length, 1);
});

test("refused for good: the customer is unreachable unless there is another address", async () => {
  const provider = scriptedProvider((mail) => (mail.to === "new@example.com" ? { kind: "take" } : { kind: "refuse", code: 550, scope: "address" }));
  const { store, ports } = await ledger.scene([{ name: "a" }, { name: "b" }], [provider]);
  await sendReady(ports, store);
  await ledger.db.rows(sql(`update orders set doc = jsonb_set(doc, '{details,value,contact,email}', '"new@example.com"') where store_id = $1 and order_id = 'shop/b'`), [store]);
  await expandNotices(ports, store);
  await sendReady(ports, store);
  assert.deepEqual(await ledger.standings(store), [["unreachable", "refused"], ["handed_over", null]]);
  assert.deepEqual(provider.mailbox.map((mail) => mail.to), ["new@example.com"]);
});

test("refused for now: the message waits longer each time", async () => {
  const provider = scriptedProvider(() => ({ kind: "refuse", code: 450, scope: "address" }));
  const { store, ports, clock } = await ledger.scene([{ name: "a" }], [provider]);
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
  const { store, ports } = await ledger.scene([{ name: "a" }], [down, second]);
  await sendReady(ports, store);
  assert.deepEqual((await ledger.emails(store)).map(({ state, provider }) => [state, provider]), [["accepted", "b"]]);
});

test("what the first provider may have goes nowhere else", async () => {
  const lossy = scriptedProvider(() => ({ kind: "lost", taken: true }));
  const second = scriptedProvider();
  const { store, ports } = await ledger.scene([{ name: "a" }], [lossy, second]);
  await sendReady(ports, store);
  assert.deepEqual([await ledger.states(store), second.handed], [["unknown"], 0]);
});

test("a provider that keeps failing is left alone, then probed with a few messages", async () => {
  const names = Array.from({ length: 40 }, (_, index) => ({ name: `n${index}` }));
  let broken = true;
  const first = scriptedProvider(() => (broken ? { kind: "notSent" } : { kind: "take" }));
  const second = scriptedProvider();
  const { store, ports, clock } = await ledger.scene([], [first, second]);
  const send = async (from: number, to: number) => {
    await seedNotices(ledger.db, store, names.slice(from, to), clock.now());
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
  const { store, ports, clock } = await ledger.scene(Array.from({ length: 30 }, (_, index) => ({ name: `n${index}` })), [provider]);
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
  assert.deepEqual(new Set(await ledger.states(store)), new Set(["accepted"]));
});

test("after a lost answer: one resend after the window with the same Message-ID, then a person decides", async () => {
  const provider = scriptedProvider(() => ({ kind: "lost", taken: true }));
  const { store, ports, clock } = await ledger.scene([{ name: "a" }, { name: "b" }], [provider]);
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
  const rows = await ledger.emails(store);
  assert.deepEqual(rows.map(({ state, resends }) => [state, resends]), [["unknown", 1], ["unknown", 1]]);
  const tasks = await ledger.db.rows(sql(`select about from tasks where store_id = $1`), [store]);
  assert.equal(tasks.length, 2);
  assert.equal(await markSent(ports, store, "Ada", [rows[0]?.id ?? ""]), 1);
  assert.equal(await giveUp(ports, store, "Ada", [rows[1]?.id ?? ""]), 1);
  await expandNotices(ports, store);
  assert.deepEqual(await ledger.standings(store), [["handed_over", null], ["unreachable", "refused"]]);
});

test("what is in doubt is not sent once more where a newer word speaks for its case, whatever it says", async () => {
  const provider = scriptedProvider(() => ({ kind: "lost", taken: true }));
  const { store, ports, clock } = await ledger.scene([{ name: "a" }, { name: "b" }], [provider]);
  await sendReady(ports, store);
  clock.advance(EVIDENCE_WINDOW);
  await settleUnknown(ports, store);
  await ledger.db.rows(
    sql(`insert into notices select n.store_id, $3, n.incident_id, n.recipient, n.case_id, n.order_id, 'corrected', n.statement_version, n.facts_revision, n.facts, n.cause_at, ms($2), n.tell_by, 'expanded' from notices n where store_id = $1 and order_id = 'shop/a'`),
    // By a worker whose clock is behind.
    [store, plus(START, -MINUTE), uuidOf(store, "newer")],
  );
  await ledger.db.rows(sql(`update cases set notice_id = $2 where store_id = $1 and order_id = 'shop/a'`), [store, uuidOf(store, "newer")]);
  assert.equal((await sendReady(ports, store)).turnedAway, 1);
  assert.equal(provider.mailbox.length, 3);
  clock.advance(EVIDENCE_WINDOW);
  await settleUnknown(ports, store);
  const tasks = await ledger.db.rows<{ about: string }>(sql(`select about from tasks where store_id = $1`), [store]);
  const [a, b] = await ledger.emails(store);
  assert.deepEqual([a?.state, tasks.map(({ about }) => about)], ["unknown", [`message/${b?.id}`]]);
});

test("a sender that died leaves messages in doubt, not ready", async () => {
  const { store, ports, clock } = await ledger.scene([{ name: "a" }], [scriptedProvider()]);
  await ledger.db.rows(sql(`update messages set state = 'leased', leased_by = 'dead', lease_until = ms($2) where store_id = $1 and channel = 'email'`), [store, plus(START, LEASE)]);
  assert.equal(await expireLeases(ports, store), 0);
  clock.advance(LEASE);
  assert.equal(await expireLeases(ports, store), 1);
  assert.deepEqual(await ledger.states(store), ["unknown"]);
});

test("a sender that was slow is believed when it reports after its lease", async () => {
  const clock = testClock();
  const slow: MailProvider = { close: () => Promise.resolve(), send: async (batch) => {
    clock.advance(LEASE);
    await expireLeases(ports, store);
    return batch.map(() => ({ kind: "accepted", response: "250" }));
  } };
  const store = storeId("slow-sender");
  await registerStore(ledger.db, store);
  await seedNotices(ledger.db, store, [{ name: "a" }]);
  const ports = testPorts(ledger.db, clock, [slow]);
  await expandNotices(ports, store);
  await sendReady(ports, store);
  const [mail] = await ledger.emails(store);
  assert.deepEqual(await ledger.history(store, mail?.id ?? ""), ["ready", "leased", "unknown", "accepted"]);
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
    await sendReady(testPorts(ledger.db, clock, [taken]), store);
    return batch.map(() => ({ kind: "accepted", response: "250" }));
  } };
  await registerStore(ledger.db, store);
  await seedNotices(ledger.db, store, [{ name: "a" }]);
  const ports = testPorts(ledger.db, clock, [slower], { random: { bytes: (count) => new Uint8Array(count) } });
  await expandNotices(ports, store);
  await sendReady(ports, store);
  const [mail] = await ledger.emails(store);
  assert.equal(mail?.resends, 1);
  const steps = await ledger.db.rows<{ state: string; why: string | null }>(sql(`select s->>'state' as state, s->>'why' as why from messages, jsonb_array_elements(history) s where store_id = $1 and message_id = $2`), [store, mail.id]);
  assert.deepEqual(steps.map((step) => step.state), ["ready", "leased", "unknown", "ready", "leased", "accepted", "accepted"]);
  assert.match(steps.at(-1)?.why ?? "", /twice/);
});

test("a message that cannot be put into words waits and does not stop the others", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await ledger.scene([{ name: "a" }, { name: "b" }], [provider]);
  const wording: OutreachPorts["wording"] = { say: (notice, order, locale) => {
    if (order.orderId === "shop/a") throw new Error("no such choice");
    return ports.wording.say(notice, order, locale);
  } };
  const report = await sendReady({ ...ports, wording }, store);
  assert.deepEqual([await ledger.states(store), report.became], [["ready", "accepted"], { ready: 1, accepted: 1 }]);
});

test("a notice that its playbook does not know is reported, not retried for ever, and stays due", async () => {
  const { store, ports } = await ledger.scene([], [scriptedProvider()]);
  await seedNotices(ledger.db, store, [{ name: "a" }, { name: "b" }]);
  await ledger.db.rows(sql(`update notices set kind = 'unheard-of' where store_id = $1 and order_id = 'shop/a'`), [store]);
  assert.partialDeepStrictEqual(await expandNotices(ports, store), { claimed: 2, unspeakable: 1 });
  assert.partialDeepStrictEqual(await expandNotices(ports, store), { claimed: 0 });
  assert.deepEqual(await ledger.standings(store), [["due", null], ["due", null]]);
});

test("a thousand messages over two workers: each once", async () => {
  const provider = scriptedProvider();
  const { store, ports } = await ledger.scene(Array.from({ length: 1_000 }, (_, index) => ({ name: `n${index}` })), [provider]);
  while ((await expandNotices(ports, store)).claimed > 0);
  const worker = async () => {
    while ((await sendReady(ports, store)).claimed > 0);
  };
  await Promise.all([worker(), worker()]);
  assert.deepEqual([provider.mailbox.length, new Set(provider.mailbox.map((mail) => mail.messageId)).size], [1_000, 1_000]);
  assert.deepEqual(new Set(await ledger.states(store)), new Set(["accepted"]));
});

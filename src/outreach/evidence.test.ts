import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { after, before, test } from "node:test";
import Fastify from "fastify";
import { noCertificates } from "../base/certificates.ts";
import { sql } from "../base/db.ts";
import { hashToken, uuidOf } from "../base/ids.ts";
import type { StoreId } from "../base/ids.ts";
import { HOUR, MINUTE, plus } from "../base/time.ts";
import { testDatabase } from "../server/database/testing.ts";
import type { TestDatabase } from "../server/database/testing.ts";
import { acceptEvidence } from "./accept-evidence.ts";
import { applyEvidence } from "./apply-evidence.ts";
import type { EvidenceRead, EvidenceReader, Report, ReportedMessage } from "./core/evidence.ts";
import { BOUNCE_WITHIN, EVIDENCE_RETRY, EVIDENCE_WINDOW, MAX_EVIDENCE_ATTEMPTS, UNMADE_RETRY, UNMADE_WAITS } from "./core/limits.ts";
import { createEvidenceAdapter } from "./evidence/create-adapter.ts";
import { markSent } from "./decide-messages.ts";
import { evidenceOfNotices } from "./evidence-of-notices.ts";
import { expandNotices } from "./expand-notices.ts";
import { mailReader, readEvidence } from "./mail-reader.ts";
import type { OutreachPorts } from "./ports.ts";
import { recallMessages } from "./recall-messages.ts";
import { evidenceRoutes } from "./routes.ts";
import { sendReady } from "./send-ready.ts";
import { settleUnknown } from "./settle-unknown.ts";
import { registerStore, seedNotices, START, storeId, testClock, testPorts } from "./testing.ts";
import type { TestClock } from "./testing.ts";
import { scriptedProvider } from "./testing/scripted-provider.ts";
import type { Script, ScriptedProvider } from "./testing/scripted-provider.ts";

let database: TestDatabase;
let stores = 0;
before(async () => void (database = await testDatabase()));
after(() => database.drop());

interface Scene {
  readonly store: StoreId;
  readonly clock: TestClock;
  readonly ports: OutreachPorts;
  readonly provider: ScriptedProvider;
}

/** One mail, sent. */
async function sent(script: Script = { kind: "take" }): Promise<Scene & { readonly rfcId: string }> {
  const store = storeId(`evidence-${++stores}`);
  await registerStore(database.db, store);
  await seedNotices(database.db, store, [{ name: "a" }]);
  const clock = testClock();
  const provider = scriptedProvider(() => script);
  const ports = testPorts(database.db, clock, [provider]);
  await expandNotices(ports, store);
  await sendReady(ports, store);
  const [row] = await database.db.rows<{ rfcId: string }>(sql(`select rfc_id as "rfcId" from messages where store_id = $1 and channel = 'email'`), [store]);
  return { store, clock, ports, provider, rfcId: row?.rfcId ?? "" };
}

const ANSWERING = { storeName: "Café Nord", supportContact: "people@nord.example", locale: "en" };
const MAIL = "mail";

/** Reads a body that is the JSON of what it says. */
const plainReader: EvidenceReader = { read: (body) => JSON.parse(Buffer.from(body).toString("utf8")) as EvidenceRead };
const readers = new Map([[MAIL, plainReader]]);

async function hear({ ports, store, clock }: Scene, ...reports: (Omit<ReportedMessage, "at"> & { at?: number })[]) {
  const read = { kind: "reports", reports: reports.map((report) => ({ at: clock.now(), ...report })), nonce: ++stores };
  await acceptEvidence(ports, store, MAIL, Buffer.from(JSON.stringify(read)));
  return applyEvidence(ports, readers, store);
}

async function message(store: StoreId): Promise<string | undefined> {
  const [row] = await database.db.rows<{ state: string }>(sql(`select state from messages where store_id = $1 and channel = 'email'`), [store]);
  return row?.state;
}

async function standing(store: StoreId): Promise<unknown> {
  const [row] = await database.db.rows<{ standing: string; why: string | null }>(sql(`select standing, standing_why as why from cases where store_id = $1`), [store]);
  return [row?.standing, row?.why];
}

const delivered: Report = { kind: "delivered", why: "250" };
const bounced: Report = { kind: "failed", addressDead: true, why: "550 5.1.1" };
const undelivered: Report = { kind: "failed", addressDead: false, why: "451 4.4.7" };

test("evidence of a message that a restored backup has lost waits until it is made anew", async () => {
  const before = await sent();
  await database.db.rows(sql("delete from messages where store_id = $1"), [before.store]);
  await database.db.rows(sql("update notices set state = 'new' where store_id = $1"), [before.store]);
  const report = await hear(before, { rfcId: before.rfcId, report: bounced });
  assert.deepEqual([report.postponed, report.ignored], [1, 0]);
  await expandNotices(before.ports, before.store);
  await sendReady(before.ports, before.store);
  before.clock.advance(UNMADE_RETRY);
  assert.equal((await applyEvidence(before.ports, readers, before.store)).applied, 1);
  assert.equal(await message(before.store), "bounced");
});

test("evidence of a message that is never made is given up after a day", async () => {
  const scene = await sent();
  await hear(scene, { rfcId: scene.rfcId.replace(/^......../, "00000000"), report: delivered });
  scene.clock.advance(UNMADE_WAITS);
  assert.equal((await applyEvidence(scene.ports, readers, scene.store)).ignored, 1);
});

test("what comes back of a mail from the lost hours counts for the word that a person marked as said by it", async () => {
  const before = await sent();
  const { store, ports } = before;
  // A restored backup knows the notice and not that it left; what is known since has replaced its words.
  await database.db.rows(sql("update messages set state = 'held', held_why = 'gap', attempts = 0, provider = null where store_id = $1 and channel = 'email'"), [store]);
  const [old] = await database.db.rows<{ id: string }>(sql("select notice_id as id from notices where store_id = $1"), [store]);
  await database.db.transaction((tx) => recallMessages(tx, store, [old?.id ?? ""], START));
  await database.db.rows(
    sql(`insert into notices (store_id, notice_id, incident_id, recipient, case_id, order_id, kind, statement_version, facts_revision, facts, cause_at, written_at, tell_by, state)
         select store_id, $2, incident_id, recipient, case_id, order_id, kind, statement_version, 2, facts, cause_at, written_at, tell_by, 'new' from notices where store_id = $1`),
    [store, uuidOf("second", store)],
  );
  await database.db.rows(sql("update cases set notice_id = $2, facts_revision = 2 where store_id = $1"), [store, uuidOf("second", store)]);
  await database.db.rows(sql(`update stores set gap_until = ms($2) where store_id = $1`), [store, plus(START, 1)]);
  await expandNotices(ports, store);
  await sendReady(ports, store);
  const emails = () => database.db.rows<{ id: string; state: string }>(sql("select message_id as id, state from messages where store_id = $1 and channel = 'email' order by state"), [store]);
  const held = (await emails()).find(({ state }) => state === "held");
  assert.equal(await markSent(ports, store, "Ada", [held?.id ?? ""]), 1);
  assert.equal((await hear(before, { rfcId: before.rfcId, address: "a@example.com", report: bounced })).applied, 1);
  assert.deepEqual((await emails()).map(({ state }) => state), ["bounced", "withdrawn"]);
  await expandNotices(ports, store);
  assert.deepEqual(await standing(store), ["unreachable", "bounced"]);
});

test("an address that is dead has not had what was sent to it since; what was sent before stands", async () => {
  const scene = await sent();
  const { store, ports, clock } = scene;
  const toTheSame = async (name: string): Promise<void> => {
    clock.advance(HOUR);
    await seedNotices(database.db, store, [{ name, email: "a@example.com" }], clock.now());
    await expandNotices(ports, store);
    await sendReady(ports, store);
  };
  await toTheSame("second");
  await toTheSame("third");
  const second = await database.db.rows<{ rfcId: string }>(sql(`select rfc_id as "rfcId" from messages where store_id = $1 and order_id = 'shop/second' and channel = 'email'`), [store]);
  await hear(scene, { rfcId: second[0]?.rfcId ?? "", address: "a@example.com", report: bounced });
  const rows = await database.db.rows<{ orderId: string; state: string; standing: string }>(
    sql(`select m.order_id as "orderId", m.state, c.standing from messages m join cases c using (store_id, case_id) where m.store_id = $1 and m.channel = 'email' order by m.cause_at`), [store]);
  assert.deepEqual(rows.map(({ orderId, state, standing: at }) => `${orderId} ${state} ${at}`), ["shop/a accepted handed_over", "shop/second bounced due", "shop/third bounced due"]);
});

test("a delivery proves that the customer was told", async () => {
  const scene = await sent();
  await hear(scene, { rfcId: scene.rfcId, report: delivered });
  assert.deepEqual([await message(scene.store), await standing(scene.store)], ["delivered", ["told", null]]);
});

test("what is known of a word that arrived says when it was handed over, too: by then the store had done its part", async () => {
  const scene = await sent();
  const handedOverAt = scene.clock.now();
  scene.clock.advance(HOUR);
  await hear(scene, { rfcId: scene.rfcId, report: delivered });
  const notices = await database.db.rows<{ id: string }>(sql("select notice_id as id from notices where store_id = $1"), [scene.store]);
  const known = await database.db.transaction((tx) => evidenceOfNotices(tx, scene.store, notices.map(({ id }) => id)));
  assert.deepEqual(known.map(({ evidence: { kind, at } }) => [kind, at]), [["handed_over", handedOverAt], ["told", scene.clock.now()]]);
});

test("a bounce reopens, ends mail to the address, and leaves the customer unreachable where there is no other way", async () => {
  const scene = await sent();
  await hear(scene, { rfcId: scene.rfcId, report: bounced });
  assert.deepEqual([await message(scene.store), await standing(scene.store)], ["bounced", ["due", null]]);
  await expandNotices(scene.ports, scene.store);
  assert.deepEqual(await standing(scene.store), ["unreachable", "bounced"]);
  await seedNotices(database.db, scene.store, [{ name: "again", email: "A@example.com" }]);
  await expandNotices(scene.ports, scene.store);
  await sendReady(scene.ports, scene.store);
  assert.equal(scene.provider.handed, 1, "nothing more is sent to it");
});

test("a bounce after a delivery counts; a delivery heard of after a bounce does not", async () => {
  const scene = await sent();
  await hear(scene, { rfcId: scene.rfcId, report: delivered });
  await hear(scene, { rfcId: scene.rfcId, report: bounced });
  await hear(scene, { rfcId: scene.rfcId, report: delivered });
  assert.equal(await message(scene.store), "bounced");
});

test("of what was sent twice one copy fails and the other arrives: its reader was told", async () => {
  const scene = await sent({ kind: "lost", taken: true });
  for (const each of [{ copyId: "second", report: delivered }, { copyId: "first", report: undelivered }]) await hear(scene, { rfcId: scene.rfcId, ...each });
  assert.deepEqual([await message(scene.store), await standing(scene.store)], ["delivered", ["told", null]]);
});

test("a batch tells its story in the order in which it happened", async () => {
  const scene = await sent();
  await hear(scene, { rfcId: scene.rfcId, report: bounced, at: plus(START, 2 * MINUTE) }, { rfcId: scene.rfcId, report: delivered, at: plus(START, MINUTE) });
  const steps = await database.db.rows<{ state: string }>(sql(`select s->>'state' as state from messages, jsonb_array_elements(history) s where store_id = $1 and channel = 'email'`), [scene.store]);
  assert.deepEqual(steps.map((step) => step.state), ["ready", "leased", "accepted", "delivered", "bounced"]);
  assert.deepEqual(await standing(scene.store), ["due", null]);
});

test("a refusal of the moment does not condemn the address", async () => {
  const scene = await sent();
  await hear(scene, { rfcId: scene.rfcId, report: { kind: "failed", addressDead: false, why: "blocked" } });
  const suppressed = await database.db.rows(sql(`select 1 from suppressions where store_id = $1`), [scene.store]);
  assert.deepEqual([await message(scene.store), suppressed.length], ["bounced", 0]);
});

test("delayed leaves the clock running", async () => {
  const scene = await sent();
  const before = await standing(scene.store);
  await hear(scene, { rfcId: scene.rfcId, report: { kind: "handedOver", why: "delayed" } });
  assert.deepEqual([await message(scene.store), await standing(scene.store)], ["accepted", before]);
});

test("any proof ends the doubt about a lost answer, so nothing is sent again", async () => {
  for (const report of [delivered, bounced, { kind: "handedOver", why: "processed" } as const]) {
    const scene = await sent({ kind: "lost", taken: true });
    await hear(scene, { rfcId: scene.rfcId, report });
    scene.clock.advance(EVIDENCE_WINDOW);
    assert.deepEqual(await settleUnknown(scene.ports, scene.store), { resent: 0, asked: 0 });
    assert.notEqual(await message(scene.store), "unknown");
  }
});

test("proof that comes after the resend was planned cancels it", async () => {
  const scene = await sent({ kind: "lost", taken: true });
  scene.clock.advance(EVIDENCE_WINDOW);
  await settleUnknown(scene.ports, scene.store);
  await hear(scene, { rfcId: scene.rfcId, report: delivered });
  await sendReady(scene.ports, scene.store);
  assert.deepEqual([await message(scene.store), scene.provider.handed], ["delivered", 1]);
});

test("evidence about a message that is being sent waits for the send", async () => {
  const scene = await sent();
  await database.db.rows(sql(`update messages set state = 'leased', leased_by = 'other', lease_until = ms($2) where store_id = $1 and channel = 'email'`), [scene.store, plus(START, HOUR)]);
  assert.partialDeepStrictEqual(await hear(scene, { rfcId: scene.rfcId, report: delivered }), { applied: 0, postponed: 1 });
  await database.db.rows(sql(`update messages set state = 'accepted', lease_until = null where store_id = $1 and channel = 'email'`), [scene.store]);
  assert.partialDeepStrictEqual(await applyEvidence(scene.ports, readers, scene.store), { read: 0 });
  scene.clock.advance(EVIDENCE_RETRY);
  assert.partialDeepStrictEqual(await applyEvidence(scene.ports, readers, scene.store), { applied: 1 });
  assert.equal(await message(scene.store), "delivered");
});

test("a bounce that names only the address concerns the latest message to it, and none that is too old", async () => {
  const scene = await sent();
  assert.partialDeepStrictEqual(await hear(scene, { address: "A@EXAMPLE.com", report: bounced }), { applied: 1 });
  assert.equal(await message(scene.store), "bounced");
  const old = await sent();
  old.clock.advance(BOUNCE_WITHIN + 1);
  assert.partialDeepStrictEqual(await hear(old, { address: "a@example.com", report: bounced }), { applied: 0, ignored: 1 });
});

test("a relay's own Message-ID hides which mail it was: only the death of the address is believed", async () => {
  const scene = await sent();
  const strange = { rfcId: "0102@relay.example", address: "a@example.com" };
  await hear(scene, { ...strange, report: delivered });
  await hear(scene, { ...strange, report: { kind: "failed", addressDead: false, why: "blocked" } });
  assert.equal(await message(scene.store), "accepted");
  await hear(scene, { ...strange, report: bounced });
  assert.equal(await message(scene.store), "bounced");
});

test("a real delivery report, posted as a mail, reaches the message it speaks of", async () => {
  const scene = await sent();
  const report = [
    "From: MAILER-DAEMON@relay.example", "To: care@nord.example", "Subject: Undelivered Mail Returned to Sender",
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "MIME-Version: 1.0", "",
    "--b", "Content-Type: text/plain", "", "Your mail was not delivered.", "",
    "--b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; relay.example", "",
    "Final-Recipient: rfc822; a@example.com", "Action: failed", "Status: 5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 no such user", "",
    "--b", "Content-Type: text/rfc822-headers", "", `Message-ID: <${scene.rfcId}>`, "To: a@example.com", "", "--b--", "",
  ].join("\r\n");
  await acceptEvidence(scene.ports, scene.store, MAIL, Buffer.from(report));
  assert.partialDeepStrictEqual(await applyEvidence(scene.ports, new Map([mailReader()]), scene.store), { applied: 1 });
  assert.equal(await message(scene.store), "bounced");
});

test("a mail with a Message-ID that no database takes does not keep the evidence beside it from being heard", async () => {
  const scene = await sent();
  for (const inReplyTo of ["<x\u0000y@nord.example>", `<${"x".repeat(5_000)}@nord.example>`]) {
    await acceptEvidence(scene.ports, scene.store, MAIL, Buffer.from(`From: bo@example.com\r\nTo: care@nord.example\r\nSubject: Re: hello\r\nIn-Reply-To: ${inReplyTo}\r\n\r\nHello`));
  }
  await acceptEvidence(scene.ports, scene.store, MAIL, Buffer.from(`From: a@example.com\r\nTo: care@nord.example\r\nSubject: Re: hello\r\nIn-Reply-To: <${scene.rfcId}>\r\n\r\nThank you`));
  assert.partialDeepStrictEqual(await applyEvidence(scene.ports, new Map([mailReader()]), scene.store), { read: 3, applied: 1, ignored: 2 });
  assert.equal(await message(scene.store), "delivered");
});

test("evidence that makes its transaction fail is postponed by itself and then kept for a person; what came with it is heard at once", async () => {
  const scene = await sent();
  await acceptEvidence(scene.ports, scene.store, MAIL, Buffer.from(JSON.stringify({ kind: "reports", reports: [{ rfcId: "a\u0000b@nord.example", at: START, report: delivered }] })));
  assert.partialDeepStrictEqual(await hear(scene, { rfcId: scene.rfcId, report: delivered }), { read: 2, applied: 1, postponed: 1 });
  assert.equal(await message(scene.store), "delivered");
  for (let attempt = 2; attempt <= MAX_EVIDENCE_ATTEMPTS; attempt += 1) {
    scene.clock.advance(EVIDENCE_RETRY);
    await applyEvidence(scene.ports, readers, scene.store);
  }
  const [row] = await database.db.rows<{ state: string; reason: string }>(sql("select state, reason from evidence_inbox where store_id = $1 and state <> 'applied'"), [scene.store]);
  assert.equal(row?.state, "quarantined");
  assert.match(row?.reason ?? "", /invalid byte sequence.*report it with its id, and requeue it/);
});

test("a relay that gives up for a reason that passes reopens the case, and the address is written to again; one that still tries does neither", async () => {
  const report = (rfcId: string, action: string) => [
    "From: MAILER-DAEMON@relay.example", "Return-Path: <>", "To: care@nord.example", "Subject: Undelivered Mail Returned to Sender",
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "MIME-Version: 1.0", "",
    "--b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; relay.example", "",
    "Final-Recipient: rfc822; a@example.com", `Action: ${action}`, "Status: 4.4.1", "Diagnostic-Code: smtp; 451 4.4.1 Connection timed out", "",
    "--b", "Content-Type: text/rfc822-headers", "", `Message-ID: <${rfcId}>`, "To: a@example.com", "", "--b--", "",
  ].join("\r\n");
  for (const [action, state, stands] of [["failed", "bounced", "due"], ["delayed", "accepted", "handed_over"]] as const) {
    const scene = await sent();
    await acceptEvidence(scene.ports, scene.store, MAIL, Buffer.from(report(scene.rfcId, action)));
    assert.partialDeepStrictEqual(await applyEvidence(scene.ports, new Map([mailReader()]), scene.store), { applied: 1 });
    assert.deepEqual([await message(scene.store), await standing(scene.store)], [state, [stands, null]]);
    assert.deepEqual(await database.db.rows(sql(`select 1 from suppressions where store_id = $1`), [scene.store]), []);
    await seedNotices(database.db, scene.store, [{ name: "again", email: "a@example.com" }]);
    await expandNotices(scene.ports, scene.store);
    await sendReady(scene.ports, scene.store);
    assert.equal(scene.provider.handed, 2, "the next notice goes there");
  }
});

test("what mails are evidence of", () => {
  const recipient = { address: "A@example.com", scope: "address", says: "no" } as const;
  const of = (mail: Parameters<typeof readEvidence>[0]) => readEvidence(mail, START);
  const bounce = (outcome: "permanent" | "temporary" | "delivered" | "relayed", scope: "address" | "message" = "address", isFinal = outcome === "permanent") => {
    const read = of({ kind: "bounce", recipients: [{ ...recipient, outcome, isFinal, scope }], originalMessageId: "id@x" });
    return read.kind === "reports" ? read.reports[0]?.report : read;
  };
  assert.partialDeepStrictEqual(bounce("permanent"), { kind: "failed", addressDead: true });
  assert.partialDeepStrictEqual(bounce("permanent", "message"), { kind: "failed", addressDead: false });
  assert.partialDeepStrictEqual(bounce("temporary", "address", true), { kind: "failed", addressDead: false });
  assert.partialDeepStrictEqual([bounce("temporary"), bounce("relayed"), bounce("delivered")], [{ kind: "handedOver", delayed: true }, { kind: "handedOver" }, { kind: "delivered" }]);
  assert.partialDeepStrictEqual(of({ kind: "complaint", recipient: "A@example.com" }), { reports: [{ address: "a@example.com", report: { kind: "complained" } }] });
  assert.partialDeepStrictEqual(of({ kind: "complaint" }), { kind: "unreadable", why: "a customer complained, and the report names neither the mail nor the customer: look at it in the mailbox that it came to" });
  assert.partialDeepStrictEqual(of({ kind: "reply", originalMessageId: "id@x" }), { reports: [{ rfcId: "id@x", report: { kind: "replied" } }] });
  assert.equal(of({ kind: "reply", from: "a@example.com" }).kind, "ignored");
  assert.equal(of({ kind: "autoReply", originalMessageId: "id@x" }).kind, "ignored");
  assert.equal(of({ kind: "unreadable", why: "empty" }).kind, "unreadable");
});

test("a complaint ends mail to the address, counts as arrived and goes to a person; so does a reply", async () => {
  const complained = await sent();
  await hear(complained, { rfcId: complained.rfcId, report: { kind: "complained", why: "abuse" } });
  const replied = await sent();
  await hear(replied, { rfcId: replied.rfcId, report: { kind: "replied", why: "a reply" } });
  for (const { store } of [complained, replied]) {
    const tasks = await database.db.rows(sql(`select 1 from tasks where store_id = $1 and done_at is null`), [store]);
    assert.deepEqual([await message(store), tasks.length], ["delivered", 1]);
  }
  const reasons = await database.db.rows(sql(`select reason from suppressions where store_id = any($1)`), [[complained.store, replied.store]]);
  assert.deepEqual(reasons, [{ reason: "complaint" }]);
});

test("the same evidence twice is one piece of evidence", async () => {
  const { ports, store } = await sent();
  assert.deepEqual([await acceptEvidence(ports, store, MAIL, Buffer.from("x")), await acceptEvidence(ports, store, MAIL, Buffer.from("x"))], [true, false]);
});

test("evidence of somebody else's mail is ignored and says so", async () => {
  const scene = await sent();
  assert.partialDeepStrictEqual(await hear(scene, { rfcId: "stranger@nord.example", report: bounced }), { ignored: 1 });
  assert.equal(await message(scene.store), "accepted");
});

test("evidence of one store never touches another", async () => {
  const [mine, other] = [await sent(), await sent()];
  await hear({ ...mine, store: mine.store }, { rfcId: other.rfcId, report: bounced });
  assert.equal(await message(other.store), "accepted");
});

test("what cannot be read is tried again, then kept in quarantine with its reason; the rest is applied meanwhile", async () => {
  const scene = await sent();
  await acceptEvidence(scene.ports, scene.store, MAIL, Buffer.from("{ broken"));
  assert.partialDeepStrictEqual(await hear(scene, { rfcId: scene.rfcId, report: delivered }), { applied: 1, postponed: 1 });
  for (let attempt = 1; attempt < MAX_EVIDENCE_ATTEMPTS; attempt++) {
    scene.clock.advance(EVIDENCE_RETRY);
    await applyEvidence(scene.ports, readers, scene.store);
  }
  const rows = await database.db.rows<{ state: string; reason: string | null; kept: boolean }>(sql(`select state, reason, body is not null as kept from evidence_inbox where store_id = $1 order by state`), [scene.store]);
  assert.deepEqual(rows.map(({ state, kept }) => [state, kept]), [["applied", false], ["quarantined", true]]);
  assert.match(rows[1]?.reason ?? "", /JSON/);
});

test("over HTTP: a provider's events need their signature, mails need a key, and both are kept before the answer", async () => {
  const scene = await sent();
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKey = pair.publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const adapters = new Map([["events", createEvidenceAdapter("sendgrid", { publicKeys: [publicKey] })]]);
  const http = Fastify();
  await http.register(evidenceRoutes({ ...scene.ports, publicUrl: "https://care.example", certificates: noCertificates, fetch: () => Promise.reject(new Error("no vendor is asked")) }, (store) => (store === scene.store ? { adapters, keyHashes: [hashToken("the-key-of-this-store")], answering: ANSWERING } : undefined)));
  const events = JSON.stringify([{ event: "delivered", email: "a@example.com", timestamp: START / 1_000, "smtp-id": `<${scene.rfcId}>` }]);
  const timestamp = String(START / 1_000);
  const headers = {
    "content-type": "application/json",
    "x-twilio-email-event-webhook-timestamp": timestamp,
    "x-twilio-email-event-webhook-signature": sign("sha256", Buffer.from(timestamp + events), pair.privateKey).toString("base64"),
  };
  const post = (path: string, body: string, with_: Record<string, string>) => http.inject({ method: "POST", url: `/evidence/${path}`, payload: body, headers: with_ });
  const status = async (answer: ReturnType<typeof post>) => (await answer).statusCode;
  assert.equal(await status(post(`${scene.store}/events`, `${events} `, headers)), 401);
  assert.equal(await status(post(`${scene.store}/unknown`, events, headers)), 404);
  assert.equal(await status(post(`no-such-store/events`, events, headers)), 404);
  assert.equal(await status(post(`${scene.store}/mail`, "From: x\r\n\r\nhello", { "content-type": "message/rfc822" })), 401);
  assert.equal(await status(post(`${scene.store}/mail`, "x".repeat(1_048_577), { "content-type": "message/rfc822", "x-api-key": "the-key-of-this-store" })), 413);
  assert.equal(await status(post(`${scene.store}/mail`, "From: x\r\n\r\nhello", { "content-type": "message/rfc822", authorization: "Bearer the-key-of-this-store" })), 202);
  assert.equal(await status(post(`${scene.store}/events`, events, headers)), 202);
  const kept = await database.db.rows(sql(`select source from evidence_inbox where store_id = $1 order by source`), [scene.store]);
  assert.deepEqual(kept, [{ source: "events" }, { source: "mail" }]);
  await applyEvidence(scene.ports, adapters, scene.store);
  assert.equal(await message(scene.store), "delivered");
  await http.close();
});

test("over HTTP: a provider that signs no body tells each event once; another under the same signature is its repetition", async () => {
  const scene = await sent();
  const adapters = new Map([["events", createEvidenceAdapter("mailgun", { signingKeys: ["signing-key-for-tests"] })]]);
  const http = Fastify();
  await http.register(evidenceRoutes({ ...scene.ports, publicUrl: "https://care.example", certificates: noCertificates, fetch: () => Promise.reject(new Error("no vendor is asked")) }, () => ({ adapters, keyHashes: [], answering: ANSWERING })));
  const timestamp = String(START / 1_000);
  const signature = { timestamp, token: "t1", signature: createHmac("sha256", "signing-key-for-tests").update(`${timestamp}t1`).digest("hex") };
  const post = async (event: string) => {
    const payload = { signature, "event-data": { event, timestamp: START / 1_000, recipient: "anna@example.com", message: { headers: { "message-id": scene.rfcId } } } };
    return (await http.inject({ method: "POST", url: `/evidence/${scene.store}/events`, payload })).json<unknown>();
  };
  assert.deepEqual(await post("delivered"), { accepted: true, duplicate: false });
  assert.deepEqual(await post("complained"), { accepted: true, duplicate: true });
  await applyEvidence(scene.ports, adapters, scene.store);
  assert.equal(await message(scene.store), "delivered");
  assert.deepEqual(await database.db.rows(sql("select reason from suppressions where store_id = $1"), [scene.store]), []);
  await http.close();
});

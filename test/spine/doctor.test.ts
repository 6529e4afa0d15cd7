import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { noCertificates } from "../../src/base/certificates.ts";
import { sql } from "../../src/base/db.ts";
import { iso } from "../../src/base/time.ts";
import { uuidOf } from "../../src/base/ids.ts";
import { money } from "../../src/base/money.ts";
import { mergeEvents } from "../../src/commerce/index.ts";
import { createReceiver, type Contact, type StoreEvent } from "../../src/intake/index.ts";
import { acceptEvidence, type Dns } from "../../src/outreach/index.ts";
import type { Arguments, Command, Terminal } from "../../src/server/cli/command.ts";
import { command as doctorCommand } from "../../src/server/cli/commands/doctor.ts";
import { command as goliveCommand } from "../../src/server/cli/commands/golive.ts";
import { lookAtControls, type ControlState } from "../../src/server/readiness/controls.ts";
import { knockAtMailServers } from "../../src/server/readiness/mail-servers.ts";
import { open as openStores, parseConfig, type Opened } from "../../src/server/runtime/open.ts";
import { systemClock } from "../../src/server/clock.ts";
import { silentLog } from "../../src/server/log.ts";
import { testDatabase } from "../../src/server/database/testing.ts";
import { startMailSink } from "../../src/server/mail-sink/index.ts";
import { noDns } from "./harness.ts";

const open: (() => Promise<unknown>)[] = [];
after(async () => void (await Promise.all(open.map((close) => close()))));

/** A shop of one's own as it is before anything has come in, with a mail server that answers. */
async function shop(change: (config: string) => string = (config) => config) {
  const { url, db, drop } = await testDatabase();
  const sink = await startMailSink({ port: 0, host: "127.0.0.1", limit: 10 });
  const folder = await mkdtemp(join(tmpdir(), "makegood-doctor-"));
  open.push(drop, () => sink.close(), () => rm(folder, { recursive: true }));
  const config = join(folder, "makegood.yaml");
  const text = change(`
publicUrl: https://care.shop.example
secret: a-secret-of-thirty-two-characters-or-more
people: [{ name: Ada Keeper, email: ada@shop.example }]
stores:
  main:
    name: Shop
    country: DE
    support: { email: help@shop.example }
    sources:
      payments: { type: cloudevents, secrets: [a-key-of-sixteen-characters] }
    mail:
      from: care@shop.example
      replyTo: help@shop.example
      providers: [{ name: first, host: 127.0.0.1, port: ${sink.port}, tls: none }]
    apiKeys: [another-key-of-sixteen-characters]
    paging: { order: [Ada Keeper] }
`);
  await writeFile(config, text);
  /** Lets something happen to the running store. */
  const live = async (happen: (opened: Opened) => Promise<unknown>): Promise<void> => {
    const opened = await openStores({ config: parseConfig(text, "test", {}), databaseUrl: url, clock: systemClock, log: silentLog, sample: false });
    await happen(opened).finally(() => opened.close());
  };
  return { db, live, run: (command: Command, dns: Dns, values: Arguments["values"] = {}, ...positionals: string[]) => run(command, { DATABASE_URL: url }, dns, { config, ...values }, positionals) };
}

async function run(command: Command, env: Terminal["env"], dns: Dns, values: Arguments["values"], positionals: readonly string[]): Promise<{ status: number; lines: string[] }> {
  const lines: string[] = [];
  const hear = (line: string): void => void lines.push(...line.split("\n"));
  const terminal: Terminal = { env: { ...env, MAKEGOOD_ACTOR: "Ada" }, cwd: import.meta.dirname, dns, out: hear, err: hear, stopping: new AbortController().signal };
  return { status: await command.run({ values, positionals }, terminal), lines };
}

test("doctor says what DNS lacks with the record to publish, and that what DNS does not answer is not known", async () => {
  const store = await shop();
  const none = async () => ({ kind: "none" }) as const;
  const bare = await store.run(doctorCommand, { txt: none, mx: none, addresses: none });
  assert.equal(bare.status, 1);
  const missing = bare.lines.indexOf("PROBLEM main: shop.example has no DMARC record: Gmail and Yahoo take bulk mail only from domains with a DMARC record; others trust it less. This one changes nothing yet but satisfies them; add rua=mailto:<a mailbox of yours> to be told what receivers see.");
  assert.notEqual(missing, -1, bare.lines.join("\n"));
  assert.equal(bare.lines[missing + 1], '        publish: _dmarc.shop.example  TXT  "v=DMARC1; p=none"');

  const silent = await store.run(doctorCommand, noDns);
  assert.equal(silent.status, 1);
  assert.ok(silent.lines.includes("UNKNOWN main: DNS could not be asked for the SPF record of shop.example: no DNS is asked in this test. Nothing is known about it; run this again where DNS answers."), silent.lines.join("\n"));
  assert.match(silent.lines.at(-1) ?? "", /9 cannot be known yet: see UNKNOWN\.$/);
});

/** A refund comes in from the payment processor, and a mail out of the mailbox. */
async function heard({ ports, adapters, stores: [store] }: Opened): Promise<void> {
  assert.ok(store);
  const receiver = createReceiver({ ...ports, certificates: noCertificates }, adapters.sources);
  const event = { specversion: "1.0", id: "1", source: "/erp", type: "makegood.order.cancelled", subject: "1001", time: iso(ports.clock.now()), data: {} };
  const receipt = await receiver.receive(store.id, "payments", { headers: { authorization: "Bearer a-key-of-sixteen-characters", "content-type": "application/cloudevents+json" }, body: Buffer.from(JSON.stringify(event)) });
  assert.equal(receipt.kind, "kept", JSON.stringify(receipt));
  await receiver.drain();
  await acceptEvidence(ports, store.id, "mail", Buffer.from("From: a@b.example\r\n\r\nHello"));
}

const lineOf = (lines: readonly string[], start: RegExp): string => lines.find((line) => start.test(line)) ?? lines.join("\n");

test("a playbook goes live only once each of its controls is proved; doctor shows how they stand and by what", async () => {
  const store = await shop();
  await assert.rejects(store.run(goliveCommand, noDns, {}, "refund-idle"), {
    code: "not_ready",
    message: new RegExp(
      "refund-idle is not ready to speak for main:\n" +
        "  reply-address-monitored cannot be known: no mail out of help@shop\\.example has come in yet\\. .* post each mail to POST /evidence/main/mail, then write a mail to help@shop\\.example\\.\n" +
        "  refunds-source-heard cannot be known: nothing has come from payments yet\\. .*\n" +
        " Do what they say, or add --despite reply-address-monitored --despite refunds-source-heard: the audit keeps that you did\\.",
    ),
  });
  const before = (await store.run(doctorCommand, noDns)).lines;
  assert.match(lineOf(before, /reply-address-monitored: /), /^UNKNOWN main: reply-address-monitored: cannot be known: no mail out of/);
  assert.equal(lineOf(before, /refund-idle/), "remark  main: refund-idle is in shadow mode, it says nothing; reply-address-monitored cannot be known, refunds-source-heard cannot be known. `makegood golive` refuses it until they are met.");

  assert.equal(lineOf(before, /nothing has come from payments/), "UNKNOWN main: nothing has come from payments yet: whether its webhooks arrive cannot be known");

  await store.live(heard);
  const after = (await store.run(doctorCommand, noDns)).lines;
  assert.match(lineOf(after, /reply-address-monitored: /), /^ok      main: reply-address-monitored: met: mails that come back are handed on, the last at 20/);
  assert.equal(lineOf(after, /page-rota-filled: /), "ok      main: page-rota-filled: met: Ada Keeper is paged, and nobody after: add a second person to paging.order");
  assert.equal(lineOf(after, /refund-idle/), "remark  main: refund-idle is in shadow mode, it says nothing; all 4 controls are met. `makegood golive refund-idle` lets it speak.");
  assert.equal(lineOf(after, /payments is heard/), "ok      main: payments is heard");
  const { status, lines } = await store.run(goliveCommand, noDns, {}, "refund-idle");
  assert.deepEqual([status, lines], [0, ["refund-idle speaks for main from now on. What was opened in shadow before stays unsaid."]]);
  assert.deepEqual(await store.db.rows(sql("select actor, verb, target, detail from audit")), [{ actor: "Ada", verb: "golive", target: "playbook/refund-idle", detail: {} }]);
  assert.match(lineOf((await store.run(doctorCommand, noDns)).lines, /refund-idle/), /^ok      main: refund-idle speaks since .*; all 4 controls are met$/);
});

test("a playbook that waits for what nothing detects yet does not look live: doctor says so, golive refuses it despite everything, and it asks for nothing", async () => {
  const store = await shop();
  const despite = ["mail-provider-configured", "reply-address-monitored", "page-rota-filled", "coordinator-named", "payments-source-heard", "status-page-elsewhere"];
  await assert.rejects(store.run(goliveCommand, noDns, { despite }, "gateway-outage"), {
    code: "not_detected",
    message: /^Nothing can open a case of gateway-outage yet\. It waits for what this version does not detect:\n  incident\.declared: a person declares an incident\n  surge\.seen: .*\n  probe\.failed: .*\n Read it and change its words to yours; it goes live with a version that detects one of these\.$/,
  });
  assert.equal((await store.db.rows(sql("select 1 from golives"))).length, 0);
  const { lines } = await store.run(doctorCommand, noDns);
  assert.equal(lineOf(lines, /gateway-outage/), "remark  main: gateway-outage is not detected yet: nothing notices incident.declared, surge.seen, probe.failed, so that nothing opens a case of it, live or in shadow. `makegood golive` refuses it.");
  assert.doesNotMatch(lines.join("\n"), /coordinator-named|status-page-elsewhere/, "what cannot speak asks for nothing yet");
});

test("the controls that incidents ask for are proved where they can be, and say why where nothing can", async () => {
  const kinds = async (change?: (config: string) => string) => {
    const store = await shop(change);
    let states: readonly ControlState[] = [];
    await store.live(async (opened) => {
      const [main] = opened.stores;
      assert.ok(main);
      states = await lookAtControls(opened, main, await knockAtMailServers(main.config));
    });
    return new Map(states.map(({ control, ...state }) => [control, state]));
  };
  const bare = await kinds();
  assert.deepEqual(bare.get("status-page-elsewhere"), { kind: "not provable", evidence: "no status page can be connected yet" });
  assert.match(bare.get("second-mail-provider")?.evidence ?? "", /^first alone answers: when it is down, notices wait\. Add another/);
  assert.match(bare.get("counsel-named")?.evidence ?? "", /^nobody under people has the role counsel and an address that is read\. Add roles: \[counsel\]/);
  assert.deepEqual(["second-mail-provider", "coordinator-named", "counsel-named", "contacts-known", "shipping-heard", "payments-source-heard"].map((control) => bare.get(control as ControlState["control"])?.kind), ["not met", "not met", "not met", "unknown", "unknown", "unknown"]);
  const ready = await kinds((config) =>
    config
      .replace("email: ada@shop.example }", "email: ada@shop.example, roles: [coordinator, counsel] }")
      .replace(/(\{ name: first, [^}]*\})/, (first) => `${first}, ${first.replace("first", "second")}`),
  );
  assert.deepEqual(["second-mail-provider", "coordinator-named", "counsel-named"].map((control) => ready.get(control as ControlState["control"])), [
    { kind: "met", evidence: "first, second answer" },
    { kind: "met", evidence: "Ada Keeper has the role coordinator" },
    { kind: "met", evidence: "Ada Keeper has the role counsel" },
  ]);
});

test("who goes live despite a control names it, and the audit keeps which and what was known of it", async () => {
  const store = await shop((config) => config.replace(/apiKeys: .*/, "apiKeys: []").replace(/port: \d+/, "port: 1"));
  const despite = ["mail-provider-configured", "refunds-source-heard"];
  await assert.rejects(store.run(goliveCommand, noDns, { despite: [...despite, "luck"] }, "refund-idle"), { code: "control", message: /There is no control of readiness "luck"\. Name one of: mail-provider-configured,/ });
  await assert.rejects(store.run(goliveCommand, noDns, { despite }, "refund-idle"), { code: "not_ready", message: /reply-address-monitored is not met: nothing may hand on the mails of help@shop\.example: there is no API key\. Set stores\.<id>\.apiKeys/ });
  assert.equal((await store.db.rows(sql("select 1 from golives"))).length, 0);
  const { lines } = await store.run(goliveCommand, noDns, { despite: [...despite, "reply-address-monitored", "page-rota-filled"] }, "refund-idle");
  assert.equal(lines.length, 4, "three controls are not proved; the one that is met is not counted");
  assert.match(lines[0] ?? "", /^Despite mail-provider-configured: no mail server answers: first \(127\.0\.0\.1:1\): /);
  const [row] = await store.db.rows<{ detail: { despite: { control: string }[] } }>(sql("select detail from audit"));
  assert.deepEqual(row?.detail.despite.map(({ control }) => control), ["mail-provider-configured", "reply-address-monitored", "refunds-source-heard"]);
  assert.match(lineOf((await store.run(doctorCommand, noDns)).lines, /refund-idle speaks/), /^PROBLEM main: refund-idle speaks since .*; mail-provider-configured not met, reply-address-monitored not met, refunds-source-heard cannot be known$/);
});

test("nothing goes live without a human way out, whatever it is despite of", async () => {
  const despite = ["reply-address-monitored", "refunds-source-heard"];
  const cases: readonly (readonly [(config: string) => string, RegExp])[] = [
    [(config) => config.replace("replyTo: help@", "replyTo: no-reply@"), /Replies go to no-reply@shop\.example, which says of itself that nobody reads it/],
    [(config) => config.replace("email: help@shop.example }", 'email: keine-antwort@shop.example, phone: "" }'), /support names no way to a person\..* support\.email is keine-antwort@shop\.example/],
  ];
  for (const [change, what] of cases) {
    const store = await shop(change);
    await assert.rejects(store.run(goliveCommand, noDns, { despite }, "refund-idle"), { code: "no_way_out", message: what });
    assert.match((await store.run(doctorCommand, noDns)).lines.join("\n"), new RegExp(`PROBLEM main: .*${what.source}`.replace(/\\\.\.\* .*/, "")));
    assert.equal((await store.run(goliveCommand, noDns, { back: true }, "refund-idle")).status, 0, "it can always fall silent");
  }
});

test("doctor says when orders come without their customers' addresses, which nobody could be told by", async () => {
  const store = await shop();
  const order = (orderId: string, contact: Contact) =>
    store.live(async ({ ports, stores: [main] }) => {
      assert.ok(main);
      const at = ports.clock.now();
      const event: StoreEvent = { id: uuidOf(orderId), inboxId: uuidOf("inbox", orderId), source: "payments", at, receivedAt: at, orderId, refs: [], fact: { kind: "order.recorded", reference: orderId, placedAt: at, contact, total: money(5000, "EUR"), lines: [], test: false } };
      await ports.db.transaction((tx) => mergeEvents(tx, main.id, [event], at, "a secret"));
    });
  const said = async () => lineOf((await store.run(doctorCommand, noDns)).lines, / orders? /);
  assert.match(await said(), /^UNKNOWN main: no order has come in these 30 days/);
  await order("1", { firstName: "Mira" });
  assert.match(await said(), /^PROBLEM main: none of the orders looked at \(1\) came with an e-mail address: nobody can be told anything\. Grant the shop's app or API key access/);
  await order("2", { email: "paul@mail.example" });
  assert.match(await said(), /^remark  main: 1 of 2 orders came without an e-mail address/);
});

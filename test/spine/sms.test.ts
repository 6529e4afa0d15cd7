import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import Fastify from "fastify";
import { noCertificates } from "../../src/base/certificates.ts";
import { sql } from "../../src/base/db.ts";
import { HOUR, iso, MINUTE, plus } from "../../src/base/time.ts";
import { reconcile } from "../../src/incidents/index.ts";
import { acceptEvidence, consentRoutes, evidenceRoutes, MAIL_SOURCE } from "../../src/outreach/index.ts";
import { silentLog } from "../../src/server/log.ts";
import { deliveryReport } from "../../src/server/mail-sink/bounce.ts";
import { SAMPLE_SECRETS } from "../../src/server/sample/secrets.ts";
import type { VendorDelivery } from "../../sample/model.ts";
import { scenesOfFate } from "../../sample/story.ts";
import type { Terminal } from "../../src/server/cli/command.ts";
import { command as saidCommand } from "../../src/server/cli/commands/said.ts";
import { MONDAY, noDns, startSpine } from "./harness.ts";

const open: { stop(): Promise<unknown> }[] = [];
after(async () => void (await Promise.all(open.map((each) => each.stop()))));

const PHONE = "+4915112345678";
const TOKEN = "a-token-for-the-tests";
const KEY = "a-key-of-sixteen-characters";
const DESK = "/evidence/sample/twilio";
const account = `AC${"0".repeat(31)}1`;

type Taken = Readonly<Record<string, string>>;
interface Wish {
  /** What a provider of texts answers; the default takes it. */
  readonly answer?: (text: Taken, response: ServerResponse) => void;
  readonly consent?: boolean;
  /** Where the goods go. Default Germany. */
  readonly to?: { readonly country: string; readonly region?: string };
  readonly mailArrives?: boolean;
  readonly withoutSms?: boolean;
}

/** A provider of texts in this process, with its record of what it took. */
async function startTexts(answer: NonNullable<Wish["answer"]> = take) {
  const taken: Taken[] = [];
  const server = createServer(async (request, response) => {
    const parts: Uint8Array[] = [];
    for await (const part of request as AsyncIterable<Uint8Array>) parts.push(part);
    const text = Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString("utf8")));
    taken.push(text);
    answer(text, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push({ stop: async () => (server.closeAllConnections(), server.close()) });
  return { taken, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function take(_: Taken, response: ServerResponse): void {
  response.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify({ sid: `SM${"0".repeat(32)}`, status: "accepted" }));
}

/** An order that the store cancels an hour after it was placed, of a customer whose mail server refuses every mail and who has a phone. */
async function cancelledOrder(wish: Wish = {}) {
  const texts = await startTexts(wish.answer);
  const channels = { sms: { providers: [{ name: "first", type: "twilio", accountSid: account, authToken: TOKEN, messagingServiceSid: `MG${"0".repeat(31)}1`, baseUrl: texts.url }] } };
  const spine = await startSpine({
    settings: { apiKeys: [KEY], ...(wish.withoutSms ? {} : { channels }) },
    eventWebhooks: { twilio: { type: "twilio", authTokens: [TOKEN] } },
    policy: ({ to }) => (to.endsWith("@mail.example") && wish.mailArrives !== true ? { kind: "refuse", at: "recipient", code: 550, enhanced: "5.1.1", says: "no such user" } : { kind: "accept" }),
  });
  const http = Fastify();
  const ports = { ...spine.opened.ports, certificates: noCertificates, fetch: () => Promise.reject(new Error("no vendor is asked")), publicUrl: "http://localhost", log: silentLog };
  await http.register(evidenceRoutes(ports, () => spine.runtime.evidence));
  await http.register(consentRoutes(ports, [{ id: spine.store, keyHashes: spine.runtime.evidence.keyHashes, channels: spine.runtime.outreach.channels.filter(({ needsConsent }) => needsConsent) }]));
  open.push(spine, { stop: () => http.close() });
  const post = (fields: Record<string, string>, query = "") => {
    const url = `${DESK}${query}`;
    const sorted = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
    const signature = createHmac("sha1", TOKEN).update(`http://localhost${url}${sorted.flat().join("")}`).digest("base64");
    return http.inject({ method: "POST", url, headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature }, payload: new URLSearchParams(fields).toString() });
  };
  const consent = (given: boolean) =>
    http.inject({ method: "POST", url: "/v1/consents", headers: { authorization: `Bearer ${KEY}` }, payload: { consents: [{ address: PHONE, given, at: iso(spine.now()), wording: "Text me about my orders", source: "checkout" }] } });
  if (wish.consent !== false) assert.equal((await consent(true)).json<{ recorded: number }>().recorded, 1);
  const scenes = [...scenesOfFate(3, MONDAY, { kind: "cancelled", reason: "inventory", refundAfter: 20 * HOUR }, SAMPLE_SECRETS.secrets)].sort((a, b) => a.at - b.at);
  const cancelledAt = plus(MONDAY, HOUR);
  const play = async () => {
    for (const scene of scenes.filter(({ at }) => at <= cancelledAt)) {
      spine.pass(Math.max(0, scene.at - spine.now()));
      await spine.deliver(ofPhone(scene.deliver(spine.now()), wish.to ?? { country: "DE" }));
    }
    await spine.work();
  };
  return {
    spine,
    texts,
    scenes,
    play,
    consent,
    /** What the provider tells of the last text that it took. */
    report: (MessageStatus: string, more: Record<string, string> = {}) => {
      const callback = new URL(texts.taken.at(-1)?.["StatusCallback"] ?? "");
      return post({ MessageSid: `SM${"0".repeat(32)}`, MessageStatus, To: PHONE, ...more }, callback.search);
    },
    reply: (Body: string, sid = 1, more: Record<string, string> = {}) => post({ MessageSid: `SM${String(sid).padStart(32, "0")}`, SmsStatus: "received", From: PHONE, To: "+4930", Body, ...more }),
    line: () => reconcile(spine.db, spine.store, spine.now()),
    messages: () => spine.db.rows<{ channel: string; state: string; detail: string | null }>(sql("select channel, state, detail from messages where channel <> 'portal' order by channel, state_at")),
    mailsToStaff: async () => Promise.all(spine.sink.messages().filter(({ envelope }) => envelope.to[0] === "help@hearth.example").map(async (mail) => (await mail.parsed()).text ?? "")),
  };
}

/** The shop's delivery as it would be with the customer's phone and another address, signed anew. */
function ofPhone(delivery: VendorDelivery, { country, region }: NonNullable<Wish["to"]>): VendorDelivery {
  if (delivery.source !== "shopify") return delivery;
  const order = JSON.parse(delivery.body.toString()) as Record<string, unknown>;
  if (!("line_items" in order)) return delivery;
  const address = { ...(order["shipping_address"] as object), country_code: country, province_code: region ?? null };
  const body = JSON.stringify({ ...order, phone: PHONE, shipping_address: address });
  const signature = createHmac("sha256", SAMPLE_SECRETS.secrets.shop).update(body).digest("base64");
  const headers = Object.fromEntries(Object.entries(delivery.headers).map(([name, value]) => [name, /hmac/i.test(name) ? signature : value]));
  return { ...delivery, headers, body } as VendorDelivery;
}

test("a mail that comes back is followed by a text within the deadline, and the customer counts as told once the text has arrived", async () => {
  const { play, texts, report, line, spine, messages } = await cancelledOrder();
  await play();
  assert.equal(texts.taken.length, 1);
  assert.equal(texts.taken[0]?.["To"], PHONE);
  assert.match(texts.taken[0]?.["Body"] ?? "", /^Hearth & Larder: .*#1103.*nicht mehr vorrätig.*http:\/\/localhost\/o\/\S+ Keine SMS mehr\? Antworten Sie STOP\.$/);
  assert.match((await messages()).at(-1)?.detail ?? "", /segments: 2 \(GSM-7\)$/);
  assert.deepEqual((await line()).told, 0, "handed over is not told");
  assert.equal((await report("delivered")).statusCode, 202);
  await spine.work();
  const { told, due, balanced, overdue } = await line();
  assert.deepEqual({ told, due, balanced, overdue }, { told: 1, due: 0, balanced: true, overdue: 0 });
});

test("whoever could not be reached is told from the beginning, by what is known by then, once they agree to texts; never the end of what they did not hear", async () => {
  const { play, scenes, consent, texts, line, spine } = await cancelledOrder({ consent: false });
  await play();
  assert.deepEqual((await line()).unreachable, { refused: 1 });
  for (const scene of scenes.filter(({ at }) => at > spine.now())) {
    spine.pass(Math.max(0, scene.at - spine.now()));
    await spine.deliver(ofPhone(scene.deliver(spine.now()), { country: "DE" }));
  }
  await spine.work();
  assert.deepEqual((await line()).unreachable, { refused: 1 });
  const kinds = await spine.db.rows<{ kind: string; state: string }>(sql("select kind, state from notices order by written_at"));
  assert.deepEqual(kinds.filter(({ state }) => state !== "withdrawn").map(({ kind }) => kind), ["first"]);
  await consent(true);
  await spine.work();
  assert.deepEqual((await line()).due, 1);
  spine.pass(4 * HOUR); // the hours of texts are open
  await spine.work();
  assert.equal(texts.taken.length, 1);
  assert.match(texts.taken[0]?.["Body"] ?? "", /^Hearth & Larder: .*#1103.*nicht mehr vorrätig/);
  const { unreachable, overdue, balanced } = await line();
  assert.deepEqual({ unreachable, overdue, balanced }, { unreachable: {}, overdue: 0, balanced: true });
});

test("a corrected mail address gets the word that the wrong one refused, within a month, and once", async () => {
  const { play, scenes, line, spine } = await cancelledOrder({ withoutSms: true, consent: false });
  await play();
  assert.deepEqual((await line()).unreachable, { refused: 1 });
  const order = JSON.parse(scenes.findLast(({ at, deliver }) => at <= spine.now() && deliver(at).source === "shopify")?.deliver(spine.now()).body.toString() ?? "") as object;
  const sign = spine.runtime.sources.get("shopify")?.adapter.sign;
  assert.ok(sign);
  const correct = async (email: string) => {
    spine.pass(HOUR);
    const body = Buffer.from(JSON.stringify({ ...order, email, contact_email: email, updated_at: iso(spine.now()) }));
    const delivery = sign({ kind: "orders/updated", deliveryId: email, triggeredAt: spine.now(), body }, spine.now());
    assert.equal((await spine.receiver.receive(spine.store, "shopify", delivery)).kind, "kept");
    await spine.work();
    return spine.sink.messages().filter(({ envelope }) => envelope.to[0] === email).length;
  };
  assert.equal(await correct("ida@post.example"), 1);
  const { told, due, unreachable, balanced } = await line();
  assert.deepEqual({ reached: told + due, unreachable, balanced }, { reached: 1, unreachable: {}, balanced: true });
  assert.equal(await correct("ida@other.example"), 0, "it has been told");
});

test("a word that comes back after a newer one was said is not said again on another way", async () => {
  const { play, scenes, messages, spine } = await cancelledOrder({ mailArrives: true });
  await play();
  const [first] = spine.sink.messages().filter(({ envelope }) => envelope.to[0]?.endsWith("@mail.example"));
  assert.ok(first);
  for (const scene of scenes.filter(({ at }) => at > spine.now())) {
    spine.pass(Math.max(0, scene.at - spine.now()));
    await spine.deliver(ofPhone(scene.deliver(spine.now()), { country: "DE" }));
  }
  await spine.work();
  const kinds = () => spine.db.rows<{ kind: string; state: string }>(sql("select kind, state from notices order by written_at"));
  assert.deepEqual(await kinds(), [{ kind: "first", state: "expanded" }, { kind: "refund-sent", state: "expanded" }]);
  const [recipient = ""] = first.envelope.to;
  await acceptEvidence(spine.opened.ports, spine.store, MAIL_SOURCE, deliveryReport(first.envelope, recipient, first.raw, "5.1.1", "no such user"));
  await spine.work();
  assert.deepEqual((await messages()).map(({ channel, state }) => `${channel} ${state}`).sort(), ["email bounced", "email delivered"]);
});

test("what was said is printed in the words of the channel that said it", async () => {
  const { play, texts, spine } = await cancelledOrder();
  await play();
  const [found] = await spine.db.rows<{ id: string }>(sql("select case_id as id from cases"));
  const lines: string[] = [];
  const hear = (line: string): void => void lines.push(line);
  const terminal: Terminal = { env: { DATABASE_URL: spine.url }, cwd: import.meta.dirname, dns: noDns, out: hear, err: hear, stopping: new AbortController().signal };
  assert.equal(await saidCommand.run({ values: {}, positionals: [found?.id ?? ""] }, terminal), 0);
  const heads = lines.filter((line) => line.startsWith("== "));
  assert.equal(heads.length, 2, "the page says what the mail says, and is not printed again");
  assert.match(lines.join("\n"), /^== refused, \S+: Ihre Bestellung #1103 wurde storniert\n\nGuten Tag/);
  assert.match(heads[1] ?? "", /^== accepted by sms, \S+Z$/);
  const text = lines[lines.indexOf(heads[1] ?? "") + 2] ?? "";
  // The command runs on the sample store's own configuration, whose pages have another address.
  const words = (said: string): string => said.replace(/http\S+/, "<page>").replace(/ Keine SMS mehr\?.*$/, "");
  assert.equal(words(text), words(texts.taken[0]?.["Body"] ?? ""));
});

test("the second text to a number does not say again how to stop", async () => {
  const { play, texts, report, spine, scenes } = await cancelledOrder();
  await play();
  await report("delivered");
  await spine.work();
  for (const scene of scenes.filter(({ at }) => at > plus(MONDAY, HOUR))) {
    spine.pass(Math.max(0, scene.at - spine.now()));
    await spine.deliver(ofPhone(scene.deliver(spine.now()), { country: "DE" }));
  }
  await spine.work();
  spine.pass(6 * HOUR);
  await spine.work();
  assert.equal(texts.taken.length, 2);
  assert.doesNotMatch(texts.taken[1]?.["Body"] ?? "", /STOP/);
});

test("STOP ends texts at once, is confirmed once, and the next word takes another way or stands as unreachable", async () => {
  const { play, texts, reply, line, messages, spine } = await cancelledOrder({ answer: (_, response) => void response.writeHead(429).end("{}") });
  await play();
  assert.equal(texts.taken.length > 0, true);
  const confirmed = await reply("STOP PLEASE");
  assert.match(confirmed.body, /<Message>Hearth &amp; Larder: Sie erhalten keine SMS mehr von uns/);
  assert.doesNotMatch((await reply("STOP PLEASE")).body, /<Message>/, "told again, it is confirmed no second time");
  const before = texts.taken.length;
  spine.pass(10 * MINUTE);
  await spine.work();
  assert.equal(texts.taken.length, before, "nothing leaves by text any more");
  assert.deepEqual((await messages()).map(({ channel, state, detail }) => [channel, state, channel === "sms" ? detail : ""]), [["email", "refused", ""], ["sms", "suppressed", "stop"]]);
  const { unreachable, balanced } = await line();
  assert.deepEqual({ unreachable, balanced }, { unreachable: { refused: 1 }, balanced: true });
});

test("START takes a STOP back; HELP names a person; what the provider has confirmed itself is not confirmed twice", async () => {
  const { play, texts, reply } = await cancelledOrder();
  assert.doesNotMatch((await reply("Stop", 1, { OptOutType: "STOP" })).body, /<Message>/);
  assert.match((await reply("HELP", 2)).body, /help@hearth\.example/);
  assert.match((await reply("START", 3)).body, /texts about your orders again/);
  await play();
  assert.equal(texts.taken.length, 1);
});

test("a person's own words reach the people who answer, and so does a cancel that may have been about the order", async () => {
  const { play, texts, reply, mailsToStaff, spine } = await cancelledOrder();
  await play();
  assert.doesNotMatch((await reply("Can I still get the blue one?", 1)).body, /<Message>/);
  assert.match((await reply("cancel", 2)).body, /keine SMS mehr/);
  await spine.work();
  const mails = await mailsToStaff();
  assert.equal(mails.length, 2);
  assert.match(mails.join("\n"), /From \+4915112345678[\s\S]*Can I still get the blue one\?[\s\S]*cancel[\s\S]*may have been a wish/);
  const [kept] = await spine.db.rows<{ count: number }>(sql("select count(*)::integer as count from replies where words is not null or address is not null"));
  assert.equal(kept?.count, 0, "their words stand in the mailbox alone");
  assert.equal(texts.taken.length, 1);
});

test("without consent no text leaves, and the ledger says why; consent that is taken back holds for what waits", async () => {
  const without = await cancelledOrder({ consent: false });
  await without.play();
  assert.equal(without.texts.taken.length, 0);
  assert.deepEqual((await without.messages()).at(-1), { channel: "sms", state: "suppressed", detail: "no consent" });
  assert.deepEqual((await without.line()).unreachable, { refused: 1 });

  const withdrawn = await cancelledOrder({ answer: (_, response) => void response.writeHead(429).end("{}") });
  await withdrawn.play();
  const asked = withdrawn.texts.taken.length;
  withdrawn.spine.pass(MINUTE);
  assert.equal((await withdrawn.consent(false)).statusCode, 200);
  withdrawn.spine.pass(10 * MINUTE);
  await withdrawn.spine.work();
  assert.equal(withdrawn.texts.taken.length, asked);
  assert.deepEqual((await withdrawn.messages()).at(-1), { channel: "sms", state: "suppressed", detail: "no consent" });
});

test("a text waits for the hours of the recipient's state: due and held, never excused", async () => {
  // Monday 10:00 in Berlin is 04:00 in Florida, where texts begin at 9.
  const { play, texts, line, spine } = await cancelledOrder({ to: { country: "US", region: "FL" } });
  await play();
  assert.equal(texts.taken.length, 0);
  assert.equal((await line()).due, 1);
  spine.pass(3 * HOUR + 30 * MINUTE);
  await spine.work();
  assert.equal(texts.taken.length, 0, "08:30 in the state's east is too early");
  spine.pass(2 * HOUR);
  await spine.work();
  assert.equal(texts.taken.length, 1);
});

test("a text that may have been sent is sent once more after the evidence window, with the same words, and no third time", async () => {
  const { play, texts, spine, messages } = await cancelledOrder({ answer: (_, response) => void response.destroy() });
  await play();
  assert.equal(texts.taken.length, 1);
  spine.pass(20 * MINUTE);
  await spine.work();
  assert.equal(texts.taken.length, 1, "within the window its report may still come");
  for (let hours = 0; hours < 4; hours += 1) {
    spine.pass(HOUR);
    await spine.work();
  }
  assert.equal(texts.taken.length, 2);
  assert.deepEqual(texts.taken[0], texts.taken[1]);
  assert.equal((await messages()).at(-1)?.state, "unknown");
});

test("a text that did not arrive is no end: a dead number gets no other, a block of ours is said plainly", async () => {
  const dead = await cancelledOrder();
  await dead.play();
  await dead.report("undelivered", { ErrorCode: "30005" });
  await dead.spine.work();
  assert.deepEqual((await dead.line()).unreachable, { bounced: 1 });
  const suppressed = await dead.spine.db.rows(sql("select reason from suppressions where channel = 'sms'"));
  assert.deepEqual(suppressed, [{ reason: "bounce" }]);

  const blocked = await cancelledOrder();
  await blocked.play();
  await blocked.report("undelivered", { ErrorCode: "30034" });
  await blocked.spine.work();
  const tasks = await blocked.spine.db.rows<{ what: string }>(sql("select what from tasks where about = 'channel/sms'"));
  assert.match(tasks[0]?.what ?? "", /not registered \(A2P 10DLC, error 30034\)/);
});

test("a number that is known to be dead stays dead, though its owner had texted STOP before and takes that back", async () => {
  const { play, report, reply, spine } = await cancelledOrder();
  await play();
  await reply("STOP", 1);
  await report("undelivered", { ErrorCode: "30005" });
  await spine.work();
  await reply("START", 2);
  const suppressed = await spine.db.rows(sql("select reason from suppressions where channel = 'sms'"));
  assert.deepEqual(suppressed, [{ reason: "bounce" }]);
});

test("a mail that arrives needs no text; a store without texts is as it was", async () => {
  const arrived = await cancelledOrder({ mailArrives: true });
  await arrived.play();
  assert.equal(arrived.texts.taken.length, 0);
  const plain = await cancelledOrder({ withoutSms: true, consent: false });
  await plain.play();
  assert.deepEqual((await plain.messages()).map(({ channel }) => channel), ["email"]);
  assert.deepEqual((await plain.line()).unreachable, { refused: 1 });
});

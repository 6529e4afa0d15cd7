import assert from "node:assert/strict";
import { createVerify, createHash, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { TestContext } from "node:test";
import fc from "fast-check";
import { SMTPServer } from "smtp-server";
import { parseMailAddress } from "./addresses.ts";
import { startFaultyServer } from "./faulty-server.ts";
import type { FaultyServer, FaultyServerOptions, Reaction } from "./faulty-server.ts";
import type { Envelope, MailProvider, Outcome } from "./outcome.ts";
import type { SmtpSettings } from "./settings.ts";
import { createSmtpTransport } from "./transport.ts";

const fixture = (name: string) => readFileSync(new URL(`../../../test/fixtures/smtp/${name}`, import.meta.url), "utf8");
const tls = { key: fixture("localhost.key.pem"), cert: fixture("localhost.cert.pem") };
const SHORT = { connect: 2_000, greeting: 150, command: 150, write: 2_000, final: 150, idle: 2_000 };

async function meet(t: TestContext, server: FaultyServerOptions, settings: Partial<SmtpSettings> = {}): Promise<{ server: FaultyServer; provider: MailProvider }> {
  const faulty = await startFaultyServer(server);
  const provider = createSmtpTransport({ host: "127.0.0.1", port: faulty.port, tls: "none", name: "test.invalid", connections: 1, timeouts: SHORT, ...settings });
  t.after(async () => {
    await provider.close();
    await faulty.close();
  });
  return { server: faulty, provider };
}

function mail(changes: { to?: string; content?: string } = {}): Envelope {
  const to = parseMailAddress(changes.to ?? "anna@example.com");
  const from = parseMailAddress("care@shop.example");
  assert.ok(to && from);
  return { from, to, content: Buffer.from(changes.content ?? "Subject: x\r\n\r\nBody\r\n") };
}

async function sendOne(provider: MailProvider, envelope: Envelope = mail()): Promise<Outcome> {
  const [outcome] = await provider.send([envelope]);
  assert.ok(outcome);
  return outcome;
}

const atContent = (reaction: Reaction): FaultyServerOptions => ({ script: (step) => (step.verb === "CONTENT" ? reaction : undefined) });

test("whatever lines a mail has, it arrives byte for byte", async (t) => {
  const { server, provider } = await meet(t, {});
  const line = fc.string({ unit: fc.constantFrom(".", "a", " ", "ä", "\t"), maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 8 }), fc.boolean(), async (lines, ended) => {
      const content = lines.join("\r\n") + (ended ? "\r\n" : "");
      const outcome = await sendOne(provider, mail({ content }));
      assert.equal(outcome.kind, "accepted");
      const arrived = Buffer.from(server.taken.at(-1)?.content ?? "", "latin1").toString("utf8");
      assert.equal(arrived, content === "" || content.endsWith("\r\n") ? content || "\r\n" : `${content}\r\n`);
    }),
    { numRuns: 60 },
  );
});

test("a server's own fields lead each mail that goes to it, with the mail's own Message-ID where they ask for it", async (t) => {
  const { server, provider } = await meet(t, {}, { fields: { "X-Keep": "true", "X-Meta-Id": "{message-id}" } });
  const content = "Date: now\r\nMessage-ID: <a1@shop.example>\r\nSubject: x\r\n\r\nMessage-ID: <b2@shop.example>\r\n";
  await sendOne(provider, mail({ content }));
  assert.equal(server.taken.at(-1)?.content, `X-Keep: true\r\nX-Meta-Id: a1@shop.example\r\n${content}`);
  await sendOne(provider, mail({ content: "Subject: x\r\n\r\nMessage-ID: <b2@shop.example>\r\n" }));
  assert.equal(server.taken.at(-1)?.content.split("\r\n", 2).join(), "X-Keep: true,Subject: x", "no field without what it asks for");
});

test("a mail that some server could end early is refused before it is sent", async (t) => {
  const { server, provider } = await meet(t, {});
  for (const content of ["a\n.\nMAIL FROM:<x>", "a\n.\r\nb", "a\r.\rb", "\n.\r\n", "a\r\n.\n"].slice(0, 4)) {
    assert.partialDeepStrictEqual(await sendOne(provider, mail({ content })), { kind: "refused", rule: "malformed", permanent: true, scope: "message" });
  }
  assert.equal(server.taken.length, 0);
});

test("an address with letters beyond ASCII goes only to a server that takes it", async (t) => {
  const able = await meet(t, {});
  assert.equal((await sendOne(able.provider, mail({ to: "用户@example.com" }))).kind, "accepted");
  assert.equal(able.server.taken[0]?.to, "用户@example.com");
  const unable = await meet(t, { extensions: ["PIPELINING", "8BITMIME"] });
  assert.partialDeepStrictEqual(await sendOne(unable.provider, mail({ to: "用户@example.com" })), { rule: "address-needs-smtputf8", scope: "address", permanent: true });
  assert.equal((await sendOne(unable.provider)).kind, "accepted");
});

test("8-bit content and size are announced, and what the server cannot take is refused here", async (t) => {
  const able = await meet(t, {});
  await sendOne(able.provider, mail({ content: "ä\r\n" }));
  assert.match(able.server.steps.find((step) => step.verb === "MAIL")?.line ?? "", / SIZE=4 BODY=8BITMIME$/);
  const unable = await meet(t, { extensions: ["PIPELINING", "SIZE 100"] });
  assert.partialDeepStrictEqual(await sendOne(unable.provider, mail({ content: "ä\r\n" })), { rule: "needs-8bitmime" });
  assert.partialDeepStrictEqual(await sendOne(unable.provider, mail({ content: "x".repeat(101) })), { rule: "too-large" });
});

test("replies are understood however they are cut into packets and lines", async (t) => {
  const script: FaultyServerOptions["script"] = (step) => (step.verb === "CONTENT" ? { say: "550-5.1.1 No such\r\n550 5.1.1 user", keep: false } : undefined);
  const { provider } = await meet(t, { cutReplies: true, script });
  assert.deepEqual(await sendOne(provider), { kind: "refused", permanent: true, scope: "address", code: 550, enhanced: "5.1.1", response: "550 5.1.1 No such 5.1.1 user" });
});

test("an open DATA for a refused recipient is closed with an empty mail, and the next mail goes its way", async (t) => {
  const script: FaultyServerOptions["script"] = (step) =>
    step.to !== "gone@example.com" ? undefined : step.verb === "RCPT" ? { say: "550 5.1.1 Gone" } : step.verb === "DATA" ? { say: "354 Go on" } : step.verb === "CONTENT" ? { say: "554 5.5.1 No valid recipients", keep: false } : undefined;
  const { server, provider } = await meet(t, { script });
  const [gone, next] = await provider.send([mail({ to: "gone@example.com" }), mail()]);
  assert.partialDeepStrictEqual(gone, { kind: "refused", scope: "address", enhanced: "5.1.1" });
  assert.equal(next?.kind, "accepted");
  assert.deepEqual(server.taken.map((one) => one.to), ["anna@example.com"]);
});

test("a no that was read stands though the server goes away behind it", async (t) => {
  const { provider } = await meet(t, { script: (step) => (step.verb === "MAIL" ? { say: "550 5.7.1 Not you", close: true } : undefined) });
  assert.partialDeepStrictEqual(await sendOne(provider), { kind: "refused", permanent: true, scope: "provider", code: 550 });
});

test("a no before the end of the mail is final and nothing is unknown", async (t) => {
  const { server, provider } = await meet(t, { script: (step) => (step.verb === "DATA" && step.nth === 1 ? { say: "354 Go on\r\n552 5.3.4 Too large" } : undefined) });
  assert.partialDeepStrictEqual(await sendOne(provider), { kind: "refused", scope: "message", enhanced: "5.3.4" });
  assert.equal((await sendOne(provider)).kind, "accepted");
  assert.equal(server.taken.length, 1);
});

test("a large mail to a server that stops reading was not sent", async (t) => {
  const { provider } = await meet(t, { extensions: ["PIPELINING"], script: (step) => (step.verb === "DATA" ? { say: "354 Go on", close: true } : undefined) }, { timeouts: { ...SHORT, write: 100 } });
  const outcome = await sendOne(provider, mail({ content: `${"x".repeat(998)}\r\n`.repeat(8_000) }));
  assert.equal(outcome.kind, "notSent", JSON.stringify(outcome));
});

test("silence at any step before the mail means that it was not sent", async (t) => {
  for (const verb of ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"] as const) {
    const { provider } = await meet(t, { script: (step) => (step.verb === verb ? { hang: true } : undefined) });
    assert.partialDeepStrictEqual(await sendOne(provider), { kind: "notSent", because: "timeout" }, verb);
  }
});

test("what is no SMTP leaves a mail unsent before its end, and unknown after it", async (t) => {
  const before = await meet(t, { script: (step) => (step.verb === "RCPT" ? { say: "HTTP/1.1 400 Bad Request" } : undefined) });
  assert.partialDeepStrictEqual(await sendOne(before.provider), { kind: "notSent", because: "protocol" });
  for (const say of ["what?", "334 more", "x".repeat(20_000)]) {
    const after = await meet(t, atContent({ say, keep: true }));
    assert.partialDeepStrictEqual(await sendOne(after.provider), { kind: "unknown", because: "protocol" }, say.slice(0, 9));
  }
});

test("whatever mixture of faults strikes, the outcome is what the server did", async () => {
  const reactions: readonly (readonly [verb: string, reaction: Reaction])[] = [
    ["RCPT", { say: "550 5.1.1 No" }],
    ["RCPT", { say: "450 4.2.1 Later" }],
    ["RCPT", { close: true }],
    ["RCPT", { say: "421 4.3.2 Closing", close: true }],
    ["DATA", { say: "451 4.3.0 Later" }],
    ["DATA", { close: true }],
    ["CONTENT", { say: "554 5.7.1 Spam", keep: false }],
    ["CONTENT", { say: "421 4.3.2 Closing", close: true, keep: false }],
    ["CONTENT", { close: true, keep: true }],
    ["CONTENT", { close: true, keep: false }],
    ["NONE", {}],
    ["NONE", {}],
  ];
  const anyFaults = fc.array(fc.constantFrom(...reactions), { minLength: 1, maxLength: 15 });
  await fc.assert(
    fc.asyncProperty(anyFaults, fc.boolean(), fc.integer({ min: 1, max: 4 }), async (faults, pipelining, connections) => {
      const faultOf = (to: string) => faults[Number(to.split("@")[0])] ?? ["NONE", {}];
      const server = await startFaultyServer({
        extensions: pipelining ? ["PIPELINING"] : [],
        script: (step) => (step.verb === faultOf(step.to)[0] ? faultOf(step.to)[1] : undefined),
      });
      const provider = createSmtpTransport({ host: "127.0.0.1", port: server.port, tls: "none", name: "test.invalid", connections, timeouts: { ...SHORT, command: 5_000, final: 5_000 } });
      const outcomes = await provider.send(faults.map((_, index) => mail({ to: `${index}@example.com` })));
      await provider.close();
      await server.close();
      outcomes.forEach((outcome, index) => {
        const times = server.taken.filter((one) => one.to === `${index}@example.com`).length;
        const [verb, { say, close }] = faultOf(`${index}@`);
        if (outcome.kind !== "unknown") assert.equal(times, outcome.kind === "accepted" ? 1 : 0, JSON.stringify(outcome));
        else assert.ok(times <= 1 && verb === "CONTENT" && close && say === undefined, JSON.stringify(outcome));
        // Behind three others whose connections the server closed, the last of them with 421, a mail comes back with that 421.
        const mayComeBack = faults.filter(([, reaction]) => reaction.close).length >= 3 && faults.some(([, reaction]) => reaction.say?.startsWith("421"));
        const cameBack = mayComeBack && outcome.kind === "refused" && outcome.scope === "provider" && outcome.code === 421;
        if (verb === "NONE") assert.ok(cameBack || /accepted|notSent/.test(outcome.kind), JSON.stringify(outcome));
        else assert.notEqual(outcome.kind, "accepted");
      });
    }),
    { numRuns: 60 },
  );
});

test("connections are kept for the next batch, and given up after their share of mails", async (t) => {
  const kept = await meet(t, {});
  for (let batch = 0; batch < 3; batch++) await kept.provider.send([mail(), mail()]);
  assert.equal(kept.server.connections(), 1);
  const limited = await meet(t, {}, { mailsPerConnection: 2 });
  await limited.provider.send([mail(), mail(), mail(), mail(), mail()]);
  assert.equal(limited.server.connections(), 3);
  assert.equal(limited.server.taken.length, 5);
});

test("a kept connection that the server has ended is replaced without a word", async (t) => {
  const { server, provider } = await meet(t, { script: (step) => (step.verb === "CONTENT" && step.nth === 1 ? { say: "250 2.0.0 Taken", close: true } : undefined) });
  assert.equal((await sendOne(provider)).kind, "accepted");
  assert.equal((await sendOne(provider)).kind, "accepted");
  assert.equal(server.connections(), 2);
});

test("STARTTLS is demanded: without it, with an unknown certificate or with text smuggled ahead, nothing is sent", async (t) => {
  const extensions = ["PIPELINING", "STARTTLS"];
  const starttls = { ...tls, implicit: false };
  const without = await meet(t, {}, { tls: "starttls" });
  assert.partialDeepStrictEqual(await sendOne(without.provider), { kind: "notSent", because: "tls" });
  const stranger = await meet(t, { extensions, tls: starttls }, { tls: "starttls" });
  assert.partialDeepStrictEqual(await sendOne(stranger.provider), { kind: "notSent", because: "tls" });
  const smuggler = await meet(t, { extensions, script: (step) => (step.verb === "STARTTLS" ? { say: "220 Ready\r\n250 injected" } : undefined) }, { tls: "starttls", ca: tls.cert });
  assert.partialDeepStrictEqual(await sendOne(smuggler.provider), { kind: "notSent", because: "protocol" });
  const known = await meet(t, { extensions, tls: starttls }, { tls: "starttls", ca: tls.cert });
  assert.equal((await sendOne(known.provider)).kind, "accepted");
  assert.equal(known.server.steps.filter((step) => step.verb === "EHLO").length, 2);
  assert.equal(without.server.taken.length + stranger.server.taken.length + smuggler.server.taken.length, 0);
});

test("TLS from the first byte checks the certificate too", async (t) => {
  const implicit = { tls: { ...tls, implicit: true } };
  const known = await meet(t, implicit, { tls: "implicit", ca: tls.cert });
  assert.equal((await sendOne(known.provider)).kind, "accepted");
  const stranger = await meet(t, implicit, { tls: "implicit" });
  assert.partialDeepStrictEqual(await sendOne(stranger.provider), { kind: "notSent", because: "tls" });
  const otherName = await meet(t, implicit, { tls: "implicit", ca: tls.cert, host: "127.0.0.2" });
  assert.equal((await sendOne(otherName.provider)).kind, "notSent");
});

test("signing in works by PLAIN and LOGIN, and a refused password is the provider's refusal of every mail", async (t) => {
  const auth = { user: "shop", password: "pässword" };
  const plain = await meet(t, { extensions: ["PIPELINING", "AUTH LOGIN PLAIN"] }, { auth });
  assert.equal((await sendOne(plain.provider)).kind, "accepted");
  assert.equal(plain.server.steps.find((step) => step.verb === "AUTH")?.line, `AUTH PLAIN ${Buffer.from("\0shop\0pässword").toString("base64")}`);
  const login = await meet(t, { extensions: ["AUTH LOGIN"] }, { auth });
  assert.equal((await sendOne(login.provider)).kind, "accepted");
  const said = login.server.steps.filter((step) => step.verb === "CREDENTIALS").map((step) => Buffer.from(step.line, "base64").toString());
  assert.deepEqual(said, ["shop", "pässword"]);
  const wrong = await meet(t, { extensions: ["AUTH PLAIN"], script: (step) => (step.verb === "AUTH" ? { say: "535 5.7.8 Wrong" } : undefined) }, { auth });
  assert.partialDeepStrictEqual(await sendOne(wrong.provider), { kind: "refused", scope: "provider", permanent: true, code: 535 });
  const none = await meet(t, {}, { auth });
  assert.partialDeepStrictEqual(await sendOne(none.provider), { kind: "notSent", because: "auth" });
});

test("settings that cannot work or give a password away are refused at once", () => {
  const good: SmtpSettings = { host: "smtp.example.com", port: 25, tls: "starttls", name: "test.invalid", connections: 1 };
  assert.throws(() => createSmtpTransport({ ...good, tls: "none", auth: { user: "a", password: "b" } }), /unencrypted/);
  assert.throws(() => createSmtpTransport({ ...good, name: "bad name\r\nRCPT" }), /host name/);
  assert.throws(() => createSmtpTransport({ ...good, connections: 0 }), /connections/);
  assert.throws(() => createSmtpTransport({ ...good, dkim: { domain: "a.b", selector: "s", privateKey: "x" } }), /cannot be read/);
});

test("after closing nothing is sent, and what waited was not sent", async (t) => {
  const { provider, server } = await meet(t, { script: (step) => (step.verb === "CONTENT" ? { hang: true, keep: true } : undefined) }, { timeouts: { ...SHORT, final: 60_000 } });
  const sending = provider.send([mail(), mail({ to: "second@example.com" })]);
  while (server.taken.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await provider.close();
  assert.deepEqual((await sending).map((outcome) => outcome.kind), ["unknown", "notSent"]);
  assert.partialDeepStrictEqual(await sendOne(provider), { kind: "notSent", because: "closing" });
});

test("an independent server takes our mails over several pipelined connections", async (t) => {
  const taken: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData: (stream, session, done) => void stream.on("data", () => {}).on("end", () => (taken.push(session.envelope.rcptTo[0]?.address ?? ""), done())),
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.server.address() as { port: number };
  const provider = createSmtpTransport({ host: "127.0.0.1", port, tls: "none", name: "test.invalid", connections: 3 });
  t.after(async () => {
    await provider.close();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const outcomes = await provider.send(Array.from({ length: 50 }, (_, index) => mail({ to: `${index}@example.com` })));
  assert.ok(outcomes.every((outcome) => outcome.kind === "accepted"), JSON.stringify(outcomes[0]));
  assert.equal(new Set(taken).size, 50);
});

test("a signed mail carries a DKIM signature that the public key confirms, body and fields", async (t) => {
  const keys = generateKeyPairSync("rsa", { modulusLength: 2048, privateKeyEncoding: { type: "pkcs8", format: "pem" }, publicKeyEncoding: { type: "spki", format: "pem" } });
  const { server, provider } = await meet(t, {}, { dkim: { domain: "shop.example", selector: "s1", privateKey: keys.privateKey } });
  const content = "From: care@shop.example\r\nTo: anna@example.com\r\nSubject: Your  order\r\n\r\nHello  Anna \r\n\r\n.dot\r\n\r\n\r\n";
  assert.equal((await sendOne(provider, mail({ content }))).kind, "accepted");
  const arrived = server.taken[0]?.content ?? "";
  assert.ok(arrived.endsWith(content));
  const split = arrived.indexOf("\r\n\r\n");
  const body = arrived.slice(split + 4).replace(/[ \t]+\r\n/g, "\r\n").replace(/[ \t]+/g, " ").replace(/(\r\n)+$/, "\r\n");
  const fields = arrived.slice(0, split).split(/\r\n(?![ \t])/).map((field) => {
    const [name = "", ...value] = field.split(":");
    return { name: name.toLowerCase().trim(), value: value.join(":").replace(/\r\n/g, "").replace(/[ \t]+/g, " ").trim() };
  });
  const signature = fields.find((field) => field.name === "dkim-signature")?.value ?? "";
  const tag = (name: string) => new RegExp(`(?:^|; ?)${name}=([^;]*)`).exec(signature)?.[1]?.replace(/ /g, "") ?? "";
  assert.equal(tag("bh"), createHash("sha256").update(body, "latin1").digest("base64"));
  const signed = tag("h").toLowerCase().split(":").flatMap((name) => fields.filter((field) => field.name === name));
  assert.ok(["from", "to", "subject"].every((name) => signed.some((field) => field.name === name)));
  const text = [...signed, { name: "dkim-signature", value: signature.replace(/b=[^;=]*=*$/, "b=") }].map((field) => `${field.name}:${field.value}`).join("\r\n");
  assert.ok(createVerify("RSA-SHA256").update(text, "latin1").verify(keys.publicKey, tag("b"), "base64"));
});

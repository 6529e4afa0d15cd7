import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { classifyMail } from "./classify.ts";
import type { MailEvidence } from "./evidence.ts";

type Label =
  | { readonly kind: "bounce"; readonly recipients: Readonly<Record<string, string>> }
  | { readonly kind: "complaint"; readonly recipient: string | null }
  | { readonly kind: "autoReply"; readonly from: string }
  | { readonly kind: "reply" };

const folder = join(process.env["MAKEGOOD_REAL_INPUT"] ?? join(import.meta.dirname, "../../../../shared/real-input"), "email-bounces");
const labels = JSON.parse(readFileSync(new URL("./labels.json", import.meta.url), "utf8")) as Record<string, Label>;
const LEAST_RIGHT = 0.95;

function asLabel(evidence: MailEvidence): Label | { readonly kind: "unreadable" } {
  switch (evidence.kind) {
    case "bounce":
      return { kind: "bounce", recipients: Object.fromEntries(evidence.recipients.map(({ address, outcome }) => [address, outcome])) };
    case "complaint":
      return { kind: "complaint", recipient: evidence.recipient ?? null };
    case "autoReply":
      return { kind: "autoReply", from: evidence.from ?? "" };
    default:
      return { kind: evidence.kind };
  }
}

test("of the labelled real mails at least 95 % are read as a person reads them, and none that is temporary is called permanent", async (t) => {
  if (!existsSync(folder)) return t.skip(`the real mails are not here: ${folder}`);
  const misses: string[] = [];
  const files = Object.keys(labels);
  for (const file of files) {
    const { note: _, ...label } = labels[file] as Label & { note?: string };
    const read = asLabel(await classifyMail(readFileSync(join(folder, file))));
    if (JSON.stringify(read) !== JSON.stringify(label)) misses.push(`${file}: a person reads ${JSON.stringify(label)}, we read ${JSON.stringify(read)}`);
    if (label.kind !== "bounce" || read.kind !== "bounce") continue;
    for (const [address, outcome] of Object.entries(label.recipients)) {
      assert.ok(outcome !== "temporary" || read.recipients[address] !== "permanent", `${file}: ${address} is temporary and was called permanent`);
    }
  }
  t.diagnostic(`${files.length - misses.length} of ${files.length} right`);
  for (const miss of misses) t.diagnostic(miss);
  assert.ok(files.length - misses.length >= LEAST_RIGHT * files.length, misses.join("\n"));
});

function report(fields: string, text = "", headers = "Return-Path: <>"): Buffer {
  return Buffer.from(
    `${headers}\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: care@shop.example\r\nSubject: Report\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n` +
      `--b\r\n\r\n${text}\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n${fields}\r\n` +
      `--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <n1.a2@shop.example>\r\nTo: anna@example.com\r\n\r\n--b--\r\n`,
  );
}

function note(headers: string, body: string): Buffer {
  return Buffer.from(`${headers}\r\nTo: care@shop.example\r\n\r\n${body}`);
}

async function outcomesOf(raw: Uint8Array): Promise<string[]> {
  const evidence = await classifyMail(raw);
  return evidence.kind === "bounce" ? evidence.recipients.map(({ address, outcome, scope }) => `${address} ${outcome} ${scope}`) : [evidence.kind];
}

test("a standard report is read by its fields, each recipient apart, and leads back to our message", async () => {
  const fields =
    "Original-Recipient: rfc822; anna@example.com\r\nFinal-Recipient: rfc822; a@inner.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 No such user\r\n\r\n" +
    "Final-Recipient: rfc822;\r\n bo@example.com\r\nAction: delayed\r\nStatus: 4.4.1\r\n\r\nFinal-Recipient: rfc822; cy@example.com\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\nFinal-Recipient: rfc822; di@example.com\r\nAction: relayed\r\nStatus: 2.0.0\r\n";
  const evidence = await classifyMail(report(fields));
  assert.partialDeepStrictEqual(evidence, { kind: "bounce", originalMessageId: "n1.a2@shop.example" });
  assert.deepEqual(
    (await outcomesOf(report(fields))).map((line) => line.replace(/ \w+$/, "")),
    ["anna@example.com permanent", "bo@example.com temporary", "cy@example.com delivered", "di@example.com relayed"],
  );
});

test("a reason that passes by itself is temporary whatever the code beside it", async () => {
  const cases: readonly (readonly [status: string, diagnostic: string, outcome: string])[] = [
    ["5.2.2", "smtp; 550 5.2.2 Over quota", "temporary"],
    ["5.0.0", "smtp; 552 Mailbox full", "temporary"],
    ["5.0.0", "smtp; 552 Too many recipients", "temporary"],
    ["5.0.0", "smtp; 451 4.3.0 Local problem", "temporary"],
    ["4.0.0", "smtp; 550 Go away", "temporary"],
    ["5.4.7", "smtp; message expired", "temporary"],
    ["5.1.1", "smtp; 550 5.1.1 No such user, do not try again", "permanent"],
    ["4.0.0", "smtp; DNS: the domain returned Null MX", "permanent"],
    ["5.0.0", "", "permanent"],
  ];
  for (const [status, diagnostic, outcome] of cases) {
    const [line] = await outcomesOf(report(`Final-Recipient: rfc822; anna@example.com\r\nAction: failed\r\nStatus: ${status}\r\nDiagnostic-Code: ${diagnostic}\r\n`));
    assert.equal(line?.split(" ")[1], outcome, `${status} ${diagnostic}`);
  }
});

test("a report says whether anybody still tries: a failure is over whatever its code, a delay is not", async () => {
  const final = async (raw: Uint8Array) => {
    const evidence = await classifyMail(raw);
    return evidence.kind === "bounce" ? evidence.recipients.map(({ outcome, isFinal }) => [outcome, isFinal]) : evidence.kind;
  };
  const of = (action: string, status: string, text?: string) => final(report(`Final-Recipient: rfc822; anna@example.com\r\n${action}Status: ${status}\r\n`, text));
  assert.deepEqual(await of("Action: failed\r\n", "4.4.1"), [["temporary", true]]);
  assert.deepEqual(await of("Action: failed\r\n", "5.1.1"), [["permanent", true]]);
  assert.deepEqual(await of("Action: delayed\r\n", "4.4.1"), [["temporary", false]]);
  assert.deepEqual(await of("Action: relayed\r\n", "2.0.0"), [["relayed", false]]);
  assert.deepEqual(await of("Action: delivered\r\n", "2.0.0"), [["delivered", true]]);
  assert.deepEqual(await of("", "4.4.1", "Your message has been delayed."), [["temporary", false]]);
  const full = "I wasn't able to deliver your message.\n\n<anna@example.com>:\nMailbox full\n";
  assert.deepEqual(await final(note("Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nSubject: failure notice", full)), [["temporary", true]]);
});

test("a block of our server or of a mail's content is not the address's fault", async () => {
  const scope = async (diagnostic: string) => (await outcomesOf(report(`Final-Recipient: rfc822; anna@example.com\r\nAction: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; ${diagnostic}\r\n`)))[0]?.split(" ")[2];
  assert.equal(await scope("550 5.1.1 No such user"), "address");
  assert.equal(await scope("550 User unknown"), "address");
  assert.equal(await scope("550 Your IP is on our blacklist"), "provider");
  assert.equal(await scope("550 5.7.1 Refused by policy"), "provider");
  assert.equal(await scope("554 This looks like spam"), "message");
});

test("systems that follow no standard are understood by their words, and what they quote is not", async () => {
  const qmail = "I'm afraid I wasn't able to deliver your message. This is a permanent error.\n\n<anna@example.com>:\n550 5.1.1 Unknown\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <n1@shop.example>\n\nmailbox full";
  assert.partialDeepStrictEqual(await classifyMail(note("Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nSubject: failure notice", qmail)), {
    kind: "bounce",
    recipients: [{ address: "anna@example.com", outcome: "permanent", status: "5.1.1" }],
    originalMessageId: "n1@shop.example",
  });
  const exim = "Return-Path: <>\r\nX-Failed-Recipients: anna@example.com, bo@example.com\r\nAuto-Submitted: auto-replied\r\nFrom: Mailer-Daemon@mx.example\r\nSubject: Mail delivery failed";
  assert.deepEqual(await outcomesOf(note(exim, "Something happened.")), ["anna@example.com permanent address", "bo@example.com permanent address"]);
});

test("what a person writes is a reply, even when it quotes or forwards a bounce", async () => {
  const quoting = "Look what I got:\n\n> Undelivered Mail Returned to Sender\n> <anna@example.com>:\n> 550 5.1.1 Unknown\n";
  const reply = note("From: Bo <bo@example.com>\r\nReturn-Path: <bo@example.com>\r\nSubject: Re: failure notice\r\nIn-Reply-To: <n1@shop.example>", quoting);
  assert.deepEqual(await classifyMail(reply), { kind: "reply", from: "bo@example.com", originalMessageId: "n1@shop.example" });
});

test("an absence note is no reply and no bounce", async () => {
  for (const headers of ["Auto-Submitted: auto-replied", "X-Autoreply: yes", "Precedence: auto_reply", "Subject: Automatische Antwort: Ihre Bestellung", "Return-Path: <>"]) {
    assert.equal((await classifyMail(note(`From: bo@example.com\r\n${headers}`, "I am away and will answer later. Write to cy@example.com."))).kind, "autoReply", headers);
  }
  assert.equal((await classifyMail(note("From: bo@example.com\r\nAuto-Submitted: no", "Where is my parcel?"))).kind, "reply");
});

test("a complaint names its recipient unless it is redacted; a 'not spam' report is none", async () => {
  const arf = (fields: string) =>
    Buffer.from(
      `From: fbl@isp.example\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\n${fields}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <n1@shop.example>\r\nTo: anna@example.com\r\n\r\nx\r\n--b--\r\n`,
    );
  assert.deepEqual(await classifyMail(arf("Feedback-Type: abuse\r\nOriginal-Rcpt-To: <bo@example.com>\r\n")), { kind: "complaint", recipient: "bo@example.com", originalMessageId: "n1@shop.example" });
  assert.deepEqual(await classifyMail(arf("Feedback-Type: abuse\r\n")), { kind: "complaint", recipient: "anna@example.com", originalMessageId: "n1@shop.example" });
  assert.deepEqual(await classifyMail(arf("Feedback-Type: abuse\r\nRedacted-Address: x\r\n")), { kind: "complaint", originalMessageId: "n1@shop.example" });
  assert.equal((await classifyMail(arf("Feedback-Type: not-spam\r\n"))).kind, "autoReply");
});

test("whatever arrives, and wherever it breaks off, is read without an error", async () => {
  const whole = report("Final-Recipient: rfc822; anna@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n", "<anna@example.com>:\r\nNo");
  await fc.assert(fc.asyncProperty(fc.nat(whole.length), async (length) => void (await classifyMail(whole.subarray(0, length)))), { numRuns: 200 });
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (bytes) => void (await classifyMail(bytes))), { numRuns: 200 });
  const cut = fc.tuple(fc.nat(whole.length), fc.uint8Array({ maxLength: 20 }));
  await fc.assert(
    fc.asyncProperty(cut, async ([at, bytes]) => void (await classifyMail(Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at)])))),
    { numRuns: 200 },
  );
});

test("a mail made to be expensive is read in bounded work", async () => {
  const bytes = 1024 * 1024;
  const head = "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nSubject: failure notice\r\n";
  for (const unit of ["\n", "-", " ", "<", "<a", "a@", "@", "<a@", "> ", "=", "\r", "\n\n<a@b>:\n", "following address failed: a@b.c\n", "Final-Recipient: rfc822; a@b.c\n\n", "4", "550 ", "original message\n"]) {
    await classifyMail(Buffer.from(`${head}\r\n${unit.repeat(Math.ceil(bytes / unit.length))}`));
    await classifyMail(Buffer.from(`${head}Content-Type: text/html\r\n\r\n${unit.repeat(Math.ceil(bytes / unit.length))}`));
  }
  const nested = Array.from({ length: 200 }, (_, depth) => `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n`).join("");
  assert.deepEqual(await classifyMail(Buffer.from(`From: a@b.c\r\n${nested}`)), { kind: "unreadable", why: "too-complex" });
  assert.deepEqual(await classifyMail(new Uint8Array()), { kind: "unreadable", why: "empty" });
  assert.deepEqual(await classifyMail(Buffer.from("\r\n\r\nno headers")), { kind: "unreadable", why: "no-headers" });
});

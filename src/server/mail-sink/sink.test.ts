import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import type { TestContext } from "node:test";
import PostalMime from "postal-mime";
import { createTransport } from "nodemailer";
import { startMailSink } from "./index.ts";
import type { MailSink, MailSinkOptions, SinkMail, SinkVerdict } from "./index.ts";

async function open(t: TestContext, options: Partial<MailSinkOptions> = {}): Promise<MailSink> {
  const sink = await startMailSink({ port: 0, host: "127.0.0.1", limit: 100, ...options });
  t.after(() => sink.close());
  return sink;
}

/** Writes all at once, as a pipelining client may, and returns what comes back until the sink closes or falls silent. */
function talk(sink: MailSink, text: string, until: RegExp): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(sink.port, "127.0.0.1", () => socket.write(text));
    let said = "";
    socket.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
      if (until.test(said)) socket.destroy();
    });
    socket.on("close", () => resolve(said));
  });
}

const opening = (to: string) => `MAIL FROM:<care@shop.example>\r\nRCPT TO:<${to}>\r\nDATA\r\n`;

test("a mail is kept exactly as the customer would get it", async (t) => {
  const sink = await open(t);
  const mailer = createTransport({ host: "127.0.0.1", port: sink.port, ignoreTLS: true });
  t.after(() => mailer.close());
  await mailer.sendMail({ from: "care@shop.example", to: "Anna <anna@example.com>", subject: "Größe", text: ".\n..dot\nend", html: "<p>Hi</p>" });
  const [mail] = sink.messages();
  assert.ok(mail);
  assert.deepEqual(mail.envelope, { from: "care@shop.example", to: ["anna@example.com"] });
  const email = await mail.parsed();
  assert.equal(email.subject, "Größe");
  assert.equal(email.text?.trimEnd(), ".\n..dot\nend");
  assert.equal(email.html?.trim(), "<p>Hi</p>");
});

test("several mails in one packet are answered in order and kept byte for byte", async (t) => {
  const sink = await open(t);
  const bodies = ["a\r\n", "..x\r\n", ""];
  const said = await talk(sink, `EHLO c\r\n${bodies.map((body, index) => `${opening(`${index}@example.com`)}${body}.\r\n`).join("")}QUIT\r\n`, /221 /);
  assert.equal(said.match(/^354 /gm)?.length, 3);
  assert.equal(said.match(/^250 2\.0\.0 Kept/gm)?.length, 3);
  assert.deepEqual(sink.messages().map((mail) => Buffer.from(mail.raw).toString()), ["a\r\n", ".x\r\n", ""]);
});

test("a mail in single bytes arrives like one in a packet", async (t) => {
  const sink = await open(t);
  const text = `EHLO c\r\n${opening("a@example.com")}x\r\n..\r\n.\r\nQUIT\r\n`;
  await new Promise<void>((resolve) => {
    const socket = connect({ port: sink.port, host: "127.0.0.1", noDelay: true });
    socket.on("connect", async () => {
      for (const letter of text) await new Promise((written) => socket.write(letter, written));
    });
    socket.on("close", () => resolve()).resume();
  });
  assert.equal(Buffer.from(sink.messages()[0]?.raw ?? "").toString(), "x\r\n.\r\n");
});

test("only the last mails are kept", async (t) => {
  const sink = await open(t, { limit: 3 });
  await talk(sink, `EHLO c\r\n${Array.from({ length: 10 }, (_, index) => `${opening(`${index}@example.com`)}x\r\n.\r\n`).join("")}QUIT\r\n`, /221 /);
  assert.deepEqual(sink.messages().map((mail) => mail.envelope.to[0]), ["7@example.com", "8@example.com", "9@example.com"]);
  assert.deepEqual(sink.messages().map((mail) => mail.number), [8, 9, 10]);
});

test("a policy makes the sink a provider that fails for chosen recipients", async (t) => {
  const verdicts: Record<string, SinkVerdict> = {
    "gone@example.com": { kind: "refuse", at: "recipient", code: 550, enhanced: "5.1.1", says: "No such user" },
    "later@example.com": { kind: "refuse", at: "mail", code: 451, enhanced: "4.3.0", says: "Later" },
    "drop@example.com": { kind: "drop" },
  };
  const sink = await open(t, { policy: ({ to }) => verdicts[to] ?? { kind: "accept" } });
  assert.match(await talk(sink, `EHLO c\r\n${opening("gone@example.com")}RSET\r\n`, /554 .*\r\n250 2/s), /550 5\.1\.1 No such user\r\n554 5\.5\.1/);
  assert.match(await talk(sink, `EHLO c\r\n${opening("later@example.com")}x\r\n.\r\n`, /451/), /451 4\.3\.0 Later/);
  assert.equal(sink.messages().length, 0);
  assert.match(await talk(sink, `EHLO c\r\n${opening("drop@example.com")}x\r\n.\r\n`, /never/), /354 [^\r]*\r\n$/);
  assert.equal(sink.messages().length, 1);
});

test("a bounce is first accepted, then reported to the sender by a mail of its own", async (t) => {
  const sink = await open(t, { policy: ({ to }) => (to === "full@example.com" ? { kind: "bounce", status: "4.2.2", says: "Mailbox full" } : { kind: "accept" }) });
  const reported = new Promise<SinkMail>((resolve) => sink.onMessage((mail) => mail.envelope.from === "" && resolve(mail)));
  const said = await talk(sink, `EHLO c\r\n${opening("full@example.com")}Message-ID: <n1@shop.example>\r\n\r\nx\r\n.\r\n`, /Kept/);
  assert.match(said, /250 2\.0\.0 Kept/);
  const report = await reported;
  assert.deepEqual(report.envelope.to, ["care@shop.example"]);
  const status = (await PostalMime.parse(report.raw, { attachmentEncoding: "utf8" })).attachments.find((part) => part.mimeType === "message/delivery-status");
  assert.match(String(status?.content), /Final-Recipient: rfc822; full@example\.com\r?\nAction: delayed\r?\nStatus: 4\.2\.2/);
  assert.match(Buffer.from(report.raw).toString(), /Message-ID: <n1@shop\.example>/);
});

test("what is no SMTP, too long or out of order is refused, and the sink goes on", async (t) => {
  const sink = await open(t);
  assert.match(await talk(sink, "HELLO?\r\n", /502/), /502 5\.5\.1/);
  assert.match(await talk(sink, "DATA\r\n", /503/), /503 5\.5\.1/);
  assert.match(await talk(sink, "x".repeat(5_000), /never/), /500 5\.5\.2/);
  assert.match(await talk(sink, "EHLO c\r\nMAIL FROM:<a@b.c> SIZE=99999999\r\n", /552/), /552 5\.3\.4/);
  assert.match(await talk(sink, `EHLO c\r\n${opening("a@example.com")}x\r\n.\r\n`, /Kept/), /Kept/);
});

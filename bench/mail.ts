import { generateKeyPairSync } from "node:crypto";
import { createTransport } from "nodemailer";
import { instant } from "../src/base/time.ts";
import { createSmtpTransport, parseMailAddress, prebuild } from "../src/outreach/index.ts";
import type { MailAddress, MailTemplate, SmtpSettings } from "../src/outreach/index.ts";
import { startMailSink } from "../src/server/mail-sink/index.ts";
import type { MailSink } from "../src/server/mail-sink/index.ts";

/** Medians of the runs; rates per second. */
export interface MailFigures {
  readonly mailBytes: number;
  /** Mails built from a compiled statement version. */
  readonly builtPerSecond: number;
  /** The same mails with each part as base64, encoded per mail: why parts are quoted-printable. */
  readonly builtBase64PerSecond: number;
  /** Built and accepted by the sink over our transport. */
  readonly sentPerSecond: number;
  /** As `sentPerSecond`, each mail with an RSA-2048 DKIM signature made in worker threads. */
  readonly signedPerSecond: number;
  /** The same html and text over nodemailer's pool, same sink, same number of connections. */
  readonly nodemailerPerSecond: number;
  readonly sentRatio: number;
}

type Segments = Parameters<typeof prebuild>[0]["html"];

const RUNS = 5;
const BUILT = 20_000;
const SENT = 10_000;
const SENT_SIGNED = 1_000;
const SENT_BY_NODEMAILER = 1_000;
const CONNECTIONS = 5;
const DATE = instant(Date.UTC(2026, 10, 22));
const FROM = address("care@shop.example");

const text: Segments = [
  "Hello ", { slot: "name" }, ",\n\nyour order ", { slot: "order" }, " was cancelled because an item is out of stock.\n",
  "We have sent ", { slot: "amount" }, " back to you. It reaches you by ", { slot: "date" }, ".\n\n", "Your order: ", { slot: "link" }, "\n\nReply to this mail and a person reads it.\n",
];
// An HTML mail of ordinary size: what a layout engine writes is mostly fixed markup.
const filler = `<tr><td style="padding:10px 25px;font-family:Helvetica,Arial,sans-serif;font-size:16px;line-height:24px">`.repeat(60);
const html: Segments = [
  `<!doctype html><html><body><table>${filler}<p>Hello `, { slot: "name" }, "</p><p>Your order ", { slot: "order" }, " was cancelled because an item is out of stock.</p><p>We have sent <b>",
  { slot: "amount" }, "</b> back to you. It reaches you by ", { slot: "date" }, `.</p><p><a href="`, { slot: "link" }, `">Your order</a></p></table></body></html>`,
];
const subject: Segments = ["Your order ", { slot: "order" }, " was cancelled"];

/** Runs the mail benchmark: building, sending, and the baseline in the same run. Takes about a minute. */
export async function benchMail(): Promise<MailFigures> {
  const template = prebuild({ from: { name: "Café Nord", address: FROM }, replyTo: { address: FROM }, language: "en", subject, text, html });
  const runs = { built: [] as number[], base64: [] as number[], sent: [] as number[], signed: [] as number[], nodemailer: [] as number[] };
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048, privateKeyEncoding: { type: "pkcs8", format: "pem" }, publicKeyEncoding: { type: "spki", format: "pem" } });
  for (let run = 0; run < RUNS; run++) {
    runs.built.push(await rate(BUILT, () => build(template, BUILT)));
    runs.base64.push(await rate(BUILT, () => buildBase64(BUILT)));
    runs.sent.push(await withSink((sink) => rate(SENT, () => send(template, sink, SENT))));
    runs.signed.push(await withSink((sink) => rate(SENT_SIGNED, () => send(template, sink, SENT_SIGNED, { domain: "shop.example", selector: "bench", privateKey }))));
    runs.nodemailer.push(await withSink((sink) => rate(SENT_BY_NODEMAILER, () => sendByNodemailer(sink))));
  }
  const sentPerSecond = median(runs.sent);
  const nodemailerPerSecond = median(runs.nodemailer);
  return {
    mailBytes: fill(template, 0).length,
    builtPerSecond: median(runs.built),
    builtBase64PerSecond: median(runs.base64),
    sentPerSecond,
    signedPerSecond: median(runs.signed),
    nodemailerPerSecond,
    sentRatio: Math.round((sentPerSecond / nodemailerPerSecond) * 10) / 10,
  };
}

function build(template: MailTemplate, count: number): void {
  for (let index = 0; index < count; index++) fill(template, index);
}

function buildBase64(count: number): void {
  for (let index = 0; index < count; index++) {
    const values = valuesOf(index);
    for (const part of [text, html]) {
      const body = part.map((segment) => (typeof segment === "string" ? segment : values[segment.slot])).join("");
      Buffer.from(Buffer.from(body, "utf8").toString("base64").replace(/.{76}/g, "$&\r\n"), "latin1");
    }
  }
}

async function send(template: MailTemplate, sink: MailSink, count: number, dkim?: SmtpSettings["dkim"]): Promise<void> {
  const transport = createSmtpTransport({ host: "127.0.0.1", port: sink.port, tls: "none", name: "bench.invalid", connections: CONNECTIONS, ...(dkim ? { dkim } : {}) });
  const batch = 500;
  for (let sent = 0; sent < count; sent += batch) {
    const envelopes = Array.from({ length: batch }, (_, index) => ({ from: FROM, to: recipient(sent + index), content: fill(template, sent + index) }));
    const outcomes = await transport.send(envelopes);
    const failed = outcomes.find((outcome) => outcome.kind !== "accepted");
    if (failed) throw new Error(JSON.stringify(failed));
  }
  await transport.close();
}

async function sendByNodemailer(sink: MailSink): Promise<void> {
  const pool = createTransport({ pool: true, maxConnections: CONNECTIONS, maxMessages: Infinity, host: "127.0.0.1", port: sink.port, secure: false, ignoreTLS: true });
  const whole = (segments: Segments, index: number) => segments.map((segment) => (typeof segment === "string" ? segment : valuesOf(index)[segment.slot])).join("");
  await Promise.all(
    Array.from({ length: SENT_BY_NODEMAILER }, (_, index) =>
      pool.sendMail({ from: FROM, to: recipient(index), subject: whole(subject, index), text: whole(text, index), html: whole(html, index) }),
    ),
  );
  pool.close();
}

function fill(template: MailTemplate, index: number): Buffer {
  return template.fill({ to: { name: "Anna Example", address: recipient(index) }, values: valuesOf(index), messageId: `n${index}@shop.example`, date: DATE });
}

function valuesOf(index: number): Record<string, string> {
  return { name: index % 3 === 0 ? "Jürgen Groß" : "Anna Example", order: `#${1000 + index}`, amount: "398,00 €", date: "24 November", link: `https://shop.example/o/${index}?a=1&b=2` };
}

function recipient(index: number): MailAddress {
  return address(`customer${index}@example.com`);
}

function address(written: string): MailAddress {
  const parsed = parseMailAddress(written);
  if (!parsed) throw new Error(`Not an address: ${written}`);
  return parsed;
}

async function withSink(work: (sink: MailSink) => Promise<number>): Promise<number> {
  const sink = await startMailSink({ port: 0, host: "127.0.0.1", limit: 100 });
  try {
    return await work(sink);
  } finally {
    await sink.close();
  }
}

async function rate(count: number, work: () => void | Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return Math.round((count / (performance.now() - start)) * 1000);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

if (import.meta.main) console.table(await benchMail());

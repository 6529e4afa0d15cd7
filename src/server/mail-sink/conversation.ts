import type { Socket } from "node:net";
import type { SinkEnvelope } from "./mail.ts";
import type { SinkPolicy, SinkVerdict } from "./verdict.ts";

/** The largest mail the sink takes, announced as SIZE: far above any mail of ours. */
const MAX_MAIL_BYTES = 10 * 1024 * 1024;
/** RFC 5321 4.5.3.1.4 asks for 512 octets at least; extensions add to it. */
const MAX_COMMAND_BYTES = 4096;
/** RFC 5321 4.5.3.1.8. */
const MAX_RECIPIENTS = 100;
const END_OF_MAIL = Buffer.from("\r\n.\r\n");
const CRLF = Buffer.from("\r\n");
const EXTENSIONS = ["PIPELINING", `SIZE ${MAX_MAIL_BYTES}`, "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"];

interface Transaction {
  readonly from: string;
  readonly recipients: { readonly to: string; readonly verdict: SinkVerdict }[];
}

/** Takes a mail that was received whole; `bounced` are the recipients that a report is due for. */
export type TakeMail = (envelope: SinkEnvelope, raw: Buffer, bounced: readonly { to: string; status: string; says: string }[]) => void;

/** One client's SMTP dialogue (RFC 5321, pipelined as RFC 2920 allows): bytes in, replies out. */
export class Conversation {
  readonly #socket: Socket;
  readonly #policy: SinkPolicy;
  readonly #take: TakeMail;
  #waiting: Buffer = Buffer.alloc(0);
  #searchFrom = 0;
  #transaction: Transaction | undefined;
  #readingMail = false;
  #silent = false;
  #replies = "";

  constructor(socket: Socket, policy: SinkPolicy, take: TakeMail) {
    this.#socket = socket;
    this.#policy = policy;
    this.#take = take;
    socket.write("220 sink.invalid ESMTP Makegood mail sink\r\n");
  }

  /** Replies to all that one packet holds go out in one packet, as RFC 2920 3.2 asks. */
  receive(chunk: Buffer): void {
    if (this.#silent) return;
    this.#waiting = this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk]);
    while (!this.#silent && (this.#readingMail ? this.#readMail() : this.#readCommand()));
    if (this.#replies !== "") this.#socket.write(this.#replies, "latin1");
    this.#replies = "";
  }

  #reply(line: string): void {
    this.#replies += `${line}\r\n`;
  }

  #consume(bytes: number): void {
    this.#waiting = this.#waiting.subarray(bytes);
    this.#searchFrom = 0;
  }

  #readCommand(): boolean {
    const end = this.#waiting.indexOf(CRLF);
    if (end < 0 || end > MAX_COMMAND_BYTES) {
      if (this.#waiting.length <= MAX_COMMAND_BYTES) return false;
      this.#reply("500 5.5.2 Line too long");
      return this.#close();
    }
    const line = this.#waiting.toString("utf8", 0, end);
    this.#consume(end + 2);
    this.#obey(line);
    return true;
  }

  #obey(line: string): void {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === "MAIL") return this.#mail(line);
    if (verb === "RCPT") return this.#recipient(line);
    if (verb === "DATA") return this.#startMail();
    if (verb === "EHLO") return this.#hello();
    if (verb === "HELO") return this.#reply("250 sink.invalid");
    if (verb === "NOOP") return this.#reply("250 2.0.0 OK");
    if (verb === "RSET") return this.#reset();
    if (verb !== "QUIT") return this.#reply("502 5.5.1 Command not known");
    this.#reply("221 2.0.0 Bye");
    this.#close();
  }

  #hello(): void {
    this.#transaction = undefined;
    const lines = ["sink.invalid", ...EXTENSIONS];
    lines.forEach((line, index) => this.#reply(`250${index < lines.length - 1 ? "-" : " "}${line}`));
  }

  #reset(): void {
    this.#transaction = undefined;
    this.#reply("250 2.0.0 OK");
  }

  #mail(line: string): void {
    const match = /^MAIL FROM: ?<([^<>\r\n]*)>(.*)$/i.exec(line);
    if (!match) return this.#reply("501 5.5.4 Syntax: MAIL FROM:<address>");
    if (this.#transaction) return this.#reply("503 5.5.1 Nested MAIL command");
    const size = /\bSIZE=(\d{1,15})\b/i.exec(match[2] ?? "");
    if (Number(size?.[1] ?? 0) > MAX_MAIL_BYTES) return this.#reply("552 5.3.4 Mail too large");
    this.#transaction = { from: match[1] ?? "", recipients: [] };
    this.#reply("250 2.1.0 OK");
  }

  #recipient(line: string): void {
    const match = /^RCPT TO: ?<([^<>\r\n]+)>/i.exec(line);
    if (!match) return this.#reply("501 5.5.4 Syntax: RCPT TO:<address>");
    if (!this.#transaction) return this.#reply("503 5.5.1 MAIL first");
    if (this.#transaction.recipients.length >= MAX_RECIPIENTS) return this.#reply("452 4.5.3 Too many recipients");
    const to = match[1] ?? "";
    const verdict = this.#policy({ from: this.#transaction.from, to });
    if (verdict.kind === "refuse" && verdict.at === "recipient") return this.#reply(`${verdict.code} ${verdict.enhanced} ${verdict.says}`);
    if (verdict.kind === "hang" && verdict.at === "recipient") return this.#hang();
    this.#transaction.recipients.push({ to, verdict });
    this.#reply("250 2.1.5 OK");
  }

  #startMail(): void {
    if (!this.#transaction) return this.#reply("503 5.5.1 MAIL first");
    if (this.#transaction.recipients.length === 0) return this.#reply("554 5.5.1 No valid recipients");
    this.#readingMail = true;
    this.#reply("354 End data with <CR><LF>.<CR><LF>");
  }

  #readMail(): boolean {
    // An empty mail: the line with the dot comes at once.
    const empty = this.#waiting.length >= 3 && this.#waiting.toString("latin1", 0, 3) === ".\r\n";
    const end = empty ? -2 : this.#waiting.indexOf(END_OF_MAIL, this.#searchFrom);
    if (end === -1) {
      this.#searchFrom = Math.max(0, this.#waiting.length - END_OF_MAIL.length + 1);
      if (this.#waiting.length <= MAX_MAIL_BYTES) return false;
      this.#reply("552 5.3.4 Mail too large");
      return this.#close();
    }
    const raw = unstuffed(this.#waiting.subarray(0, end + 2));
    this.#consume(end + END_OF_MAIL.length);
    this.#readingMail = false;
    this.#conclude(raw);
    return true;
  }

  #conclude(raw: Buffer): void {
    const { from, recipients } = this.#transaction ?? { from: "", recipients: [] };
    this.#transaction = undefined;
    const verdicts = recipients.map((recipient) => recipient.verdict);
    const refusal = verdicts.find((verdict) => verdict.kind === "refuse");
    if (refusal) return this.#reply(`${refusal.code} ${refusal.enhanced} ${refusal.says}`);
    if (verdicts.some((verdict) => verdict.kind === "hang")) return this.#hang();
    const bounced = recipients.flatMap(({ to, verdict }) => (verdict.kind === "bounce" ? [{ to, status: verdict.status, says: verdict.says }] : []));
    this.#take({ from, to: recipients.map((recipient) => recipient.to) }, raw, bounced);
    if (verdicts.some((verdict) => verdict.kind === "drop")) return void this.#drop();
    this.#reply("250 2.0.0 Kept by the sink");
  }

  #hang(): void {
    this.#silent = true;
  }

  #drop(): void {
    this.#silent = true;
    if (this.#replies !== "") this.#socket.write(this.#replies, "latin1");
    this.#replies = "";
    this.#socket.destroySoon();
  }

  #close(): false {
    this.#drop();
    return false;
  }
}

/** The mail without the dots that transparency added (RFC 5321 4.5.2), in memory of its own. */
function unstuffed(wire: Buffer): Buffer {
  const first = wire[0] === 0x2e ? 1 : 0;
  let at = wire.indexOf("\r\n.", first);
  // A copy, so that a kept mail does not keep the whole packet alive.
  if (at < 0) return Buffer.from(wire.subarray(first));
  const pieces: Buffer[] = [];
  let from = first;
  while (at >= 0) {
    pieces.push(wire.subarray(from, at + 2));
    from = at + 3;
    at = wire.indexOf("\r\n.", from);
  }
  pieces.push(wire.subarray(from));
  return Buffer.concat(pieces);
}

import { ConnectionLost } from "./connection.ts";
import type { Session } from "./greeting.ts";
import type { Envelope, Outcome } from "./outcome.ts";
import { refusedBy, refusedByRule } from "./refusals.ts";
import type { RefusedAt } from "./refusals.ts";
import type { Reply } from "./replies.ts";
import type { SmtpTimeouts } from "./settings.ts";
import { FINAL_DOT, openingCommands, ownRule, wireContent } from "./wire.ts";

/** A mail that waits for its outcome. */
export interface Job {
  readonly envelope: Envelope;
  readonly settle: (outcome: Outcome) => void;
  /** How often a connection broke under it before its last line was written. */
  losses: number;
}

/** Where an exchange gets mails, and returns those that another connection may still carry. */
export interface JobSource {
  take(): Job | undefined;
  /** Gives back a mail whose last line was not written, with the reply or the loss that ended this connection. */
  giveBack(job: Job, because: Reply | ConnectionLost): void;
}

/** Above this, a content is written and drained before its last line, so that a stalled server leaves it `notSent`. */
const WRITE_AT_ONCE = 64 * 1024;
const RESET = "RSET\r\n";

interface Refused {
  readonly kind: "refused";
  readonly at: RefusedAt;
  readonly reply: Reply;
  /** The server said 354 all the same. */
  readonly dataOpen: boolean;
}
type Opening = { readonly kind: "go" } | Refused;

/**
 * The mails of one session, one after the other.
 * Pipelined (RFC 2920): a mail's MAIL, RCPT and DATA leave in one packet, together with the end of the mail before it.
 */
export class Exchange {
  readonly #session: Session;
  readonly #source: JobSource;
  readonly #timeouts: SmtpTimeouts;
  #left: number;
  /** Mails that got a definite answer here. */
  answered = 0;

  /** `limit` is how many mails this session may still carry. */
  constructor(session: Session, source: JobSource, limit: number, timeouts: SmtpTimeouts) {
    this.#session = session;
    this.#source = source;
    this.#left = limit;
    this.#timeouts = timeouts;
  }

  /** How many more mails the session may carry. */
  get left(): number {
    return this.#left;
  }

  /**
   * Sends until the source is empty or the limit reached; the session may then be used again.
   * Rejects with ConnectionLost when it is over. Every mail taken is settled or given back in both cases.
   */
  async run(): Promise<void> {
    let job = this.#take();
    if (job) this.#open(job, "");
    while (job) job = await this.#carry(job);
  }

  /** The next mail that this server can take; those it cannot are settled on the way. */
  #take(): Job | undefined {
    while (this.#left > 0) {
      const job = this.#source.take();
      if (!job) return undefined;
      const rule = ownRule(job.envelope, this.#session.server);
      if (!rule) {
        this.#left--;
        return job;
      }
      job.settle(refusedByRule(rule));
    }
    return undefined;
  }

  /** Writes what opens a mail's transaction: all of it, or its first command where the server wants them one by one. */
  #open(job: Job, before: string): void {
    const { connection, server } = this.#session;
    const [mail, rcpt, start] = openingCommands(job.envelope, server);
    connection.write(server.pipelining ? before + mail + rcpt + start : before + mail);
  }

  async #carry(job: Job): Promise<Job | undefined> {
    const { connection } = this.#session;
    const opening = await this.#orGiveBack(job, this.#readOpening(job));
    if (opening.kind === "refused") return this.#recover(job, opening);
    if (job.envelope.content.length > WRITE_AT_ONCE) {
      await this.#orGiveBack(job, connection.writeAndDrain(wireContent(job.envelope.content), this.#timeouts.write));
    }
    if (connection.lost) await this.#orGiveBack(job, Promise.reject(connection.lost));
    // What the server says before the last line is out can only be a no.
    if (connection.unread) return this.#heedEarlyNo(job);
    return this.#finish(job);
  }

  async #readOpening(job: Job): Promise<Opening> {
    const { connection, server } = this.#session;
    const [, rcpt, start] = openingCommands(job.envelope, server);
    let no: Refused | undefined;
    for (const at of ["sender", "recipient", "data"] as const) {
      if (!server.pipelining && at !== "sender") connection.write(at === "recipient" ? rcpt : start);
      const reply = await this.#answerTo(at, no);
      const yes = reply && (at === "data" ? reply.code === 354 : isYes(reply));
      if (no) no = { ...no, dataOpen: at === "data" && yes === true };
      else if (reply && !yes) no = { kind: "refused", at, reply, dataOpen: false };
      if (no && (!reply || reply.code === 421 || !server.pipelining)) return no;
    }
    return no ?? { kind: "go" };
  }

  /** Undefined when the server went away behind a no: what was read stands. */
  async #answerTo(at: RefusedAt, no: Refused | undefined): Promise<Reply | undefined> {
    try {
      return await this.#session.connection.reply(this.#timeouts.command, `the ${at} command`);
    } catch (error) {
      if (no && error instanceof ConnectionLost) return undefined;
      throw error;
    }
  }

  /** Writes the end of the mail and the opening of the next one; from here on, silence means `unknown`. */
  async #finish(job: Job): Promise<Job | undefined> {
    const { connection, server } = this.#session;
    const { content } = job.envelope;
    const next = server.pipelining ? this.#take() : undefined;
    const opening = Buffer.from(next ? openingCommands(next.envelope, server).join("") : "", "utf8");
    const end = content.length > WRITE_AT_ONCE ? [FINAL_DOT, opening] : [wireContent(content), FINAL_DOT, opening];
    connection.write(Buffer.concat(end));
    const answer = await connection.reply(this.#timeouts.final, "the mail").catch((error: unknown) => {
      if (!(error instanceof ConnectionLost)) throw error;
      job.settle(unknownAfter(error));
      if (next) this.#source.giveBack(next, error);
      throw error;
    });
    if (answer.code < 400 && !isYes(answer)) {
      const lost = connection.end("protocol", `The server's answer to a mail does not fit: ${answer.text}`);
      job.settle(unknownAfter(lost));
      if (next) this.#source.giveBack(next, lost);
      throw lost;
    }
    this.answered++;
    job.settle(isYes(answer) ? { kind: "accepted", response: answer.text } : refusedBy("mail", answer));
    if (answer.code === 421) throw this.#closingDown(next, answer);
    if (server.pipelining) return next;
    const after = this.#take();
    if (after) this.#open(after, "");
    return after;
  }

  /** After a refusal: leaves the failed transaction behind and opens the next one. */
  async #recover(job: Job, { at, reply, dataOpen }: Refused): Promise<Job | undefined> {
    const { connection, server } = this.#session;
    // A 2xx or 3xx here does not fit: the two sides no longer agree on where they are.
    if (reply.code === 421 || reply.code < 400) throw this.#closingDown(job, reply);
    this.answered++;
    job.settle(refusedBy(at, reply));
    if (dataOpen) {
      // RFC 2920 3.1: the server opened DATA though nobody is to get the mail; an empty one closes it.
      connection.write(FINAL_DOT);
      await connection.reply(this.#timeouts.final, "an empty mail");
    }
    const next = this.#take();
    if (next && server.pipelining) this.#open(next, RESET);
    else connection.write(RESET);
    const reset = connection.reply(this.#timeouts.command, "RSET").then((answer) => {
      if (!isYes(answer)) throw connection.end("server-closed", `The server did not take RSET: ${answer.text}`);
    });
    await (next ? this.#orGiveBack(next, reset) : reset);
    if (next && !server.pipelining) this.#open(next, "");
    return next;
  }

  /** The server refused a mail half-way; where it then stands in the dialogue is anyone's guess. */
  async #heedEarlyNo(job: Job): Promise<never> {
    const { connection } = this.#session;
    const reply = await this.#orGiveBack(job, connection.reply(this.#timeouts.command, "half a mail"));
    if (reply.code === 421 || reply.code < 400) throw this.#closingDown(job, reply);
    this.answered++;
    job.settle(refusedBy("mail", reply));
    throw connection.end("protocol", `The server answered a mail before its end: ${reply.text}`);
  }

  #closingDown(job: Job | undefined, reply: Reply): ConnectionLost {
    if (job) this.#source.giveBack(job, reply);
    return this.#session.connection.end(reply.code === 421 ? "server-closed" : "protocol", `The server said: ${reply.text}`);
  }

  async #orGiveBack<T>(job: Job, step: Promise<T>): Promise<T> {
    try {
      return await step;
    } catch (error) {
      if (error instanceof ConnectionLost) this.#source.giveBack(job, error);
      throw error;
    }
  }
}

function isYes(reply: Reply): boolean {
  return reply.code >= 200 && reply.code < 300;
}

function unknownAfter(lost: ConnectionLost): Outcome {
  const because = lost.because === "cannot-connect" || lost.because === "tls" ? "server-closed" : lost.because;
  return { kind: "unknown", because, detail: lost.message };
}

import { ConnectionLost } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { createDkimSigner } from "./dkim.ts";
import type { DkimSigner } from "./dkim.ts";
import { Exchange } from "./exchange.ts";
import type { Job, JobSource } from "./exchange.ts";
import { NoSession, openSession } from "./greeting.ts";
import type { Session } from "./greeting.ts";
import type { Envelope, Heard, MailProvider, Outcome } from "./outcome.ts";
import { withFields } from "./own-fields.ts";
import { refusedBy } from "./refusals.ts";
import type { Reply } from "./replies.ts";
import { checkSettings, defaultTimeouts, MAILS_PER_CONNECTION } from "./settings.ts";
import type { SmtpSettings, SmtpTimeouts } from "./settings.ts";

/** Mails that may wait for a connection; a caller sends in batches far below it. */
const MAX_WAITING = 20_000;
/** How often a mail may lose its connection before its last line: a mail that breaks servers must come to an end. */
const MAX_LOSSES = 3;
/** Connections in a row that ended without a single answer, after which the server is not tried further for now. */
const MAX_FRUITLESS = 5;

interface Line {
  readonly session: Session;
  left: number;
  idle?: NodeJS.Timeout;
}

/**
 * Sends mail over a few kept connections to one server. It does not retry what was refused and knows no backoff:
 * that is for the ledger, which knows what else is to be sent and by whom.
 * Throws a Refusal for settings that cannot work.
 */
export function createSmtpTransport(settings: SmtpSettings): MailProvider {
  checkSettings(settings);
  return new SmtpTransport(settings);
}

class SmtpTransport implements MailProvider, JobSource {
  readonly #settings: SmtpSettings;
  readonly #timeouts: SmtpTimeouts;
  readonly #signer: DkimSigner | undefined;
  #waiting: Job[] = [];
  readonly #idle: Line[] = [];
  readonly #connections = new Set<Connection>();
  /** Lines that are being opened or are sending. */
  #busy = 0;
  #fruitless = 0;
  /** A line could not be opened: the others do the work until all is quiet or something new is to be sent. */
  #noMoreLines = false;
  #closed = false;

  constructor(settings: SmtpSettings) {
    this.#settings = settings;
    this.#timeouts = { ...defaultTimeouts, ...settings.timeouts };
    this.#signer = settings.dkim && createDkimSigner(settings.dkim);
  }

  send(batch: readonly Envelope[], heard?: Heard): Promise<readonly Outcome[]> {
    this.#noMoreLines = false;
    const outcomes = batch.map(async (envelope, index) => {
      const outcome = await this.#sendOne(envelope);
      heard?.(index, outcome);
      return outcome;
    });
    this.#staff();
    return Promise.all(outcomes);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#failWaiting({ kind: "notSent", because: "closing", detail: "The transport was closed" });
    for (const line of this.#idle.splice(0)) this.#retire(line);
    for (const connection of this.#connections) connection.end("closing", "The transport was closed");
    await this.#signer?.close();
  }

  take(): Job | undefined {
    return this.#waiting.shift();
  }

  giveBack(job: Job, because: Reply | ConnectionLost): void {
    job.losses++;
    const again = !this.#closed && job.losses < MAX_LOSSES && !(because instanceof ConnectionLost && because.because === "timeout");
    if (again) this.#waiting.unshift(job);
    else if (!(because instanceof ConnectionLost)) job.settle(refusedBy("connect", because));
    else job.settle({ kind: "notSent", because: because.because, detail: because.message });
  }

  async #sendOne(given: Envelope): Promise<Outcome> {
    const { fields } = this.#settings;
    const envelope = fields === undefined ? given : { ...given, content: withFields(given.content, fields) };
    if (!this.#signer) return this.#queue(envelope);
    const content = await this.#signer.sign(envelope.content).catch((error: unknown) => String(error));
    if (typeof content === "string") return { kind: "notSent", because: "signing", detail: content };
    const outcome = this.#queue({ ...envelope, content });
    this.#staff();
    return outcome;
  }

  #queue(envelope: Envelope): Promise<Outcome> {
    if (this.#closed) return Promise.resolve({ kind: "notSent", because: "closing", detail: "The transport was closed" });
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.resolve({ kind: "notSent", because: "queue-full", detail: `${MAX_WAITING} mails already wait for ${this.#settings.host}` });
    }
    return new Promise((settle) => this.#waiting.push({ envelope, settle, losses: 0 }));
  }

  /** Puts as many lines to work as the waiting mails can use. */
  #staff(): void {
    if (this.#busy === 0) this.#noMoreLines = false;
    const lines = Math.min(this.#waiting.length, this.#settings.connections - this.#busy);
    for (let line = 0; line < lines && (this.#idle.length > 0 || !this.#noMoreLines); line++) {
      this.#busy++;
      void this.#work(this.#idle.pop());
    }
  }

  async #work(kept: Line | undefined): Promise<void> {
    try {
      const line = kept && this.#wake(kept) ? kept : await this.#openLine();
      await this.#run(line);
      this.#keep(line);
    } catch (error) {
      if (error instanceof NoSession) this.#noLine(error);
      else if (error instanceof ConnectionLost) this.#lineLost(error);
      else throw error;
    } finally {
      this.#busy--;
      if (!this.#closed) this.#staff();
    }
  }

  async #run(line: Line): Promise<void> {
    const exchange = new Exchange(line.session, this, line.left, this.#timeouts);
    try {
      await exchange.run();
    } finally {
      line.left = exchange.left;
      this.#fruitless = exchange.answered > 0 ? 0 : this.#fruitless;
    }
  }

  async #openLine(): Promise<Line> {
    const session = await openSession(this.#settings, this.#timeouts, (connection) => {
      this.#connections.add(connection);
      connection.onLost = () => this.#connections.delete(connection);
    });
    return { session, left: this.#settings.mailsPerConnection ?? MAILS_PER_CONNECTION };
  }

  /** Whether a kept line still stands; a server may have ended it meanwhile. */
  #wake(line: Line): boolean {
    clearTimeout(line.idle);
    const { connection } = line.session;
    if (!connection.lost && !connection.unread) return true;
    this.#retire(line);
    return false;
  }

  #keep(line: Line): void {
    if (line.left <= 0 || this.#closed || line.session.connection.lost) return this.#retire(line);
    line.idle = setTimeout(() => {
      this.#idle.splice(this.#idle.indexOf(line), 1);
      this.#retire(line);
    }, this.#timeouts.idle);
    this.#idle.push(line);
  }

  #retire(line: Line): void {
    clearTimeout(line.idle);
    line.session.connection.quit();
  }

  /** No line could be opened. Others that work go on alone; with none, what waits has no way out for now. */
  #noLine(error: NoSession): void {
    this.#noMoreLines = true;
    if (this.#busy === 1) this.#failWaiting(error.outcome);
  }

  #lineLost(lost: ConnectionLost): void {
    this.#fruitless++;
    // What ended one line has most likely ended those that stood idle.
    for (const line of this.#idle.splice(0)) this.#retire(line);
    // A server that left one mail unanswered that long is not asked to take the rest.
    if (lost.because !== "timeout" && this.#fruitless < MAX_FRUITLESS) return;
    this.#fruitless = 0;
    this.#failWaiting({ kind: "notSent", because: lost.because, detail: lost.message });
  }

  #failWaiting(outcome: Outcome): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const job of waiting) job.settle(outcome);
  }
}

import { connect as connectTcp, isIP } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Milliseconds } from "../../base/time.ts";
import type { NotSentCause } from "./outcome.ts";
import { ProtocolError, ReplyReader } from "./replies.ts";
import type { Reply } from "./replies.ts";
import type { SmtpSettings } from "./settings.ts";

/** The connection ended, or was ended by us, before what we waited for. Carries why. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
  readonly because: Extract<NotSentCause, "cannot-connect" | "tls" | "timeout" | "server-closed" | "protocol" | "closing">;
  constructor(because: ConnectionLost["because"], detail: string) {
    super(detail);
    this.because = because;
  }
}

/** Replies that a server may send unasked before we call it broken (a 421 is one). */
const MAX_UNASKED = 4;

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (lost: ConnectionLost) => void;
}

/** One socket, seen as commands out and replies in, in order. Ends for good at the first thing that goes wrong. */
export class Connection {
  #socket: Socket;
  #reader = new ReplyReader();
  #replies: Reply[] = [];
  #waiting: Waiting | undefined;
  #lost: ConnectionLost | undefined;
  /** Called once, when the connection has ended. */
  onLost: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen(socket);
  }

  get lost(): ConnectionLost | undefined {
    return this.#lost;
  }

  /** Whether the server has said something that nobody has asked for yet. */
  get unread(): boolean {
    return this.#replies.length > 0 || this.#reader.midway;
  }

  /** The next reply. Ends the connection when none comes within `limit`. */
  reply(limit: Milliseconds, awaited: string): Promise<Reply> {
    const ready = this.#replies.shift();
    if (ready) return Promise.resolve(ready);
    if (this.#lost) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.end("timeout", `No answer to ${awaited} within ${limit} ms`), limit);
      this.#waiting = {
        resolve: (reply) => (clearTimeout(timer), resolve(reply)),
        reject: (lost) => (clearTimeout(timer), reject(lost)),
      };
    });
  }

  /** Hands bytes to the socket without waiting. */
  write(bytes: Buffer | string): void {
    if (!this.#lost) this.#socket.write(bytes);
  }

  /** Writes and waits until the socket has room again, so that a slow server holds us back and not our memory. */
  writeAndDrain(bytes: Buffer, limit: Milliseconds): Promise<void> {
    if (this.#lost) return Promise.reject(this.#lost);
    if (this.#socket.write(bytes)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.end("timeout", `The server took in nothing for ${limit} ms`), limit);
      const done = () => {
        clearTimeout(timer);
        this.#socket.off("drain", done).off("close", done);
        if (this.#lost) reject(this.#lost);
        else resolve();
      };
      this.#socket.on("drain", done).on("close", done);
    });
  }

  /** Continues over TLS. What the server sent ahead in the clear is a fault, never an answer. */
  async secure(settings: SmtpSettings, limit: Milliseconds): Promise<void> {
    if (this.unread) this.end("protocol", "The server sent something between STARTTLS and TLS");
    if (this.#lost) throw this.#lost;
    this.#socket.removeAllListeners();
    const plain = this.#socket;
    const socket = connectTls({ ...tlsOptions(settings), socket: plain });
    this.#socket = socket;
    this.#listen(socket);
    await this.#ready("secureConnect", limit, "TLS");
  }

  /** Waits for the socket's own handshake. */
  opened(tls: boolean, limit: Milliseconds): Promise<void> {
    return this.#ready(tls ? "secureConnect" : "connect", limit, "the connection");
  }

  /** Says goodbye without waiting for the answer. */
  quit(): void {
    if (this.#lost) return;
    this.#lose(new ConnectionLost("closing", "The connection was no longer needed"));
    this.#socket.end("QUIT\r\n");
    // A server that does not close by itself is not waited for.
    this.#socket.once("finish", () => this.#socket.destroySoon());
  }

  /** Ends the connection at once. Only the first reason counts, and is returned. */
  end(because: ConnectionLost["because"], detail: string): ConnectionLost {
    const lost = this.#lose(new ConnectionLost(because, detail));
    this.#socket.destroy();
    return lost;
  }

  #ready(event: "connect" | "secureConnect", limit: Milliseconds, awaited: string): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.end("timeout", `${awaited} took more than ${limit} ms`), limit);
      const settle = () => {
        clearTimeout(timer);
        socket.off(event, settle).off("close", settle);
        if (this.#lost) reject(this.#lost);
        else resolve();
      };
      socket.on(event, settle).on("close", settle);
    });
  }

  #listen(socket: Socket): void {
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", (error: NodeJS.ErrnoException) => this.#failed(error));
    socket.on("end", () => this.end("server-closed", "The server closed the connection"));
    socket.on("close", () => this.end("server-closed", "The connection broke off"));
  }

  #failed(error: NodeJS.ErrnoException): void {
    const code = error.code ?? "";
    const refused = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "EADDRNOTAVAIL"].includes(code);
    const reset = ["ECONNRESET", "EPIPE"].includes(code);
    this.end(refused ? "cannot-connect" : reset ? "server-closed" : "tls", `${code} ${error.message}`.trim());
  }

  #receive(chunk: Buffer): void {
    if (this.#lost) return;
    try {
      for (const reply of this.#reader.read(chunk)) this.#deliver(reply);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.end("protocol", error.message);
    }
  }

  #deliver(reply: Reply): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) return waiting.resolve(reply);
    this.#replies.push(reply);
    if (this.#replies.length > MAX_UNASKED) throw new ProtocolError("The server keeps sending replies that nobody asked for");
  }

  #lose(lost: ConnectionLost): ConnectionLost {
    if (this.#lost) return this.#lost;
    this.#lost = lost;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(lost);
    this.onLost?.();
    return lost;
  }
}

/** Begins to connect; `opened` tells how it went. */
export function dial(settings: SmtpSettings): Connection {
  const where = { host: settings.host, port: settings.port };
  return new Connection(settings.tls === "implicit" ? connectTls({ ...tlsOptions(settings), ...where }) : connectTcp(where));
}

function tlsOptions(settings: SmtpSettings) {
  return {
    minVersion: "TLSv1.2" as const,
    // The name is checked against the certificate either way; SNI carries no addresses (RFC 6066 section 3).
    ...(isIP(settings.host) ? { host: settings.host } : { servername: settings.host }),
    ...(settings.ca === undefined ? {} : { ca: settings.ca }),
  };
}

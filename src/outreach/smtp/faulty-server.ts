import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { createServer as createTlsServer, TLSSocket } from "node:tls";

/** What a client has just done, as a script sees it. `CONTENT` is a whole mail, its last line included. */
export interface Step {
  readonly verb: "CONNECT" | "EHLO" | "HELO" | "STARTTLS" | "AUTH" | "MAIL" | "RCPT" | "DATA" | "CONTENT" | "RSET" | "QUIT" | "CREDENTIALS";
  readonly line: string;
  /** Address of the last RCPT. */
  readonly to: string;
  /** Counts connections from 1. */
  readonly connection: number;
  /** Counts the steps of this verb over all connections from 1. */
  readonly nth: number;
}

/** What the server then does; nothing given means what an honest server does. */
export interface Reaction {
  readonly say?: string;
  /** Whether a mail counts as taken, whatever is said about it. */
  readonly keep?: boolean;
  /** No answer, ever. */
  readonly hang?: boolean;
  /** Closes the connection after what is said. */
  readonly close?: boolean;
}

export interface FaultyServerOptions {
  readonly extensions?: readonly string[];
  readonly script?: (step: Step) => Reaction | undefined;
  /** Every reply leaves in two pieces, cut in the middle of a line. */
  readonly cutReplies?: boolean;
  readonly tls?: { readonly key: string; readonly cert: string; readonly implicit: boolean };
}

export interface TakenMail {
  readonly from: string;
  readonly to: string;
  readonly content: string;
}

export interface FaultyServer {
  readonly port: number;
  readonly taken: readonly TakenMail[];
  readonly steps: readonly Step[];
  connections(): number;
  close(): Promise<void>;
}

export const usualExtensions = ["PIPELINING", "SIZE 1000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"] as const;

/** An SMTP server on loopback that misbehaves as its script says and keeps count of the mails it really took. */
export async function startFaultyServer(options: FaultyServerOptions = {}): Promise<FaultyServer> {
  const record = { taken: [] as TakenMail[], steps: [] as Step[], sockets: new Set<Socket>(), connections: 0 };
  const accept = (socket: Socket) => {
    socket.setNoDelay(true);
    record.sockets.add(socket);
    socket.on("close", () => record.sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    new Dialogue(socket, options, record, ++record.connections).begin();
  };
  const server = options.tls?.implicit ? createTlsServer({ ...options.tls }, accept) : createServer(accept);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    taken: record.taken,
    steps: record.steps,
    connections: () => record.connections,
    close() {
      for (const socket of record.sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

interface Record {
  readonly taken: TakenMail[];
  readonly steps: Step[];
}

class Dialogue {
  #socket: Socket;
  readonly #options: FaultyServerOptions;
  readonly #record: Record;
  readonly #connection: number;
  #input = "";
  #pieces: Buffer[] = [];
  #mode: "commands" | "content" | "credentials" | "silent" = "commands";
  #from = "";
  #to = "";
  #mailOpen = false;
  #recipientOpen = false;

  constructor(socket: Socket, options: FaultyServerOptions, record: Record, connection: number) {
    this.#socket = socket;
    this.#options = options;
    this.#record = record;
    this.#connection = connection;
  }

  begin(): void {
    this.#socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.#react("CONNECT", "", () => "220 faulty.invalid ESMTP");
  }

  #receive(chunk: Buffer): void {
    this.#input += chunk.toString("latin1");
    for (;;) {
      if (this.#mode === "silent") return;
      const separator = this.#mode === "content" ? "\r\n.\r\n" : "\r\n";
      // An empty mail is the dot alone.
      const source = this.#mode === "content" ? `\r\n${this.#input}` : this.#input;
      const end = source.indexOf(separator);
      if (end < 0) return;
      const piece = source.slice(0, end);
      this.#input = source.slice(end + separator.length);
      if (this.#mode === "content") this.#content(piece);
      else if (this.#mode === "credentials") this.#credentials(piece);
      else this.#command(piece);
    }
  }

  #command(line: string): void {
    const verb = line.split(" ")[0]?.toUpperCase() as Step["verb"];
    const address = /<(.*)>/.exec(Buffer.from(line, "latin1").toString("utf8"))?.[1] ?? "";
    if (verb === "RCPT") this.#to = address;
    const said = this.#react(verb, line, () => this.#honest(verb, line));
    const yes = /^[23]/.test(said);
    if (verb === "MAIL" && yes) {
      this.#mailOpen = true;
      this.#from = address;
    }
    if (verb === "RCPT" && yes) this.#recipientOpen = true;
    if (verb === "RSET" || verb === "EHLO") this.#mailOpen = this.#recipientOpen = false;
    if (said.startsWith("354")) this.#mode = "content";
    if (said.startsWith("334")) this.#mode = "credentials";
    if (verb === "STARTTLS" && said.startsWith("220")) this.#secure();
    if (verb === "QUIT") this.#socket.end();
  }

  #honest(verb: Step["verb"], line: string): string {
    const extensions = ["faulty.invalid", ...(this.#options.extensions ?? usualExtensions)];
    if (verb === "EHLO") return extensions.map((name, index) => `250${index < extensions.length - 1 ? "-" : " "}${name}`).join("\r\n");
    if (verb === "MAIL") return this.#mailOpen ? "503 5.5.1 Nested MAIL" : "250 2.1.0 OK";
    if (verb === "RCPT") return this.#mailOpen ? "250 2.1.5 OK" : "503 5.5.1 MAIL first";
    if (verb === "DATA") return this.#recipientOpen ? "354 Go on" : "554 5.5.1 No valid recipients";
    if (verb === "STARTTLS") return "220 2.0.0 Ready";
    if (verb === "AUTH") return line.toUpperCase() === "AUTH LOGIN" ? "334 VXNlcm5hbWU6" : "235 2.7.0 OK";
    return verb === "QUIT" ? "221 2.0.0 Bye" : "250 2.0.0 OK";
  }

  #credentials(line: string): void {
    this.#mode = "commands";
    const first = this.#record.steps.filter((step) => step.verb === "CREDENTIALS" && step.connection === this.#connection).length === 0;
    if (this.#react("CREDENTIALS", line, () => (first ? "334 UGFzc3dvcmQ6" : "235 2.7.0 OK")).startsWith("334")) this.#mode = "credentials";
  }

  #content(piece: string): void {
    this.#mode = "commands";
    const content = `${piece.slice(2)}\r\n`.replace(/^\./gm, "");
    const mail = { from: this.#from, to: this.#to, content };
    this.#mailOpen = this.#recipientOpen = false;
    this.#react("CONTENT", content, () => "250 2.0.0 Taken", mail);
  }

  #react(verb: Step["verb"], line: string, honest: () => string, mail?: TakenMail): string {
    const nth = this.#record.steps.filter((step) => step.verb === verb).length + 1;
    const step: Step = { verb, line, to: this.#to, connection: this.#connection, nth };
    this.#record.steps.push(step);
    const reaction = this.#options.script?.(step) ?? {};
    const said = reaction.hang || (reaction.close && reaction.say === undefined) ? "" : (reaction.say ?? honest());
    if (mail && (reaction.keep ?? said.startsWith("2"))) this.#record.taken.push(mail);
    if (said !== "") this.#say(said.startsWith("raw:") ? said.slice(4) : `${said}\r\n`);
    if (reaction.hang || reaction.close) this.#mode = "silent";
    if (reaction.close) this.#socket.end();
    return said;
  }

  #say(text: string): void {
    const bytes = Buffer.from(text, "utf8");
    if (!this.#options.cutReplies) return void this.#socket.write(bytes);
    const middle = Math.floor(bytes.length / 2);
    this.#pieces.push(bytes.subarray(0, middle), bytes.subarray(middle));
    if (this.#pieces.length === 2) this.#sayPiece();
  }

  /** Each piece leaves with a packet of its own. */
  #sayPiece(): void {
    const piece = this.#pieces[0];
    if (!piece || !this.#socket.writable) return;
    this.#socket.write(piece, () =>
      setImmediate(() => {
        this.#pieces.shift();
        this.#sayPiece();
      }),
    );
  }

  #secure(): void {
    this.#socket.removeAllListeners("data");
    const secure = new TLSSocket(this.#socket, { isServer: true, ...this.#options.tls });
    secure.on("error", () => secure.destroy());
    secure.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.#socket = secure;
  }
}

import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { deliveryReport } from "./bounce.ts";
import { Conversation } from "./conversation.ts";
import { Mailbox, sinkMail } from "./mail.ts";
import type { SinkEnvelope, SinkMail } from "./mail.ts";
import { acceptAll } from "./verdict.ts";
import type { SinkPolicy } from "./verdict.ts";

/** All kept mails together; the oldest go first. Keeps the process small whatever the mails hold. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

export interface MailSinkOptions {
  /** 0 lets the operating system choose. */
  readonly port: number;
  readonly host: string;
  /** How many mails are kept for the page. */
  readonly limit: number;
  readonly policy?: SinkPolicy;
}

export interface MailSink {
  readonly port: number;
  /** The kept mails, oldest first. */
  messages(): readonly SinkMail[];
  /** Calls back at each mail, before its sender is answered. Returns how to stop. */
  onMessage(listener: (mail: SinkMail) => void): () => void;
  close(): Promise<void>;
}

/**
 * A mail server that delivers nowhere: it keeps each mail as the customer would have got it.
 * A delivery report for a bounced mail arrives as one more mail, addressed to the bounced mail's sender.
 */
export async function startMailSink(options: MailSinkOptions): Promise<MailSink> {
  const mailbox = new Mailbox(options.limit, MAX_KEPT_BYTES);
  const listeners = new Set<(mail: SinkMail) => void>();
  const sockets = new Set<Socket>();
  let count = 0;
  const keep = (envelope: SinkEnvelope, raw: Buffer) => {
    const mail = sinkMail(++count, envelope, raw);
    mailbox.add(mail);
    for (const listener of listeners) listener(mail);
  };
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // A client that breaks off concerns nobody but itself.
    socket.on("error", () => socket.destroy());
    const conversation = new Conversation(socket, options.policy ?? acceptAll, (envelope, raw, bounced) => {
      keep(envelope, raw);
      // The null sender gets no report (RFC 5321 4.5.5).
      if (bounced.length === 0 || envelope.from === "") return;
      // After the sender has its answer, as in real life.
      setImmediate(() => {
        for (const { to, status, says } of bounced) keep({ from: "", to: [envelope.from] }, deliveryReport(envelope, to, raw, status, says));
      });
    });
    socket.on("data", (chunk: Buffer) => conversation.receive(chunk));
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(options.port, options.host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    messages: () => mailbox.all(),
    onMessage(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

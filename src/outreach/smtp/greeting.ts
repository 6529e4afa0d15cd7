import { ConnectionLost, dial } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { readCapabilities } from "./capabilities.ts";
import type { Capabilities } from "./capabilities.ts";
import type { Outcome } from "./outcome.ts";
import { refusedBy } from "./refusals.ts";
import type { Reply } from "./replies.ts";
import type { SmtpSettings, SmtpTimeouts } from "./settings.ts";

/** A connection that is ready for mail. */
export interface Session {
  readonly connection: Connection;
  readonly server: Capabilities;
}

/** Why no connection is ready for mail: what each mail that waited for it becomes. */
export class NoSession extends Error {
  override readonly name = "NoSession";
  readonly outcome: Extract<Outcome, { kind: "refused" | "notSent" }>;
  constructor(outcome: NoSession["outcome"]) {
    super(outcome.kind === "refused" ? outcome.response : outcome.detail);
    this.outcome = outcome;
  }
}

/** Connects, greets, secures and signs in. Throws NoSession. */
export async function openSession(settings: SmtpSettings, timeouts: SmtpTimeouts, onDial: (connection: Connection) => void): Promise<Session> {
  const connection = dial(settings);
  onDial(connection);
  try {
    await connection.opened(settings.tls === "implicit", timeouts.connect);
    expectYes(await connection.reply(timeouts.greeting, "our connection"), 220);
    let server = await sayHello(connection, settings, timeouts);
    if (settings.tls === "starttls") server = await startTls(connection, settings, timeouts, server);
    if (settings.auth) await signIn(connection, settings.auth, server, timeouts);
    return { connection, server };
  } catch (error) {
    connection.quit();
    if (error instanceof ConnectionLost) throw new NoSession({ kind: "notSent", because: error.because, detail: error.message });
    throw error;
  }
}

async function sayHello(connection: Connection, settings: SmtpSettings, timeouts: SmtpTimeouts): Promise<Capabilities> {
  connection.write(`EHLO ${settings.name}\r\n`);
  const answer = await connection.reply(timeouts.command, "EHLO");
  if (answer.code === 250) return readCapabilities(answer.lines);
  if (answer.code === 421) throw new NoSession(refusedBy("connect", answer));
  // RFC 5321 3.2: a server without extensions.
  connection.write(`HELO ${settings.name}\r\n`);
  expectYes(await connection.reply(timeouts.command, "HELO"), 250);
  return readCapabilities([]);
}

async function startTls(connection: Connection, settings: SmtpSettings, timeouts: SmtpTimeouts, server: Capabilities): Promise<Capabilities> {
  if (!server.startTls) throw new NoSession({ kind: "notSent", because: "tls", detail: "The server does not offer STARTTLS" });
  connection.write("STARTTLS\r\n");
  expectYes(await connection.reply(timeouts.command, "STARTTLS"), 220);
  await connection.secure(settings, timeouts.connect);
  // RFC 3207 4.2: what was announced in the clear no longer counts.
  return sayHello(connection, settings, timeouts);
}

async function signIn(connection: Connection, auth: { user: string; password: string }, server: Capabilities, timeouts: SmtpTimeouts): Promise<void> {
  const encode = (text: string) => Buffer.from(text, "utf8").toString("base64");
  const steps = server.auth.includes("PLAIN")
    ? [`AUTH PLAIN ${encode(`\0${auth.user}\0${auth.password}`)}`]
    : server.auth.includes("LOGIN")
      ? ["AUTH LOGIN", encode(auth.user), encode(auth.password)]
      : undefined;
  if (!steps) throw new NoSession({ kind: "notSent", because: "auth", detail: `The server offers no AUTH that we know (${server.auth.join(" ")})` });
  for (const [index, step] of steps.entries()) {
    connection.write(`${step}\r\n`);
    expectYes(await connection.reply(timeouts.command, "AUTH"), index === steps.length - 1 ? 235 : 334);
  }
}

function expectYes(reply: Reply, code: number): void {
  if (reply.code === code) return;
  // 3xx or another 2xx here answers some other question.
  if (reply.code < 400) throw new ConnectionLost("protocol", `Expected ${code}, the server said: ${reply.text}`);
  throw new NoSession(refusedBy("connect", reply));
}

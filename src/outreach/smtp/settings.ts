import { Refusal } from "../../base/errors.ts";
import { MINUTE, SECOND } from "../../base/time.ts";
import type { Milliseconds } from "../../base/time.ts";

/** How long each phase may take. The defaults come from RFC 5321 4.5.3.2, shortened where no mail can be doubled by it. */
export interface SmtpTimeouts {
  readonly connect: Milliseconds;
  /** For the server's first line: some make callers wait on purpose. */
  readonly greeting: Milliseconds;
  /** For the answer to any command before the mail itself. */
  readonly command: Milliseconds;
  /** For the server to take in what we write. */
  readonly write: Milliseconds;
  /** For the answer to the whole mail. Long, since giving up here leaves the mail `unknown`. */
  readonly final: Milliseconds;
  /** How long an unused connection is kept. */
  readonly idle: Milliseconds;
}

export const defaultTimeouts: SmtpTimeouts = {
  connect: 15 * SECOND,
  greeting: MINUTE,
  command: MINUTE,
  write: 3 * MINUTE,
  final: 10 * MINUTE,
  idle: 30 * SECOND,
};

export interface DkimSettings {
  /** d=, the domain that signs. */
  readonly domain: string;
  /** s=, where the public key stands: <selector>._domainkey.<domain>. */
  readonly selector: string;
  /** PEM, RSA. */
  readonly privateKey: string;
}

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** `starttls` demands it: a server that does not offer it gets no mail. Certificates are always checked. */
  readonly tls: "none" | "starttls" | "implicit";
  /** PEM of a private certificate authority, in place of the public ones. */
  readonly ca?: string;
  readonly auth?: { readonly user: string; readonly password: string };
  /** How we name ourselves in EHLO: our own host name. */
  readonly name: string;
  /** Connections at most at a time. */
  readonly connections: number;
  /** Mails at most over one connection; servers count them. */
  readonly mailsPerConnection?: number;
  readonly timeouts?: Partial<SmtpTimeouts>;
  /** Further fields that this server reads, by name, in ASCII; see `withFields`. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly dkim?: DkimSettings;
}

/** Most servers allow at least this many mails over one connection. */
export const MAILS_PER_CONNECTION = 500;
/** More connections than this are refused by most servers, and gain nothing when pipelined. */
const MAX_CONNECTIONS = 50;
const HOST_NAME = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f.:IPv]+\])$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/;

/** Throws a Refusal for settings that can never work or would give a password away. */
export function checkSettings(settings: SmtpSettings): void {
  const refuse = (what: string, next: string) => {
    throw new Refusal({ code: "smtp-settings", status: 422, what, next });
  };
  if (!HOST_NAME.test(settings.name)) refuse(`"${settings.name}" is not a host name.`, "Set the name that this machine has in DNS.");
  if (!(settings.connections >= 1 && settings.connections <= MAX_CONNECTIONS)) {
    refuse(`${settings.connections} connections to ${settings.host} are not possible.`, `Choose 1 to ${MAX_CONNECTIONS}.`);
  }
  if (settings.auth && settings.tls === "none" && !LOOPBACK.test(settings.host)) {
    refuse(`The password for ${settings.host} would cross the network unencrypted.`, "Set tls to starttls or implicit.");
  }
}

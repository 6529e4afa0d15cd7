import { connect as connectTcp } from "node:net";
import { SECOND } from "../../base/time.ts";
import type { StoreConfig } from "../config/schema.ts";

/** A mail server that does not answer within this time would not take mail either. */
const ANSWER_WITHIN = 5 * SECOND;

/** A configured mail server, and why it cannot be reached where it cannot. */
export interface MailServer {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly unreachable?: string;
}

/** Knocks at each configured mail server. */
export function knockAtMailServers({ mail }: StoreConfig): Promise<readonly MailServer[]> {
  return Promise.all(mail.providers.map(async ({ name, host, port }) => {
    const unreachable = await knock(host, port);
    return { name, host, port, ...(unreachable !== undefined && { unreachable }) };
  }));
}

function knock(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connectTcp({ host, port, timeout: ANSWER_WITHIN });
    const done = (why?: string) => {
      socket.destroy();
      resolve(why);
    };
    socket.once("connect", () => done());
    socket.once("timeout", () => done("it took too long"));
    socket.once("error", (error) => done(error.message));
  });
}

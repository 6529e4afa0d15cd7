import { lookup } from "node:dns";
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { Milliseconds } from "../../base/time.ts";
import type { Outcome } from "../core/outcome.ts";
import { isPrivate } from "./private-addresses.ts";

/** What a server answered, whole; else what is certain without an answer, as the outcome of what was posted. */
export type Answered = { readonly kind: "answered"; readonly status: number; readonly body: string } | Extract<Outcome, { kind: "notSent" | "unknown" }>;

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The whole of it may take this long. */
  readonly within: Milliseconds;
}

/** Posts over connections of its own, which live as long as it does. Follows no redirect. */
export interface Poster {
  post(request: PostRequest): Promise<Answered>;
  close(): void;
}

export interface PosterOptions {
  readonly connections: number;
  /** Whether addresses of this machine and of private networks may be asked. */
  readonly mayReachPrivate: boolean;
}

/** No answer that anybody reads is longer. */
const MAX_ANSWER_BYTES = 256 * 1_024;

/**
 * HTTP that tells what is certain: before a connection stands nothing was sent; once it stands and no whole answer was
 * read, nobody can say whether the server has it. `fetch` does not tell the two apart.
 */
export function createPoster({ connections, mayReachPrivate }: PosterOptions): Poster {
  const settings = { keepAlive: true, maxSockets: connections, ...(mayReachPrivate ? {} : { lookup: publicLookup }) };
  const agents = { http: new HttpAgent(settings), https: new HttpsAgent(settings) };
  return {
    post: (request) => {
      const host = new URL(request.url).hostname.replace(/^\[|\]$/g, "");
      // A name is judged by what it resolves to, when it is resolved; an address resolves to nothing else.
      if (!mayReachPrivate && isIP(host) !== 0 && isPrivate(host)) return Promise.resolve(notSent("private-address", `${host} is an address of a private network`));
      return postOnce(request, agents);
    },
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

function postOnce({ url, headers, body, within }: PostRequest, agents: { readonly http: HttpAgent; readonly https: HttpsAgent }): Promise<Answered> {
  const isSecure = new URL(url).protocol === "https:";
  const options = { method: "POST", headers: { ...headers, "content-length": String(Buffer.byteLength(body)) }, signal: AbortSignal.timeout(within) };
  return new Promise((resolve) => {
    let stands = false;
    const lost = (error: NodeJS.ErrnoException) => {
      const because = options.signal.aborted ? "timeout" : stands ? "server-closed" : "cannot-connect";
      resolve(stands ? { kind: "unknown", because, detail: error.code ?? error.message } : notSent(because, error.code ?? error.message));
    };
    const answer = (response: IncomingMessage) => void readWhole(response).then(({ problem, text }) => resolve(problem ?? { kind: "answered", status: response.statusCode ?? 0, body: text }), lost);
    const asked = isSecure ? httpsRequest(url, { ...options, agent: agents.https }, answer) : httpRequest(url, { ...options, agent: agents.http }, answer);
    asked.on("socket", (socket) => {
      const stand = () => void (stands = true);
      if (asked.reusedSocket) stand();
      else socket.once(isSecure ? "secureConnect" : "connect", stand);
    });
    asked.on("error", lost);
    asked.end(body);
  });
}

async function readWhole(response: IncomingMessage): Promise<{ readonly text: string; readonly problem?: Answered }> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > MAX_ANSWER_BYTES) return { text: "", problem: { kind: "unknown", because: "protocol", detail: "the answer has no end" } };
    parts.push(part);
  }
  return { text: Buffer.concat(parts).toString("utf8") };
}

function notSent(because: string, detail: string): Answered {
  return { kind: "notSent", because, detail };
}

/** Resolves a name to its public addresses alone, so that what is checked is what is connected to. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, "", 0);
    const open = addresses.filter(({ address }) => !isPrivate(address));
    const [first] = open;
    if (!first) return callback(Object.assign(new Error(`${hostname} is an address of a private network`), { code: "PRIVATE_ADDRESS" }), "", 0);
    if (options.all === true) callback(null, open);
    else callback(null, first.address, first.family);
  });
};

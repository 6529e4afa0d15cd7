import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a server that letters are posted to does wrong. Where a letter is named, it happens to that one and all others arrive. */
export type PostFault =
  | { readonly kind: "none" }
  | { readonly kind: "not-there" }
  | { readonly kind: "refuse"; readonly letter: string }
  | { readonly kind: "throttle"; readonly letter: string }
  | { readonly kind: "answer"; readonly status: number; readonly letter: string }
  | { readonly kind: "close-after-taking" | "close-without-taking" | "hang-after-taking" | "half-answer-after-taking" | "malformed-after-taking"; readonly letter: string };

/** A request as a server sees it. */
export interface Posted {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** How the vendor that the server stands for speaks. */
export interface PostVendor {
  readonly taken: (posted: Posted) => Answer;
  readonly refused: Answer;
  readonly throttled: Answer;
  /** Whether a request is about this letter. */
  readonly names: (posted: Posted, letter: string) => boolean;
}

/** A server with a fault, and its own record of what it took. */
export async function startFaultyPostServer(vendor: PostVendor, fault: PostFault) {
  const taken: Posted[] = [];
  const server = createServer((request, response) => {
    void read(request).then((posted) => {
      const isVictim = "letter" in fault && vendor.names(posted, fault.letter);
      behave(isVictim ? fault : { kind: "none" }, vendor, posted, taken, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
  if (fault.kind === "not-there") await close();
  return { url, taken, close };
}

function behave(fault: PostFault, vendor: PostVendor, posted: Posted, taken: Posted[], response: ServerResponse): void {
  const say = ({ status, body }: Answer) => void response.writeHead(status, { "content-type": "application/json" }).end(body);
  const take = (): Answer => {
    taken.push(posted);
    return vendor.taken(posted);
  };
  switch (fault.kind) {
    case "none":
    case "not-there":
      return say(take());
    case "refuse":
      return say(vendor.refused);
    case "throttle":
      return say(vendor.throttled);
    case "answer":
      return say({ status: fault.status, body: "<html>Something went wrong</html>" });
    case "close-after-taking":
      take();
      return void response.destroy();
    case "close-without-taking":
      return void response.destroy();
    case "hang-after-taking":
      return void take();
    case "half-answer-after-taking": {
      const { status, body } = take();
      response.writeHead(status, { "content-type": "application/json", "content-length": String(body.length + 10) });
      return void response.write(body.slice(0, body.length / 2), () => response.destroy());
    }
    case "malformed-after-taking":
      take();
      return void response.socket?.end("HTTP/1.1 2OO yes\r\n\r\n");
  }
}

async function read(request: IncomingMessage): Promise<Posted> {
  const parts: Uint8Array[] = [];
  for await (const part of request as AsyncIterable<Uint8Array>) parts.push(part);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return { path: request.url ?? "", headers, body: Buffer.concat(parts).toString("utf8") };
}

import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { invariant } from "../../base/errors.ts";
import { canReach } from "./account.ts";
import { type Home, makePrivateFolder } from "./home.ts";

/** Where the server listens. The bundled OpenSSL is old, so it is never reachable from another machine. */
export type Endpoint =
  | { readonly kind: "socket"; readonly folder: string; readonly port: number }
  | { readonly kind: "loopback"; readonly port: number };

/** With a socket the port is only a part of its file name, so it cannot be taken by another server. */
const SOCKET_PORT = 5432;
/** sockaddr_un holds 108 bytes on Linux and 104 elsewhere, with the terminating zero. */
const LONGEST_SOCKET_PATH = 103;
/** The longest name PostgreSQL makes there. */
const SOCKET_FILE = `/.s.PGSQL.${SOCKET_PORT}.lock`;

export const APPLICATION_ROLE = "makegood";
export const APPLICATION_DATABASE = "makegood";

/** Chooses where to listen: a socket only PostgreSQL's user and root can open; on Windows a free loopback port. */
export async function chooseEndpoint(home: Home): Promise<Endpoint> {
  if (process.platform === "win32") return { kind: "loopback", port: await freePort() };
  const folder = socketFolder(home);
  // Emptied each time: what is left there belongs to a server that is gone.
  makePrivateFolder(folder, home.account);
  return { kind: "socket", folder, port: SOCKET_PORT };
}

function socketFolder(home: Home): string {
  const beside = join(home.folder, "socket");
  if (Buffer.byteLength(beside + SOCKET_FILE) <= LONGEST_SOCKET_PATH) return beside;
  const name = `makegood-${createHash("sha256").update(home.folder).digest("hex").slice(0, 16)}`;
  const short = [tmpdir(), "/tmp"].find((parent) => Buffer.byteLength(join(parent, name) + SOCKET_FILE) <= LONGEST_SOCKET_PATH && canReach(home.account, parent));
  invariant(short !== undefined, "a temporary folder with a path short enough for a socket");
  return join(short, name);
}

/** Leaves nothing in the temporary folder when the server is gone. */
export function removeEndpoint(endpoint: Endpoint): void {
  if (endpoint.kind === "socket") rmSync(endpoint.folder, { recursive: true, force: true });
}

/** The URL of a database on this server. */
export function urlOf(endpoint: Endpoint, role: string, password: string, database: string): string {
  const credentials = `${role}:${encodeURIComponent(password)}`;
  switch (endpoint.kind) {
    case "socket":
      return `postgresql://${credentials}@localhost:${endpoint.port}/${database}?host=${encodeURIComponent(endpoint.folder)}`;
    case "loopback":
      return `postgresql://${credentials}@127.0.0.1:${endpoint.port}/${database}`;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      invariant(address !== null && typeof address === "object", "a port");
      probe.close(() => resolve(address.port));
    });
  });
}

import { createServer } from "node:net";

/** Tried first, so that the address can be remembered. */
const USUAL_PORT = 8080;

/** The port that was asked for, else the usual one, else any that is free. */
export async function freePort(asked: string | undefined, host: string): Promise<number> {
  if (asked !== undefined) return Number(asked);
  return (await tryPort(USUAL_PORT, host)) ?? (await tryPort(0, host)) ?? USUAL_PORT;
}

function tryPort(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, host, () => {
      const address = server.address();
      const found = typeof address === "object" && address !== null ? address.port : undefined;
      server.close(() => resolve(found));
    });
  });
}

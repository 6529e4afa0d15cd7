import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";

/** As a person starts it: it becomes the product's Node under the same process id. */
const MAKEGOOD = join(import.meta.dirname, "../bin/makegood.mjs");

/** A real process of the product that can be killed at any moment and started again. */
export interface Daemon {
  readonly name: string;
  pid(): number | undefined;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it (again) and waits until it says that it is at work. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** `makegood <command>` with the given environment; `ready` is what it prints when it is at work. */
export function daemon(name: string, args: readonly string[], env: Readonly<Record<string, string>>, ready: RegExp): Daemon {
  let child: ChildProcess | undefined;
  const gone = async (signal: NodeJS.Signals) => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const exit = once(running, "exit");
    running.kill(signal);
    await exit;
  };
  return {
    name,
    pid: () => child?.pid,
    kill: () => gone("SIGKILL"),
    stop: () => gone("SIGTERM"),
    start: async () => {
      const started = spawn(process.execPath, [MAKEGOOD, ...args], { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
      child = started;
      let said = "";
      await new Promise<void>((resolve, reject) => {
        const hear = (chunk: Buffer) => {
          said = (said + chunk.toString()).slice(-4_000);
          if (ready.test(said)) resolve();
        };
        started.stdout.on("data", hear);
        started.stderr.on("data", hear);
        started.once("exit", () => (ready.test(said) ? undefined : reject(new Error(`${name} ended before it was ready:\n${said}`))));
      });
    },
  };
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import type { Log } from "../../base/ports.ts";
import { type Milliseconds, SECOND } from "../../base/time.ts";

export interface Listener {
  /** A notification arrived. */
  notified(payload: string): void;
  /** Notifications were missed while the connection was down: look at the tables now. */
  resumed(): void;
}

export interface Listening {
  stop(): Promise<void>;
}

const FIRST_PAUSE: Milliseconds = 50;
const LONGEST_PAUSE: Milliseconds = 5 * SECOND;
/** A connection that died without a word is found out by asking. */
const HEARTBEAT: Milliseconds = 30 * SECOND;
const HEARTBEAT_WITHIN: Milliseconds = 10 * SECOND;

/** Listens to `channel` until stopped. The first connection must succeed; later ones are renewed until they do. */
export async function listen(config: pg.ClientConfig, channel: string, listener: Listener, log: Log): Promise<Listening> {
  const stopped = new AbortController();
  let client = await open(config, channel, listener);
  const reconnect = async (): Promise<void> => {
    for (let pause = FIRST_PAUSE; !stopped.signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        client = await open(config, channel, listener);
        break;
      } catch (error) {
        log.warn({ channel, reason: String(error) }, "The listening database connection cannot be renewed yet");
        await wait(pause, undefined, { signal: stopped.signal }).catch(() => {});
      }
    }
    if (stopped.signal.aborted) return client.end().catch(() => {});
    watch();
    listener.resumed();
  };
  let reconnecting = Promise.resolve();
  const watch = (): void => {
    const watched = client;
    const heartbeat = setInterval(() => void beat(watched), HEARTBEAT);
    watched.once("end", () => {
      clearInterval(heartbeat);
      if (stopped.signal.aborted) return;
      log.warn({ channel }, "The listening database connection broke; renewing it");
      reconnecting = reconnect();
    });
  };
  watch();
  return {
    stop: async () => {
      if (stopped.signal.aborted) return;
      stopped.abort();
      await reconnecting;
      await client.end().catch(() => {});
    },
  };
}

async function open(config: pg.ClientConfig, channel: string, listener: Listener): Promise<pg.Client> {
  const client = new pg.Client(config);
  // The end of the connection is what we act upon; unheard, its error would end the process.
  client.on("error", () => {});
  client.on("notification", (notification) => listener.notified(notification.payload ?? ""));
  try {
    await client.connect();
    await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  return client;
}

async function beat(client: pg.Client): Promise<void> {
  const silent = setTimeout(() => (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy(), HEARTBEAT_WITHIN);
  await client.query("SELECT 1").catch(() => {});
  clearTimeout(silent);
}

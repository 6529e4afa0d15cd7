import { PassThrough } from "node:stream";
import type { Log } from "../base/ports.ts";
import { MINUTE, type Clock, type Instant } from "../base/time.ts";

/** Each costs a socket and a look at its order a pulse. Who finds no place has a page that does not move by itself. */
const MAX_STREAMS = 500;

/** One person with a few tabs on a few devices behind one address; more is somebody who wants all places. */
export const MAX_STREAMS_PER_ADDRESS = 12;

/** A browser opens a new one by itself; one that lasts for ever would outlive its reader and our restarts. */
const STREAM_LIFE = 30 * MINUTE;

/** How long a browser waits before it comes back after a break, in milliseconds. */
const RETRY_AFTER = 5_000;

/** A reader that takes nothing of what is sent is gone. A version is some 40 bytes. */
const MAX_UNREAD_BYTES = 4_096;

interface Listener {
  readonly stream: PassThrough;
  readonly address: string;
  readonly openedAt: Instant;
  /** What the page shows now; undefined when it is over. */
  readonly version: () => Promise<string | undefined>;
  said: string | undefined;
}

/** The open pages of this process, each of which hears when its order has news. */
export interface LivePages {
  /** A stream of versions; undefined when there is no place. `version` is asked at each pulse. */
  open(address: string, version: Listener["version"]): PassThrough | undefined;
  /** Ends all streams; browsers come back to another process. */
  close(): void;
}

/**
 * At a pulse the open pages are looked at one after the other, so that a thousand pulses cost no more than one look
 * at a time; pulses that come meanwhile make one more round.
 */
export function livePages(ports: { readonly clock: Clock; readonly log: Log }, onPulse: (beat: () => void) => () => void): LivePages {
  const listeners = new Set<Listener>();
  let round: Promise<void> | undefined;
  let again = false;

  const lookAtAll = async (): Promise<void> => {
    do {
      again = false;
      for (const listener of listeners) await look(ports, listener);
    } while (again);
  };
  const stopPulse = onPulse(() => {
    again = true;
    round ??= lookAtAll().finally(() => (round = undefined));
  });

  return {
    open(address, version) {
      const fromThere = [...listeners].filter((listener) => listener.address === address).length;
      if (listeners.size >= MAX_STREAMS || fromThere >= MAX_STREAMS_PER_ADDRESS) return undefined;
      const stream = new PassThrough();
      const listener: Listener = { stream, address, openedAt: ports.clock.now(), version, said: undefined };
      stream.once("close", () => listeners.delete(listener));
      listeners.add(listener);
      stream.write(`retry: ${RETRY_AFTER}\n\n`);
      void look(ports, listener);
      return stream;
    },
    close() {
      stopPulse();
      for (const { stream } of listeners) stream.end();
    },
  };
}

async function look(ports: { readonly clock: Clock; readonly log: Log }, listener: Listener): Promise<void> {
  const { stream } = listener;
  if (stream.destroyed) return;
  if (stream.writableLength > MAX_UNREAD_BYTES) return void stream.destroy();
  if (ports.clock.now() - listener.openedAt > STREAM_LIFE) return void stream.end();
  try {
    const version = await listener.version();
    if (version === undefined) return void stream.end("event: end\ndata:\n\n");
    // A comment keeps what is between us from closing a quiet connection, and finds one that is gone.
    stream.write(version === listener.said ? ":\n\n" : `event: version\ndata: ${version}\n\n`);
    listener.said = version;
  } catch (error) {
    ports.log.warn({ why: error instanceof Error ? error.message : String(error) }, "An open page could not be looked at");
  }
}

import type { VendorDelivery } from "../sample/model.ts";

/** A vendor that tries again until it is acknowledged, and counts what it was told. */
export interface Sender {
  /** Delivers one webhook; resolves when it was acknowledged. */
  send(delivery: VendorDelivery): Promise<void>;
  /** Deliveries that had to be tried again. */
  readonly retries: () => number;
}

const PAUSE = 100;
/** Without an answer for this long a vendor gives up and tries again. */
const ANSWER_WITHIN = 5_000;

export function sender(urlOf: (source: string) => string): Sender {
  let retries = 0;
  return {
    retries: () => retries,
    async send({ source, headers, body }) {
      for (;;) {
        const answer = await fetch(urlOf(source), { method: "POST", headers, body, signal: AbortSignal.timeout(ANSWER_WITHIN) }).catch(() => undefined);
        await answer?.arrayBuffer().catch(() => undefined);
        if (answer?.ok) return;
        retries += 1;
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    },
  };
}

/** Runs `work` for 0…count-1, so many at a time, in order of starting. */
export async function inParallel(count: number, lanes: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

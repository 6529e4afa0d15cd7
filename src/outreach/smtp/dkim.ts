import { createPrivateKey } from "node:crypto";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { Refusal } from "../../base/errors.ts";
import type { DkimSettings } from "./settings.ts";

/** What a worker is asked and answers. */
export interface SignRequest {
  readonly id: number;
  readonly content: Uint8Array;
}
export type SignAnswer = { readonly id: number; readonly signed: Uint8Array } | { readonly id: number; readonly error: string };

/** Signs whole mails (RFC 6376, relaxed/relaxed, RSA-SHA256) away from the main thread: one costs about a millisecond. */
export interface DkimSigner {
  sign(content: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** One core stays with the rest of the work; more signers than this outrun any one server. */
const MAX_SIGNERS = 4;
/** Receivers ignore shorter keys (RFC 8301 section 3.2). */
const MIN_KEY_BITS = 1024;

interface Asked {
  readonly resolve: (signed: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/** Throws a Refusal for a key that cannot sign. */
export function createDkimSigner(settings: DkimSettings): DkimSigner {
  checkKey(settings);
  const size = Math.max(1, Math.min(MAX_SIGNERS, availableParallelism() - 1));
  const asked = new Map<number, Asked>();
  let next = 0;
  const failAll = (error: Error) => {
    for (const one of asked.values()) one.reject(error);
    asked.clear();
  };
  const workers = Array.from({ length: size }, () => {
    const worker = new Worker(new URL("./dkim-worker.ts", import.meta.url), { workerData: settings });
    worker.on("message", (answer: SignAnswer) => {
      const one = asked.get(answer.id);
      asked.delete(answer.id);
      if ("signed" in answer) one?.resolve(answer.signed);
      else one?.reject(new Error(answer.error));
    });
    worker.on("error", (error) => failAll(error as Error));
    worker.on("exit", () => failAll(new Error("The DKIM signer has ended")));
    // Signing alone keeps no process alive.
    worker.unref();
    return worker;
  });
  return {
    sign(content) {
      const id = next++;
      return new Promise((resolve, reject) => {
        asked.set(id, { resolve, reject });
        workers[id % size]?.postMessage({ id, content } satisfies SignRequest);
      });
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function checkKey(settings: DkimSettings): void {
  const refuse = (what: string) => {
    throw new Refusal({ code: "dkim-key", status: 422, what, next: `Give an RSA private key in PEM, of 2048 bits, for ${settings.selector}._domainkey.${settings.domain}.` });
  };
  let bits: number | undefined;
  try {
    const key = createPrivateKey(settings.privateKey);
    bits = key.asymmetricKeyType === "rsa" ? key.asymmetricKeyDetails?.modulusLength : undefined;
  } catch {
    refuse("The DKIM key cannot be read.");
  }
  if (bits === undefined) refuse("The DKIM key is not an RSA key.");
  else if (bits < MIN_KEY_BITS) refuse(`The DKIM key has only ${bits} bits.`);
}

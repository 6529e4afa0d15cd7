import DKIM from "nodemailer/lib/dkim";
import { buffer } from "node:stream/consumers";
import { parentPort, workerData } from "node:worker_threads";
import type { SignAnswer, SignRequest } from "./dkim.ts";
import type { DkimSettings } from "./settings.ts";

const settings = workerData as DkimSettings;
const signer = new DKIM({ domainName: settings.domain, keySelector: settings.selector, privateKey: settings.privateKey });

parentPort?.on("message", (request: SignRequest) => void answer(request));

async function answer({ id, content }: SignRequest): Promise<void> {
  parentPort?.postMessage(await sign(id, content));
}

async function sign(id: number, content: Uint8Array): Promise<SignAnswer> {
  try {
    const signed = await buffer(signer.sign(Buffer.from(content)));
    // The library leaves a mail unsigned when the key fails it; an unsigned mail must not pass for a signed one.
    if (!signed.subarray(0, 15).equals(Buffer.from("DKIM-Signature:"))) return { id, error: "The mail could not be signed" };
    return { id, signed };
  } catch (error) {
    return { id, error: String(error) };
  }
}

import { invariant } from "./errors.ts";
import type { Fetch } from "./ports.ts";
import { err, ok, type Result } from "./result.ts";
import { SECOND } from "./time.ts";

/** The sender of a webhook waits for us meanwhile, some of them five seconds in all. */
const FETCH_WITHIN = 4 * SECOND;

/**
 * GETs a small public document of a vendor while a webhook waits. The caller has checked that the host is one of the
 * vendor's own, by its exact name: so no address is ever given, TLS proves who answers, and a redirect is not followed.
 * Returns why there is no document; throws nothing that a vendor can cause.
 */
export async function fetchSmall(fetch: Fetch, url: string, maxBytes: number): Promise<Result<Uint8Array, string>> {
  invariant(new URL(url).protocol === "https:", "a document that is fetched over HTTPS");
  try {
    const response = await fetch(url, { headers: {}, redirect: "manual", within: FETCH_WITHIN });
    const body = response.status === 200 ? await readUpTo(response, maxBytes) : undefined;
    if (body) return ok(body);
    await response.body?.cancel();
    return err(response.status === 200 ? `the answer is larger than ${maxBytes} bytes` : `the vendor answered ${response.status}`);
  } catch (error) {
    return err(`no answer (${error instanceof Error ? error.name : "unknown error"})`);
  }
}

/** The body, or undefined as soon as it is larger. */
async function readUpTo(response: Response, maxBytes: number): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > maxBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

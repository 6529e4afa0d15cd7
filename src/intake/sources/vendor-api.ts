import type { Fetch } from "../../base/ports.ts";
import { SECOND } from "../../base/time.ts";
import type { PulledPage } from "../adapter.ts";
import { type JsonText, readJson } from "../core/json.ts";

/** A page of the vendor's API may take this long. */
const PAGE_TIMEOUT = 30 * SECOND;
/** 250 full orders are about 5 MB; more than this is no page that we asked for. */
const MAX_PAGE_BYTES = 32 * 1_048_576;
/** How long to leave a vendor alone that said "too many" without saying how long, or that failed. */
const DEFAULT_RETRY = 60 * SECOND;

type Answer = { readonly kind: "json"; readonly json: JsonText; readonly headers: Headers } | Exclude<PulledPage, { kind: "page" }>;

/** GETs one page. What the vendor refuses or cannot do now is a value; nothing is thrown. */
export function getPage(fetch: Fetch, url: string, headers: Record<string, string>, access: string): Promise<Answer> {
  return ask(fetch, url, { headers }, access);
}

/** POSTs a form, such as one that asks for an access token. Answers as `getPage` does. */
export function postForm(fetch: Fetch, url: string, headers: Record<string, string>, form: string, access: string): Promise<Answer> {
  return ask(fetch, url, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded", ...headers }, body: form }, access);
}

async function ask(fetch: Fetch, url: string, init: Parameters<Fetch>[1], access: string): Promise<Answer> {
  let response: Response;
  let body: Uint8Array;
  try {
    response = await fetch(url, { ...init, headers: { accept: "application/json", ...init.headers }, signal: AbortSignal.timeout(PAGE_TIMEOUT) });
    body = new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    return later(`No answer: ${error instanceof Error ? error.name : "unknown error"}`, DEFAULT_RETRY);
  }
  const { status } = response;
  if (status === 429 || status >= 500) return later(`The vendor answered ${status}`, retryAfter(response.headers));
  if (status !== 200) return { kind: "refused", why: `The vendor answered ${status}`, next: access };
  if (body.length > MAX_PAGE_BYTES) return { kind: "refused", why: "The page is too large", next: "Report it: the vendor ignores the page size that we ask for." };
  const json = readJson(body);
  return json.ok ? { kind: "json", json: json.value, headers: response.headers } : later(`The page is no JSON: ${json.error}`, DEFAULT_RETRY);
}

function later(why: string, retryAfterMs: number): Answer {
  return { kind: "later", retryAfter: retryAfterMs, why };
}

function retryAfter(headers: Headers): number {
  const seconds = Number(headers.get("retry-after") ?? "");
  return seconds > 0 && seconds <= 86_400 ? Math.ceil(seconds) * SECOND : DEFAULT_RETRY;
}

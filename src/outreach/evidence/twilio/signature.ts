import { createHash, createHmac } from "node:crypto";
import { sameBytes } from "../../../base/signatures.ts";

const BODY_HASH = "bodySHA256";
const DEFAULT_PORTS: Readonly<Record<string, string>> = { "https:": "443", "http:": "80" };

/**
 * Whether any of the account's tokens signed a delivery: base64 of HMAC-SHA1 over the address as the provider knows it and, of a
 * form, each name and value in the order of the names; of anything else the address carries the body's hash.
 * https://www.twilio.com/docs/usage/security#validating-requests. Every token and spelling is tried, so that nothing is told by time.
 */
export function isSigned(tokens: readonly string[], signature: string, url: string, body: Uint8Array): boolean {
  const given = Buffer.from(signature, "base64");
  const hash = new URL(url).searchParams.get(BODY_HASH);
  if (hash !== null && createHash("sha256").update(body).digest("hex") !== hash.toLowerCase()) return false;
  const signed = hash === null ? signedFields(body) : "";
  let matched = false;
  for (const token of tokens) {
    for (const spelling of spellings(url)) {
      if (sameBytes(given, createHmac("sha1", token).update(spelling + signed).digest())) matched = true;
    }
  }
  return matched;
}

function signedFields(body: Uint8Array): string {
  const fields = [...new URLSearchParams(Buffer.from(body).toString("utf8"))];
  const distinct = [...new Map(fields.map(([name, value]) => [`${name}\n${value}`, { name, value }])).values()];
  return distinct.sort((one, other) => compare(one.name, other.name) || compare(one.value, other.value)).map(({ name, value }) => name + value).join("");
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The provider signs some addresses with their port and some without, whatever it was given. */
function spellings(url: string): readonly string[] {
  const { protocol, hostname, port } = new URL(url);
  const [, rest = ""] = /^[a-z]+:\/\/[^/?#]+(.*)$/i.exec(url) ?? [];
  return [`${protocol}//${hostname}${rest}`, `${protocol}//${hostname}:${port || DEFAULT_PORTS[protocol]}${rest}`];
}

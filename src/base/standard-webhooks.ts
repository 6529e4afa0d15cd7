import { hmacSha256 } from "./signatures.ts";

// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: base64 of HMAC-SHA256 over
// id, time and body, as many services and gateways of webhooks sign what passes through them.

export const ID = "webhook-id";
/** In seconds. */
export const TIME = "webhook-timestamp";
export const SIGNATURE = "webhook-signature";

/** The headers of a message that each of the secrets signs: several while one is being changed. */
export function signatureHeaders(secrets: readonly string[], id: string, timestamp: number, body: string | Uint8Array): Readonly<Record<string, string>> {
  const signatures = secrets.map((secret) => `v1,${hmacSha256(keyOf(secret), `${id}.${timestamp}.`, body).toString("base64")}`);
  return { [ID]: id, [TIME]: String(timestamp), [SIGNATURE]: signatures.join(" ") };
}

/** The bytes of a secret's key: base64 behind a prefix. */
export function keyOf(secret: string): Uint8Array {
  return Buffer.from(secret.replace(/^whsec_/, ""), "base64");
}

import { hmacSha256 } from "../../../base/signatures.ts";

/** Standard Webhooks (https://www.standardwebhooks.com): base64 of HMAC-SHA256 over `id.timestamp.body`, once for each secret. The time is in seconds. */
export function signatureHeaders(secrets: readonly string[], id: string, timestamp: number, body: string): Readonly<Record<string, string>> {
  const signatures = secrets.map((secret) => `v1,${hmacSha256(Buffer.from(secret.replace(/^whsec_/, ""), "base64"), `${id}.${timestamp}.${body}`).toString("base64")}`);
  return { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": signatures.join(" ") };
}

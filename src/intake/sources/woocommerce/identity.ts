import { createHash } from "node:crypto";

/**
 * The identity of a delivery: what it tells of, and its bytes. WooCommerce's own delivery id is a hash of the webhook
 * and the second, so that two deliveries of one second share it.
 */
export function contentKey(resource: string, id: string, body: Uint8Array): string {
  return `${resource}:${id}:${createHash("sha256").update(body).digest("hex")}`;
}

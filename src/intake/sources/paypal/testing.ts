import { sign, X509Certificate } from "node:crypto";
import { crc32 } from "node:zlib";
import { makeCertificate } from "../../../base/testing.ts";
import { DAY, type Instant, iso, plus } from "../../../base/time.ts";
import type { Delivery } from "../../core/delivery.ts";
import { NOON } from "../../testing.ts";

// PayPal as it signs for a store, with a certificate that the tests make.

export const WEBHOOK = "1JE4291016473214C";
export const CERT_URL = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594";
export const SIGNER = "messageverificationcerts.paypal.com";
export const PAYPAL = makeCertificate(SIGNER, plus(NOON, -100 * DAY), plus(NOON, 300 * DAY));
export const CERTIFICATE = new X509Certificate(PAYPAL.pem);

/** A body as PayPal posts it to a webhook; `headers` change what it sends beside. */
export function posted(body: Uint8Array, webhookId: string, at: Instant, headers: Record<string, string> = {}): Delivery {
  const text = `69cd13f0-d67a-11e5|${iso(at)}|${webhookId}|${crc32(body)}`;
  return {
    headers: {
      "content-type": "application/json",
      "paypal-transmission-id": "69cd13f0-d67a-11e5",
      "paypal-transmission-time": iso(at),
      "paypal-transmission-sig": sign("sha256", Buffer.from(text), PAYPAL.privateKey).toString("base64"),
      "paypal-auth-algo": "SHA256withRSA",
      "paypal-cert-url": CERT_URL,
      ...headers,
    },
    body,
  };
}

export const event = (event_type: string, resource: object, resource_type = "refund") => ({
  id: "WH-55TX-1", event_version: "1.0", create_time: iso(NOON), event_type, resource_type, resource_version: "2.0", resource,
});

export const capture = (changes: Record<string, unknown> = {}) => ({
  id: "3C679366HH908993F", status: "COMPLETED", amount: { value: "49.90", currency_code: "EUR" }, create_time: iso(NOON),
  supplementary_data: { related_ids: { order_id: "5O190127TN364715T" } }, ...changes,
});

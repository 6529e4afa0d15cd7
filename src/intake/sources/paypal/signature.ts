import { verify } from "node:crypto";
import { crc32 } from "node:zlib";
import { type Certificate, isValidAt } from "../../../base/certificates.ts";
import { DAY, type Instant, parseInstant } from "../../../base/time.ts";
import type { Delivery, IntakeProblem } from "../../core/delivery.ts";
import { isJson, noSignature, wrongContentType, wrongSignature } from "../problems.ts";

// https://developer.paypal.com/api/rest/webhooks/rest/: how a message is verified without asking PayPal each time.

export type Environment = "live" | "sandbox";

const ID = "paypal-transmission-id";
const TIME = "paypal-transmission-time";
const SIGNATURE = "paypal-transmission-sig";
const ALGORITHM = "paypal-auth-algo";
const CERTIFICATE_URL = "paypal-cert-url";
const HEADERS = [ID, TIME, SIGNATURE, ALGORITHM, CERTIFICATE_URL];

/**
 * PayPal repeats a message for three days. The body stands in the signed text as a CRC-32 only, for which another body
 * can be made: a signature that leaked must not serve for ever.
 */
const TOLERANCE = 4 * DAY;

/** The API's hosts serve the certificates, under no other path. */
const HOSTS: Readonly<Record<Environment, readonly string[]>> = {
  live: ["api.paypal.com", "api-m.paypal.com"],
  sandbox: ["api.sandbox.paypal.com", "api-m.sandbox.paypal.com"],
};
const PATH = /^\/v1\/notifications\/certs\/CERT-[A-Za-z0-9-]{1,100}$/;

/** Whom PayPal's signing certificates are made out to; the sandbox has a name of its own under the same domain. */
const SIGNER = /^CN=messageverificationcerts(?:\.[a-z0-9-]+)*\.paypal\.com$/;

/** The certificate that a complete delivery names, when PayPal itself serves it. */
export function certificateUrlOf(headers: Delivery["headers"], environment: Environment): string | undefined {
  if (HEADERS.some((name) => !headers[name])) return undefined;
  const url = URL.parse(headers[CERTIFICATE_URL] ?? "");
  // Without a query, a fragment, a port, or a name and password: those would make many addresses of one.
  const isOurs = url && PATH.test(url.pathname) && HOSTS[environment].some((host) => url.href === `https://${host}${url.pathname}`);
  return isOurs ? url.href : undefined;
}

/** What is wrong with a delivery's signature, if anything. */
export function checkSignature(
  { headers, body }: Delivery,
  webhookIds: readonly string[],
  environment: Environment,
  now: Instant,
  certificate: Certificate | undefined,
): IntakeProblem | undefined {
  const missing = HEADERS.find((name) => !headers[name]);
  if (missing !== undefined) return noSignature(missing, "PayPal");
  if (headers[ALGORITHM] !== "SHA256withRSA") return otherwiseSigned("It is signed by another method than SHA256withRSA.");
  if (!certificate) return otherwiseSigned(`Its certificate is not one that PayPal's ${environment} environment serves.`);
  if (!certificate.subject.split("\n").some((line) => SIGNER.test(line))) return otherwiseSigned("Its certificate is not made out to PayPal's webhooks.");
  if (!isValidAt(certificate, now)) return otherwiseSigned("Its certificate is out of date.");
  const signature = Buffer.from(headers[SIGNATURE] ?? "", "base64");
  const signs = (webhookId: string): boolean =>
    verify("sha256", Buffer.from(`${headers[ID]}|${headers[TIME]}|${webhookId}|${crc32(body)}`), certificate.publicKey, signature);
  if (!webhookIds.some(signs)) return wrongSignature("PayPal", "the id of the webhook that posts to this address");
  const sentAt = parseInstant(headers[TIME] ?? "");
  if (sentAt === undefined || Math.abs(now - sentAt) > TOLERANCE) return STALE;
  return isJson(headers) ? undefined : wrongContentType("application/json", "Check that no proxy rewrites the request.");
}

function otherwiseSigned(what: string): IntakeProblem {
  return {
    code: "wrong_signature",
    status: 401,
    what,
    next: "Check that `environment` of this source is the one of the PayPal app, that no proxy rewrites the headers, and this machine's clock.",
  };
}

const STALE: IntakeProblem = {
  code: "stale_signature",
  status: 401,
  what: "The signature is more than four days old, or from the future.",
  next: "Check this machine's clock. An event that PayPal is asked to send again is signed afresh and will be taken.",
};

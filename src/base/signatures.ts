import { createHmac, timingSafeEqual } from "node:crypto";

/** A key as text, or as the bytes that a vendor's hex stands for. */
type Secret = string | Uint8Array;

/** HMAC-SHA256 over the parts in turn. */
export function hmacSha256(secret: Secret, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const hmac = createHmac("sha256", secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** Whether two secrets are equal, in time that does not depend on where they differ. */
export function sameBytes(given: Uint8Array, expected: Uint8Array): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Whether any secret signs the parts as any of the given signatures. Tries every secret, so that rotation costs no time signal. */
export function signedByAny(secrets: readonly Secret[], signatures: readonly Uint8Array[], ...parts: readonly (string | Uint8Array)[]): boolean {
  let matched = false;
  for (const secret of secrets) {
    const expected = hmacSha256(secret, ...parts);
    for (const signature of signatures) if (sameBytes(signature, expected)) matched = true;
  }
  return matched;
}

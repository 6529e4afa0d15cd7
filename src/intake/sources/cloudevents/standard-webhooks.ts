import { err, ok, type Result } from "../../../base/result.ts";
import { signedByAny } from "../../../base/signatures.ts";
import { ID, keyOf, SIGNATURE, TIME } from "../../../base/standard-webhooks.ts";
import { type Instant, type Milliseconds, MINUTE, SECOND } from "../../../base/time.ts";
import type { Delivery, IntakeProblem } from "../../core/delivery.ts";
import { noSignature, wrongSignature } from "../problems.ts";

/** What the reference libraries allow between two clocks. */
const TOLERANCE: Milliseconds = 5 * MINUTE;

/** A secret as it is given out: the bytes of its key in base64 behind a prefix. */
export const SIGNING_SECRET = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

/** Whether a delivery says that it is signed in this way. */
export function isSigned({ headers }: Delivery): boolean {
  return headers[SIGNATURE] !== undefined;
}

/** Whether any of the secrets signed it, just now. A header may hold several signatures, of which v1 is the one with a secret. */
export function checkSignature({ headers, body }: Delivery, secrets: readonly string[], now: Instant): Result<true, IntakeProblem> {
  const [id, time, given] = [headers[ID], headers[TIME], headers[SIGNATURE]];
  if (!id || !time || !given) return err(noSignature(`${SIGNATURE} (with ${ID} and ${TIME})`, "a sender that signs by Standard Webhooks"));
  const signatures = given.split(" ").flatMap((each) => (each.startsWith("v1,") ? [Buffer.from(each.slice("v1,".length), "base64")] : []));
  if (!/^\d{1,12}$/.test(time) || !signedByAny(secrets.map(keyOf), signatures, `${id}.${time}.`, body)) return err(wrongSignature("the sender", "the signing secret of this endpoint (whsec_…)"));
  return Math.abs(now - Number(time) * SECOND) <= TOLERANCE ? ok(true) : err(stale);
}

const stale: IntakeProblem = {
  code: "stale_signature",
  status: 401,
  what: "The signature is older or newer than five minutes.",
  next: "Check the clocks of this machine and of the sender, and have it sign again what it sends again.",
};

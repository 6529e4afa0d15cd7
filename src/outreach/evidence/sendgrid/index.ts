import { createPublicKey, verify as verifySignature } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { err, ok } from "../../../base/result.ts";
import type { Result } from "../../../base/result.ts";
import { instant, MINUTE, SECOND } from "../../../base/time.ts";
import type { Instant, Milliseconds } from "../../../base/time.ts";
import type { EvidenceAdapter, EvidenceDelivery, EvidenceProblem, EvidenceRead, Report, ReportedMessage } from "../../core/evidence.ts";
import { reportable } from "../../core/text.ts";
import { evidenceModule } from "../module.ts";
import { messageIdIn, parseJson, unreadable } from "../payload.ts";

const SIGNATURE = "x-twilio-email-event-webhook-signature";
const TIMESTAMP = "x-twilio-email-event-webhook-timestamp";

/** A signature older than this is a replay. Retries are signed afresh, so this covers clocks and queues only. */
const TOLERANCE: Milliseconds = 10 * MINUTE;

const options = z.strictObject({
  publicKeys: z
    .array(z.string().min(80, "is too short for a verification key: copy the whole key from the signed event webhook's settings"))
    .min(1)
    .describe("Verification keys of the signed event webhook (base64). Several while a key is being changed."),
});

export const evidence = evidenceModule({ type: "sendgrid", title: "SendGrid signed event webhook", config: options }, create);

/** The event webhook with ECDSA signatures over timestamp and raw body. Source: the vendor's event webhook reference. */
function create(configured: z.output<typeof options>): EvidenceAdapter {
  const keys = configured.publicKeys.map((key) => createPublicKey({ key: Buffer.from(key, "base64"), format: "der", type: "spki" }));
  return { verify: (delivery, now) => verify(keys, delivery, now), read };
}

function verify(keys: readonly KeyObject[], delivery: EvidenceDelivery, now: Instant): Result<true, EvidenceProblem> {
  const signature = delivery.headers[SIGNATURE];
  const timestamp = delivery.headers[TIMESTAMP];
  if (!signature || !timestamp) return err(unsigned);
  const signed = Buffer.concat([Buffer.from(timestamp), delivery.body]);
  if (!keys.some((key) => verifySignature("sha256", signed, key, Buffer.from(signature, "base64")))) return err(wrongSignature);
  return Math.abs(now - Number(timestamp) * SECOND) <= TOLERANCE ? ok(true) : err(stale);
}

const unsigned: EvidenceProblem = {
  status: 401,
  code: "no_signature",
  what: `The headers ${SIGNATURE} and ${TIMESTAMP} are missing.`,
  next: "Switch on the signed event webhook in the provider's mail settings.",
};
const wrongSignature: EvidenceProblem = {
  status: 401,
  code: "wrong_signature",
  what: "The signature does not fit the body.",
  next: "Check that the configured verification key is the one in the provider's settings and that no proxy rewrites the body.",
};
const stale: EvidenceProblem = {
  status: 401,
  code: "stale_signature",
  what: "The signature is more than ten minutes old.",
  next: "Check the clock of this machine; a replay from the provider is signed afresh and will pass.",
};

const event = z.looseObject({
  event: z.string(),
  timestamp: z.number().min(0).max(1e11),
  email: z.string().optional(),
  "smtp-id": z.string().optional(),
  status: z.string().optional(),
  reason: z.string().optional(),
  response: z.string().optional(),
  type: z.string().optional(),
});
type SendGridEvent = z.output<typeof event>;

function read(body: Uint8Array): EvidenceRead {
  const parsed = z.array(event).safeParse(parseJson(body));
  if (!parsed.success) return unreadable("it is not an array of events as the provider documents them");
  const reports = parsed.data.flatMap((one) => reportedBy(one) ?? []);
  return reports.length > 0 ? { kind: "reports", reports } : { kind: "ignored", why: "none of its events is about delivery" };
}

function reportedBy(one: SendGridEvent): ReportedMessage | undefined {
  const report = reportOf(one);
  const rfcId = messageIdIn(one["smtp-id"]);
  if (!report || (rfcId === undefined && one.email === undefined)) return undefined;
  const found = rfcId === undefined ? { address: one.email?.toLowerCase() ?? "" } : { rfcId };
  return { ...found, at: instant(one.timestamp * SECOND), report };
}

/** Reasons for which the provider drops every mail to an address, not just this one. */
const DEAD_ADDRESS = /^(?:bounced address|invalid)/i;

/** Opening and clicking are no evidence: scanners do both. */
function reportOf(one: SendGridEvent): Report | undefined {
  const why = reportable([one.event, one.status, one.reason ?? one.response].filter(Boolean).join(" "));
  switch (one.event) {
    case "processed":
      return { kind: "handedOver", why };
    case "deferred":
      return { kind: "handedOver", why, delayed: true };
    case "delivered":
      return { kind: "delivered", why };
    case "bounce":
      // `blocked` is the receiving server's mood, not the address's fault.
      return { kind: "failed", addressDead: one.type !== "blocked" && (one.status ?? "5").startsWith("5"), why };
    case "dropped":
      return { kind: "failed", addressDead: DEAD_ADDRESS.test(one.reason ?? ""), why };
    case "spamreport":
      return { kind: "complained", why };
    default:
      return undefined;
  }
}

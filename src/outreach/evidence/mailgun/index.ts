import { z } from "zod";
import { err, ok, type Result } from "../../../base/result.ts";
import { signedByAny } from "../../../base/signatures.ts";
import { HOUR, instant, type Instant, type Milliseconds, SECOND } from "../../../base/time.ts";
import type { EvidenceAdapter, EvidenceDelivery, EvidenceProblem, EvidenceRead, Report } from "../../core/evidence.ts";
import { reportable } from "../../core/text.ts";
import { judge } from "../../mail-evidence/judge.ts";
import { evidenceModule } from "../module.ts";
import { foundBy, messageIdIn, parseJson, unreadable } from "../payload.ts";

/**
 * Repetitions come for eight hours (https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-retries)
 * and are not known to be signed afresh. Replays within this time are recognised by their token.
 */
const TOLERANCE: Milliseconds = 9 * HOUR;

const options = z.strictObject({
  signingKeys: z.array(z.string().min(16, "is too short for a signing key: copy the HTTP webhook signing key of the account")).min(1).describe("HTTP webhook signing keys. Several while a key is being changed."),
});

export const evidence = evidenceModule({ type: "mailgun", title: "Mailgun webhooks", config: options }, create);

/**
 * Event webhooks: https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
 * The signature covers a timestamp and a random token, and nothing of the event. Who sees one delivery could send any other event
 * under its signature: so the token is the delivery's identity, and each counts once.
 * A mail that comes over SMTP keeps its Message-ID, and events give it back.
 */
function create({ signingKeys }: z.output<typeof options>): EvidenceAdapter {
  return { verify: (delivery, now) => verify(signingKeys, delivery, now), identity, read };
}

const signed = z.object({
  signature: z.object({
    timestamp: z.union([z.string(), z.number()]).transform(String).pipe(z.string().regex(/^\d{1,12}$/)),
    token: z.string().min(1),
    signature: z.string(),
    /** The same under the key of the account above, where a subaccount sent the mail. */
    "parent-signature": z.string().optional(),
  }),
});

function verify(keys: readonly string[], { body }: EvidenceDelivery, now: Instant): Result<true, EvidenceProblem> {
  const parsed = signed.safeParse(parseJson(body));
  if (!parsed.success) return err(unsigned);
  const { timestamp, token, signature, "parent-signature": parent } = parsed.data.signature;
  const given = [signature, ...(parent === undefined ? [] : [parent])].map((hex) => Buffer.from(hex, "hex"));
  if (!signedByAny(keys, given, timestamp, token)) return err(wrongSignature);
  return Math.abs(now - Number(timestamp) * SECOND) <= TOLERANCE ? ok(true) : err(stale);
}

/** The token of a verified delivery. */
function identity(body: Uint8Array): string {
  return signed.parse(parseJson(body)).signature.token;
}

const unsigned: EvidenceProblem = {
  status: 401,
  code: "no_signature",
  what: "The body holds no signature (timestamp, token and signature).",
  next: "Add the address as a webhook of the sending domain; the provider signs each of them.",
};
const wrongSignature: EvidenceProblem = {
  status: 401,
  code: "wrong_signature",
  what: "The signature does not fit its timestamp and token.",
  next: "Check that the configured key is the account's HTTP webhook signing key, not an API key.",
};
const stale: EvidenceProblem = {
  status: 401,
  code: "stale_signature",
  what: "The signature is more than nine hours old.",
  next: "Check the clock of this machine. The provider does not repeat an event for longer than eight hours.",
};

const payload = z.object({
  "event-data": z.looseObject({
    event: z.string(),
    timestamp: z.number().min(0).max(1e11),
    severity: z.string().optional(),
    reason: z.string().optional(),
    recipient: z.string().optional(),
    message: z.looseObject({ headers: z.looseObject({ "message-id": z.string().optional() }).optional() }).optional(),
    "delivery-status": z.looseObject({ code: z.number().optional(), message: z.string().nullish(), description: z.string().nullish() }).optional(),
    reject: z.looseObject({ reason: z.string().optional() }).optional(),
  }),
});
type MailgunEvent = z.output<typeof payload>["event-data"];

function read(body: Uint8Array): EvidenceRead {
  const parsed = payload.safeParse(parseJson(body));
  if (!parsed.success) return unreadable("it is no event as the provider documents them (event-data), maybe one of a legacy webhook: set this address as a webhook of the sending domain in its place");
  const event = parsed.data["event-data"];
  const report = reportOf(event);
  if (!report) return { kind: "ignored", why: `the event "${reportable(event.event)}" says nothing about delivery` };
  const found = foundBy(messageIdIn(event.message?.headers?.["message-id"]), event.recipient);
  if (!found) return unreadable("it does not say of which message");
  return { kind: "reports", reports: [{ ...found, at: instant(Math.round(event.timestamp * SECOND)), report }] };
}

/** https://documentation.mailgun.com/docs/mailgun/user-manual/events/events. Opening and clicking are no evidence: scanners do both. */
function reportOf(event: MailgunEvent): Report | undefined {
  const { code, message, description } = event["delivery-status"] ?? {};
  const why = reportable([event.event, event.severity, event.reason, code, message || description || event.reject?.reason].filter(Boolean).join(" "));
  switch (event.event) {
    case "accepted":
      return { kind: "handedOver", why };
    case "delivered":
      return { kind: "delivered", why };
    case "failed":
      return event.severity === "temporary" ? { kind: "handedOver", why, delayed: true } : { kind: "failed", addressDead: isDead(event), why };
    case "rejected":
      return { kind: "failed", addressDead: false, why };
    case "complained":
      return { kind: "complained", why };
    default:
      return undefined;
  }
}

/** Codes from 600 on are the provider's own: only that it bounced before speaks of the address. A server's reply is judged as in a bounce by mail. */
function isDead({ recipient = "", reason, "delivery-status": status }: MailgunEvent): boolean {
  if (reason === "suppress-bounce") return true;
  const { code = 0, message } = status ?? {};
  if (code < 500 || code > 599) return false;
  const { outcome, scope } = judge({ address: recipient, diagnostic: `${code} ${message ?? ""}`, notice: "", final: true });
  return outcome === "permanent" && scope === "address";
}

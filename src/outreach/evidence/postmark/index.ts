import { z } from "zod";
import { carriesLogin, type Login } from "../../../base/basic-auth.ts";
import { hashToken } from "../../../base/ids.ts";
import { err, ok, type Result } from "../../../base/result.ts";
import { parseInstant } from "../../../base/time.ts";
import type { EvidenceAdapter, EvidenceDelivery, EvidenceProblem, EvidenceRead, Report } from "../../core/evidence.ts";
import { reportable } from "../../core/text.ts";
import { evidenceModule } from "../module.ts";
import { foundBy, messageIdIn, parseJson, unreadable } from "../payload.ts";

const login = z.strictObject({ username: z.string().regex(/^[^:]+$/, "must not hold a colon"), password: z.string().min(12, "is too short to keep strangers out: use 12 characters or more") });

const options = z
  .strictObject({
    basicAuth: z.array(login).default([]).describe("User names and passwords that the webhook sends. Several while one is being changed."),
    header: z
      .strictObject({
        name: z.string().regex(/^[A-Za-z0-9-]{1,60}$/, "is not the name of a header"),
        values: z.array(z.string().min(16, "is too short for a secret: use 16 characters or more")).min(1),
      })
      .optional()
      .describe("A custom header of the webhook and its secret values. Several while one is being changed."),
  })
  .refine(({ basicAuth, header }) => basicAuth.length > 0 || header !== undefined, "needs basicAuth or header: nothing is signed, so that only a secret tells the provider from a stranger");
type Config = z.output<typeof options>;

export const evidence = evidenceModule({ type: "postmark", title: "Postmark webhooks", config: options }, create);

/**
 * Delivery, bounce, spam complaint and subscription change webhooks: https://postmarkapp.com/developer/webhooks/webhooks-overview
 * Nothing is signed. What is refused with 401 is not sent again: try the webhook's "verify" button after a change.
 *
 * Postmark gives mails a Message-ID of its own and reports only that one's number, which our SMTP session never hears.
 * Metadata comes back: the field `X-PM-Metadata-message-id` of a mail stands in its reports as `Metadata["message-id"]`
 * (at most 80 characters), and `X-PM-KeepID` keeps ours in the mail itself. Both are set as the provider's `headers`.
 * Without them a report is matched by its address, which means the latest message to it.
 */
function create(configured: Config): EvidenceAdapter {
  return { verify: (delivery) => verify(configured, delivery), read };
}

/** Where both are configured, both are needed. */
function verify({ basicAuth, header }: Config, { headers }: EvidenceDelivery): Result<true, EvidenceProblem> {
  const secret = header && headers[header.name.toLowerCase()];
  if ((basicAuth.length > 0 && headers["authorization"] === undefined) || (header && secret === undefined)) return err(unsigned);
  return fitsLogin(basicAuth, headers["authorization"]) && (!header || isOneOf(secret ?? "", header.values)) ? ok(true) : err(wrongSecret);
}

function fitsLogin(logins: readonly Login[], authorization: string | undefined): boolean {
  return logins.length === 0 || carriesLogin(authorization, logins);
}

/** Hashes are compared: the time it takes tells nothing of the secret. */
function isOneOf(given: string, secrets: readonly string[]): boolean {
  return secrets.map(hashToken).includes(hashToken(given));
}

const unsigned: EvidenceProblem = {
  status: 401,
  code: "no_secret",
  what: "The secret that is configured for this webhook is missing.",
  next: "Set the user name and password, or the custom header, in the webhook's settings, and check that no proxy drops it.",
};
const wrongSecret: EvidenceProblem = {
  status: 401,
  code: "wrong_secret",
  what: "The user name, the password or the header's value is wrong.",
  next: "Make the webhook's settings and the configuration equal; while a secret is being changed, configure both.",
};

const text = z.string().optional();
const report = z.looseObject({
  RecordType: z.string(),
  Type: text,
  Details: text,
  Description: text,
  /** The address: as `Email` in bounces and complaints, as `Recipient` in the others. */
  Email: text,
  Recipient: text,
  DeliveredAt: text,
  BouncedAt: text,
  ChangedAt: text,
  SuppressSending: z.boolean().optional(),
  SuppressionReason: z.string().nullish(),
  Metadata: z.record(z.string(), z.unknown()).nullish(),
});
type PostmarkReport = z.output<typeof report>;

function read(body: Uint8Array): EvidenceRead {
  const parsed = report.safeParse(parseJson(body));
  if (!parsed.success) return unreadable("it is no webhook as the provider documents them");
  const one = parsed.data;
  const said = reportOf(one);
  if (!said) return { kind: "ignored", why: `a ${reportable([one.RecordType, one.Type].filter(Boolean).join(" "))} says nothing about delivery` };
  const at = parseInstant(one.DeliveredAt ?? one.BouncedAt ?? one.ChangedAt ?? "");
  const found = foundBy(ownMessageId(one), one.Email ?? one.Recipient);
  if (at === undefined || !found) return unreadable("it does not say of which message or when");
  return { kind: "reports", reports: [{ ...found, at, report: said }] };
}

function ownMessageId({ Metadata }: PostmarkReport): string | undefined {
  const [, given] = Object.entries(Metadata ?? {}).find(([key]) => key.toLowerCase() === "message-id") ?? [];
  return typeof given === "string" ? messageIdIn(given) : undefined;
}

/** Opening and clicking are no evidence: scanners do both. */
function reportOf(one: PostmarkReport): Report | undefined {
  const why = reportable([one.RecordType, one.Type, one.Details || one.Description].filter(Boolean).join(" "));
  switch (one.RecordType) {
    case "Delivery":
      return { kind: "delivered", why };
    case "Bounce":
      return bounceOf(one.Type ?? "", why);
    case "SpamComplaint":
      return { kind: "complained", why };
    case "SubscriptionChange":
      return suppressionOf(one, why);
    default:
      return undefined;
  }
}

/** https://postmarkapp.com/developer/api/bounce-api#bounce-types. A type that is not known is a mail that did not arrive. */
function bounceOf(type: string, why: string): Report | undefined {
  switch (type) {
    case "Transient":
      return { kind: "handedOver", why, delayed: true };
    case "HardBounce":
    case "BadEmailAddress":
      return { kind: "failed", addressDead: true, why };
    // Somebody's machine answered: it proves nothing.
    case "AutoResponder":
    case "AddressChange":
    case "Subscribe":
    case "Unsubscribe":
    case "OpenRelayTest":
      return undefined;
    default:
      return { kind: "failed", addressDead: false, why };
  }
}

/** A stream stopped or resumed mail to an address; a broadcast stream tells bounces and complaints this way only. A customer's own unsubscription is no failure of what was sent. */
function suppressionOf({ SuppressSending, SuppressionReason }: PostmarkReport, why: string): Report | undefined {
  if (SuppressSending !== true) return undefined;
  if (SuppressionReason === "HardBounce") return { kind: "failed", addressDead: true, why: `${why} HardBounce` };
  return SuppressionReason === "SpamComplaint" ? { kind: "complained", why: `${why} SpamComplaint` } : undefined;
}

import { z } from "zod";
import { type Instant, parseInstant } from "../../../base/time.ts";
import type { EvidenceRead, Report, ReportedMessage } from "../../core/evidence.ts";
import { reportable } from "../../core/text.ts";
import { messageIdIn, parseJson, unreadable } from "../payload.ts";

// https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html (`notificationType`) and
// https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html (`eventType`): one shape under two names.

const text = z.string().nullish();
const bounced = z.object({ emailAddress: z.string(), status: text, diagnosticCode: text });

const mail = z.looseObject({
  messageId: text,
  timestamp: text,
  destination: z.array(z.string()).nullish(),
  headers: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  commonHeaders: z.looseObject({ messageId: text }).nullish(),
});
type Mail = z.output<typeof mail>;

const event = z.looseObject({
  notificationType: text,
  eventType: text,
  mail: mail.nullish(),
  bounce: z.object({ bounceType: text, bounceSubType: text, bouncedRecipients: z.array(bounced), timestamp: text }).nullish(),
  complaint: z.object({ complainedRecipients: z.array(bounced), complaintFeedbackType: text, complaintSubType: text, timestamp: text }).nullish(),
  delivery: z.object({ recipients: z.array(z.string()), smtpResponse: text, timestamp: text }).nullish(),
  deliveryDelay: z.object({ delayType: text, delayedRecipients: z.array(bounced), timestamp: text }).nullish(),
  reject: z.object({ reason: text }).nullish(),
  failure: z.object({ errorMessage: text }).nullish(),
});
type SesEvent = z.output<typeof event>;

/** What SES says in a topic's message, as of the message where it gives no moment of its own. */
export function readSesEvent(message: string, published: Instant): EvidenceRead {
  const parsed = event.safeParse(parseJson(Buffer.from(message)));
  const kind = parsed.data?.eventType ?? parsed.data?.notificationType;
  if (!parsed.success || !kind) return unreadable("its message is not an event as SES documents them");
  const told = toldBy(kind, parsed.data);
  if (!told) return { kind: "ignored", why: `an event of type ${reportable(kind)} says nothing of delivery` };
  const rfcId = parsed.data.mail ? rfcIdOf(parsed.data.mail) : undefined;
  const at = parseInstant(told.at ?? parsed.data.mail?.timestamp ?? "") ?? published;
  const reports = told.reports.map(([recipient, report]): ReportedMessage => ({ ...(rfcId !== undefined && { rfcId }), address: addressOf(recipient), at, report }));
  return reports.length > 0 ? { kind: "reports", reports } : unreadable("it names no recipient");
}

/** A report for each recipient, and when it happened. */
interface Told {
  readonly at: string | null | undefined;
  readonly reports: readonly (readonly [recipient: string, report: Report])[];
}

/** Opening and clicking are no evidence: scanners do both. */
function toldBy(kind: string, said: SesEvent): Told | undefined {
  const ofAll = (report: Report): Told => ({ at: undefined, reports: (said.mail?.destination ?? []).map((recipient) => [recipient, report]) });
  switch (kind) {
    case "Send":
      return ofAll({ kind: "handedOver", why: "Send" });
    case "Reject":
      return ofAll({ kind: "failed", addressDead: false, why: words("Reject", said.reject?.reason) });
    case "Rendering Failure":
      return ofAll({ kind: "failed", addressDead: false, why: words("Rendering Failure", said.failure?.errorMessage) });
    case "Delivery":
      return said.delivery ? { at: said.delivery.timestamp, reports: said.delivery.recipients.map((each) => [each, { kind: "delivered", why: words("Delivery", said.delivery?.smtpResponse) }]) } : none;
    case "DeliveryDelay":
      return said.deliveryDelay ? { at: said.deliveryDelay.timestamp, reports: said.deliveryDelay.delayedRecipients.map((each) => [each.emailAddress, { kind: "handedOver", why: words("DeliveryDelay", said.deliveryDelay?.delayType, each.diagnosticCode), delayed: true }]) } : none;
    case "Bounce":
      return said.bounce ? bounces(said.bounce) : none;
    case "Complaint":
      return said.complaint ? complaints(said.complaint) : none;
    default:
      return undefined;
  }
}

const none: Told = { at: undefined, reports: [] };

/**
 * Permanent: SES will send nothing more to the address, or its server will take nothing more for it. Transient and
 * Undetermined: this mail did not arrive; an automatic answer may look the same, but nobody is left untold for that.
 */
function bounces(bounce: NonNullable<SesEvent["bounce"]>): Told {
  const { bounceType, bounceSubType } = bounce;
  const report = (of: z.output<typeof bounced>): Report => ({ kind: "failed", addressDead: bounceType === "Permanent", why: words("Bounce", bounceType, bounceSubType, of.status, of.diagnosticCode) });
  return { at: bounce.timestamp, reports: bounce.bouncedRecipients.map((of) => [of.emailAddress, report(of)]) };
}

function complaints({ complainedRecipients, complaintFeedbackType, complaintSubType, timestamp }: NonNullable<SesEvent["complaint"]>): Told {
  const why = words("Complaint", complaintFeedbackType, complaintSubType);
  return { at: timestamp, reports: complainedRecipients.map(({ emailAddress }) => [emailAddress, complaint(complaintFeedbackType, complaintSubType, why)]) };
}

function complaint(type: string | null | undefined, subType: string | null | undefined, why: string): Report {
  // Somebody complained of an earlier mail: SES accepted this one and never tried to send it.
  if (subType === "OnAccountSuppressionList") return { kind: "failed", addressDead: true, why };
  // It takes an earlier complaint back.
  return type === "not-spam" ? { kind: "delivered", why } : { kind: "complained", why };
}

function words(...parts: readonly (string | null | undefined)[]): string {
  return reportable(parts.filter(Boolean).join(" "));
}

/**
 * The Message-ID that the mail was given to SES with; SES sends it under another one. Undefined where the topic is told
 * no headers. A mail that was given without one is none of ours, so SES's own id will do for it.
 */
function rfcIdOf({ messageId, commonHeaders, headers }: Mail): string | undefined {
  if (!commonHeaders && !headers) return undefined;
  const original = commonHeaders?.messageId ?? headers?.find(({ name }) => name.toLowerCase() === "message-id")?.value ?? messageId;
  return messageIdIn(original ?? undefined);
}

/** SES repeats a recipient as it was written, with a name or without. */
function addressOf(recipient: string): string {
  return (/<([^<>]+)>\s*$/.exec(recipient)?.[1] ?? recipient).trim().toLowerCase();
}

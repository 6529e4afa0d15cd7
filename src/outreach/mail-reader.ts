import { never } from "../base/errors.ts";
import type { Instant } from "../base/time.ts";
import { MAIL_SOURCE } from "./accept-evidence.ts";
import type { EvidenceRead, EvidenceReader, Report, ReportedMessage } from "./core/evidence.ts";
import { reportable } from "./core/text.ts";
import { classifyMail } from "./mail-evidence/classify.ts";
import type { MailEvidence, ReportedRecipient } from "./mail-evidence/evidence.ts";

/** The reader of mails that came back, under its source's name. */
export function mailReader(): [string, EvidenceReader] {
  return [MAIL_SOURCE, { read: async (body, receivedAt) => readEvidence(await classifyMail(body), receivedAt) }];
}

const UNREADABLE = { "empty": "it is empty", "no-headers": "it has no headers", "too-complex": "it is too long or nested too deeply" } as const;

/** What a mail in the bounce or Reply-To mailbox says of our messages. */
export function readEvidence(mail: MailEvidence, at: Instant): EvidenceRead {
  switch (mail.kind) {
    case "bounce":
      return reports(mail.recipients.map((recipient) => ({ ...found(mail.originalMessageId, recipient.address), at, report: reportOf(recipient) })));
    case "complaint":
      if (mail.originalMessageId === undefined && mail.recipient === undefined) return { kind: "unreadable", why: "a customer complained, and the report names neither the mail nor the customer: look at it in the mailbox that it came to" };
      return reports([{ ...found(mail.originalMessageId, mail.recipient), at, report: { kind: "complained", why: "the recipient marked it as spam" } }]);
    case "reply":
      if (mail.originalMessageId === undefined) return { kind: "ignored", why: "a person wrote, not in answer to a notice: it is in the mailbox" };
      return reports([{ rfcId: mail.originalMessageId, at, report: { kind: "replied", why: "a person answered it" } }]);
    case "autoReply":
      return { kind: "ignored", why: "an automatic answer proves nothing" };
    case "unreadable":
      return { kind: "unreadable", why: `the mail cannot be read: ${UNREADABLE[mail.why]}: look at it in the mailbox that it came to` };
    default:
      return never(mail);
  }
}

function reports(all: readonly ReportedMessage[]): EvidenceRead {
  return all.length > 0 ? { kind: "reports", reports: all } : { kind: "ignored", why: "it names no recipient" };
}

function found(rfcId: string | undefined, address: string | undefined): Pick<ReportedMessage, "rfcId" | "address"> {
  return { ...(rfcId === undefined ? {} : { rfcId }), ...(address === undefined ? {} : { address: address.toLowerCase() }) };
}

function reportOf(recipient: ReportedRecipient): Report {
  const why = reportable([recipient.status, recipient.says].filter(Boolean).join(" "));
  switch (recipient.outcome) {
    case "permanent":
      return { kind: "failed", addressDead: recipient.scope === "address", why };
    case "delivered":
      return { kind: "delivered", why };
    case "temporary":
      // Given up for now: this mail will not arrive, the next one may.
      return recipient.isFinal ? { kind: "failed", addressDead: false, why } : { kind: "handedOver", why, delayed: true };
    case "relayed":
      return { kind: "handedOver", why };
    default:
      return never(recipient.outcome);
  }
}

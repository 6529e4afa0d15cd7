import type { RefusalScope } from "../smtp/outcome.ts";

/**
 * What a report says of one recipient: `delivered` to the mailbox; `relayed` to a server that reports nothing more;
 * `temporary`: still tried, or given up for a reason that passes by itself (mailbox full, "try later");
 * `permanent`: refused for good.
 */
export type ReportedOutcome = "permanent" | "temporary" | "delivered" | "relayed";

export interface ReportedRecipient {
  /** As written in the report; the address that was written to, where the report tells it from an alias. */
  readonly address: string;
  readonly outcome: ReportedOutcome;
  /** Nobody tries any more to deliver this mail: it arrived, or it never will, though the next one may (RFC 3464 2.3.3). */
  readonly isFinal: boolean;
  /** Enhanced status code (RFC 3463), the server's own where it is quoted. */
  readonly status?: string;
  /** Whom a refusal concerns. Only a permanent one of the address itself makes it unreachable. */
  readonly scope: RefusalScope;
  /** The server's words, shortened. */
  readonly says: string;
}

/** What a mail in the bounce or Reply-To mailbox is evidence of. Message-IDs stand without angle brackets. */
export type MailEvidence =
  | { readonly kind: "bounce"; readonly recipients: readonly ReportedRecipient[]; readonly originalMessageId?: string }
  | { readonly kind: "complaint"; readonly recipient?: string; readonly originalMessageId?: string }
  | { readonly kind: "autoReply"; readonly from?: string; readonly originalMessageId?: string }
  | { readonly kind: "reply"; readonly from?: string; readonly originalMessageId?: string }
  | { readonly kind: "unreadable"; readonly why: "empty" | "no-headers" | "too-complex" };

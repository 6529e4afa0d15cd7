/** What the sink is asked about: one recipient of one mail. */
export interface SinkQuestion {
  readonly from: string;
  readonly to: string;
}

/**
 * How the sink treats one recipient, so that a sample store meets what real providers do:
 * `refuse` answers with an SMTP reply, at the recipient or after the whole mail;
 * `hang` never answers; `drop` keeps the mail and closes without an answer;
 * `bounce` takes the mail and then sends a delivery report (RFC 3464) to its sender.
 */
export type SinkVerdict =
  | { readonly kind: "accept" }
  | { readonly kind: "refuse"; readonly at: "recipient" | "mail"; readonly code: number; readonly enhanced: string; readonly says: string }
  | { readonly kind: "hang"; readonly at: "recipient" | "mail" }
  | { readonly kind: "drop" }
  | { readonly kind: "bounce"; readonly status: string; readonly says: string };

/** Decides for each recipient; the default accepts all. */
export type SinkPolicy = (question: SinkQuestion) => SinkVerdict;

export const acceptAll: SinkPolicy = () => ({ kind: "accept" });

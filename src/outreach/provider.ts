import type { EvidenceLevel } from "./core/outcome.ts";
import type { MailProvider } from "./smtp/outcome.ts";

/** A configured mail server: its name in the ledger, what its 250 proves, and how mail gets to it. */
export interface Provider {
  readonly name: string;
  readonly evidence: EvidenceLevel;
  readonly transport: MailProvider;
}

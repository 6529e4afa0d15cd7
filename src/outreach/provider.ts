import type { EvidenceLevel, Outcome } from "./core/outcome.ts";
import type { Envelope } from "./smtp/outcome.ts";

/** How what is written leaves this machine. */
export interface Transport<Letter> {
  /** Sends each letter and says what became of each, in the order given. Never rejects for a letter's sake. */
  send(batch: readonly Letter[], heard?: (index: number, outcome: Outcome) => void): Promise<readonly Outcome[]>;
  /** Ends what is under way; nothing is sent afterwards. */
  close(): Promise<void>;
}

/** Who carries a channel's letters: its name in the ledger, what its yes proves, and how letters get to it. */
export interface Provider<Letter = Envelope> {
  readonly name: string;
  readonly evidence: EvidenceLevel;
  readonly transport: Transport<Letter>;
}

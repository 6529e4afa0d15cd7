import type { MailAddress } from "./addresses.ts";

/** One mail to one address, as it goes to a mail server. */
export interface Envelope {
  /** Where reports about it go; "" is the null sender. */
  readonly from: MailAddress | "";
  readonly to: MailAddress;
  /** Headers and body with CRLF lines. A line that a careless server could read as the end of the mail is refused. */
  readonly content: Uint8Array;
}

/**
 * Whom a refusal concerns: this address, this mail (its content or size), or the provider as a whole
 * (its limits, its rules for us, its state). Only an address's own permanent refusal makes it unreachable.
 */
export type RefusalScope = "address" | "message" | "provider";

/** What we refuse ourselves, before a server is asked. */
export type OwnRule = "address-needs-smtputf8" | "needs-8bitmime" | "too-large" | "malformed";

/** Why a mail certainly did not go out. */
export type NotSentCause =
  | "cannot-connect"
  | "tls"
  | "auth"
  | "timeout"
  | "server-closed"
  | "protocol"
  | "queue-full"
  | "closing"
  | "signing";

/** Why nobody can say whether the server has the mail. */
export type UnknownCause = "timeout" | "server-closed" | "protocol" | "closing";

/**
 * What became of one mail.
 * `accepted`: the server said 250 to the whole mail. `refused`: it said no (or we did, by `rule`).
 * `notSent`: no server can have it, because its last line was never written. `unknown`: the last line was
 * written and no answer was read, so the server may or may not have it.
 */
export type Outcome =
  | { readonly kind: "accepted"; readonly response: string }
  | {
      readonly kind: "refused";
      readonly permanent: boolean;
      readonly scope: RefusalScope;
      readonly code: number;
      readonly enhanced?: string;
      readonly response: string;
      readonly rule?: OwnRule;
    }
  | { readonly kind: "notSent"; readonly because: NotSentCause; readonly detail: string }
  | { readonly kind: "unknown"; readonly because: UnknownCause; readonly detail: string };

/** Told of each mail's outcome the moment it is known, before the batch is done. */
export type Heard = (index: number, outcome: Outcome) => void;

/** Who carries mail. Every implementation passes `mailProviderContract`. */
export interface MailProvider {
  /** Sends each mail and says what became of each, in the order given. Never rejects for a mail's sake. */
  send(batch: readonly Envelope[], heard?: Heard): Promise<readonly Outcome[]>;
  /** Ends open connections; what still waits becomes `notSent`, what waits for its answer `unknown`. */
  close(): Promise<void>;
}

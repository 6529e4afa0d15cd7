import type { Instant } from "../../base/time.ts";

/** A provider took this message. */
export interface Sent {
  readonly messageId: string;
  readonly provider: string;
}

/** Acceptances of one claim that no transaction has recorded. */
export interface Unrecorded {
  readonly claimId: string;
  readonly since: Instant;
  readonly sent: readonly Sent[];
}

/**
 * What providers accepted, written down the moment they say so and kept until a transaction has recorded it.
 * Between a provider's 250 and our commit lies a batch of mails: a worker that is killed there, or a database that is
 * away, would leave them all in doubt, and each would be sent once more. The ledger does not depend on it: a journal that
 * is lost only makes more of them `unknown`.
 */
export interface SentJournal {
  /** Notes an acceptance. Survives the end of this process when it returns. */
  note(claimId: string, sent: Sent, now: Instant): void;
  /** The claim is recorded: forget it. */
  settle(claimId: string): void;
  /** Claims of senders that are gone: noted before `before` and never settled. */
  unrecorded(before: Instant): readonly Unrecorded[];
}

import { DAY, HOUR, MINUTE, SECOND } from "../../base/time.ts";
import type { Milliseconds } from "../../base/time.ts";

/** Messages claimed at once. Larger gains little per row (bench/outreach.ts); a worker that dies leaves this many in doubt. */
export const SEND_BATCH = 500;

/** Notices expanded in one transaction. */
export const EXPAND_BATCH = 500;

/** Leased or unknown messages, and evidence rows, settled in one transaction. */
export const SETTLE_BATCH = 500;

/** How long a sender may hold its claim. A batch takes about a second; a slow relay needs most of a minute. */
export const LEASE: Milliseconds = 2 * MINUTE;

/** A send that would begin this close to the end of its lease is not begun: somebody else may soon own the messages. */
export const LEASE_MARGIN: Milliseconds = 30 * SECOND;

/** After `unknown`: how long we wait for a word of the message (bounce, delivery event) before the one resend. */
export const EVIDENCE_WINDOW: Milliseconds = 30 * MINUTE;

/** Design G1: a relay's 250 counts as told after this long without a bounce, always shown apart. */
export const PRESUMED_AFTER: Milliseconds = 4 * HOUR;

/** Refused for now: the first wait; it doubles up to the maximum. */
export const BACKOFF_FIRST: Milliseconds = MINUTE;
export const BACKOFF_MAX: Milliseconds = HOUR;

/**
 * An address or mail that was refused "for now" this often is refused: with the backoff above that is two days,
 * as long as senders usually try (RFC 5321 4.5.4.1 asks for four to five, which no notice of ours can wait).
 */
export const MAX_REFUSALS = 54;

/** No provider took it, though none can have it: nobody refused this message, so it is never given up. */
export const RETRY_NOT_SENT: Milliseconds = 30 * SECOND;

/** A report of a failed delivery that names only an address concerns the latest message to it of this age or younger. */
export const BOUNCE_WITHIN: Milliseconds = 5 * DAY;

/** Evidence about a message that is being sent waits for the send's own outcome. */
export const EVIDENCE_RETRY: Milliseconds = MINUTE;

/**
 * Evidence that names a message of ours which is not in the ledger waits so long for it: after a restored backup what
 * was sent in the lost hours is made anew, under the same Message-ID, once its cause has been pulled again.
 */
export const UNMADE_WAITS: Milliseconds = DAY;
export const UNMADE_RETRY: Milliseconds = 10 * MINUTE;

/** Evidence that cannot be applied after this many tries goes to quarantine, where a person sees it. */
export const MAX_EVIDENCE_ATTEMPTS = 8;

/** Of what a server said, this much is kept beside the message. */
export const MAX_DETAIL = 300;

/** A person is asked to decide about a message within this time. */
export const DECIDE_WITHIN: Milliseconds = HOUR;

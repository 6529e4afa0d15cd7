import type { Instant } from "../../base/time.ts";
import type { StoreEvent } from "./event.ts";

/** The largest body that is taken: a vendor's biggest webhooks are a few hundred kilobytes. */
export const MAX_BODY_BYTES = 1_048_576;

/** What arrived over HTTP, before anything is believed of it. Header names are lower case. */
export interface Delivery {
  readonly headers: Readonly<Record<string, string>>;
  /** The address's query, where it has one: some vendors send their secret in it. */
  readonly query?: Readonly<Record<string, string>>;
  /** The raw bytes: signatures are over these and nothing else. */
  readonly body: Uint8Array;
}

/** One thing to keep. A delivery holds several when its format batches (CloudEvents). */
export interface VerifiedDelivery {
  /** The vendor's own identity of this delivery: what makes a repetition a duplicate, for ever. */
  readonly dedupeKey: string;
  /** The vendor's topic or event type. */
  readonly kind: string;
  /** When the vendor says that it happened, where that is told outside of the payload's own facts. */
  readonly triggeredAt?: Instant;
  /** Only those that `normalise` reads. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** A row of a store's own file, which no vendor sent. */
  readonly imported?: Imported;
}

/** What an import tells: of the past, of which nobody is to hear, or news like any webhook's. */
export type Imported = "history" | "news";

export type IntakeProblemCode =
  | "unknown_source"
  | "no_signature"
  | "wrong_signature"
  | "stale_signature"
  | "certificate_unavailable"
  | "wrong_key"
  | "wrong_login"
  | "wrong_content_type"
  | "malformed"
  | "too_large"
  | "too_many"
  | "overloaded"
  | "stopping"
  | "not_stored";

/** Why a delivery was not taken, for the person who reads the sender's log. */
export interface IntakeProblem {
  readonly code: IntakeProblemCode;
  /** The HTTP status that fits. */
  readonly status: 400 | 401 | 404 | 413 | 415 | 429 | 503;
  readonly what: string;
  /** What to do about it. */
  readonly next: string;
  readonly retryAfterSeconds?: number;
}

/** A kept delivery, as `normalise` sees it. */
export interface InboxRow {
  readonly inboxId: string;
  readonly source: string;
  readonly kind: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly triggeredAt?: Instant;
  readonly receivedAt: Instant;
  readonly imported?: Imported;
}

/**
 * Why a delivery stays in quarantine. `unknown_kind`: nothing that Makegood promises rests on it.
 * The others may hide a fact, so the source does not count as read past them. (A reason that begins with `no_order` is
 * not an adapter's: that delivery was read, and its order never came.)
 */
export type QuarantineCode = "unknown_kind" | "unreadable" | "failed";

/** What became of a kept delivery. `why` names the reason and what a store can do. */
export type Normalised =
  | { readonly kind: "events"; readonly events: readonly StoreEvent[] }
  | { readonly kind: "ignored"; readonly why: string }
  | { readonly kind: "quarantined"; readonly code: QuarantineCode; readonly why: string };

/** A delivery as it was recorded, to be signed afresh. */
export interface UnsignedDelivery {
  /** Topic or event type. */
  readonly kind: string;
  readonly deliveryId: string;
  readonly triggeredAt?: Instant;
  readonly body: Uint8Array;
}

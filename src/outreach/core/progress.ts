import { never } from "../../base/errors.ts";
import { plus } from "../../base/time.ts";
import type { Instant, Milliseconds } from "../../base/time.ts";
import { BACKOFF_FIRST, BACKOFF_MAX, EVIDENCE_WINDOW, MAX_REFUSALS } from "./limits.ts";
import { PORTAL } from "./model.ts";
import type { MessageState, Progress } from "./model.ts";

/** Everything that can happen to a message. */
export type Happening =
  /** A sender took it. */
  | { readonly kind: "claimed"; readonly by: string; readonly until: Instant }
  /** A newer word of its case was written before its resend left. */
  | { readonly kind: "overtaken" }
  /** It waits for a person. */
  | { readonly kind: "held"; readonly why: string }
  /** A person let it go, in this epoch of the store. */
  | { readonly kind: "released"; readonly by: string; readonly epoch: number }
  | { readonly kind: "suppressed"; readonly why: string }
  | { readonly kind: "withdrawn"; readonly why: string }
  /** Published on the order's page, and taken down from it. */
  | { readonly kind: "takenDown"; readonly why: string }
  /** Claimed, and certainly not sent. */
  | { readonly kind: "postponed"; readonly until: Instant; readonly why: string; readonly provider?: string }
  /** A provider said yes; `final` when it is the recipient's own server. */
  | { readonly kind: "accepted"; readonly provider: string; readonly final: boolean; readonly why: string; readonly copyId?: string }
  | { readonly kind: "refused"; readonly provider: string; readonly permanent: boolean; readonly why: string }
  /** Sent, and no answer was read. */
  | { readonly kind: "lost"; readonly provider: string; readonly why: string }
  | { readonly kind: "leaseExpired" }
  | { readonly kind: "windowOver" }
  /** Proof that a provider has it. `copyId`: of which of its copies that is known, here and below. */
  | { readonly kind: "handedOver"; readonly why: string; readonly copyId?: string }
  /** Proof that it arrived. */
  | { readonly kind: "delivered"; readonly why: string; readonly copyId?: string }
  | { readonly kind: "bounced"; readonly why: string; readonly copyId?: string }
  /** A person says that it was sent, or that it is not to be sent. */
  | { readonly kind: "markedSent"; readonly by: string }
  | { readonly kind: "givenUp"; readonly by: string };

/** What evidence may say of a message. */
export type Reported = Extract<Happening, { kind: "handedOver" | "delivered" | "bounced" }>;

/**
 * What a message becomes, or undefined when the happening changes nothing of it (a repetition, or too late).
 * No happening leads out of bounced, refused, suppressed, shadow or withdrawn.
 */
export function advance(message: Progress, happening: Happening, now: Instant): Progress | undefined {
  switch (happening.kind) {
    case "claimed":
      return from(message, ["ready"], { state: "leased", leasedBy: happening.by, leaseUntil: happening.until, provider: null });
    case "overtaken":
      return from(message, ["ready"], { state: "unknown", evidenceUntil: null, detail: "in doubt, and a newer word speaks: not sent once more" });
    case "held":
      return from(message, ["ready"], { state: "held", heldWhy: happening.why });
    case "released":
      return from(message, ["held"], { state: "ready", heldWhy: releasedIn(happening.epoch), readyAt: now, detail: `released by ${happening.by}` });
    case "suppressed":
      return from(message, ["ready", "held"], { state: "suppressed", detail: happening.why });
    case "withdrawn":
      return from(message, ["ready", "held"], { state: "withdrawn", detail: happening.why });
    case "takenDown":
      return from(message, message.provider === PORTAL ? ["accepted"] : [], { state: "withdrawn", detail: happening.why });
    case "markedSent":
      return from(message, ["held", "unknown"], { ...settled, state: "accepted", detail: `marked as sent by ${happening.by}` });
    case "givenUp":
      return from(message, ["held", "unknown"], { ...settled, state: "refused", detail: `given up by ${happening.by}` });
    case "leaseExpired":
      return from(message, ["leased"], doubtful(message, now, "its sender did not report"));
    case "windowOver":
      return afterWindow(message, now);
    case "postponed":
    case "accepted":
    case "refused":
    case "lost":
      return outcome(message, happening, now);
    case "handedOver":
    case "delivered":
    case "bounced":
      return evidence(message, happening);
    default:
      return never(happening);
  }
}

/**
 * `held_why` of a message that a person let go: the gap holds it no more. Of that epoch alone: a later gap begins another,
 * and may have lost that the message left after its release.
 */
export function releasedIn(epoch: number): string {
  return `released in epoch ${epoch}`;
}

const settled = { leaseUntil: null, evidenceUntil: null } as const;

function from(message: Progress, states: readonly MessageState[], change: Partial<Progress>): Progress | undefined {
  return states.includes(message.state) ? { ...message, ...change } : undefined;
}

function doubtful(message: Progress, now: Instant, why: string): Partial<Progress> {
  return { state: "unknown", leaseUntil: null, attempts: message.attempts + 1, evidenceUntil: plus(now, EVIDENCE_WINDOW), detail: why };
}

/** One resend; a second doubt stays with a person, who alone may end it. */
function afterWindow(message: Progress, now: Instant): Progress | undefined {
  if (message.state !== "unknown" || message.evidenceUntil === null || now < message.evidenceUntil) return undefined;
  if (message.resends > 0) return { ...message, evidenceUntil: null, detail: "twice without an answer: a person decides" };
  return { ...message, state: "ready", readyAt: now, resends: 1, evidenceUntil: null, detail: "no word of it: sent once more" };
}

type SendOutcome = Extract<Happening, { kind: "postponed" | "accepted" | "refused" | "lost" }>;

/**
 * The sender's own report. It may come late, when the lease is over (`unknown`) or the resend is planned (`ready`);
 * the caller has checked that no other claim came between.
 */
function outcome(message: Progress, said: SendOutcome, now: Instant): Progress | undefined {
  const late = message.state === "unknown" || (message.state === "ready" && message.resends > 0);
  if (message.state !== "leased" && !late) return undefined;
  const provider = said.provider ?? null;
  // A late report speaks of the attempt that was counted when its lease ran out.
  const attempts = late ? message.attempts : message.attempts + 1;
  switch (said.kind) {
    case "accepted":
      return { ...message, ...settled, state: said.final ? "delivered" : "accepted", provider, copyId: said.copyId ?? null, attempts, detail: said.why };
    case "postponed":
      return message.state === "ready" ? undefined : { ...message, ...settled, state: "ready", readyAt: said.until, detail: said.why };
    case "refused":
      return message.state === "ready" && !said.permanent ? undefined : refused({ ...message, ...settled, provider, attempts, detail: said.why }, said.permanent, now);
    case "lost":
      return late ? undefined : { ...message, ...doubtful(message, now, said.why), provider };
    default:
      return never(said);
  }
}

function refused(message: Progress, permanent: boolean, now: Instant): Progress {
  if (permanent || message.attempts >= MAX_REFUSALS) return { ...message, state: "refused" };
  return { ...message, state: "ready", readyAt: plus(now, backoff(message.attempts)) };
}

/** The wait after the `attempts`th answer that was "not now". */
export function backoff(attempts: number): Milliseconds {
  return Math.min(BACKOFF_MAX, BACKOFF_FIRST * 2 ** Math.min(20, Math.max(0, attempts - 1)));
}

function evidence(message: Progress, said: Reported): Progress | undefined {
  // Before its first send nothing can be known of it: whoever says so speaks of something else. What a gap holds, or
  // held, may have left in the hours that were lost: a report that knows its Message-ID proves that it did.
  const mayHaveLeft = message.attempts > 0 || message.heldWhy !== null;
  const open: readonly MessageState[] = mayHaveLeft ? ["ready", "held", "unknown"] : ["unknown"];
  const change = { ...settled, detail: said.why };
  const proven = { ...change, copyId: said.copyId ?? message.copyId };
  switch (said.kind) {
    case "handedOver":
      return from(message, open, { ...proven, state: "accepted" });
    case "delivered":
      return from(message, [...open, "accepted"], { ...proven, state: "delivered" });
    case "bounced":
      return from(message, isOfAnotherCopy(message, said.copyId) ? open : [...open, "accepted", "delivered"], { ...change, state: "bounced" });
    default:
      return never(said);
  }
}

/** One that was sent twice is with its provider, or has arrived, whatever becomes of the other copy. */
function isOfAnotherCopy(message: Progress, copyId: string | undefined): boolean {
  return copyId !== undefined && message.copyId !== null && copyId !== message.copyId;
}

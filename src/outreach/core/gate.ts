import { MINUTE, plus, type Instant, type Milliseconds } from "../../base/time.ts";
import type { Message } from "./model.ts";
import { releasedIn } from "./progress.ts";
import type { Happening } from "./progress.ts";

/** What the store's own row says about sending, read again in every claim. */
export interface SendingRules {
  /** The global stop. */
  readonly halted: boolean;
  readonly epoch: number;
  /** What was caused before this may have been told already, in hours that this database does not know. */
  readonly gapUntil: Instant | null;
}

/** A message that wants to leave, with what might speak against it. */
export interface Candidate {
  readonly message: Message;
  /** Its notice was taken back. */
  readonly withdrawn: boolean;
  /** It was sent before and is in doubt, and a newer notice speaks for its case. */
  readonly overtaken: boolean;
  /** Why its address gets nothing from us any more. */
  readonly suppressedWhy: string | null;
}

/**
 * The machine that was fenced off may have had a clock ahead of the one that took over, and have sent what is caused
 * only now by this one's. Clocks that are set over the network are within seconds; by hand, within minutes.
 */
const CLOCKS_APART: Milliseconds = 5 * MINUTE;

/** Whether a message may leave now; if not, what happens to it instead. */
export function passGate(candidate: Candidate, rules: SendingRules, claim: { readonly by: string; readonly until: Instant }): Happening {
  const { message } = candidate;
  if (candidate.withdrawn) return { kind: "withdrawn", why: "its notice was withdrawn" };
  if (candidate.overtaken) return { kind: "overtaken" };
  if (message.address === null) return { kind: "withdrawn", why: "its address was redacted" };
  if (candidate.suppressedWhy !== null) return { kind: "suppressed", why: candidate.suppressedWhy };
  if (rules.gapUntil !== null && message.causeAt < plus(rules.gapUntil, CLOCKS_APART) && message.heldWhy !== releasedIn(rules.epoch)) return { kind: "held", why: "gap" };
  return { kind: "claimed", ...claim };
}

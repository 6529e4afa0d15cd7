import { never } from "../../base/errors.ts";
import { DAY, HOUR, MINUTE, plus, type Instant, type Milliseconds } from "../../base/time.ts";

/** How far the mail of one list has come. */
export interface ListProgress {
  /** `unknown`: two sends ended without an answer, so nobody can say whether it arrived. With `accepted` it is final. */
  readonly state: "ready" | "sending" | "accepted" | "unknown";
  readonly attempts: number;
  /** Of these, how many every provider refused. */
  readonly refusals: number;
  /** Sends after one that may have arrived: at most one, for ever. */
  readonly resends: number;
  /** While `ready`: when it is tried. While `sending`: until when its sender may still answer. Null when it is final. */
  readonly nextAt: Instant | null;
}

/** What became of one try. `unknown`: it left, and no answer was read. */
export interface ListOutcome {
  readonly kind: "accepted" | "refused" | "unknown";
  /** What the mail server said, or why none was asked. */
  readonly said: string;
}

/** Longer than a try over every provider takes. */
export const LIST_LEASE = 15 * MINUTE;
const RETRY_FIRST = 5 * MINUTE;
const RETRY_MAX = 2 * HOUR;
/** After these many refusals, some five hours after the first, it has clearly failed: a person is called, and it is tried once a day. */
export const CLEARLY_REFUSED = 7;
/** No wait of ours is longer: what waits longer was written by a clock that was ahead. */
const LONGEST_WAIT = DAY + HOUR;

/** A list that is written and was not tried. Where a copy of it may have left in hours that this database does not know, its one resend is spent. */
export function written(now: Instant, mayHaveLeft: boolean): ListProgress {
  return { state: "ready", attempts: 0, refusals: 0, resends: mayHaveLeft ? 1 : 0, nextAt: now };
}

export function isDue({ nextAt }: ListProgress, now: Instant): boolean {
  return nextAt !== null && (nextAt <= now || nextAt > plus(now, LONGEST_WAIT));
}

/** The list as a sender takes it; undefined when there is nothing to do. In state `unknown` it is not to be sent. */
export function claimed(list: ListProgress, now: Instant): ListProgress | undefined {
  if (!isDue(list, now)) return undefined;
  const sending = { ...list, state: "sending", attempts: list.attempts + 1, nextAt: plus(now, LIST_LEASE) } as const;
  if (list.state === "ready") return sending;
  // Its sender died, and may have done so after the mail was accepted.
  return list.resends > 0 ? inDoubt(list) : { ...sending, resends: list.resends + 1 };
}

/** The list after try number `attempt` ended; undefined where that changes nothing, because somebody else has tried since. */
export function afterTry(list: ListProgress, attempt: number, { kind }: ListOutcome, now: Instant): ListProgress | undefined {
  if (list.state === "accepted") return undefined;
  // However late it is told, it has arrived.
  if (kind === "accepted") return { ...list, state: "accepted", nextAt: null };
  if (list.state !== "sending" || list.attempts !== attempt) return undefined;
  switch (kind) {
    case "refused":
      return { ...list, state: "ready", refusals: list.refusals + 1, nextAt: plus(now, waitAfter(list.refusals + 1)) };
    case "unknown":
      return list.resends > 0 ? inDoubt(list) : { ...list, state: "ready", resends: list.resends + 1, nextAt: plus(now, RETRY_FIRST) };
    default:
      return never(kind);
  }
}

/** Whether a person has to know that the list does not reach its reader. */
export function hasFailed(list: ListProgress): boolean {
  return list.state === "unknown" || (list.state !== "accepted" && list.refusals >= CLEARLY_REFUSED);
}

function waitAfter(refusals: number): Milliseconds {
  return refusals >= CLEARLY_REFUSED ? DAY : Math.min(RETRY_MAX, RETRY_FIRST * 2 ** (refusals - 1));
}

function inDoubt(list: ListProgress): ListProgress {
  return { ...list, state: "unknown", nextAt: null };
}

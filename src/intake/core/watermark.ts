import { earliest, HOUR, type Instant, latest, type Milliseconds } from "../../base/time.ts";

/** What the ledger knows of a source's deliveries. */
export interface SourceHeard {
  /** The last delivery that came. */
  readonly heardAt: Instant;
  /** The latest moment that a delivery spoke of. */
  readonly happenedAt: Instant;
  /** A completed reconciling pull covers everything up to here. */
  readonly pulledUntil?: Instant;
  /** The last time that it was silent: its last word before that, and the first one after. */
  readonly pause?: { readonly from: Instant; readonly until: Instant };
  /** The oldest moment that a delivery which is kept but not read yet may speak of. */
  readonly unreadSince?: Instant;
  readonly silentSince?: Instant;
}

/** When a source's silence or lag means something. */
export interface WatchRule {
  readonly silentAfter: Milliseconds;
  readonly lagAfter: Milliseconds;
  /** Whether pulls tell what its webhooks missed. */
  readonly isPulled: boolean;
}

/** Why a source is not read up to now. */
export type Behind = "silent" | "resumed" | "lagging" | "unread";

export interface ReadUpTo {
  readonly until: Instant;
  /** The reason that holds it furthest back; absent when it is read up to now. */
  readonly behind?: Behind;
}

/**
 * Up to when everything that a source said has been read: no promise that rests on it may break by the clock
 * for a later due time.
 * - What is kept but not read holds it back to the oldest moment that it may speak of.
 * - A source that was neither heard nor pulled for `silentAfter` has been read up to its last word, no further.
 * - One that was silent and speaks again has been read up to its last word before that, where a pull is still to tell
 *   what it said meanwhile: else everything that came due in a night would break with its first word.
 * - A source whose newest word was old when it came is working off a queue: it has been read up to that word.
 * A completed pull speaks for everything before it. Never later than `now`.
 */
export function readUpTo(heard: SourceHeard, rule: WatchRule, now: Instant): ReadUpTo {
  const pulled = heard.pulledUntil;
  const lastWord = pulled === undefined ? heard.heardAt : latest(heard.heardAt, pulled);
  const lags = heard.heardAt - heard.happenedAt > rule.lagAfter;
  const queueUntil = pulled === undefined ? heard.happenedAt : latest(heard.happenedAt, pulled);
  const limits: ReadUpTo[] = [{ until: now }];
  if (now - lastWord > rule.silentAfter) limits.push({ until: lastWord, behind: "silent" });
  if (rule.isPulled && heard.pause !== undefined && (pulled === undefined || pulled < heard.pause.until)) limits.push({ until: latest(heard.pause.from, pulled ?? heard.pause.from), behind: "resumed" });
  // A pull since the late delivery has seen past the queue.
  if (lags && queueUntil < heard.heardAt) limits.push({ until: queueUntil, behind: "lagging" });
  // One before the moment that the unread row may speak of: that moment itself is not read.
  if (heard.unreadSince !== undefined) limits.push({ until: (heard.unreadSince - 1) as Instant, behind: "unread" });
  const until = earliest(...(limits.map((limit) => limit.until) as [Instant, ...Instant[]]));
  return until >= now ? { until: now } : (limits.find((limit) => limit.until === until) ?? { until });
}

/** A pull is due every ten minutes and covers up to twenty before it began: one that has not come by then has trouble. */
const PULLED_WITHIN: Milliseconds = HOUR;

/** Whether somebody must look at a source, and what to say. What time will mend by itself counts only once that time is over. */
export function watch(heard: SourceHeard, rule: WatchRule, now: Instant): { readonly why: Behind; readonly since: Instant } | undefined {
  const { until, behind } = readUpTo(heard, rule, now);
  if (!behind) return undefined;
  if (behind === "resumed" && heard.pause !== undefined && now - heard.pause.until <= PULLED_WITHIN) return undefined;
  return behind === "unread" && now - until <= rule.lagAfter ? undefined : { why: behind, since: until };
}

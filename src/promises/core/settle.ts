import { earliest, type Instant, latest, MINUTE, type Milliseconds, plus, SECOND } from "../../base/time.ts";
import type { StorePromise } from "./model.ts";

/** What the clock makes of an open promise. */
export type Settlement =
  | { readonly kind: "wait"; readonly until: Instant; readonly because?: "source lags" }
  | { readonly kind: "warn"; readonly at: Instant }
  | { readonly kind: "break"; readonly at: Instant };

/** A promise that a silent source keeps frozen is looked at again this soon at first... */
const SOONEST_LOOK: Milliseconds = 15 * SECOND;
/** ...and this seldom at last, so that a day's silence over a million promises stays cheap... */
const RAREST_LOOK: Milliseconds = 5 * MINUTE;
/** ...growing with how late it is: a quarter of that is what it may be noticed later still. */
const PATIENCE = 4;

/**
 * What an open promise becomes at `now`.
 * It breaks only once everything its sources said up to the due time has been read (`readUpTo`);
 * until then it waits, because silence of a source is not silence of the store. It is at risk by the same measure.
 */
export function settle(promise: StorePromise, readUpTo: Instant, now: Instant): Settlement {
  if (now < promise.dueAt) return warn(promise, readUpTo, now);
  if (readUpTo < promise.dueAt) return { kind: "wait", until: plus(now, nextLook(now - promise.dueAt)), because: "source lags" };
  return { kind: "break", at: promise.dueAt };
}

function warn({ warnAt, atRiskAt, dueAt }: StorePromise, readUpTo: Instant, now: Instant): Settlement {
  if (warnAt === undefined || atRiskAt !== undefined) return { kind: "wait", until: dueAt };
  if (now < warnAt) return { kind: "wait", until: warnAt };
  if (readUpTo < warnAt) return { kind: "wait", until: earliest(dueAt, plus(now, nextLook(now - warnAt))), because: "source lags" };
  return { kind: "warn", at: warnAt };
}

/**
 * How far everything that a promise rests on has been read. A configured source without a word has been read up to
 * nothing; one that is no longer configured cannot be waited for.
 */
export function readUpToOf(promise: StorePromise, heard: ReadonlyMap<string, Instant>, configured: ReadonlySet<string>, now: Instant): Instant {
  const limits = promise.restsOn.filter((source) => configured.has(source)).map((source) => heard.get(source) ?? (-Infinity as Instant));
  return limits.reduce((least, at) => (at < least ? at : least), latest(now, promise.dueAt));
}

function nextLook(lateBy: Milliseconds): Milliseconds {
  return Math.min(Math.max(Math.ceil(lateBy / PATIENCE), SOONEST_LOOK), RAREST_LOOK);
}

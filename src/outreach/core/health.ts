import { MINUTE, plus, SECOND } from "../../base/time.ts";
import type { Instant, Milliseconds } from "../../base/time.ts";

/** Errors are counted over one to two of these. */
const WINDOW: Milliseconds = MINUTE;
/** Fewer failed sends than this prove nothing: one error must not flip a provider. */
const MIN_FAILURES = 3;
/** At this share of failed sends a provider is left alone. */
const OPEN_AT = 0.5;
/** How long it is left alone before it is probed; doubles with each failed probe. */
const REST_FIRST: Milliseconds = 30 * SECOND;
const REST_MAX: Milliseconds = 5 * MINUTE;
/** Good probes in a row before it carries everything again. */
const PROBES_TO_CLOSE = 2;
/** Messages risked on a probe. */
export const PROBE_BATCH = 5;

interface Tally {
  readonly since: Instant;
  readonly sends: number;
  readonly failures: number;
}

/**
 * How a provider fares. `closed`: it carries. `open`: it rests until `probeAt`, then it is probed with a few messages.
 * Shared by all workers through the database, so that each learns from the others' errors.
 */
export type Health =
  | { readonly kind: "closed"; readonly current: Tally; readonly previous: Tally }
  | { readonly kind: "open"; readonly probeAt: Instant; readonly rest: Milliseconds; readonly goodProbes: number };

export function healthy(now: Instant): Health {
  return { kind: "closed", current: { since: now, sends: 0, failures: 0 }, previous: { since: now, sends: 0, failures: 0 } };
}

/** How one `send` went: it failed when most of its messages met the provider's fault. A batch counts once, whatever its size. */
export interface Observation {
  readonly failed: boolean;
}

/** The health after one more send. */
export function observe(health: Health, seen: Observation, now: Instant): Health {
  return health.kind === "closed" ? observeClosed(health, seen, now) : observeProbe(health, seen, now);
}

/** How many messages may go to it now. */
export function allowance(health: Health, now: Instant): number {
  if (health.kind === "closed") return Number.POSITIVE_INFINITY;
  return now >= health.probeAt ? PROBE_BATCH : 0;
}

function observeClosed(health: Extract<Health, { kind: "closed" }>, seen: Observation, now: Instant): Health {
  const { current, previous } = roll(health, now);
  const tally = { ...current, sends: current.sends + 1, failures: current.failures + (seen.failed ? 1 : 0) };
  const sends = tally.sends + previous.sends;
  const failures = tally.failures + previous.failures;
  if (seen.failed && failures >= MIN_FAILURES && failures / sends >= OPEN_AT) {
    return { kind: "open", probeAt: plus(now, REST_FIRST), rest: REST_FIRST, goodProbes: 0 };
  }
  return { kind: "closed", current: tally, previous };
}

function roll(health: Extract<Health, { kind: "closed" }>, now: Instant): { current: Tally; previous: Tally } {
  const age = now - health.current.since;
  const empty = (since: Instant): Tally => ({ since, sends: 0, failures: 0 });
  if (age < WINDOW) return health;
  return age < 2 * WINDOW ? { current: empty(now), previous: health.current } : { current: empty(now), previous: empty(now) };
}

function observeProbe(health: Extract<Health, { kind: "open" }>, seen: Observation, now: Instant): Health {
  // A send that began before it was left alone says nothing new.
  if (now < health.probeAt) return health;
  if (seen.failed) {
    const rest = Math.min(REST_MAX, health.rest * 2);
    return { kind: "open", probeAt: plus(now, rest), rest, goodProbes: 0 };
  }
  const goodProbes = health.goodProbes + 1;
  return goodProbes >= PROBES_TO_CLOSE ? healthy(now) : { ...health, goodProbes };
}

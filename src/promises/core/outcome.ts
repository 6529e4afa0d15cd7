import type { Instant } from "../../base/time.ts";
import type { StorePromise } from "./model.ts";
import type { Outcome } from "./obligations.ts";

/** Why a promise broke when nothing happened in time. */
const TIME_RAN_OUT = "the time ran out";

/**
 * The promise after what events say of it. By event time, so that the order in which they were heard does not matter:
 * what happened in time counts even where the clock had already broken the promise. What happened too late leaves an
 * open promise to the clock, which alone knows whether everything up to the due time has been heard; once broken, it
 * is made good. A waived promise is closed by a person and stays so.
 */
export function afterEvents(promise: StorePromise, outcome: Outcome, suspended: string | undefined): StorePromise {
  if (promise.state === "waived") return promise;
  switch (outcome.kind) {
    case "kept":
      return outcome.at <= promise.dueAt ? closed(promise, "kept", outcome.at, undefined) : late(promise, outcome.at, suspended);
    case "withdrawn":
      return outcome.at <= promise.dueAt ? closed(promise, "superseded", outcome.at, outcome.because) : late(promise, outcome.isOver ? outcome.at : undefined, suspended);
    case "impossible":
      return impossible(promise, outcome, suspended);
    case "open":
      return late(promise, undefined, suspended);
  }
}

function impossible(promise: StorePromise, outcome: Extract<Outcome, { kind: "impossible" }>, suspended: string | undefined): StorePromise {
  // It failed in time, or had been paid in time and came back: broken by that event. Otherwise the clock is the judge.
  const byEvent = outcome.at <= promise.dueAt || (outcome.paidAt !== undefined && outcome.paidAt <= promise.dueAt);
  if (byEvent) return madeGood(closed(promise, "broken", outcome.at, outcome.because), outcome.madeGoodAt);
  return late(promise, outcome.madeGoodAt, suspended);
}

/** Nothing happened in time: still open (or suspended), or broken and made good at `at`. */
function late(promise: StorePromise, at: Instant | undefined, suspended: string | undefined): StorePromise {
  if (promise.state === "broken") return madeGood(promise, at);
  // The law's clock runs on, whatever else is going on.
  if (suspended !== undefined && promise.basis.kind !== "law") return { ...bare(promise), state: "suspended", because: suspended };
  return reopened(promise);
}

/** The promise as the clock breaks it. */
export function broken(promise: StorePromise, at: Instant): StorePromise {
  return closed(promise, "broken", at, TIME_RAN_OUT);
}

export function closed(promise: StorePromise, state: "kept" | "broken" | "superseded", at: Instant, because: string | undefined): StorePromise {
  return { ...bare(promise), state, settledAt: at, ...(because !== undefined && { because }) };
}

/** The promise with its clock running, whatever had become of it. */
export function reopened(promise: StorePromise): StorePromise {
  return { ...bare(promise), state: "open" };
}

export function madeGood(promise: StorePromise, at: Instant | undefined): StorePromise {
  const { madeGoodAt: _, ...rest } = promise;
  return at === undefined ? rest : { ...rest, madeGoodAt: at };
}

function bare(promise: StorePromise): StorePromise {
  const { settledAt: _, because: __, madeGoodAt: ___, ...rest } = promise;
  return rest;
}

import type { Instant } from "../../base/time.ts";
import type { DelayView } from "../../detection/index.ts";
import type { StorePromise } from "../../promises/index.ts";
import type { FactValue } from "./model.ts";

/** Where a late order stands, as the texts of its case say it. */
export type DelayState =
  | "unshipped"
  /** Its customer has agreed to wait. */
  | "agreed"
  /** It has left, and arrives in time as far as anybody knows. */
  | "under_way"
  | "late_on_way" | "arrived"
  /** Its customer has called it off, or the law has, or the shop: another case speaks of that. */
  | "cancelled" | "deemed" | "called_off";

/**
 * What its customer may do, by the law that holds for them. `us_last_call`: it is called off before long unless it
 * leaves or they agree. `on_way`: once it has left, and nothing can be chosen on its page any more.
 */
export type DelayRights = "us_silence_agrees" | "us_silence_cancels" | "us_last_call" | "eu" | "gb" | "none" | "eu_on_way" | "gb_on_way" | "on_way";

export interface DelayFound {
  readonly choices: { readonly delay: DelayState; readonly rights: DelayRights; readonly uncancelled: "yes" | "no" };
  readonly values: Record<string, FactValue>;
  /** What a person has to do in the shop. */
  readonly ask: string | undefined;
}

/** What is true of a late order. Which dates are at risk is what the ledger says, and nothing else. */
export function delayFacts(view: DelayView, promises: readonly StorePromise[]): DelayFound {
  const delay = stateOf(view, promises);
  const isWaitedFor = delay === "unshipped" || delay === "agreed";
  const consent = promises.find(({ thing, state }) => thing === view.things.consent && state === "open");
  const promised = promisedBy(view, delay, promises);
  const newDate = isWaitedFor ? newDateOf(view, consent, promises) : undefined;
  const refundBy = firstDue(promises.filter(({ thing, kind, owedTo, state }) => kind === "refund_by" && thing === view.things.money && owedTo === "customer" && state === "open"));
  return {
    choices: { delay, rights: rightsOf(view, consent, delay, newDate), uncancelled: view.isCalledBack && !isWaitedFor ? "yes" : "no" },
    values: {
      ...(promised !== undefined && { promised_by: { day: promised } }),
      ...(newDate !== undefined && { new_date: { day: newDate } }),
      ...(isWaitedFor && view.law === "us" && consent !== undefined && { answer_by: { day: consent.dueAt } }),
      ...(delay === "late_on_way" && view.expectedBy !== undefined && { expected_by: { day: view.expectedBy } }),
      ...((delay === "cancelled" || delay === "deemed") && refundBy !== undefined && { refund_by: { day: refundBy } }),
    },
    ask: askOf(view, delay),
  };
}

function stateOf({ calledOff, leftAt, arrivedAt, agreedUntil, things }: DelayView, promises: readonly StorePromise[]): DelayState {
  if (calledOff !== undefined) return CALLED_OFF[calledOff.by];
  if (leftAt === undefined) return agreedUntil === undefined ? "unshipped" : "agreed";
  if (arrivedAt !== undefined) return "arrived";
  return promises.some((promise) => promise.thing === things.deliver && isLate(promise)) ? "late_on_way" : "under_way";
}

const CALLED_OFF = { shop: "called_off", customer: "cancelled", withdrawal: "called_off", law: "deemed" } as const;

function isLate({ state, madeGoodAt, atRiskAt }: StorePromise): boolean {
  return (state === "broken" && madeGoodAt === undefined) || (state === "open" && atRiskAt !== undefined);
}

/** The day that was missed, or is about to be: one that its customer was told, or that the law sets. Our own first warning is none: they never heard of it. */
function promisedBy({ things }: DelayView, delay: DelayState, promises: readonly StorePromise[]): Instant | undefined {
  const known = promises.filter(({ basis, state, owedTo, atRiskAt }) => basis.kind !== "policy" && owedTo === "customer" && (state === "broken" || (state === "open" && atRiskAt !== undefined)));
  const ofShipping = known.filter(({ thing }) => thing === things.ship);
  const ofDelivery = known.filter(({ thing }) => thing === things.deliver);
  return delay === "late_on_way" ? firstDue(ofDelivery) : firstDue(ofShipping.length > 0 ? ofShipping : ofDelivery);
}

/**
 * The last date that was told, while the ledger holds it to be kept. What endangers it only once no consent is left
 * counts for nothing: the order is called off before, whichever of the two clocks is looked at first.
 */
function newDateOf({ revised, things }: DelayView, consent: StorePromise | undefined, promises: readonly StorePromise[]): Instant | undefined {
  const last = revised.at(-1);
  if (last === undefined) return undefined;
  const own = promises.filter(({ thing }) => thing === things.revised);
  const isSafe = ({ atRiskAt }: StorePromise): boolean => atRiskAt === undefined || (consent !== undefined && atRiskAt >= consent.dueAt);
  return own.every((promise) => promise.state === "open" && isSafe(promise)) ? last.by : undefined;
}

function rightsOf({ law, revised, agreedUntil }: DelayView, consent: StorePromise | undefined, delay: DelayState, newDate: Instant | undefined): DelayRights {
  if (delay !== "unshipped" && delay !== "agreed") return law === "eu" || law === "gb" ? `${law}_on_way` : "on_way";
  if (law !== "us") return law;
  if (consent === undefined) return "none";
  if (consent.atRiskAt !== undefined) return "us_last_call";
  // Silence agrees to the first other date alone, never to a second (16 CFR 435.2(b)(2)).
  const isSilent = agreedUntil === undefined && revised.length === 1 && revised[0]?.by === consent.dueAt;
  if (!isSilent) return "us_silence_cancels";
  // Where that date cannot be held either, silence agrees to nothing beyond it, whatever the consent's own clock rests on.
  return newDate === undefined ? "us_last_call" : "us_silence_agrees";
}

/** Makegood does not write to shops: a person cancels there what was called off here. */
function askOf({ isCancelledInShop, leftAt, calledOff }: DelayView, delay: DelayState): string | undefined {
  if (isCancelledInShop || calledOff === undefined || (delay !== "cancelled" && delay !== "deemed")) return undefined;
  const who = delay === "cancelled" ? "The customer has cancelled this order" : "The customer did not agree to the delay: by law this order counts as cancelled";
  return leftAt === undefined
    ? `${who}. Cancel it in the shop before it leaves, and refund it in full.`
    : `${who}, and it left all the same. Stop the parcel, or ask them whether they want to keep it; the refund is owed until they say so.`;
}

function firstDue(promises: readonly StorePromise[]): Instant | undefined {
  return promises.map(({ dueAt }) => dueAt).sort((a, b) => a - b)[0];
}

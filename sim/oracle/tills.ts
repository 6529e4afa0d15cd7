import { HOUR, instant, MINUTE, plus, type Instant } from "../../src/base/time.ts";
import type { SimBasket } from "../world/baskets.ts";
import type { Script } from "../world/script.ts";
import type { Telling } from "../world/tellings.ts";
import type { Vendors } from "../world/vendors.ts";
import { isLost } from "./known.ts";
import { CLOCK_TOLERANCE } from "./tolerance.ts";

/** By docs/payment-failed.md: half an hour after the first try that failed, or five minutes after the third within an hour. */
export function noticeDue(tries: readonly Instant[]): Instant | undefined {
  const inOrder = tries.toSorted((a, b) => a - b);
  const [first] = inOrder;
  if (first === undefined) return undefined;
  const third = inOrder.find((at, index) => index >= 2 && at - (inOrder[index - 2] as Instant) <= HOUR);
  const single = plus(first, 30 * MINUTE);
  return third === undefined ? single : instant(Math.min(single, plus(third, 5 * MINUTE)));
}

/** When its buyer was to be noticed, by every try that had failed by then. */
export function dueOf({ tries }: SimBasket, until: Instant): Instant | undefined {
  return noticeDue(tries.map(({ at }) => at).filter((at) => at <= until));
}

/** Whether the payment went through before its buyer was to be noticed. */
export function isPaidInTime(basket: SimBasket): boolean {
  const due = dueOf(basket, (basket.tries.at(-1)?.at ?? 0) as Instant);
  return due !== undefined && basket.paidAt !== undefined && basket.paidAt <= due;
}

/** Where reminders of an unfinished purchase need consent, by PECR reg. 22 and Directive 2002/58/EC art. 13; of the simulated countries only one is elsewhere. */
function needsConsent({ country }: SimBasket): boolean {
  return country !== "US";
}

/** Whether its buyer may hear of it more than once: they agreed, and are not known to have taken it back by `known`. */
export function mayHearMore(basket: SimBasket, at: Instant, known: Instant, told: Told): boolean {
  if (!needsConsent(basket)) return true;
  const own = told.vendors.ofBaskets.filter(({ fact }) => fact.basket === basket && fact.what === "typed");
  const yes = own.filter(({ fact, heard }) => fact.typed?.consent === true && heard.some((when) => when <= at)).map(({ fact }) => fact.at);
  const isTakenBack = own.some((telling) => telling.fact.typed?.consent !== true && telling.fact.at > Math.max(...yes) && isKnownBy(telling, known, told));
  return yes.length > 0 && !isTakenBack;
}

/** What is judged by: what vendors told, and what a restored backup has lost of it. */
export interface Told {
  readonly vendors: Vendors;
  readonly backup?: Script["backup"];
}

/** Whether it had surely been heard by then, and was never forgotten. */
function isKnownBy({ heard }: Pick<Telling, "heard">, by: Instant, { backup }: Told): boolean {
  return heard.some((when) => when <= by && !isLost(when, backup));
}

/** What the product surely knew of a basket at a moment. */
interface KnownBasket {
  /** Who it is, and how to write to them. */
  readonly hasBuyer: boolean;
  readonly tries: readonly Instant[];
  /** Another payment of it is under way. */
  readonly isPending: boolean;
  readonly isPaid: boolean;
}

export function knownBasket(basket: SimBasket, by: Instant, told: Told): KnownBasket {
  const own = told.vendors.ofBaskets.filter(({ fact }) => fact.basket === basket);
  const facts = own.filter((telling) => isKnownBy(telling, by, told)).map(({ fact }) => fact);
  const typed = facts.filter(({ what }) => what === "typed").toSorted((a, b) => a.at - b.at).at(-1)?.typed;
  const failed = facts.filter(({ what }) => what === "failed");
  const charges = new Map(failed.map(({ tried }) => [tried?.charge, tried?.at as Instant]));
  const ofOrder = (basket.order === undefined ? [] : told.vendors.tellings.of(basket.order)).filter(({ fact }) => fact.what === "placed" || fact.what === "charged");
  return {
    hasBuyer: basket.isByNumber ? basket.hasEmail && failed.length > 0 : typed?.hasEmail === true,
    tries: [...charges.values()],
    isPending: facts.some(({ what }) => what === "processing"),
    isPaid: facts.some(({ what, typed: said }) => what === "paid" || said?.completedAt !== undefined) || ofOrder.some((telling) => isKnownBy(telling, by, told)),
  };
}

/**
 * When its tries were to be noticed at the latest: by those that were heard of before their time may have run out on
 * any machine. One that comes to light later counts from there on, and the time that was found then stays.
 */
export function surelyNoticed(basket: SimBasket, told: Told): Instant | undefined {
  const own = told.vendors.ofBaskets.filter(({ fact }) => fact.basket === basket && fact.what === "failed");
  const moments = own.flatMap(({ heard }) => heard).toSorted((a, b) => a - b);
  const found = moments.map((at, index) => ({ at, next: moments[index + 1] ?? Infinity, due: noticeDue(knownBasket(basket, at, told).tries) }));
  return found.find(({ at, next, due }) => due !== undefined && Math.max(at, due - CLOCK_TOLERANCE) < next)?.due;
}

import type { SampleTill, VendorDelivery } from "../../sample/model.ts";
import { uuidOf } from "../../src/base/ids.ts";
import { money } from "../../src/base/money.ts";
import { DAY, HOUR, instant, MINUTE, plus, SECOND, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { Dice } from "../engine/random.ts";
import { orderDigits, type SimOrder, type Source } from "./orders.ts";
import type { SimPerson } from "./people.ts";
import { basketDelivery, declinedCharge, intentEvent, type AtTill, type Try, type Typed } from "./till.ts";
import { toSecond } from "./seconds.ts";

/** A fact about a basket that a vendor tells, once it has happened. */
export interface BasketFact {
  readonly id: string;
  readonly basket: SimBasket;
  readonly what: "typed" | "failed" | "paid" | "processing";
  /** What the shop says of the buyer, for facts of the shop. */
  readonly typed?: Typed;
  /** The try that it is about, for facts of the processor. */
  readonly tried?: Try;
  readonly at: Instant;
  readonly source: Source;
  deliver(sentAt: Instant): VendorDelivery<Source>;
}

/** Somebody at the till, with the whole story, as only the simulator knows it. */
export interface SimBasket extends AtTill {
  readonly index: number;
  /** As the product names it: its checkout, or the order whose number the processor was given before there was one. */
  readonly subject: string;
  /** All that its buyer may read as its name. */
  readonly references: readonly string[];
  /** Whether the processor, and no checkout, says whom it is about. */
  readonly isByNumber: boolean;
  /** When each try failed, ascending. None of who only looked. */
  readonly tries: readonly Try[];
  /** The order that it became, where it was bought. */
  readonly order?: SimOrder;
  /** When its payment went through, with an order or without. */
  readonly paidAt?: Instant;
  readonly facts: readonly BasketFact[];
}

/** Of the orders so many were paid for after a try that had failed; of all that never became one there are so many for each order. */
const BOUGHT = 0.1;
const LEFT = 0.2;
/** The first number of a basket that is no order: none of an order's. */
const FIRST_NUMBER = 5_000;

type Naming = "token" | "id" | "number";
const NAMINGS: readonly Naming[] = ["token", "token", "id", "number"];

/** How the till of an order named it to the processor, where its first try to pay had failed. */
export function tillOf(dice: Dice, index: number): SampleTill | undefined {
  const own = dice.fork(String(index));
  return own.chance(BOUGHT) ? namedTill(own.pick(NAMINGS), orderDigits(index), index) : undefined;
}

function namedTill(naming: Naming, orderId: string, index: number): SampleTill {
  const checkout = { id: `3${orderId.slice(1)}`, token: `till${index}` };
  const intent = `pi_sim${orderId}`;
  switch (naming) {
    case "token":
      return { checkout, intent, metadata: { checkout_token: checkout.token } };
    case "id":
      return { checkout, intent, metadata: { checkout_id: checkout.id } };
    case "number":
      return { intent, metadata: { order_id: orderId } };
  }
}

export interface BasketsWish {
  readonly seed: string;
  readonly dice: Dice;
  readonly people: readonly SimPerson[];
  readonly orders: readonly SimOrder[];
  readonly from: Instant;
  readonly until: Instant;
}

/** Everybody at the till of a seed: who bought in the end, and who did not. */
export function baskets(wish: BasketsWish): readonly SimBasket[] {
  const { dice, orders, people, from, until } = wish;
  const bought = orders.flatMap((order) => {
    const till = order.bookAt(order.placedAt).till;
    return till === undefined ? [] : [{ till, order, person: order.person, digits: order.id }];
  });
  const left = Array.from({ length: Math.ceil(orders.length * LEFT) }, (_, index) => {
    const digits = orderDigits(500_000 + index);
    return { till: namedTill(dice.pick(NAMINGS), digits, 500_000 + index), order: undefined, person: dice.pick(people), digits };
  });
  return [...bought, ...left].flatMap(({ till, order, person, digits }, index) => {
    const own = dice.fork(`basket ${index}`);
    const startedAt = order === undefined ? plus(from, own.below(until - from)) : plus(order.placedAt, -own.pick(GAPS)(own));
    return startedAt < from ? [] : [basketOf({ index, till, order, person, digits, startedAt: toSecond(startedAt), seed: wish.seed, dice: own })];
  });
}

/** From the first try to the order: within the half hour, and well past it. */
const GAPS: readonly ((dice: Dice) => Milliseconds)[] = [
  (dice) => dice.between(4 * MINUTE, 25 * MINUTE),
  (dice) => dice.between(35 * MINUTE, 3 * HOUR),
  (dice) => dice.between(4 * HOUR, 30 * HOUR),
];

/** From one try to the next: at once, with thought, and on another evening. */
const PAUSES: readonly ((dice: Dice) => Milliseconds)[] = [
  (dice) => dice.between(20 * SECOND, 80 * SECOND),
  (dice) => dice.between(20 * SECOND, 80 * SECOND),
  (dice) => dice.between(5 * MINUTE, 14 * MINUTE),
  (dice) => dice.between(35 * MINUTE, 50 * MINUTE),
];

interface BasketWish {
  readonly index: number;
  readonly till: SampleTill;
  readonly order: SimOrder | undefined;
  readonly person: SimPerson;
  readonly digits: string;
  readonly startedAt: Instant;
  readonly seed: string;
  readonly dice: Dice;
}

function basketOf(wish: BasketWish): SimBasket {
  const { index, till, order, person, digits, startedAt, dice } = wish;
  const isByNumber = till.checkout === undefined;
  const reference = isByNumber ? digits : `#${FIRST_NUMBER + index}`;
  const checkout = till.checkout ?? { id: digits, token: digits };
  const tries = triesOf(wish);
  const paidAt = order?.placedAt ?? (tries.length > 0 && dice.chance(0.15) ? toSecond(plus((tries.at(-1) as Try).at, dice.pick(GAPS)(dice))) : undefined);
  const basket: SimBasket = {
    index,
    subject: isByNumber ? `shopify/${digits}` : `shopify/checkout/${checkout.token}`,
    references: [reference, ...(isByNumber && order ? [order.reference] : [])],
    reference,
    checkout,
    metadata: till.metadata,
    isByNumber,
    person,
    country: dice.chance(0.1) ? undefined : dice.chance(0.4) ? "US" : person.customer.country,
    hasEmail: order !== undefined || dice.chance(0.9),
    retryUrl: dice.chance(0.8) ? `https://hearth.example/checkouts/${checkout.token}/recover` : `https://elsewhere.example/${checkout.token}`,
    total: order?.total ?? money(2_000 + 100 * index, "USD"),
    startedAt,
    tries,
    ...(order && { order }),
    ...(paidAt !== undefined && { paidAt }),
    get facts() {
      return facts;
    },
  };
  const facts = factsOf(basket, wish);
  return basket;
}

/** Up to five tries, all before the order; none of some who only looked. */
function triesOf({ till, order, digits, startedAt, dice }: BasketWish): readonly Try[] {
  if (order === undefined && dice.chance(0.12)) return [];
  const until = order?.placedAt ?? Infinity;
  const pause = dice.pick(PAUSES);
  // Some load the till anew, and the processor makes another payment of it.
  const isReloaded = order === undefined && dice.chance(0.3);
  const tries: Try[] = [];
  let at = plus(startedAt, 30 * SECOND);
  for (let left = dice.pick([1, 1, 2, 3, 3, 3, 4, 5]); left > 0 && at < until - MINUTE; left -= 1) {
    const count = tries.length;
    tries.push({ at: toSecond(at), intent: isReloaded ? `${till.intent}${count}` : till.intent, charge: `ch_sim${digits}${count}` });
    at = plus(at, pause(dice));
  }
  return tries;
}

function factsOf(basket: SimBasket, { seed, dice, till, order }: BasketWish): BasketFact[] {
  const { tries, paidAt } = basket;
  const told = basket.isByNumber ? [] : typedFacts(basket, dice, seed);
  const fact: MakeFact = (what, at, key, deliver, about) => ({ id: `${basket.reference} ${what} ${key}`, basket, what, at, source: "stripe", deliver, ...about });
  const bothSay = dice.chance(0.4);
  for (const tried of tries) {
    told.push(fact("failed", tried.at, tried.charge, (sentAt) => intentEvent(basket, "payment_failed", tried, sentAt), { tried }));
    if (bothSay) told.push(fact("failed", tried.at, `${tried.charge} charge`, (sentAt) => declinedCharge(basket, tried, sentAt), { tried }));
  }
  // Another way to pay, that was begun between and may yet take the money: nobody can say that nothing is charged.
  const [first, second] = tries;
  if (order === undefined && first && second && dice.chance(0.25)) {
    const other: Try = { at: toSecond(instant((first.at + second.at) / 2)), intent: `${till.intent}other`, charge: `${first.charge}other` };
    told.push(fact("processing", other.at, other.charge, (sentAt) => intentEvent(basket, "processing", other, sentAt), { tried: other }));
  }
  const last = tries.at(-1);
  if (order === undefined && paidAt !== undefined && last) {
    const paid: Try = { at: paidAt, intent: last.intent, charge: `${last.charge}paid` };
    told.push(fact("paid", paidAt, paid.charge, (sentAt) => intentEvent(basket, "succeeded", paid, sentAt), { tried: paid }));
  }
  return told;
}

type MakeFact = (what: BasketFact["what"], at: Instant, key: string, deliver: BasketFact["deliver"], about: Pick<BasketFact, "tried">) => BasketFact;

/** What the shop tells of it: the empty till, who typed their address, what became of it. Some take their consent back later. */
function typedFacts(basket: SimBasket, dice: Dice, seed: string): BasketFact[] {
  const { startedAt, hasEmail, order } = basket;
  const consent = dice.pick([undefined, false, true, true]);
  const base: Typed = { hasEmail, ...(consent !== undefined && { consent }) };
  const steps: (readonly [at: Instant, typed: Typed])[] = [[startedAt, { hasEmail: hasEmail && dice.chance(0.5) }], [plus(startedAt, 20 * SECOND), base]];
  if (consent === true && dice.chance(0.3)) steps.push([plus(startedAt, 6 * HOUR), { hasEmail, consent: false }]);
  if (order !== undefined && dice.chance(0.7)) steps.push([plus(order.placedAt, SECOND), { ...base, completedAt: order.placedAt }]);
  return steps.toSorted(([a], [b]) => a - b).map(([at, typed], index) => {
    const topic = index === 0 ? "checkouts/create" : "checkouts/update";
    const hook = uuidOf(seed, basket.checkout.token, topic, at);
    return { id: `${basket.reference} typed ${index}`, basket, what: "typed", typed, at, source: "shopify", deliver: () => basketDelivery(basket, topic, typed, at, hook) };
  });
}

/** How long before the calm the last of them comes to the till: the last word about it leaves within three days. */
export const LAST_BASKET: Milliseconds = DAY;

import type { SampleAddress, SampleCancelReason, SampleCustomer } from "../../sample/model.ts";
import { DAY, HOUR, MINUTE, plus, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { Dice } from "../engine/random.ts";
import type { Fate } from "./fates.ts";
import { toSecond } from "./seconds.ts";

/** The part of an address without which no parcel can arrive. */
export type WrongPart = "street" | "city" | "postal code";

/** An address as an order has it from a moment on. */
interface GivenAddress {
  readonly at: Instant;
  readonly address: SampleAddress;
  /** Absent where a parcel arrives. */
  readonly wrong?: WrongPart;
}

/** Why a warehouse holds an order, in the shop's words. */
type HoldReason = "incorrect_address" | "inventory_out_of_stock" | "high_risk_of_fraud" | "awaiting_payment" | "other";

export interface Hold {
  readonly at: Instant;
  readonly reason: HoldReason;
  /** Absent where it is never released. */
  readonly until?: Instant;
}

/** What keeps an order from leaving, and what its people do about it. */
export interface Obstacles {
  /** As it was written first, and as it was corrected since. */
  readonly addresses: readonly [GivenAddress, ...GivenAddress[]];
  readonly hold?: Hold;
  /** Absent for an order that never leaves. */
  readonly leavesAt?: Instant;
  readonly cancelled?: { readonly at: Instant; readonly reason: SampleCancelReason };
}

/** Of the orders that nothing else befalls, so many meet an obstacle. */
const SHARE = 0.75;

/**
 * Good addresses by country; the later ones are such as staff may wonder at, and a parcel arrives: boxes, a code without
 * its leading zero or with an O for a 0, a code with the country before it. Of a customer in the US the own one is taken: by
 * its state their hours for texts are known.
 */
const GOOD: Readonly<Record<string, readonly SampleAddress[]>> = {
  DE: [{ address1: "Lindenweg 4", city: "Köln", zip: "50667" }, { address1: "Postfach 12 34", city: "Köln", zip: "50667" }, { address1: "Hauptstr. 1", city: "Görlitz", zip: "2826" }],
  GB: [{ address1: "3 Mill Lane", city: "Leeds", zip: "LS1 4AP" }, { address1: "PO Box 7", city: "Leeds", zip: "LS1 4AP" }],
  FR: [{ address1: "5 rue des Lilas", city: "Lyon", zip: "69003" }, { address1: "5 rue des Lilas", city: "Bourg-en-Bresse", zip: "1000" }],
  BE: [{ address1: "Kerkstraat 5", city: "Gent", zip: "9000" }, { address1: "Kerkstraat 5", city: "Gent", zip: "B-9000" }, { address1: "Kerkstraat 5", city: "Gent", zip: "90O0" }],
};
/** Codes that their country cannot have: too short, too long, filler, or none. */
const WRONG_CODES: Readonly<Record<string, readonly string[]>> = {
  US: ["958", "00000", ""],
  DE: ["50", "506678", "0", ""],
  GB: ["LS1", "12345", ""],
  FR: ["690", "6900345", ""],
  BE: ["10", "90001", ""],
};
const NO_STREETS = ["", "n/a", "test"];
const NO_CITIES = ["", "test"];

/** Where an order goes that nothing is wrong with; undefined where nobody wrote it down. */
export function goodAddress({ country, address }: SampleCustomer, index: number): SampleAddress | undefined {
  const known = GOOD[country] ?? [];
  return address ?? known[index % known.length];
}

function wrongAddress(dice: Dice, good: SampleAddress, country: string, wrong: WrongPart): SampleAddress {
  switch (wrong) {
    case "street":
      return { ...good, address1: dice.pick(NO_STREETS) };
    case "city":
      return { ...good, city: dice.pick(NO_CITIES) };
    case "postal code":
      return { ...good, zip: dice.pick(WRONG_CODES[country] ?? [""]) };
  }
}

/** An obstacle in hours from the order: the parts that are wrong with its address, each until the next; a hold; how it ends. */
interface Course {
  readonly wrong?: readonly (readonly [WrongPart | undefined, from: Milliseconds])[];
  readonly hold?: readonly [HoldReason, from: Milliseconds, until?: Milliseconds];
  readonly leaves?: Milliseconds;
  readonly cancelled?: readonly [SampleCancelReason, at: Milliseconds];
}

const PARTS: readonly WrongPart[] = ["street", "city", "postal code", "postal code"];
const SILENT: readonly HoldReason[] = ["high_risk_of_fraud", "awaiting_payment", "other"];

function soonAfter(dice: Dice, ...ends: readonly Milliseconds[]): Milliseconds {
  return Math.max(...ends) + dice.between(HOUR, 10 * HOUR);
}

/** Put right at once, soon, or late: within minutes before anybody wrote, the same day, or days after. */
function answered(dice: Dice): Milliseconds {
  return dice.pick([() => dice.between(3 * MINUTE, 20 * MINUTE), () => dice.between(2 * HOUR, 20 * HOUR), () => dice.between(2 * HOUR, 20 * HOUR), () => dice.between(26 * HOUR, 4 * DAY)])();
}

/** A hold that is released after the answer, after longer, or never. */
function held(dice: Dice, reason: HoldReason, from = dice.between(20 * MINUTE, 8 * HOUR)): Required<Course>["hold"] {
  return dice.chance(0.75) ? [reason, from, from + dice.pick([dice.between(5 * MINUTE, HOUR), dice.between(3 * HOUR, 20 * HOUR), dice.between(DAY, 3 * DAY)])] : [reason, from];
}

/** What may befall an order, each as often as it stands here. */
const COURSES: readonly ((dice: Dice) => Course)[] = [
  // Corrected by whoever answered, or saw it themselves.
  mistyped, mistyped, mistyped,
  // The answer is wrong as well, in another part.
  (dice) => {
    const first = dice.between(3 * HOUR, 12 * HOUR);
    const second = first + dice.between(5 * HOUR, 40 * HOUR);
    return { wrong: [[dice.pick(PARTS), 0], [dice.pick(PARTS), first], [undefined, second]], leaves: soonAfter(dice, second) };
  },
  // Nobody answers: it stays, leaves as it is, or is cancelled.
  (dice) => ({ wrong: [[dice.pick(PARTS), 0]] }),
  (dice) => ({ wrong: [[dice.pick(PARTS), 0]], leaves: dice.between(3 * HOUR, 40 * HOUR) }),
  (dice) => ({ wrong: [[dice.pick(PARTS), 0]], cancelled: [dice.pick(["customer", "other"]), dice.between(5 * HOUR, 60 * HOUR)] }),
  // The rules find nothing, and the warehouse does.
  (dice) => releasedOrNot(dice, held(dice, "incorrect_address")),
  (dice) => releasedOrNot(dice, held(dice, "incorrect_address")),
  // Corrected, and the warehouse still cannot read it.
  (dice) => {
    const right = answered(dice);
    return { wrong: [[dice.pick(PARTS), 0], [undefined, right]], ...releasedOrNot(dice, held(dice, "incorrect_address", right + dice.between(HOUR, 10 * HOUR))) };
  },
  // An empty shelf: filled again, never, or the end of the order.
  (dice) => releasedOrNot(dice, held(dice, "inventory_out_of_stock")),
  (dice) => releasedOrNot(dice, held(dice, "inventory_out_of_stock")),
  (dice) => {
    const from = dice.between(20 * MINUTE, 8 * HOUR);
    return { hold: ["inventory_out_of_stock", from], cancelled: ["inventory", from + dice.between(HOUR, 40 * HOUR)] };
  },
  // Holds of which no customer hears: they are the store's own affair.
  (dice) => releasedOrNot(dice, held(dice, dice.pick(SILENT))),
  (dice) => {
    const from = dice.between(20 * MINUTE, 8 * HOUR);
    return { hold: ["high_risk_of_fraud", from], cancelled: ["fraud", from + dice.between(HOUR, 40 * HOUR)] };
  },
  // The address is put right while the order is held for another reason.
  (dice) => {
    const right = answered(dice);
    const [reason, from, until] = held(dice, dice.pick(SILENT), dice.between(2 * MINUTE, right));
    const over = until === undefined ? undefined : Math.max(until, right + dice.between(6 * HOUR, 30 * HOUR));
    return { wrong: [[dice.pick(PARTS), 0], [undefined, right]], ...releasedOrNot(dice, over === undefined ? [reason, from] : [reason, from, over]) };
  },
];

function mistyped(dice: Dice): Course {
  const right = answered(dice);
  return { wrong: [[dice.pick(PARTS), 0], [undefined, right]], leaves: soonAfter(dice, right) };
}

function releasedOrNot(dice: Dice, hold: Required<Course>["hold"]): Course {
  return { hold, ...(hold[2] !== undefined && { leaves: soonAfter(dice, hold[2]) }) };
}

/** What keeps an order from leaving; nothing for most. */
export function obstacles(dice: Dice, placedAt: Instant, customer: SampleCustomer): Obstacles | undefined {
  const good = goodAddress(customer, 0);
  if (good === undefined || !dice.chance(SHARE)) return undefined;
  const { wrong = [[undefined, 0]], hold, leaves, cancelled } = dice.pick(COURSES)(dice);
  const at = (after: Milliseconds): Instant => (after === 0 ? placedAt : toSecond(plus(placedAt, after)));
  const given = wrong.map(([part, after]): GivenAddress => ({ at: at(after), address: part === undefined ? { ...good } : wrongAddress(dice, good, customer.country, part), ...(part && { wrong: part }) }));
  return {
    addresses: given as [GivenAddress, ...GivenAddress[]],
    ...(hold && { hold: { reason: hold[0], at: at(hold[1]), ...(hold[2] !== undefined && { until: at(hold[2]) }) } }),
    ...(leaves !== undefined && { leavesAt: at(leaves) }),
    ...(cancelled && { cancelled: { reason: cancelled[0], at: at(cancelled[1]) } }),
  };
}

/** Of what is cancelled the money goes back within hours. */
export function fateOf({ cancelled }: Obstacles, placedAt: Instant): Fate {
  if (cancelled === undefined) return {};
  const after = cancelled.at - placedAt;
  return { cancelled: { after, reason: cancelled.reason }, refund: { after: after + 2 * HOUR, ends: { kind: "paid", after: HOUR } } };
}

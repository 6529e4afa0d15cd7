import type { SampleParcel } from "../../sample/model.ts";
import { DAY, HOUR, MINUTE, plus, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { Dice } from "../engine/random.ts";
import { toSecond } from "./seconds.ts";

/** What a carrier says of a parcel each time that it handles it. */
export type ScanStatus = "moving" | "last mile" | "delivered" | "returning" | "lost" | "undeliverable";

/** A moment at which the carrier handled a parcel. */
export interface Scan {
  readonly at: Instant;
  readonly status: ScanStatus;
  /** When the carrier tells of it: some read their scanners out days later. */
  readonly toldAt: Instant;
  /** Whether the shop hears of it; a tracker hears of each. */
  readonly byShop: boolean;
}

/** A parcel with its whole journey, as only the simulator knows it. */
export interface SimParcel extends SampleParcel {
  /** The tracker's own id of it, where one follows it. */
  readonly trackerId?: string;
  /** Ascending. Empty for one that its carrier never collects. */
  readonly scans: readonly Scan[];
}

/** One step of a journey: so long after the one before, and told so much later. */
type Leg = readonly [after: Milliseconds, status: ScanStatus, late?: Milliseconds];

/** Of the orders that go well, and of those that are cancelled, so many have parcels: at home most, where clocks run out within a short seed. */
const SHIPPED = { well: { home: 0.9, abroad: 0.35 }, cancelled: { home: 0.6, abroad: 0.15 } } as const;
/** Of the parcels so many are followed by a tracker beside the shop. */
const TRACKED = 0.4;
/** Of a tracked parcel the shop hears so much: it knows some carriers only. */
const SHOP_HEARS = 0.5;

function usual(dice: Dice): Milliseconds {
  return dice.between(8 * HOUR, 40 * HOUR);
}

/** Longer than any rule of the playbook waits for a scan, weekends included. */
function long(dice: Dice): Milliseconds {
  return dice.between(8 * DAY, 10 * DAY);
}

function toTheDoor(dice: Dice): Leg[] {
  return [...(dice.chance(0.4) ? [[usual(dice), "last mile"] as const] : []), [usual(dice), "delivered"]];
}

const COLLECTED = (dice: Dice): Leg => [dice.between(HOUR, 12 * HOUR), "moving"];

/** What may become of a parcel, each as often as it stands here. */
const JOURNEYS: readonly ((dice: Dice) => Leg[])[] = [
  (dice) => [COLLECTED(dice), ...toTheDoor(dice)],
  (dice) => [COLLECTED(dice), [usual(dice), "moving"], ...toTheDoor(dice)],
  // Two full days between scans, again and again: a clock that forgets one of them runs out.
  (dice) => [COLLECTED(dice), [2 * DAY, "moving"], [2 * DAY, "moving"], [2 * DAY, "moving"], ...toTheDoor(dice)],
  // It moves all along, and the word of it is late.
  (dice) => [COLLECTED(dice), [2 * DAY, "moving", dice.between(2 * DAY, 6 * DAY)], [2 * DAY, "moving"], ...toTheDoor(dice)],
  // So late that its clock has run out at home, and before it has arrived: it stands still to all that is known, and does not.
  (dice) => [COLLECTED(dice), [2 * DAY, "moving", 4 * DAY + dice.between(0, 12 * HOUR)], [2 * DAY, "moving", 2 * DAY + dice.between(0, 12 * HOUR)], [3 * DAY, "moving"], ...toTheDoor(dice)],
  // It stands still, and goes on.
  (dice) => [COLLECTED(dice), [long(dice), "moving"], ...toTheDoor(dice)],
  // It stands still for good.
  (dice) => [COLLECTED(dice), ...(dice.chance(0.5) ? [[usual(dice), "moving"] as const] : [])],
  // Nobody collects it, or late.
  (dice) => (dice.chance(0.5) ? [] : [[long(dice), "moving"], ...toTheDoor(dice)]),
  // It will not arrive, or so its carrier says.
  (dice) => [COLLECTED(dice), [usual(dice), dice.pick(["returning", "lost", "undeliverable"])]],
  (dice) => [COLLECTED(dice), [usual(dice), dice.pick(["returning", "lost", "undeliverable"])]],
  (dice) => [COLLECTED(dice), [usual(dice), "undeliverable"], [usual(dice), "moving"], [usual(dice), "delivered"]],
];

export function isLoss(status: ScanStatus): boolean {
  return status === "returning" || status === "lost" || status === "undeliverable";
}

export interface ParcelsWish {
  readonly dice: Dice;
  /** Digits of the order. */
  readonly orderId: string;
  readonly placedAt: Instant;
  /** Where it goes. */
  readonly to: "home" | "abroad";
  /** When the order is cancelled after its parcel has left. */
  readonly cancelledAt?: Instant;
}

/** An order's parcels; none for most. One that is lost may be sent again. */
export function parcels({ dice, orderId, placedAt, to, cancelledAt }: ParcelsWish): readonly SimParcel[] {
  const until = cancelledAt === undefined ? 20 * HOUR : cancelledAt - placedAt - 30 * MINUTE;
  if (until < 2 * HOUR || !dice.chance(SHIPPED[cancelledAt === undefined ? "well" : "cancelled"][to])) return [];
  const make = (count: number, shippedAt: Instant, legs: readonly Leg[]): SimParcel => {
    const id = `${4 - count}${orderId.slice(1)}`;
    const isTracked = dice.chance(TRACKED);
    const tracking = `JD${count}${id.slice(-12)}`;
    return { id, tracking, shippedAt, ...(isTracked && { trackerId: `trk_${id}` }), scans: scansOf(dice, shippedAt, legs, isTracked) };
  };
  const first = make(0, toSecond(plus(placedAt, dice.between(HOUR, Math.min(until, 20 * HOUR)))), dice.pick(JOURNEYS)(dice));
  const end = first.scans.at(-1);
  if (end === undefined || !isLoss(end.status) || cancelledAt !== undefined || dice.chance(0.4)) return [first];
  return [first, make(1, toSecond(plus(end.at, dice.between(4 * HOUR, 2 * DAY))), [COLLECTED(dice), ...toTheDoor(dice)])];
}

/** One that goes to the door without a stop. */
export function arrivingParcel(dice: Dice, orderId: string, shippedAt: Instant): SimParcel {
  const plain = plainParcel(orderId, shippedAt);
  const isTracked = dice.chance(TRACKED);
  return { ...plain, ...(isTracked && { trackerId: `trk_${plain.id}` }), scans: scansOf(dice, shippedAt, [COLLECTED(dice), ...toTheDoor(dice)], isTracked) };
}

/** One that nobody follows: with its label it has left, and nothing more is heard of it. */
export function plainParcel(orderId: string, shippedAt: Instant): SimParcel {
  const id = `4${orderId.slice(1)}`;
  return { id, tracking: `JD0${id.slice(-12)}`, shippedAt, scans: [] };
}

function scansOf(dice: Dice, shippedAt: Instant, legs: readonly Leg[], isTracked: boolean): readonly Scan[] {
  let at = shippedAt;
  return legs.map(([after, status, late = 0]) => {
    at = toSecond(plus(at, after));
    return { at, status, toldAt: toSecond(plus(at, late)), byShop: !isTracked || dice.chance(SHOP_HEARS) };
  });
}

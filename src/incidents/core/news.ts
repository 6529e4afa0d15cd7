import type { CaseMoment } from "../../playbooks/index.ts";
import { nextUpdateOf } from "./facts.ts";
import type { CaseFacts } from "./model.ts";

/** The choices that say where a case stands, and the values of each in which its reader still waits for something. */
const WAITING: Readonly<Record<string, ReadonlySet<string>>> = {
  money: new Set(["due", "failed", "unclear"]),
  parcel: new Set(["not_picked_up", "stalled"]),
  loss: new Set(["returning", "lost", "damaged", "undeliverable"]),
  address: new Set(["unusable", "held", "label_failed"]),
  hold: new Set(["held"]),
  payment: new Set(["failed"]),
  delay: new Set(["unshipped", "agreed", "late_on_way"]),
};

/** They say more of where a case stands, and are no news by themselves. */
const DETAILS: ReadonlySet<string> = new Set(["part", "charge", "goods", "follow_ups", "rights", "uncancelled"]);

/** What is a case's own and changes with it; everything else is common to its incident. */
export function isOwnChoice(choice: string): boolean {
  return Object.hasOwn(WAITING, choice) || DETAILS.has(choice);
}

/** Whether the reader still waits: for money that is with the store, for a parcel that stands still or is lost, for goods that cannot leave. */
export function isWaiting({ choices }: Pick<CaseFacts, "choices">): boolean {
  return Object.entries(WAITING).some(([choice, values]) => values.has(choices[choice] ?? ""));
}

/** Whether the reader waits and may hear of it more than once: who left the till without paying did not ask for letters. */
export function hearsMore(facts: Pick<CaseFacts, "choices">): boolean {
  return isWaiting(facts) && facts.choices["follow_ups"] !== "no";
}

/** Whether a case is followed: its reader waits, and where only so many words are said of it, one is still to come. */
export function isFollowed(facts: CaseFacts): boolean {
  return isWaiting(facts) && (!Object.hasOwn(facts.choices, "payment") || nextUpdateOf(facts) !== undefined);
}

/** The moment of the case that a change of where it stands is; undefined where that is no news. */
export function momentOf(before: CaseFacts, after: CaseFacts): CaseMoment | undefined {
  const change = (choice: string): readonly [string | undefined, string] | undefined => {
    const is = after.choices[choice];
    return is === undefined || is === before.choices[choice] ? undefined : [before.choices[choice], is];
  };
  const money = change("money");
  if (money) return momentOfMoney(...money);
  const goods = Object.keys(GOODS_NEWS).flatMap((choice) => {
    const changed = change(choice);
    return changed ? [momentOfGoods(choice, ...changed)] : [];
  });
  return goods[0] ?? (isRenewed(before, after) ? "delay.renewed" : undefined);
}

/** Whether all that changed is that its reader agreed to wait: they have read what they were asked, whatever became of the mail. */
export function isAnswer(before: CaseFacts, after: CaseFacts): boolean {
  return before.choices["delay"] === "unshipped" && after.choices["delay"] === "agreed" && momentOf(before, after) === undefined;
}

/** Who waits for goods that are late hears at once when the date changes, and before their consent runs out. */
function isRenewed(before: CaseFacts, after: CaseFacts): boolean {
  if (!isUnshipped(before) || !isUnshipped(after)) return false;
  const isLastCall = after.choices["rights"] === "us_last_call" && before.choices["rights"] !== "us_last_call";
  return isLastCall || dayOf(before) !== dayOf(after);
}

function isUnshipped({ choices }: CaseFacts): boolean {
  return choices["delay"] === "unshipped" || choices["delay"] === "agreed";
}

function dayOf({ values }: CaseFacts): number | undefined {
  const date = values["new_date"];
  return date !== undefined && "day" in date ? date.day : undefined;
}

/** Sent and then settled is one piece of news. */
function momentOfMoney(was: string | undefined, is: string): CaseMoment | undefined {
  if (is === "failed") return "refund.failed";
  if (is === "sent" || (is === "settled" && was !== "sent")) return "refund.sent";
  return is === "settled" || is === "none" ? "closed" : undefined;
}

const PARCEL_NEWS: Readonly<Record<string, CaseMoment>> = { moving: "parcel.moving", ready: "parcel.arrived", delivered: "parcel.arrived", resent: "parcel.resent", refunded: "parcel.refunded" };

/** By the choice that says where goods stand: the news that each of its values is to who waited for it. */
const GOODS_NEWS: Readonly<Record<string, Readonly<Record<string, CaseMoment>>>> = {
  parcel: PARCEL_NEWS,
  loss: PARCEL_NEWS,
  address: { settled: "address.settled", shipped: "address.settled" },
  hold: { released: "hold.ended", shipped: "hold.ended" },
  payment: {},
  delay: { under_way: "delay.shipped", arrived: "delay.arrived", cancelled: "delay.cancelled", deemed: "delay.deemed" },
};

/** Of a late order: called off by its customer or by the law, as was told. */
const CANCELLED: ReadonlySet<string> = new Set(["cancelled", "deemed"]);

/** Whether a late order was called off by its customer or by the law: its case is the one that confirms that. */
export function isCalledOff({ choices }: Pick<CaseFacts, "choices">): boolean {
  return CANCELLED.has(choices["delay"] ?? "");
}

/** The moment whose words tell somebody all of it who has heard nothing yet: once it was called off there is nothing left to choose. */
export function momentFromScratch(facts: Pick<CaseFacts, "choices">): CaseMoment {
  return (isCalledOff(facts) && GOODS_NEWS["delay"]?.[facts.choices["delay"] ?? ""]) || "opened";
}

/** Who waited hears what became of it; who was told that it moves does not hear of each further step. */
function momentOfGoods(choice: string, was: string | undefined, is: string): CaseMoment | undefined {
  // It has left, late as it is: news to who waited for that.
  if (choice === "delay" && is === "late_on_way" && was !== "under_way") return "delay.shipped";
  // Who was told that it is cancelled hears that it had left before, or is there.
  if (choice === "delay" && CANCELLED.has(was ?? "") && (is === "under_way" || is === "arrived")) return GOODS_NEWS["delay"]?.[is];
  // What the shop called off is not spoken of here; that the law had done so before, and is heard of late, is.
  const waited = WAITING[choice]?.has(was ?? "") === true || (was === "called_off" && is === "deemed");
  const waits = WAITING[choice]?.has(is) === true;
  if (waits) return waited ? undefined : "stopped";
  return waited ? (GOODS_NEWS[choice]?.[is] ?? "closed") : undefined;
}

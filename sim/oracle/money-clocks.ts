import { HOUR, iso, plus, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { StorePromise } from "../../src/promises/index.ts";
import type { SimOrder } from "../world/orders.ts";
import { isPage } from "../world/post.ts";
import { mayBeMisled, wasCalledFailed } from "./disagreements.ts";
import { isHeard } from "./journeys.ts";
import { isDeclarationKnown, refundKnownAt } from "./known.ts";
import { clocksOf, type MoneyClock } from "./law.ts";
import { CLOCK_TOLERANCE, READ_WITHIN, SETTLED_WITHIN } from "./tolerance.ts";
import type { LedgerTruth } from "./truth.ts";

/** What is due and known, with every source heard all the while, is broken this long after, and a person called. */
const BROKEN_WITHIN: Milliseconds = 3 * HOUR;

/** Whether a clock ran out before its money was paid, or its refund came to nothing. */
export function hasBroken({ truth }: SimOrder, { due }: MoneyClock): boolean {
  return truth.failedAt !== undefined || (truth.paidAt ?? Infinity) > due;
}

type OwnPromises = ReadonlyMap<string, readonly StorePromise[]>;

/** G7: every clock that the law or the policy starts for this buyer stands, with its time to the millisecond, and no other. */
export function judgeMoneyClocks(promises: readonly StorePromise[], truth: LedgerTruth, quietSince: Instant): void {
  const { now } = truth.world.schedule;
  if (now - quietSince < READ_WITHIN) return;
  const own = ownMoney(promises);
  for (const order of truth.orders.values()) {
    if (order.truth.isDoubtful === true || !isStartKnown(order, plus(now, -READ_WITHIN), truth)) continue;
    judgeTimes(order, own, truth);
    judgeStates(order, own, truth);
  }
  judgeRunOut(own, truth, quietSince);
}

function ownMoney(promises: readonly StorePromise[]): OwnPromises {
  const ofMoney = promises.filter(({ playbook, kind, state }) => playbook === "refund-idle" && (kind === "refund_by" || kind === "review_by") && state !== "superseded");
  return Map.groupBy(ofMoney, ({ orderId }) => orderId ?? "");
}

/** Those of the order's money, or of its first refund: one that replaces it may have clocks that end on the same day. */
function ofFirst(order: SimOrder, own: OwnPromises): readonly StorePromise[] {
  const id = order.facts.find(({ what }) => what === "refund")?.refund?.id ?? "";
  return (own.get(order.orderId) ?? []).filter(({ thing }) => thing === "cancelled" || thing.endsWith(id));
}

/** Whether the product surely knew by then of the order, its buyer's country, and what made its money owed. */
function isStartKnown(order: SimOrder, at: Instant, { vendors, backup, readAllSince, withdrawals }: LedgerTruth): boolean {
  const heard = vendors.tellings.of(order).filter((telling) => isHeard(telling, at, backup)).map(({ fact }) => fact.what);
  // What was called off here its store knows by itself, once it knows that the goods had not left.
  if (order.truth.calledOffAt !== undefined) return heard.includes("placed") && Math.max(order.truth.calledOffAt, readAllSince.shopify, readAllSince.easypost) <= at;
  if (order.truth.withdrawnAt !== undefined && !isDeclarationKnown(order, at, withdrawals)) return false;
  if (order.truth.withdrawnAt !== undefined && order.truth.cancelledAt === undefined) return heard.includes("placed");
  return heard.includes("placed") && heard.includes(order.truth.cancelledAt === undefined ? "refund" : "cancelled");
}

function judgeTimes(order: SimOrder, own: OwnPromises, { world }: LedgerTruth): void {
  const clocks = clocksOf(order);
  const known = ofFirst(order, own);
  for (const clock of clocks) {
    const found = known.filter(({ rule }) => rule === clock.rule);
    if (!found.some(({ dueAt }) => dueAt === clock.due)) world.violate("G7", `${order.reference} to ${order.person.customer.country}: ${clock.rule} is due at ${iso(clock.due)}, and stands at ${found.map(({ dueAt }) => iso(dueAt)).join(", ") || "no time"}`);
    const basis = clock.isLaw ? "law" : "policy";
    if (found.some((each) => each.basis.kind !== basis || each.owedTo !== clock.owedTo)) world.violate("G7", `${order.reference}: ${clock.rule} is a ${basis}'s, owed to the ${clock.owedTo}, and is shown otherwise`);
  }
  const names = new Set(clocks.map(({ rule }) => rule));
  for (const { rule } of known) if (!names.has(rule)) world.violate("G7", `${order.reference} to ${order.person.customer.country}: ${rule} is held to run, and does not for this buyer`);
}

/** No clock is held to be broken although its money was paid in time, as is known, nor before its time was read. */
function judgeStates(order: SimOrder, own: OwnPromises, { world, vendors, backup, readUpTo }: LedgerTruth): void {
  const { now } = world.schedule;
  const [paidKnownAt, failedKnownAt] = [refundKnownAt(order, "succeeded", vendors.tellings, backup), refundKnownAt(order, "failed", vendors.tellings, backup)];
  const read = plus(Math.min(readUpTo.shopify, readUpTo.stripe) as Instant, CLOCK_TOLERANCE);
  for (const clock of clocksOf(order)) {
    const standing = ofFirst(order, own).find(({ rule, dueAt }) => rule === clock.rule && dueAt === clock.due)?.state;
    if (standing === "kept" && failedKnownAt !== undefined && failedKnownAt < now - READ_WITHIN) world.violate("G7", `${clock.rule} of ${order.reference} is held to be kept, and its refund is known to have failed since ${iso(failedKnownAt)}`);
    if (standing !== "broken" || order.truth.failedAt !== undefined) continue;
    if (clock.due > read && !wasCalledFailed(order)) world.violate("G7", `${clock.rule} of ${order.reference}, due ${iso(clock.due)}, broke while its sources had been read up to ${iso(read)} only`);
    if (!hasBroken(order, clock) && paidKnownAt !== undefined && paidKnownAt < now - READ_WITHIN) world.violate("G7", `${clock.rule} of ${order.reference} is held to be broken, and its payment in time was known at ${iso(paidKnownAt)}`);
  }
}

/** In time: a clock that has run out is known to have, once nothing keeps the product from knowing; the team's call a person. */
function judgeRunOut(own: OwnPromises, truth: LedgerTruth, quietSince: Instant): void {
  const { world, readAllSince, golive } = truth;
  const settled = plus(world.schedule.now, -BROKEN_WITHIN);
  if (Math.max(quietSince, readAllSince.shopify, readAllSince.stripe) > settled) return;
  for (const order of truth.orders.values()) {
    // Where the shop says that it was paid, and the processor has not been heard, it is held to be kept.
    if (order.truth.isDoubtful === true || !isStartKnown(order, settled, truth) || mayBeMisled(order, settled, truth.vendors.tellings, truth.backup)) continue;
    for (const clock of clocksOf(order)) {
      if (clock.due > settled || !hasBroken(order, clock)) continue;
      const known = ofFirst(order, own).find(({ rule, dueAt }) => rule === clock.rule && dueAt === clock.due);
      if (known?.state !== "broken") world.violate("G7", `${clock.rule} of ${order.reference} ran out at ${iso(clock.due)} with nothing paid, and is ${known?.state ?? "unknown"}`);
      const isOwed = (order.truth.paidAt ?? Infinity) > world.schedule.now;
      // Nobody had asked the team before the store went live.
      const isAsked = (order.truth.owedFrom ?? 0) >= golive + CLOCK_TOLERANCE;
      if (clock.owedTo === "team" && isOwed && isAsked && !wasCalled(order, clock, truth)) world.violate("G1", `${clock.rule} of ${order.reference} ran out at ${iso(clock.due)}, and no person was called`);
    }
  }
}

/** Whether a page mail names this clock of this order, who is up to it and by when it was due. */
function wasCalled({ orderId }: SimOrder, { rule, due }: MoneyClock, { post }: LedgerTruth): boolean {
  const says = [`${rule} of order ${orderId}.`, `due at ${iso(due)}`, "up to finance"];
  return post.taken.some((mail) => isPage(mail) && says.every((words) => unfolded(mail.content).includes(words)));
}

function unfolded(content: Uint8Array): string {
  return Buffer.from(content).toString("utf8").replaceAll("=\r\n", "");
}

/** At the end, when everything has been calm for days: which clocks broke, and which of them is still owed, equal the truth. */
export function judgeEndOfMoney(promises: readonly StorePromise[], { world, orders }: LedgerTruth): void {
  const { now } = world.schedule;
  const own = ownMoney(promises);
  for (const order of orders.values()) {
    const { owedFrom, failedAt, paidAt, isDoubtful } = order.truth;
    if (owedFrom === undefined || isDoubtful === true || owedFrom > now || order.facts.some((fact) => fact.at > now - SETTLED_WITHIN && fact.at <= now)) continue;
    for (const clock of clocksOf(order)) {
      if (Math.abs(clock.due - now) < SETTLED_WITHIN) continue;
      const ranOut = hasBroken(order, clock) && Math.min(failedAt ?? Infinity, clock.due) < now;
      const held = ofFirst(order, own).filter(({ rule, dueAt, state }) => rule === clock.rule && dueAt === clock.due && state === "broken");
      if (ranOut !== held.length > 0) world.violate("G7", `${order.reference}: ${clock.rule}, due ${iso(clock.due)}, is ${ranOut ? "not " : ""}held to be broken, which is wrong`);
      const isOwed = (paidAt ?? Infinity) > now;
      for (const each of held) if ((each.madeGoodAt === undefined) !== isOwed) world.violate("G7", `${order.reference}: ${clock.rule} is ${isOwed ? "still owed and held to be made good" : "paid and held to be owed"}`);
    }
  }
}

import type { Db } from "../../src/base/db.ts";
import { HOUR, iso, plus, type Instant, type Milliseconds } from "../../src/base/time.ts";
import { findOrders } from "../../src/commerce/index.ts";
import type { StorePromise } from "../../src/promises/index.ts";
import type { SimOrder } from "../world/orders.ts";
import { businessDaysAfter, daysAfter } from "./calendar.ts";
import { isHeard, knownJourneys } from "./journeys.ts";
import { isDeclarationKnown, refundKnownAt } from "./known.ts";
import { isOfWithdrawal, isReachable } from "./reach.ts";
import { CLOCK_TOLERANCE, READ_WITHIN, SETTLED_WITHIN } from "./tolerance.ts";
import type { Claims, LedgerTruth } from "./truth.ts";
import { saysMoneyWent } from "./withdrawal-words.ts";

/** The acknowledgement comes within an hour of what was heard, or a person is called; that takes no hour more. */
const ATTENDED_WITHIN: Milliseconds = 2 * HOUR;
/** What is due and known, with every source heard all the while, is broken this long after. */
const BROKEN_WITHIN: Milliseconds = 3 * HOUR;
/** Directive 2011/83/EU art. 9(1): so many days from its delivery an order's page takes a withdrawal. */
const WITHDRAWAL_DAYS = 14;

/** Whether a customer may be told that they withdrew: they did, or what they sent may have been heard, where the law lets them. */
export function mayBeAcknowledged(order: SimOrder, { withdrawals }: LedgerTruth): boolean {
  return order.truth.withdrawnAt !== undefined || (order.person.customer.country !== "US" && withdrawals.of(order).length > 0);
}

/** In time: who withdrew has it acknowledged, or a person is called; and what had not left is somebody's to stop. */
export function judgeWithdrawals(claimed: Claims, promises: readonly StorePromise[], truth: LedgerTruth, quietSince: Instant): void {
  const { now } = truth.world.schedule;
  const toStop = Map.groupBy(promises.filter(({ rule, state }) => rule === "cancel-in-shop" && state !== "superseded"), ({ orderId }) => orderId ?? "");
  for (const order of truth.orders.values()) {
    if (order.withdrawal === undefined) continue;
    judgeRefusals(order, truth);
    const { withdrawnAt, isDoubtful } = order.truth;
    if (withdrawnAt === undefined || isDoubtful === true) continue;
    const since = plus(now, -ATTENDED_WITHIN);
    if (quietSince <= since && isKnown(order, since, truth)) judgeAcknowledged(order, withdrawnAt, claimed, truth);
    if (quietSince <= plus(now, -BROKEN_WITHIN) && isKnown(order, plus(now, -BROKEN_WITHIN), truth)) judgeStopped(order, withdrawnAt, toStop.get(order.orderId) ?? [], truth);
  }
}

/** Whether the declaration that counts and its order were surely known at `at`. */
function isKnown(order: SimOrder, at: Instant, { vendors, backup, withdrawals }: LedgerTruth): boolean {
  const isPlaced = vendors.tellings.of(order).some((telling) => telling.fact.what === "placed" && isHeard(telling, at, backup));
  return isPlaced && isDeclarationKnown(order, at, withdrawals);
}

/** G1: within the hour the customer has it in writing, cannot be reached, or is somebody's open page. */
function judgeAcknowledged(order: SimOrder, withdrawnAt: Instant, claimed: Claims, { world, store, mails, golive }: LedgerTruth): void {
  if (mails.some((mail) => mail.order === order && mail.kind === "withdrawn") || world.givenUp.has(order.orderId)) return;
  const own = claimed.cases.find((each) => each.orderId === order.orderId && isOfWithdrawal(each, store));
  const isShadow = (own?.why === "shadow" || own?.why === "history") && withdrawnAt < golive + CLOCK_TOLERANCE;
  const isAttended = own !== undefined && (isShadow || own.standing === "unreachable" || (own.standing === "due" && claimed.line.faults.unattended === 0));
  if (!isAttended) world.violate("G1", `${order.reference} was withdrawn from at ${iso(withdrawnAt)}, as is known for hours, and nobody was told or paged (${own?.standing ?? "no case"} ${own?.why ?? ""})`);
}

/** G7: somebody of the store owes it to the team, by the end of the next business day, to stop what had not left; nobody stops what had. */
function judgeStopped(order: SimOrder, withdrawnAt: Instant, known: readonly StorePromise[], truth: LedgerTruth): void {
  const { world, vendors, backup, readAllSince } = truth;
  const settled = plus(world.schedule.now, -BROKEN_WITHIN);
  if (order.withdrawal?.parcel !== undefined) {
    const hasLeft = knownJourneys(order, settled, vendors.tellings, backup).some(({ scans }) => scans.some(({ at }) => at < withdrawnAt));
    if (hasLeft && known.length > 0) world.violate("G7", `somebody is to stop ${order.reference}, and it had left before it was withdrawn from`);
    return;
  }
  const due = businessDaysAfter(withdrawnAt, 1, order.place);
  const found = known.find(({ dueAt }) => dueAt === due);
  if (found === undefined) return world.violate("G7", `${order.reference} is to be stopped by ${iso(due)}, and that stands at ${known.map(({ dueAt }) => iso(dueAt)).join(", ") || "no time"}`);
  const stoppedAt = Math.min(order.truth.cancelledAt ?? Infinity, order.truth.paidAt ?? Infinity);
  const isCalm = Math.max(readAllSince.shopify, readAllSince.stripe) <= settled;
  if (due < settled && isCalm && stoppedAt > due && found.state !== "broken") world.violate("G7", `${order.reference} was to be stopped by ${iso(due)}, nobody did, and it is ${found.state}`);
}

/** G4: within the law's time the page takes a withdrawal of a buyer in the EU, once the store speaks of withdrawals. */
function judgeRefusals(order: SimOrder, { world, withdrawals, golive }: LedgerTruth): void {
  const arrivedAt = order.withdrawal?.parcel?.scans.find(({ status }) => status === "delivered")?.at;
  for (const at of withdrawals.refused(order)) {
    const isInTime = arrivedAt === undefined || at <= daysAfter(arrivedAt, WITHDRAWAL_DAYS, order.place.zone);
    if (isInTime && at > golive + CLOCK_TOLERANCE && order.truth.isDoubtful !== true) world.violate("G4", `the page of ${order.reference} took no withdrawal at ${iso(at)}, within the law's time`);
  }
}

/** G6: what a page has confirmed and what the help desk was told is heard is never lost, the first declaration counts, and none counts that nobody made. */
export async function judgeDeclarations(db: Db, truth: LedgerTruth, quietSince: Instant): Promise<void> {
  const { world, store, withdrawals, orders } = truth;
  const { now } = world.schedule;
  if (now - quietSince < READ_WITHIN) return;
  const storied = [...orders.values()].filter((order) => order.withdrawal !== undefined && order.placedAt < now && order.truth.isDoubtful !== true);
  const views = new Map((await findOrders(db, store, storied.map(({ orderId }) => orderId))).map((view) => [view.orderId, view]));
  for (const order of storied) {
    const sent = withdrawals.of(order);
    const held = views.get(order.orderId)?.doc.withdrawal?.at;
    const [first] = sent.filter(({ heardAt }) => heardAt !== undefined && heardAt < now - READ_WITHIN).toSorted((a, b) => a.at - b.at);
    if (first !== undefined && views.has(order.orderId) && (held === undefined || held > first.at)) world.violate("G6", `the withdrawal of ${order.reference}, declared at ${iso(first.at)} and confirmed, ${held === undefined ? "has had no effect" : `counts from ${iso(held)}`}`);
    if (held !== undefined && !sent.some(({ at }) => at === held)) world.violate("G6", `${order.reference} is held to be withdrawn from at ${iso(held)}, and nobody did then`);
  }
}

/** At the end: each withdrawal has one case of its own, its customer has it in writing, and knows when the money went. */
export function judgeEndOfWithdrawals(claimed: Claims, truth: LedgerTruth): void {
  const { world, store, orders, mails, golive, vendors, backup } = truth;
  const settled = plus(world.schedule.now, -SETTLED_WITHIN);
  for (const order of orders.values()) {
    const { withdrawnAt, isDoubtful } = order.truth;
    if (withdrawnAt === undefined || isDoubtful === true || !isKnown(order, settled, truth)) continue;
    const own = claimed.cases.filter((each) => each.orderId === order.orderId && isOfWithdrawal(each, store));
    if (own.length !== 1) world.violate("G1", `${order.reference} was withdrawn from, and has ${own.length} cases of it instead of one`);
    if (withdrawnAt < golive + CLOCK_TOLERANCE || !isReachable(order, world)) continue;
    const words = mails.filter((mail) => mail.order === order);
    if (!words.some(({ kind }) => kind === "withdrawn")) world.violate("G1", `${order.reference} was withdrawn from at ${iso(withdrawnAt)}, and no word of it ever reached a mailbox`);
    const isPaid = (refundKnownAt(order, "succeeded", vendors.tellings, backup) ?? Infinity) < settled;
    if (isPaid && !words.some(saysMoneyWent)) world.violate("G1", `${order.reference} was withdrawn from, its money is known to have gone back, and its customer was never told`);
  }
}

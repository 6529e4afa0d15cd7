import { uuidOf, type StoreId } from "../../src/base/ids.ts";
import type { Db } from "../../src/base/db.ts";
import { HOUR, iso, MINUTE, plus, type Instant } from "../../src/base/time.ts";
import { reconcile, type Reconciliation } from "../../src/incidents/index.ts";
import type { SimOrder } from "../world/orders.ts";
import type { TakenMail } from "../world/post.ts";
import { isPage } from "../world/post.ts";
import type { World } from "../world/world.ts";
import { brokePolicy, failuresOf, REFUND_WITHIN, type Failure } from "./expected.ts";
import { wasCalledFailed } from "./disagreements.ts";
import { goodsIncident, mayBeLate } from "./goods.ts";
import { isHeard } from "./journeys.ts";
import { heardAt, isLost, refundKnownAt } from "./known.ts";
import { mailKindOf, type ReadMail } from "./mails.ts";
import { mayBeObstructed, obstacleIncident, OBSTACLE_PLAYBOOKS, type ObstaclePlaybook } from "./obstacles.ts";
import { judgeStandstill, mayBeHeld } from "./parcels.ts";
import { hasArrivedAfterAll, hasFailed, isOfWithdrawal, isReachable, mayAwaitHours } from "./reach.ts";
import { CLOCK_TOLERANCE, SETTLED_WITHIN } from "./tolerance.ts";
import { mayBeAcknowledged } from "./withdrawals.ts";
import type { Claims, LedgerTruth, Listed, ListedCase, ListedPromise, ParcelPlaybook } from "./truth.ts";

export async function claims(db: Db, store: StoreId, now: Instant): Promise<Claims> {
  const ask = (list: "affected" | "presumedTold" | "broken" | "owed") => reconcile(db, store, now, { list });
  const line = await ask("affected");
  const presumed = line.presumedTold > 0 ? (await ask("presumedTold")).list : [];
  const broken = line.promises.broken > 0 ? (await ask("broken")).list : [];
  const owed = line.promises.owed > 0 ? (await ask("owed")).list : [];
  const isCase = (each: Listed): each is ListedCase => "standing" in each;
  const isPromise = (each: Listed): each is ListedPromise => "promiseId" in each;
  return {
    line,
    cases: (line.list ?? []).filter(isCase),
    presumed: new Set((presumed ?? []).filter(isCase).map((each) => each.caseId)),
    broken: (broken ?? []).filter(isPromise),
    owed: new Set((owed ?? []).filter(isPromise).map((each) => each.promiseId)),
  };
}

/** A report of a bounce has been read this long after it was acknowledged, with workers at work. */
const BOUNCE_READ_WITHIN = 2 * HOUR;

/** Which playbook a case belongs to: its incident's id is a function of it. */
function playbookOf({ store, causes, orders }: Pick<LedgerTruth, "store" | "causes" | "orders">, each: ListedCase): Failure["playbook"] | ParcelPlaybook | ObstaclePlaybook | "delayed-fulfilment" | "withdrawal" {
  const ofParcel = causes.get(each.incidentId)?.playbook;
  if (ofParcel !== undefined) return ofParcel;
  const order = orders.get(each.orderId);
  if (order !== undefined && each.incidentId === goodsIncident(store, order)) return "delayed-fulfilment";
  if (isOfWithdrawal(each, store)) return "withdrawal";
  const ofObstacle = order && OBSTACLE_PLAYBOOKS.find((playbook) => each.incidentId === obstacleIncident(store, order, playbook));
  if (ofObstacle !== undefined) return ofObstacle;
  return each.incidentId === uuidOf(store, "incident", "cancelled-by-store", each.orderId, "cancelled") ? "cancelled-by-store" : "refund-idle";
}

/** Judges what the product claims at any moment: nobody in error, nobody told without a mail, nothing that does not add up. */
export function judgeClaims(claimed: Claims, truth: LedgerTruth, quietSince: Instant): void {
  const { world } = truth;
  const now = world.schedule.now;
  // While no worker works nobody can page; everything else of the line holds at any moment.
  const { unattended } = claimed.line.faults;
  const isExcused = now - quietSince < HOUR && unattended > 0;
  if (!claimed.line.balanced && !isExcused) world.violate("G1", `the line does not balance: ${whatIsWrong(claimed.line)}`);
  for (const each of claimed.cases) {
    const order = truth.orders.get(each.orderId);
    const playbook = playbookOf(truth, each);
    if (order === undefined) world.violate("G1", `a case of an order that never was: ${each.orderId}`);
    else {
      const ofParcel = truth.causes.get(each.incidentId);
      const isOfMoney = (): boolean => isTrueFailure(order, playbook, plus(now, CLOCK_TOLERANCE)) || mayBeMistaken(order);
      const isRight = ofParcel !== undefined ? mayBeHeld(ofParcel, order, truth) : playbook === "withdrawal" ? mayBeAcknowledged(order, truth) : playbook === "delayed-fulfilment" ? mayBeLate(order, truth) : isOfObstacle(playbook) ? mayBeObstructed(order, playbook, plus(now, CLOCK_TOLERANCE)) : isOfMoney();
      if (!isRight) world.violate("G1", `${order.reference} is held to be affected (${playbook}), and is not`);
      judgeStanding(each, order, playbook, claimed, truth, quietSince);
    }
  }
  for (const broken of claimed.broken) {
    judgeBroken(broken, truth);
    judgeStandstill(broken, truth);
  }
}

function isOfObstacle(playbook: string): playbook is ObstaclePlaybook {
  return OBSTACLE_PLAYBOOKS.some((each) => each === playbook);
}

function whatIsWrong({ faults, affected, told, presumedTold, due, unreachable, excused, promises }: Reconciliation): string {
  const wrong = Object.entries(faults).filter(([, count]) => count > 0).map(([fault, count]) => `${count} ${fault}`);
  return wrong.length > 0 ? wrong.join(", ") : JSON.stringify({ affected, told, presumedTold, due, unreachable, excused, promises });
}

function isTrueFailure(order: SimOrder, playbook: string, now: Instant): boolean {
  return failuresOf(order, now).some((failure) => failure.playbook === playbook);
}

/** A payment in time whose news was lost: the product cannot know better, and corrects itself when it does. */
function mayBeMistaken(order: SimOrder): boolean {
  return order.truth.isDoubtful === true || (order.truth.owedFrom !== undefined && !brokePolicy(order));
}

function judgeStanding(each: ListedCase, order: SimOrder, playbook: string, claimed: Claims, truth: LedgerTruth, quietSince: Instant): void {
  const { world } = truth;
  const name = `${order.reference} (${playbook})`;
  const mails = mailsOf(order, truth);
  if (each.standing === "told" && !mails.some((mail) => isProven(mail, world.schedule.now, quietSince))) world.violate("G1", `${name} is held to be told, and no mail of it is proven to have arrived`);
  if (claimed.presumed.has(each.caseId)) {
    const since = plus(world.schedule.now, -4 * HOUR + CLOCK_TOLERANCE);
    if (!mails.some((mail) => mail.at <= since && !hasComeBack(mail, world.schedule.now, quietSince))) world.violate("G1", `${name} is presumed told, and no mail of it was taken four hours ago`);
  }
  if (each.standing === "unreachable" && isReachable(order, world)) world.violate("G1", `${name} is held to be unreachable (${each.why ?? ""}), and is not`);
  if (each.standing === "excused" && each.why === "put_right_before_told" && playbook === "refund-idle" && (order.truth.paidAt ?? Infinity) > world.schedule.now + CLOCK_TOLERANCE) world.violate("G1", `${name} is excused as put right, and is not`);
}

/** The vendor's identity of a customer; a guest is known by the order alone. */
function personOf({ person, orderId }: Pick<SimOrder, "person" | "orderId">): string {
  return person.isGuest ? orderId : person.customer.id;
}

/** Whom a case is about. One that opened while the processor alone had told of its order is nobody's account, and stays so. */
function personIn({ recipient }: ListedCase, order: SimOrder, { vendors, backup }: LedgerTruth): string {
  const tellings = vendors.tellings.of(order);
  const byShop = tellings.filter(({ fact }) => fact.source === "shopify");
  const isNamed = (at: Instant): boolean => byShop.some((telling) => isHeard(telling, at, backup));
  const wasNameless = tellings.some(({ heard, fact }) => fact.source !== "shopify" && heard.some((at) => !isNamed(at)));
  return wasNameless && recipient === `order/${order.orderId}` ? recipient : personOf(order);
}

/** G1: the line counts each person once, whatever they are affected by. */
export function judgePeople(claimed: Claims, truth: LedgerTruth): void {
  const { world, orders, baskets } = truth;
  const of = claimed.cases.map((each) => ({ each, basket: baskets.get(each.incidentId), order: orders.get(each.orderId) }));
  const ofOrders = of.flatMap(({ each, basket, order }) => (basket === undefined && order !== undefined ? personIn(each, order, truth) : []));
  const atTill = [...new Set(of.flatMap(({ basket }) => basket ?? []))];
  // The processor alone knows nobody's account: until the order was heard of it is its own person.
  const known = atTill.filter(({ isByNumber }) => !isByNumber).map(({ person, subject }) => personOf({ person, orderId: subject }));
  const people = new Set([...ofOrders, ...known]).size;
  const most = people + atTill.length - known.length;
  const { people: counted } = claimed.line;
  if (counted < people || counted > most) world.violate("G1", `${counted} people are counted; they are ${people}${most > people ? ` to ${most}` : ""}`);
}

/** Who hears of an order, for the hours of their texts. */
function partyOf(order: SimOrder, truth: LedgerTruth): Parameters<typeof mayAwaitHours>[1] {
  const { customer } = order.person;
  return { phone: customer.phone, reader: customer, words: mailsOf(order, truth) };
}

function mailsOf(order: SimOrder, { mails }: LedgerTruth): TakenMail[] {
  return mails.filter((mail) => mail.order === order).map((mail) => mail.taken);
}

/** Proven to have arrived, and not known to have come back since. */
export function isProven(mail: TakenMail, now: Instant, quietSince: Instant): boolean {
  return (mail.isFinal || mail.arrivalBroughtAt !== undefined) && (!hasComeBack(mail, now, quietSince) || hasArrivedAfterAll(mail));
}

export function hasComeBack({ bounceHeardAt }: TakenMail, now: Instant, quietSince: Instant): boolean {
  return bounceHeardAt !== undefined && now - Math.max(bounceHeardAt, quietSince) > BOUNCE_READ_WITHIN;
}

/** No promise breaks by the clock for a time up to which its sources cannot have been read. */
function judgeBroken(broken: ListedPromise, truth: LedgerTruth): void {
  const order = truth.orders.get(broken.orderId ?? "");
  if (broken.kind !== "refund_by" || order === undefined || order.truth.failedAt !== undefined || order.truth.isDoubtful === true) return;
  const { owedFrom, paidAt } = order.truth;
  if (owedFrom === undefined) return truth.world.violate("G7", `a refund of ${order.reference} is held to be owed, and never was`);
  const read = Math.min(truth.readUpTo.shopify, truth.readUpTo.stripe);
  if (broken.dueAt > read + CLOCK_TOLERANCE && !wasCalledFailed(order)) truth.world.violate("G7", `the promise ${broken.rule} of ${order.reference}, due ${iso(broken.dueAt)}, broke while its sources had been read up to ${iso(read as Instant)} only`);
  const knownAt = refundKnownAt(order, "succeeded", truth.vendors.tellings, truth.backup);
  const isKnown = knownAt !== undefined && knownAt < truth.world.schedule.now - 2 * HOUR;
  if (paidAt !== undefined && paidAt <= broken.dueAt && isKnown) truth.world.violate("G7", `the promise ${broken.rule} of ${order.reference} is held to be broken, and its payment in time was known at ${iso(knownAt)}`);
}

/** Judges the end, when everything has been calm for days: the books equal the truth. */
export function judgeEnd(claimed: Claims, truth: LedgerTruth): void {
  const { world } = truth;
  const now = world.schedule.now;
  for (const order of truth.orders.values()) {
    // What happened within the last hours may still be on its way.
    if (order.facts.some((fact) => fact.at > now - SETTLED_WITHIN && fact.at <= now)) continue;
    const cases = claimed.cases.filter((each) => each.orderId === order.orderId);
    const failures = failuresOf(order, plus(now, -SETTLED_WITHIN));
    if (cases.some((each) => each.standing === "due" && each.tellBy < now && !mayAwaitHours(each, partyOf(order, truth), truth))) world.violate("G1", `${order.reference} is still due at the end`);
    for (const failure of failures) {
      // Whether its money was owed at all may have gone with the hours that a restored backup has lost.
      if (failure.playbook === "refund-idle" && order.truth.isDoubtful === true) continue;
      const own = cases.filter((each) => playbookOf(truth, each) === failure.playbook);
      if (own.length !== 1) world.violate("G1", `${order.reference} has ${own.length} cases of ${failure.playbook} instead of one`);
      for (const each of own) judgeEndOf(failure, each, truth);
    }
    for (const each of cases) {
      const playbook = playbookOf(truth, each);
      const isTrue = playbook === "delayed-fulfilment" || playbook === "withdrawal" || isOfObstacle(playbook) || isTrueFailure(order, playbook, now);
      if (!isTrue && !truth.causes.has(each.incidentId) && !mayBeMistaken(order)) world.violate("G1", `${order.reference} has a case of ${playbook}, and nothing of it happened`);
    }
  }
  judgeMoney(claimed, truth, now);
}

function judgeEndOf(failure: Failure, each: ListedCase, truth: LedgerTruth): void {
  const { order, playbook } = failure;
  const { world, golive } = truth;
  const name = `${order.reference} (${playbook}, ${iso(failure.at)})`;
  const isLive = failure.at >= golive + CLOCK_TOLERANCE;
  const first = truth.mails.filter((mail) => isFirstWord(mail, failure, world));
  if (each.standing === "excused") {
    const isRight = each.why === "put_right_before_told" ? playbook === "refund-idle" && order.truth.paidAt !== undefined : (each.why === "shadow" || each.why === "history") && failure.at < golive + CLOCK_TOLERANCE;
    if (!isRight) world.violate("G1", `${name} is excused (${each.why ?? ""}) without reason`);
  } else if (isLive && each.standing === "unreachable") {
    if (isReachable(order, world)) world.violate("G1", `${name} is held to be unreachable, and is not`);
  } else if (isLive && first.length === 0 && !(each.standing === "due" && mayAwaitHours(each, partyOf(order, truth), truth))) world.violate("G1", `${name} is ${each.standing}, and no word of it ever reached a mailbox`);
}

/** Where a person gave the first word up, or no way was open to it, the next one tells. */
function isFirstWord({ order, kind, taken }: ReadMail, failure: Failure, world: World): boolean {
  if (order !== failure.order) return false;
  return kind === mailKindOf("first", failure.playbook) || (!isReachable(order, world) && !hasFailed(taken) && taken.at >= failure.at - CLOCK_TOLERANCE);
}

/** G7 at the end: what broke, and of it what is still owed. */
function judgeMoney(claimed: Claims, { world, orders }: LedgerTruth, now: Instant): void {
  const refunds = claimed.broken.filter((each) => each.kind === "refund_by" && each.rule.endsWith("48h"));
  for (const order of orders.values()) {
    const { owedFrom, paidAt } = order.truth;
    const own = refunds.filter((each) => each.orderId === order.orderId);
    if (order.truth.isDoubtful === true || order.facts.some((fact) => fact.at > now - SETTLED_WITHIN && fact.at <= now)) continue;
    // A withdrawal has no clock of the policy's.
    if (order.truth.withdrawnAt !== undefined) continue;
    if (owedFrom !== undefined && Math.abs(owedFrom + REFUND_WITHIN - now) < SETTLED_WITHIN) continue;
    const isBroken = owedFrom !== undefined && ((order.truth.failedAt ?? Infinity) < now || owedFrom + REFUND_WITHIN < now) && owedFrom < now && brokePolicy(order);
    if (isBroken !== own.length > 0) world.violate("G7", `${order.reference}: the policy is ${own.length > 0 ? "" : "not "}held to be broken, which is wrong`);
    const isOwed = paidAt === undefined || paidAt > now;
    for (const each of own) if (claimed.owed.has(each.promiseId) !== isOwed) world.violate("G7", `${order.reference}: ${each.rule} is ${isOwed ? "still owed and held to be made good" : "paid and held to be owed"}`);
  }
}

/** G1 in time: who was not told by the deadline is somebody's open page. */
export function judgeDeadlines(claimed: Claims, truth: LedgerTruth, quietSince: Instant): void {
  const { world, vendors, post } = truth;
  const now = world.schedule.now;
  if (now - quietSince < 2 * HOUR) return;
  for (const order of truth.orders.values()) {
    for (const failure of failuresOf(order, now)) {
      if (failure.at < truth.golive + CLOCK_TOLERANCE || failure.toldBy === undefined) continue;
      const told = heardAt(vendors.tellings.of(order).find(({ fact }) => fact.what === failure.toldBy), truth.backup, now);
      const by = told === undefined ? Infinity : Math.max(failure.at + failure.within, told, quietSince) + HOUR;
      if (now < by || claimed.cases.some((each) => each.orderId === order.orderId && (each.standing === "unreachable" || each.standing === "excused"))) continue;
      const reached = truth.mails.some((mail) => isFirstWord(mail, failure, world));
      const paged = reached || post.taken.some((mail) => isPage(mail) && mail.at >= failure.at - HOUR && staffText(mail).includes(order.orderId));
      const isPaged = claimed.cases.some((each) => each.orderId === order.orderId && each.standing === "due") && claimed.line.faults.unattended === 0;
      if (!paged && !isPaged) world.violate("G1", `${order.reference} was cancelled at ${iso(failure.at)}, told at ${iso(told as Instant)}, and ${Math.round((now - by) / MINUTE)} minutes past all time nobody was told or paged`);
    }
  }
}

/** What is due and known, with every source heard all the while, is broken this long after. */
const BROKEN_WITHIN = 3 * HOUR;

/** G7 in time: a policy's clock that has run out is known to have, once nothing keeps the product from knowing. */
export function judgeClock(claimed: Claims, truth: LedgerTruth, quietSince: Instant): void {
  const { world, vendors, readAllSince, backup } = truth;
  const settled = plus(world.schedule.now, -BROKEN_WITHIN);
  if (Math.max(quietSince, readAllSince.shopify, readAllSince.stripe) > settled) return;
  const held = new Set(claimed.broken.flatMap(({ rule, orderId }) => (rule.endsWith("48h") && orderId !== undefined ? [orderId] : [])));
  for (const order of truth.orders.values()) {
    const { owedFrom, failedAt } = order.truth;
    if (owedFrom === undefined || order.truth.withdrawnAt !== undefined || failedAt !== undefined || order.truth.isDoubtful === true || !brokePolicy(order) || held.has(order.orderId)) continue;
    const owing = vendors.tellings.of(order).filter(({ fact }) => fact.what === "cancelled" || fact.what === "refund");
    const heard = owing.flatMap(({ ackedAt, offeredAt }) => [ackedAt ?? [], offeredAt ?? []].flat()).filter((at) => !isLost(at, backup));
    // What its customer called off, or the law, is known here first.
    const calledOff = truth.goods.of(order)?.calledOff;
    if (calledOff !== undefined) heard.push(calledOff.at);
    const due = plus(owedFrom, REFUND_WITHIN);
    if (heard.length > 0 && Math.max(due, Math.min(...heard)) < settled) world.violate("G7", `the policy of ${order.reference} ran out at ${iso(due)} with nothing paid, and is not held to be broken`);
  }
}

export function staffText(mail: TakenMail): string {
  return Buffer.from(mail.content).toString("utf8").replaceAll("=\r\n", "");
}

import { uuidOf, type StoreId } from "../../src/base/ids.ts";
import { HOUR, instant, iso, plus, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { SimOrder } from "../world/orders.ts";
import { isLoss } from "../world/parcels.ts";
import { isHeard, dueOf, endOf, isFound, knownJourneys, lossOf, scanRuleOf, standstillsOf, trueJourneys, type Journey, type Standstill } from "./journeys.ts";
import { isLost } from "./known.ts";
import type { ReadMail } from "./mails.ts";
import { canBeTold, hasFailed, isReachable, mayBeSaidAgain } from "./reach.ts";
import { asksToChoose, saysResent } from "./parcel-words.ts";
import { CLOCK_TOLERANCE, READ_WITHIN, SETTLED_WITHIN } from "./tolerance.ts";
import type { Claims, LedgerTruth, ListedCase, ListedPromise, ParcelCause, ParcelPlaybook } from "./truth.ts";

/** What is due and known, with every source heard all the while, is broken this long after. */
const BROKEN_WITHIN: Milliseconds = 3 * HOUR;
/** By the playbooks, the first word comes within this time of the failure. */
const FIRST_WITHIN: Readonly<Record<ParcelPlaybook, Milliseconds>> = { "parcel-stalled": 4 * HOUR, "parcel-lost": 2 * HOUR };
/** A journey does not stand still more often. */
const MOST_STANDSTILLS = 4;

/** What each incident about an order's parcels would be about: an incident's id is a function of it. */
export function parcelCauses(store: StoreId, { orderId, parcels }: SimOrder): ReadonlyMap<string, ParcelCause> {
  const id = (playbook: ParcelPlaybook, cause: string): string => uuidOf(store, "incident", playbook, orderId, cause);
  return new Map(parcels.flatMap((parcel): (readonly [string, ParcelCause])[] => {
    const names = [`shopify/${parcel.id}`, ...(parcel.trackerId === undefined ? [] : [`easypost/${parcel.trackerId}`])];
    const stretches = ["", ...Array.from({ length: MOST_STANDSTILLS }, (_, index) => `/${index + 1}`)];
    return names.flatMap((name) => [
      ...stretches.map((stretch): readonly [string, ParcelCause] => [id("parcel-stalled", `scan/${name}${stretch}`), { playbook: "parcel-stalled", parcel }]),
      [id("parcel-stalled", `pickup/${name}`), { playbook: "parcel-stalled", parcel }],
      [id("parcel-lost", `loss/${name}`), { playbook: "parcel-lost", parcel }],
    ]);
  }));
}

/** Whether a case is about something that happened, or that the product could not know to be otherwise when its time ran out. */
export function mayBeHeld({ playbook, parcel }: ParcelCause, order: SimOrder, truth: LedgerTruth): boolean {
  const { vendors, world, backup } = truth;
  const now = plus(world.schedule.now, CLOCK_TOLERANCE);
  const journey = trueJourneys(order, now).find((each) => each.parcel === parcel);
  if (journey === undefined) return false;
  if (playbook === "parcel-lost") return journey.scans.some(({ status }) => isLoss(status));
  if (standstillsOf(journey, now).length > 0) return true;
  // The moments at which some stretch ran out, by what was known then.
  const starts = [...(journey.isFollowed ? [dueOf("no-pickup", parcel.shippedAt, order)] : []), ...journey.scans.map(({ at }) => dueOf(scanRuleOf(order), at, order))];
  return starts.some((due) => {
    const before = knownJourneys(order, plus(due, -READ_WITHIN), vendors.tellings, backup).find((each) => each.parcel === parcel);
    return due < now && (before === undefined || standstillsOf(before, plus(due, 1)).length > 0 || hasForgotten(order, truth));
  });
}

/** Whether word of the order went with the hours that a restored backup has lost. */
function hasForgotten(order: SimOrder, { vendors, backup, world }: LedgerTruth): boolean {
  return backup !== undefined && vendors.tellings.of(order).some((telling) => telling.fact.parcel !== undefined && telling.heard.length > 0 && !isHeard(telling, instant(Math.max(world.schedule.now, backup.restoredAt)), backup));
}

/** G7: no parcel is held to stand still for a time up to which its sources cannot have been read, nor although a scan in time was known. */
export function judgeStandstill(broken: ListedPromise, truth: LedgerTruth): void {
  const { world, readUpTo, vendors, backup } = truth;
  const order = truth.orders.get(broken.orderId ?? "");
  if (broken.kind !== "next_scan_by" || order === undefined) return;
  const name = `the promise ${broken.rule} of ${order.reference}, due ${iso(broken.dueAt)},`;
  const read = instant(Math.min(readUpTo.shopify, readUpTo.easypost));
  if (broken.dueAt > read + CLOCK_TOLERANCE) return world.violate("G7", `${name} broke while its sources had been read up to ${iso(read)} only`);
  const known = knownJourneys(order, plus(world.schedule.now, -READ_WITHIN), vendors.tellings, backup);
  const mayBeSo = trueJourneys(order, world.schedule.now).some((journey) => {
    const knew = known.find(({ parcel }) => parcel === journey.parcel);
    if ((knew?.cancelledAt ?? Infinity) <= broken.dueAt) return false;
    const starts = broken.rule === "no-pickup" ? [journey.parcel.shippedAt] : journey.scans.map(({ at }) => at);
    return starts.some((since) => dueOf(broken.rule, since, order) === broken.dueAt && !(knew?.scans.some(({ at }) => at > since && at <= broken.dueAt) ?? false));
  });
  if (!mayBeSo) world.violate("G7", `${name} is held to be broken, and the parcel was handled in time, as is known`);
}

/** Since when neither the shop nor the tracker has been behind. */
function readAllSince({ readAllSince: since }: LedgerTruth): Instant {
  return instant(Math.max(since.shopify, since.easypost));
}

/** Standstills of an order by the truth that the product knew enough of by `at` to see them. */
function visibleStandstills(order: SimOrder, at: Instant, { world, vendors, backup }: LedgerTruth): readonly Standstill[] {
  const isPlaced = vendors.tellings.of(order).some((telling) => telling.fact.what === "placed" && isHeard(telling, at, backup));
  if (!isPlaced) return [];
  const known = knownJourneys(order, at, vendors.tellings, backup);
  return trueJourneys(order, world.schedule.now).flatMap((journey) => {
    const knew = known.find(({ parcel }) => parcel === journey.parcel);
    return standstillsOf(journey, at).filter(({ rule, since }) => (rule === "no-pickup" ? knew?.isFollowed : knew?.scans.some((scan) => scan.at === since)));
  });
}

/** G7 in time: a parcel that stands still is known to, once nothing keeps the product from knowing. */
export function judgeScanClock(claimed: Claims, truth: LedgerTruth, quietSince: Instant): void {
  const { world } = truth;
  const settled = plus(world.schedule.now, -BROKEN_WITHIN);
  if (Math.max(quietSince, readAllSince(truth)) > settled) return;
  const held = new Set(claimed.broken.map(({ rule, orderId, dueAt }) => `${orderId ?? ""} ${rule} ${dueAt}`));
  for (const order of truth.orders.values()) {
    if (order.parcels.length === 0) continue;
    for (const { rule, since, due } of visibleStandstills(order, settled, truth)) {
      if (!held.has(`${order.orderId} ${rule} ${due}`)) world.violate("G7", `a parcel of ${order.reference} has not been handled since ${iso(since)}, its time ran out at ${iso(due)}, and it is not held to stand still`);
    }
  }
}

/** G1 in time: whose parcel stands still or is lost hears of it, or a person is called. */
export function judgeUntold(claimed: Claims, truth: LedgerTruth, quietSince: Instant): void {
  const { world } = truth;
  const { now } = world.schedule;
  if (now - quietSince < READ_WITHIN) return;
  for (const order of truth.orders.values()) {
    if (order.parcels.length === 0) continue;
    const calm = instant(Math.max(quietSince, readAllSince(truth)));
    const stalled = now - calm < BROKEN_WITHIN ? [] : visibleStandstills(order, plus(now, -BROKEN_WITHIN), truth).map((each) => ({ ...each, playbook: "parcel-stalled" as const, from: plus(instant(Math.max(each.due, calm)), BROKEN_WITHIN) }));
    for (const { playbook, due, over, from } of [...stalled, ...lossesHeard(order, truth, quietSince)]) {
      const by = plus(from, FIRST_WITHIN[playbook] + HOUR);
      if (now < by || due < truth.golive + CLOCK_TOLERANCE || (over ?? Infinity) < by || isAttended(order, playbook, claimed, truth)) continue;
      world.violate("G1", `a parcel of ${order.reference} (${playbook}, ${iso(due)}): by ${iso(by)} nobody was told or paged`);
    }
  }
}

function lossesHeard(order: SimOrder, { world, vendors, backup }: LedgerTruth, quietSince: Instant) {
  const known = knownJourneys(order, plus(world.schedule.now, -READ_WITHIN), vendors.tellings, backup);
  return trueJourneys(order, world.schedule.now).flatMap((journey) => {
    const lost = lossOf(journey);
    const isKnown = lost !== undefined && known.some(({ parcel, scans }) => parcel === journey.parcel && scans.includes(lost));
    if (!isKnown || isFound(journey) || journey.cancelledAt !== undefined) return [];
    const heard = heardOf(lost, journey, vendors);
    return [{ playbook: "parcel-lost" as const, due: lost.at, over: undefined, from: instant(Math.max(...heard, quietSince)) }];
  });
}

/** When the product was told of a scan, each time. */
function heardOf(scan: Journey["scans"][number], { order, parcel }: Journey, vendors: LedgerTruth["vendors"]): readonly Instant[] {
  return vendors.tellings.of(order).filter(({ fact }) => fact.parcel?.of === parcel && fact.parcel.scans.includes(scan)).flatMap(({ heard }) => heard);
}

/** Whether the customer was told, cannot be reached, or is somebody's open page. */
function isAttended({ orderId, ...order }: SimOrder, playbook: ParcelPlaybook, claimed: Claims, { mails, causes }: LedgerTruth): boolean {
  if (mails.some((mail) => mail.order.orderId === orderId && tells(mail, playbook))) return true;
  const own = claimed.cases.filter((each) => each.orderId === orderId && causes.get(each.incidentId)?.playbook === playbook);
  return order.parcels.length > 0 && own.some(({ standing }) => standing === "unreachable" || standing === "excused" || (standing === "due" && claimed.line.faults.unattended === 0));
}

const FIRST_KIND = { "parcel-stalled": "parcel stalled", "parcel-lost": "parcel lost" } as const;

/** A first word that leaves after another parcel was sent says both in one. */
function tells({ kind }: ReadMail, playbook: ParcelPlaybook): boolean {
  return kind === FIRST_KIND[playbook] || (playbook === "parcel-lost" && kind === "parcel resent");
}

/** G1 and G7 at the end: who is held to have a parcel that stands still or is lost, and what of it is still owed. */
export function judgeEndOfParcels(claimed: Claims, truth: LedgerTruth): void {
  const now = truth.world.schedule.now;
  for (const order of truth.orders.values()) {
    if (order.parcels.length === 0 || order.facts.some((fact) => fact.at > now - SETTLED_WITHIN && fact.at <= now)) continue;
    judgeStandstillsAtEnd(order, claimed, truth);
    for (const journey of knownJourneys(order, now, truth.vendors.tellings, truth.backup)) judgeLossAtEnd(journey, claimed, truth);
  }
}

function judgeStandstillsAtEnd(order: SimOrder, claimed: Claims, truth: LedgerTruth): void {
  const { world, vendors, backup } = truth;
  const now = world.schedule.now;
  const rules = new Set([scanRuleOf(order), "no-pickup"]);
  const broken = claimed.broken.filter(({ kind, rule, orderId }) => kind === "next_scan_by" && orderId === order.orderId && rules.has(rule));
  const by = (journeys: readonly Journey[]): readonly Standstill[] => journeys.flatMap((journey) => standstillsOf(journey, now));
  const sure = by(knownJourneys(order, now, vendors.tellings, backup));
  const true_ = by(trueJourneys(order, now));
  if ([...sure, ...true_].some(({ due }) => due > now - SETTLED_WITHIN)) return;
  const name = ({ rule, due: at }: { rule: string; due: Instant }): string => `${rule} ${iso(at)}`;
  const held = broken.map(({ rule, dueAt }) => name({ rule, due: dueAt })).sort().join(", ");
  const wanted = [sure, true_].find((each) => each.map(name).sort().join(", ") === held);
  if (wanted === undefined) return world.violate("G7", `${order.reference}: held to stand still are [${held}], and it is [${true_.map(name).sort().join(", ")}]`);
  for (const each of broken) {
    const isOwed = wanted.some((standstill) => standstill.rule === each.rule && standstill.due === each.dueAt && standstill.over === undefined);
    if (claimed.owed.has(each.promiseId) !== isOwed) world.violate("G7", `${order.reference}: ${each.rule} is ${isOwed ? "still owed and held to be made good" : "over and held to be owed"}`);
  }
  const goesOn = true_.find(({ over, due }) => over === undefined && due >= truth.golive + CLOCK_TOLERANCE);
  if (goesOn !== undefined && wanted === true_) judgeTold(order, "parcel-stalled", claimed, truth);
}

function judgeLossAtEnd(journey: Journey, claimed: Claims, truth: LedgerTruth): void {
  const { order, parcel } = journey;
  const lost = lossOf(journey);
  if (lost === undefined || lost.at < truth.golive + CLOCK_TOLERANCE || endOf(journey) === journey.cancelledAt) return;
  const own = claimed.cases.filter(({ incidentId }) => truth.causes.get(incidentId)?.parcel === parcel && truth.causes.get(incidentId)?.playbook === "parcel-lost");
  if (own.length !== 1 && !isFound(journey)) truth.world.violate("G1", `${order.reference} has ${own.length} cases of a lost parcel instead of one`);
  // Cancelled before a word of the loss was due, it is told of as a cancellation.
  const calledOffBefore = plus(instant(Math.min(...heardOf(lost, journey, truth.vendors))), FIRST_WITHIN["parcel-lost"] + CLOCK_TOLERANCE);
  if (!isFound(journey) && (journey.cancelledAt ?? Infinity) > calledOffBefore) judgeTold(order, "parcel-lost", claimed, truth);
}

/** Its customer has a word of it, or cannot be reached; who could not be before it was called off hears of that instead. */
function judgeTold(order: SimOrder, playbook: ParcelPlaybook, claimed: Claims, truth: LedgerTruth): void {
  const { world, mails, causes } = truth;
  const isNobodyReached = ({ standing, why }: ListedCase): boolean => standing === "unreachable" || (standing === "excused" && why === "put_right_before_told" && !canBeTold(order, truth));
  const isUnreachable = claimed.cases.some((each) => each.orderId === order.orderId && causes.get(each.incidentId)?.playbook === playbook && isNobodyReached(each));
  const isTold = mails.some((mail) => mail.order === order && (tells(mail, playbook) || (world.givenUp.has(order.orderId) && mail.kind.startsWith("parcel"))));
  if (!isUnreachable && !isTold) world.violate("G1", `${order.reference} (${playbook}): no word of it ever reached a mailbox`);
}

/**
 * G2: one full apology for one incident, and no more corrections than words that may be wrong. What was said in the
 * hours that a restored backup lost may be of an incident of which no vendor tells again.
 */
export function judgeApologies(claimed: Claims, { world, mails, causes, orders, backup }: LedgerTruth): void {
  for (const order of orders.values()) {
    const said = (kind: string): readonly ReadMail[] => mails.filter((mail) => mail.order === order && mail.kind === kind);
    const count = (kind: string, all = said(kind)): number => new Set(all.map((mail) => mail.taken.messageId)).size;
    for (const playbook of order.parcels.length === 0 ? [] : (["parcel-stalled", "parcel-lost"] as const)) {
      const known = claimed.cases.filter((each) => each.orderId === order.orderId && causes.get(each.incidentId)?.playbook === playbook).length;
      const incidents = Math.max(known, said(FIRST_KIND[playbook]).filter((mail) => isLost(mail.taken.at, backup)).length);
      const arrived = said(FIRST_KIND[playbook]).filter((mail) => !said(mail.kind).some((other) => other.taken.at >= mail.taken.at && mayBeSaidAgain(mail.taken, other.taken)));
      if (count(FIRST_KIND[playbook], arrived) > incidents) world.violate("G2", `${order.reference} has ${count(FIRST_KIND[playbook])} apologies for ${incidents} incidents of ${playbook}`);
    }
    // A correction that came back is as unsaid as one that has not left: it is said anew once there is more to say.
    const corrections = said("parcel corrected").filter(({ taken }) => !hasFailed(taken));
    if (count("parcel corrected", corrections) > count(FIRST_KIND["parcel-stalled"])) world.violate("G2", `${order.reference} has more corrections than words about a parcel that stands still`);
  }
}

/** Whoever was told in error that a parcel stands still has been told that it was one, a day after it was known. */
const CORRECTED_WITHIN: Milliseconds = 24 * HOUR;

/** G2 at the end: what was said of a parcel that never stood still, and is known to be untrue, is corrected. */
export function judgeParcelCorrections({ world, mails, vendors, backup }: LedgerTruth): void {
  const by = plus(world.schedule.now, -CORRECTED_WITHIN);
  for (const mail of mails) {
    // What left in hours that a restored backup has lost is in nobody's books, and what came back told nobody.
    if (mail.kind !== "parcel stalled" || mail.taken.at > by || isLost(mail.taken.at, backup) || hasFailed(mail.taken)) continue;
    const stoodStill = (journeys: readonly Journey[]): boolean => journeys.some((journey) => standstillsOf(journey, world.schedule.now).length > 0);
    const isKnown = !stoodStill(knownJourneys(mail.order, by, vendors.tellings, backup));
    if (stoodStill(trueJourneys(mail.order, world.schedule.now)) || !isKnown) continue;
    if (!mails.some((other) => other.order === mail.order && other.kind === "parcel corrected")) world.violate("G2", `"${mail.subject}" was said in error at ${iso(mail.taken.at)} and never corrected`);
  }
}

/** G2 at the end: whoever was asked to choose after a loss, and was sent another parcel instead, has been told of it. */
export function judgeResent({ world, mails, vendors, backup, orders }: LedgerTruth): void {
  const by = plus(world.schedule.now, -CORRECTED_WITHIN);
  for (const order of orders.values()) {
    if (order.parcels.length < 2 || !isReachable(order, world)) continue;
    const known = knownJourneys(order, by, vendors.tellings, backup);
    const own = mails.filter((mail) => mail.order === order && mail.kind.startsWith("parcel"));
    const isResent = known.length > 1 && known.some((journey) => lossOf(journey) !== undefined);
    if (isResent && own.some(asksToChoose) && !own.some(saysResent)) world.violate("G2", `${order.reference} was asked to choose what shall be done about its lost parcel, and never told that another was sent`);
  }
}

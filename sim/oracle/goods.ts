import { findOrders } from "../../src/commerce/index.ts";
import type { Db } from "../../src/base/db.ts";
import { uuidOf, type StoreId } from "../../src/base/ids.ts";
import { DAY, HOUR, instant, iso, MINUTE, plus, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { ToldDate } from "../world/goods-stories.ts";
import type { SimOrder } from "../world/orders.ts";
import { isHeard, knownJourneys, maySeemHeld } from "./journeys.ts";
import { isDeclarationKnown, isLost, refundKnownAt } from "./known.ts";
import type { MailKind, ReadMail } from "./mails.ts";
import { canBeTold, hasFailed } from "./reach.ts";
import { CLOCK_TOLERANCE, READ_WITHIN } from "./tolerance.ts";
import type { Claims, LedgerTruth, ListedCase } from "./truth.ts";

/** By the playbook a word comes within this time; what is due and known is noticed within three hours of it, and paged within one. */
const FIRST_WITHIN: Milliseconds = 4 * HOUR;
const ATTENDED_WITHIN: Milliseconds = 3 * HOUR + FIRST_WITHIN + HOUR;
/** Where no day was told, the store expects its goods to leave within this time. */
const UNSTATED: Milliseconds = 72 * HOUR;
/** A day that was told is spoken of this long before it, or from half of its time on. */
const LEAD: Milliseconds = DAY;
/** Tries that nobody answered may have been heard, the first of them; it was sent at most this long before. */
const SENT_WITHIN: Milliseconds = 8 * HOUR;

/** The incident about an order's goods: its id is a function of it. */
export function goodsIncident(store: StoreId, { orderId }: SimOrder): string {
  return uuidOf(store, "incident", "delayed-fulfilment", orderId, `late/${orderId}`);
}

/** From when on its customer is to hear that an order is late, by the days that are known. */
function lateFrom({ placedAt, goods, person }: SimOrder, days: readonly ToldDate[]): Instant {
  const stated = days.find((day) => day === goods?.stated);
  const revised = days.filter((day) => day !== stated).toSorted((a, b) => a.at - b.at);
  const beforeIt = (since: Instant, by: Instant): number => Math.max(by - LEAD, since + Math.floor((by - since) / 2));
  const moved = revised[0]?.at ?? Infinity;
  const last = revised.at(-1);
  // A seller who ships to the US and learns of a delay says so at once, whatever day was told first (16 CFR 435.2(b)(1)).
  const first = stated === undefined ? Math.min(placedAt + UNSTATED, person.customer.country === "US" ? moved : Infinity) : Math.min(beforeIt(placedAt, stated.by), moved);
  return instant(Math.min(first, last === undefined ? Infinity : beforeIt(last.at, last.by)));
}

/** The moments from which on an order may be held to be late, whatever of its days were heard. */
export function lateMoments(order: SimOrder, { goods }: Pick<LedgerTruth, "goods">): readonly Instant[] {
  const told = goods.of(order)?.told ?? [];
  const some = told.flatMap((day, index) => [[day], told.slice(0, index + 1), told.slice(index)]);
  return [[], ...some].map((days) => lateFrom(order, days)).toSorted((a, b) => a - b);
}

/** When nothing of an order's goods was owed any more: they had left, it was called off, or its money had gone back. */
export function goneAt(order: SimOrder, { goods }: Pick<LedgerTruth, "goods">): Instant | undefined {
  const { truth, parcels: [parcel] } = order;
  const left = parcel && (parcel.trackerId === undefined ? parcel.shippedAt : parcel.scans[0]?.at);
  const ends = [left, goods.of(order)?.calledOff?.at, truth.withdrawnAt, truth.cancelledAt, truth.failedAt === undefined ? truth.paidAt : undefined].filter((at) => at !== undefined);
  return ends.length === 0 ? undefined : instant(Math.min(...ends));
}

/** The end of what is owed, as far as the product surely knew of it at `at`. */
export function goneAsKnown(order: SimOrder, at: Instant, truth: LedgerTruth): Instant | undefined {
  const { vendors, backup, goods } = truth;
  const [first] = order.parcels;
  const known = knownJourneys(order, at, vendors.tellings, backup).find(({ parcel }) => parcel === first);
  const own = goods.of(order);
  const left = known && !maySeemHeld(order, at, vendors.tellings, backup) && (known.parcel.trackerId === undefined ? known.parcel.shippedAt : known.scans[0]?.at);
  const cancelled = vendors.tellings.of(order).some((telling) => telling.fact.what === "cancelled" && isHeard(telling, at, backup)) ? order.truth.cancelledAt : undefined;
  const paid = order.truth.failedAt === undefined && (refundKnownAt(order, "succeeded", vendors.tellings, backup) ?? Infinity) < at ? order.truth.paidAt : undefined;
  const answered = own?.answers.find(({ choice, heardAt }) => choice === "cancel" && heardAt <= at)?.at;
  const withdrawn = isDeclarationKnown(order, at, truth.withdrawals) ? order.truth.withdrawnAt : undefined;
  const ends = [left, cancelled, paid, answered, withdrawn].filter((end): end is Instant => typeof end === "number" && end <= at);
  return ends.length === 0 ? undefined : instant(Math.min(...ends));
}

/**
 * Whether a word that an order is late left in the hours that a restored backup has lost, with the day that it was about:
 * no pull brings that again, and by what is known since the order is late only from after them on. Nothing is held
 * for a person then who could know that it was said.
 */
export function wasForgottenWithItsDay({ order, kind, taken }: ReadMail, at: Instant, { vendors, backup }: Pick<LedgerTruth, "vendors" | "backup">): boolean {
  return kind === "late" && backup !== undefined && isLost(taken.at, backup) && lateFrom(order, vendors.works.known(order, at, vendors.tellings, backup)) > backup.restoredAt;
}

/** Whether an order may be held to be late: it was, or nobody could know in time that it was not. */
export function mayBeLate(order: SimOrder, truth: LedgerTruth): boolean {
  const now = plus(truth.world.schedule.now, CLOCK_TOLERANCE);
  return lateMoments(order, truth).some((from) => {
    if (from > now) return false;
    if (wasScannedAfter(order, from, truth)) return true;
    const gone = goneAsKnown(order, plus(from, -READ_WITHIN), truth);
    return gone === undefined || gone > from || wasForgotten(order, truth);
  });
}

/** Where no tracker follows a parcel its label counts, until the shop tells of a first scan: it had not left before that, as long as no earlier one is heard of. */
function wasScannedAfter(order: SimOrder, from: Instant, { world, vendors, backup }: LedgerTruth): boolean {
  const [first] = order.parcels;
  const now = plus(world.schedule.now, CLOCK_TOLERANCE);
  const heard = vendors.tellings.of(order).filter(({ fact }) => fact.what === "scanned").flatMap((telling) => telling.heard.filter((at) => at <= now));
  return heard.some((at) => {
    const known = knownJourneys(order, plus(at, CLOCK_TOLERANCE), vendors.tellings, backup).find(({ parcel }) => parcel === first);
    return known?.parcel.trackerId === undefined && (known?.scans[0]?.at ?? -Infinity) > from;
  });
}

/** Whether word of the order went with the hours that a restored backup has lost, and may have come back too late. */
function wasForgotten(order: SimOrder, { vendors, backup }: LedgerTruth): boolean {
  return backup !== undefined && vendors.tellings.of(order).some((telling) => telling.heard.length > 0 && telling.heard.every((at) => at >= backup.takenAt));
}

/** Since when the shop and the tracker have been read and workers at work, and all that was told of the order's days was known. */
function calmSince(truth: LedgerTruth, quietSince: Instant): Instant {
  return instant(Math.max(quietSince, truth.readAllSince.shopify, truth.readAllSince.easypost));
}

/** G1 in time: who waits for goods that are late hears of it, or a person is called; who called off, or was called off by the law, as well. */
export function judgeLateness(claimed: Claims, truth: LedgerTruth, quietSince: Instant): void {
  const { world, goods } = truth;
  const since = plus(world.schedule.now, -ATTENDED_WITHIN);
  if (calmSince(truth, quietSince) > since) return;
  for (const order of truth.orders.values()) {
    const calledOff = goods.of(order)?.calledOff;
    if (mustBeTold(order, since, truth)) attend(order, ["late", "late renewed"], `${order.reference} is late since ${iso(since)} or before`, claimed, truth);
    if (calledOff === undefined || calledOff.at > since || order.truth.isDoubtful === true) continue;
    attend(order, [calledOff.by === "law" ? "late deemed" : "late cancelled"], `${order.reference} was called off at ${iso(calledOff.at)} (${calledOff.by})`, claimed, truth);
  }
}

function mustBeTold(order: SimOrder, since: Instant, truth: LedgerTruth): boolean {
  const { vendors, backup, goods, golive, world } = truth;
  if (order.placedAt > since || (goneAt(order, truth) ?? Infinity) <= world.schedule.now) return false;
  const isPlaced = vendors.tellings.of(order).some((telling) => telling.fact.what === "placed" && isHeard(telling, since, backup));
  const told = goods.of(order)?.told ?? [];
  const known = vendors.works.known(order, since, vendors.tellings, backup);
  // Of a day that may not have been heard nobody can say what its customer was owed.
  if (!isPlaced || told.some((day) => !known.includes(day) && day.at <= world.schedule.now)) return false;
  const from = lateFrom(order, known);
  return from <= since && from >= golive + CLOCK_TOLERANCE;
}

function attend(order: SimOrder, kinds: readonly MailKind[], what: string, claimed: Claims, truth: LedgerTruth): void {
  const { world, mails, store } = truth;
  if (mails.some((mail) => mail.order === order && kinds.includes(mail.kind))) return;
  const own = claimed.cases.find((each) => each.incidentId === goodsIncident(store, order));
  const isAttended = own !== undefined && (own.standing === "unreachable" || isShadow(own, order, truth) || (own.standing === "due" && claimed.line.faults.unattended === 0));
  if (!isAttended && canBeTold(order, truth)) world.violate("G1", `${what}, and nobody was told or paged (${own?.standing ?? "no case"} ${own?.why ?? ""})`);
}

/** What opened while the playbook did not speak is never spoken of. */
function isShadow(each: ListedCase, order: SimOrder, truth: LedgerTruth): boolean {
  const [from] = lateMoments(order, truth);
  return (each.why === "shadow" || each.why === "history") && from !== undefined && from < truth.golive + CLOCK_TOLERANCE;
}

/** G6: an answer that its page has confirmed is never lost, and counts once. What the law makes of silence is what its customer heard of. */
export async function judgeAnswers(db: Db, truth: LedgerTruth, quietSince: Instant): Promise<void> {
  const { world, store, goods } = truth;
  const { now } = world.schedule;
  if (now - quietSince < READ_WITHIN) return;
  const storied = [...truth.orders.values()].filter((order) => order.placedAt < now && goods.of(order) !== undefined && order.truth.isDoubtful !== true);
  const views = new Map((await findOrders(db, store, storied.map(({ orderId }) => orderId))).map((view) => [view.orderId, view]));
  for (const order of storied) {
    const own = goods.of(order);
    const kept = Object.values(views.get(order.orderId)?.doc.choices ?? {});
    const sent = own?.sent ?? [];
    for (const { choice, terms, at, heardAt } of own?.answers ?? []) {
      const isKept = kept.some(({ value, at: keptAt }) => value.choice === choice && value.terms === terms && value.deemed !== true && keptAt <= at + MINUTE && keptAt > at - SENT_WITHIN);
      if (heardAt < now - READ_WITHIN && !isKept) world.violate("G6", `the answer "${choice}" of ${order.reference} was confirmed at ${iso(heardAt)} and has had no effect`);
    }
    for (const { value, at } of kept) {
      const isTrue = value.deemed === true ? mayBeDeemed(order, truth) : sent.some(({ choice, terms }) => choice === value.choice && terms === value.terms);
      if (!isTrue) world.violate("G6", `${order.reference} is held to have answered "${value.choice}"${value.deemed === true ? " by silence" : ""} at ${iso(at)}, and has not`);
    }
  }
}

/** Whether silence may have been taken for a cancellation: it was one, or nobody could know in time that the goods had left. */
export function mayBeDeemed(order: SimOrder, truth: LedgerTruth): boolean {
  const own = truth.goods.of(order);
  if (order.truth.isDoubtful === true || own?.calledOff?.by === "law") return true;
  // By a clock that is ahead silence has cancelled a little before it has.
  const silenceCancelsAt = truth.goods.silenceCancelsAt(order);
  if (silenceCancelsAt !== undefined && silenceCancelsAt <= plus(truth.world.schedule.now, CLOCK_TOLERANCE)) return true;
  const ends = (own?.told ?? []).map(({ by }) => by).filter((by) => own?.leftAt !== undefined && by > own.leftAt && goneAsKnown(order, plus(by, -READ_WITHIN), truth) === undefined);
  return order.person.customer.country === "US" && ends.length > 0;
}

/** From when on the money of an order may be held to be owed, where that hangs on what nobody can know: a day that was told and may not have been heard, an answer that may be lost. */
export function doubtfulStarts(order: SimOrder, { goods }: Pick<LedgerTruth, "goods">): readonly Instant[] {
  const own = goods.of(order);
  if (order.truth.isDoubtful !== true || own === undefined) return [];
  return [...own.told.map(({ by }) => by), ...own.sent.filter(({ choice }) => choice === "cancel").map(({ at }) => at)];
}

/** Who was told in error has been told that it was one, a day after it was known. */
export function judgeLateCorrections(truth: LedgerTruth): void {
  const { world, mails } = truth;
  const by = plus(world.schedule.now, -DAY);
  for (const mail of mails) {
    // What came back told nobody.
    if (hasFailed(mail.taken)) continue;
    if (mail.kind === "late deemed" && mail.taken.at <= by && isOnItsWay(mail, by, truth) && !mails.some((other) => other.order === mail.order && (other.kind === "late shipped" || other.kind === "late arrived") && other.taken.at > mail.taken.at)) world.violate("G2", `"${mail.subject}" was said in error at ${iso(mail.taken.at)} and never corrected`);
    if (mail.kind !== "late" || mail.taken.at > by || !wasInTime(mail.order, by, truth)) continue;
    if (!mails.some((other) => other.order === mail.order && other.kind === "late corrected")) world.violate("G2", `"${mail.subject}" was said in error at ${iso(mail.taken.at)} and never corrected`);
  }
}

/** Whether it is known at `at` that what its customer was told is cancelled had left by then. */
function isOnItsWay({ order, taken }: ReadMail, at: Instant, truth: LedgerTruth): boolean {
  const own = truth.goods.of(order);
  const gone = goneAsKnown(order, at, truth);
  return order.truth.isDoubtful !== true && own?.calledOff === undefined && own?.leftAt !== undefined && own.leftAt < taken.at && gone !== undefined && gone <= own.leftAt;
}

/** Whether it is known at `at` that the goods had left before they could be called late. */
export function wasInTime(order: SimOrder, at: Instant, truth: LedgerTruth): boolean {
  const gone = goneAsKnown(order, at, truth);
  const [from] = lateMoments(order, truth);
  return gone !== undefined && from !== undefined && gone < from;
}

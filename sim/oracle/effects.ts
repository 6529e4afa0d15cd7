import { createHash } from "node:crypto";
import { sql, type Db } from "../../src/base/db.ts";
import type { StoreId } from "../../src/base/ids.ts";
import { DAY, HOUR, iso, plus, type Instant } from "../../src/base/time.ts";
import { findOrders, type OrderView } from "../../src/commerce/index.ts";
import { refundsOf } from "../../src/promises/index.ts";
import { workDigits, type SimOrder } from "../world/orders.ts";
import type { Script } from "../world/script.ts";
import type { Telling } from "../world/tellings.ts";
import type { Vendors } from "../world/vendors.ts";
import type { World } from "../world/world.ts";

/** What was acknowledged, or at the end happened, must have taken effect after this long with workers at work. */
const EFFECT_WITHIN = 2 * HOUR;
/** Each look judges what was acknowledged lately; the end judges everything. */
const JUDGED_FOR = DAY;
/** A vendor that died unheard, or was unheard, says the same again within this time. */
const TOLD_AGAIN_WITHIN = 4 * DAY;

export interface EffectsWish {
  readonly db: Db;
  readonly store: StoreId;
  readonly world: World;
  readonly orders: ReadonlyMap<string, SimOrder>;
  readonly vendors: Vendors;
  /** Since when nothing kept the workers from working. */
  readonly quietSince: Instant;
  /** When a backup was brought back: what was acknowledged before may be gone until it is pulled. */
  readonly restoredAt?: Instant;
  readonly backup?: Script["backup"];
}

const KEPT = sql("select encode(sha256(body), 'hex') as digest from inbox where store_id = $1 and received_at >= ms($2)");

/** G6: nothing acknowledged is lost. That a pull brings the same later heals it, and excuses nothing. */
export async function judgeKept({ db, store, world, vendors, restoredAt }: EffectsWish): Promise<void> {
  const since = Math.max(plus(world.schedule.now, -JUDGED_FOR), restoredAt ?? 0);
  const kept = new Set((await db.rows<{ digest: string }>(KEPT, [store, plus(world.schedule.now, -JUDGED_FOR - TOLD_AGAIN_WITHIN)])).map((row) => row.digest));
  for (const { fact, ackedAt, ackedBody } of vendors.all) {
    if (ackedAt === undefined || ackedBody === undefined || ackedAt <= since) continue;
    if (!kept.has(createHash("sha256").update(ackedBody).digest("hex"))) world.violate("G6", `${fact.id} was acknowledged at ${iso(ackedAt)} and is not kept`);
  }
}

/** G6: every acknowledged delivery has taken effect, and once. At the end, everything that ever happened has. */
export async function judgeEffects(wish: EffectsWish, isEnd: boolean): Promise<void> {
  const { db, store, world, orders, vendors, quietSince } = wish;
  const now = world.schedule.now;
  if (now - quietSince < EFFECT_WITHIN) return;
  const since = Math.max(now - JUDGED_FOR, wish.restoredAt ?? 0);
  const isDue = ({ fact, ackedAt }: Telling): boolean => (isEnd ? fact.at < now - EFFECT_WITHIN : ackedAt !== undefined && ackedAt < now - EFFECT_WITHIN && ackedAt > since);
  const tellings = vendors.tellings.all.filter((telling) => isDue(telling) && !isUnnamed(telling, wish, isEnd));
  const wanted = isEnd ? orders.keys() : new Set(tellings.map(({ fact }) => fact.order.orderId));
  const views = new Map((await findOrders(db, store, [...wanted])).map((view) => [view.orderId, view]));
  for (const telling of tellings) {
    const at = telling.ackedAt;
    if (!hasEffect(telling, views.get(telling.fact.order.orderId))) {
      world.violate("G6", `${telling.fact.id} ${at === undefined ? "happened" : "was acknowledged"} and has had no effect`);
    }
  }
  for (const [orderId, view] of views) judgeOnce(world, orders.get(orderId), view);
}

function hasEffect({ fact }: Telling, view: OrderView | undefined): boolean {
  if (view === undefined) return !mayWait(fact.what);
  const { doc } = view;
  switch (fact.what) {
    case "placed":
      return doc.details !== undefined;
    case "captured":
      return Object.values(doc.payments).some((payment) => payment.source === "shopify" && payment.value.status === "captured");
    case "charged":
      return Object.values(doc.payments).some((payment) => payment.source === "stripe" && payment.value.status === "captured");
    case "cancelled":
      return doc.cancellation?.value.reason === fact.order.truth.reason;
    case "refund":
    case "refund at processor": {
      const view_ = fact.what === "refund" ? "shop" : "processor";
      const status = fact.refund?.status ?? "pending";
      return Object.values(doc.refunds).some((history) => history.latest.value.view === view_ && history.latest.value.refundId.includes(fact.refund?.id.slice(1) ?? "-") && history.first[status] !== undefined)
        // The shop's book says only where a refund stands, not through what it went.
        || (view_ === "shop" && isSaidAnew(fact) && Object.values(doc.refunds).some((history) => history.latest.value.view === "shop"));
    }
    case "shipped":
    case "scanned":
    case "tracked":
      return hasParcel(fact, doc);
    case "dated":
      return (doc.dates?.[`ship/shopify/${workDigits(fact.order.index)}`] ?? []).some(({ at, by }) => at === fact.date?.at && by === fact.date.by);
    case "readdressed":
      return (doc.details?.at ?? 0) >= fact.at;
    case "held":
    case "released":
      return (doc.fulfilments[`shopify/${workDigits(fact.order.index)}`]?.latest.at ?? 0) >= fact.at;
  }
}

/** Whether the shop has said otherwise of the refund since. */
function isSaidAnew({ order, what, refund, at }: Telling["fact"]): boolean {
  return order.facts.some((other) => other.what === what && other.refund?.id === refund?.id && other.at > at);
}

/** Each view of a parcel keeps every scan that it told of. */
function hasParcel({ what, parcel }: Telling["fact"], doc: OrderView["doc"]): boolean {
  const known = doc.parcels[what === "tracked" ? `easypost/${parcel?.of.trackerId ?? ""}` : `shopify/${parcel?.of.id ?? ""}`];
  if (known === undefined || parcel === undefined) return false;
  return (what === "scanned" || known.tracking !== undefined) && parcel.scans.every(({ at }) => known.scans.includes(at));
}

/**
 * The processor knows no orders. Its charge is known to be the order's by the shop's capture alone, which no pull
 * brings again; its refund by that charge, or by the shop's word of the same refund. Until then both wait.
 */
function isUnnamed({ fact, heard }: Telling, { world, vendors, restoredAt, backup }: EffectsWish, isEnd: boolean): boolean {
  const isKnown = (at: Instant | undefined): boolean => at !== undefined && at > (restoredAt ?? 0) && at < world.schedule.now - EFFECT_WITHIN;
  const own = vendors.tellings.of(fact.order);
  const hasCapture = own.some((each) => each.fact.what === "captured" && isKnown(each.ackedAt));
  // No pull brings the shop's scans, and a tracker's wait for the shop to name the parcel's number.
  if (fact.what === "scanned") return !heard.some(isKnown);
  if (fact.what === "tracked" && !isEnd) return !own.some((each) => each.fact.what === "shipped" && each.fact.parcel?.of === fact.parcel?.of && each.heard.some(isKnown));
  // Nor its words of work, whose order its API alone names.
  if (fact.what === "dated") return fact.date === undefined || !vendors.works.known(fact.order, plus(world.schedule.now, -EFFECT_WITHIN), vendors.tellings, backup).includes(fact.date);
  if (fact.hold !== undefined) return !heard.some(isKnown) || !vendors.works.isNamed(fact.order, plus(world.schedule.now, -EFFECT_WITHIN), backup);
  if (fact.what === "captured" || fact.what === "charged") return !hasCapture;
  const hasRefund = own.some((each) => each.fact.what === "refund" && each.fact.refund?.id === fact.refund?.id && (isKnown(each.ackedAt) || isKnown(each.offeredAt)));
  return fact.what === "refund at processor" && !hasCapture && !hasRefund && !isEnd;
}

/** Facts of an order that nobody has heard of wait for it, and a capture may come before its order. */
function mayWait(what: Telling["fact"]["what"]): boolean {
  return what === "placed" || what === "cancelled";
}

function judgeOnce(world: World, order: SimOrder | undefined, view: OrderView): void {
  if (order === undefined) return world.violate("G6", `an order that never was: ${view.orderId}`);
  const refunds = new Set(order.facts.flatMap((fact) => fact.refund?.id ?? []));
  const known = refundsOf(view).length;
  if (known > refunds.size) world.violate("G6", `${order.reference} has ${known} refunds; there were ${refunds.size}`);
}

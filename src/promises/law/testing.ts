import { join } from "node:path";
import type { StoreId } from "../../base/ids.ts";
import { money } from "../../base/money.ts";
import { type Instant, inZone, ofZoned, plus, type Zone } from "../../base/time.ts";
import type { OrderDoc, OrderView, StatedDate } from "../../commerce/index.ts";
import { loadPlaybooks } from "../../playbooks/index.ts";
import { type LedgerBook, reviewOrder } from "../core/keep-ledger.ts";
import type { StorePromise } from "../core/model.ts";
import { calendarFor } from "../holidays.ts";
import { order, said, SOURCES } from "../testing.ts";

const loaded = await loadPlaybooks(join(import.meta.dirname, "../../../playbooks"));

const books = new Map<string, LedgerBook>();

/** The ledger of a store in this zone, with the playbooks as they ship; its own holidays are those of `home`. */
export function bookIn(zone: Zone, home = "DE"): LedgerBook {
  if (!loaded.ok) throw new Error("the playbooks that ship can be read");
  const known = books.get(`${zone} ${home}`) ?? { store: "s" as StoreId, playbooks: loaded.value, calendar: calendarFor({ zone, weekend: ["sat", "sun"], holidays: [home], cutOff: "17:00" }), sources: SOURCES, home };
  books.set(`${zone} ${home}`, known);
  return known;
}

/** What happened to an order, each moment as the wall clock of the store's zone: `2026-03-02T10:00`. */
export interface Told {
  readonly country?: string;
  readonly zone?: Zone;
  readonly home?: string;
  readonly placed: string;
  /** When it was paid, where that was not with the order; `never` while it is not. */
  readonly paid?: string;
  readonly captured?: string;
  readonly shipBy?: string;
  readonly deliverBy?: string;
  /** Dates to which its leaving was moved: told when, by when. */
  readonly moved?: readonly (readonly [at: string, by: string])[];
  /** A date that came with the warehouse's work. */
  readonly workDueBy?: readonly [at: string, by: string];
  readonly shipped?: string;
  readonly cancelled?: string;
  readonly withdrew?: string;
  readonly refunded?: string;
  readonly chose?: readonly [choice: "cancel" | "wait", at: string, terms?: string];
  readonly deemed?: string;
  readonly parcel?: Readonly<Record<string, string>>;
  readonly tracked?: boolean;
}

const DEFAULT_ZONES: Readonly<Record<string, Zone>> = { US: "America/New_York", GB: "Europe/London" };
const AMOUNT = money(5_000, "EUR");

export function zoneOf({ zone, country = "US" }: Told): Zone {
  return zone ?? DEFAULT_ZONES[country] ?? "Europe/Berlin";
}

/** The order as all that was told of it makes it. */
export function orderOf(told: Told): OrderView {
  const at = (wall: string): Instant => momentIn(wall, zoneOf(told));
  const placedAt = at(told.placed);
  const view = order({ ...goodsOf(told, at), ...moneyOf(told, at), ...choicesOf(told, at) }, told.country ?? "US");
  const { details, ...doc } = view.doc;
  const { country: _, ...rest } = view;
  const value = details && { ...details.value, placedAt };
  return { ...rest, ...(told.country !== "" && { country: told.country ?? "US" }), doc: { ...doc, ...(value && { details: said(value, placedAt) }) } };
}

type At = (wall: string) => Instant;

function moneyOf(told: Told, at: At): Partial<OrderDoc> {
  const withdrawal = told.withdrew === undefined ? undefined : said({}, at(told.withdrew));
  const succeededAt = at(told.paid === undefined || told.paid === "never" ? told.placed : told.paid);
  const status = told.paid === "never" ? "pending" : "captured";
  const payment = { ...said({ paymentId: "pay/1", status, amount: AMOUNT } as const, told.captured === undefined ? succeededAt : at(told.captured), "pay"), ...(status === "captured" && { succeededAt }) };
  const refundedAt = told.refunded === undefined ? undefined : at(told.refunded);
  const refund = refundedAt && { since: refundedAt, first: { succeeded: refundedAt }, latest: said({ refundId: "pay/r", view: "processor", status: "succeeded", amount: AMOUNT } as const, refundedAt, "pay") };
  return { payments: { "pay/1": payment }, ...(withdrawal && { withdrawal }), ...(refund && { refunds: { "processor:pay/r": refund } }), ...(told.cancelled !== undefined && { cancellation: said({ reason: "inventory" as const }, at(told.cancelled)) }) };
}

function goodsOf(told: Told, at: At): Partial<OrderDoc> {
  const own: StatedDate[] = told.shipBy === undefined ? [] : [{ at: at(told.placed), by: at(told.shipBy) }];
  const ship = [...own, ...(told.moved ?? []).map(([when, by]) => ({ at: at(when), by: at(by) }))];
  const work = told.workDueBy;
  const dates = {
    ...(ship.length > 0 && own.length > 0 && { ship }),
    ...(told.deliverBy !== undefined && { deliver: [{ at: at(told.placed), by: at(told.deliverBy) }] }),
    ...((work !== undefined || own.length === 0) && { "ship/w1": [...(work === undefined ? [] : [{ at: at(work[0]), by: at(work[1]) }]), ...(own.length === 0 ? ship : [])] }),
  };
  const shippedAt = told.shipped === undefined ? undefined : at(told.shipped);
  const since = at(told.placed);
  const status = shippedAt === undefined ? "open" : "shipped";
  const fulfilment = { since, first: { open: since, ...(shippedAt !== undefined && { shipped: shippedAt }) }, latest: said({ fulfilmentId: "w1", status } as const, shippedAt ?? since) };
  return { dates, fulfilments: { w1: fulfilment }, ...parcelsOf(told, at) };
}

function parcelsOf({ parcel, tracked = true }: Told, at: At): Partial<OrderDoc> {
  if (parcel === undefined) return {};
  const first = Object.fromEntries(Object.entries(parcel).map(([status, wall]) => [status, at(wall)]));
  const [status, last] = Object.entries(first).reduce((latest, next) => (next[1] >= latest[1] ? next : latest));
  const since = Math.min(...Object.values(first)) as Instant;
  return { parcels: { p1: { since, first, latest: said({ status: status as "moving" }, last, tracked ? "track" : "shop"), scans: [] } } };
}

function choicesOf({ chose, deemed }: Told, at: At): Partial<OrderDoc> {
  const choices = {
    ...(chose && { chosen: said({ choice: chose[0], terms: chose[2] === undefined ? "unknown" : new Date(at(chose[2])).toISOString() }, at(chose[1])) }),
    ...(deemed !== undefined && { deemed: said({ choice: "cancel" as const, terms: "unknown", deemed: true as const }, at(deemed)) }),
  };
  return Object.keys(choices).length === 0 ? {} : { choices };
}

/** The moment that a wall clock shows; a day alone is its last millisecond. */
export function momentIn(wall: string, zone: Zone): Instant {
  if (wall.includes("T")) return ofZoned(Temporal.PlainDateTime.from(wall).toZonedDateTime(zone));
  return plus(ofZoned(Temporal.PlainDate.from(wall).add({ days: 1 }).toZonedDateTime(zone)), -1);
}

/** A moment as the store's people read it: a day alone where it is the day's last moment. */
export function wallOf(at: Instant, zone: Zone): string {
  const wall = inZone(at, zone).toPlainDateTime();
  return wall.toPlainTime().equals("23:59:59.999") ? wall.toPlainDate().toString() : wall.toString().slice(0, 16);
}

/** The promises of an order at a moment, as the ledger makes them. */
export function promisesOf(told: Told, now: Instant): readonly StorePromise[] {
  return reviewOrder(bookIn(zoneOf(told), told.home), orderOf(told), [], now).map(({ promise }) => promise);
}

import { CATALOGUE } from "../../sample/cast.ts";
import type { SampleCancelReason, SampleOrder, SampleRefund, SampleTill, VendorDelivery } from "../../sample/model.ts";
import { chargeEvent, refundEvent } from "../../sample/processor.ts";
import { captureDelivery, holdDelivery, parcelDelivery, orderDelivery, refundDelivery, workDelivery } from "../../sample/shop.ts";
import { uuidOf } from "../../src/base/ids.ts";
import { add, money } from "../../src/base/money.ts";
import { DAY, HOUR, iso, MINUTE, plus, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { Dice } from "../engine/random.ts";
import { shopScan, trackerDelivery } from "./carriers.ts";
import type { Place } from "./eras.ts";
import type { GoodsStory, ToldDate } from "./goods-stories.ts";
import { goodAddress, type Hold, type Obstacles } from "./obstacles.ts";
import type { Scan, SimParcel } from "./parcels.ts";
import { afterRefund, STATUS_OF } from "./disagreements.ts";
import type { Fate } from "./fates.ts";
import type { SimPerson } from "./people.ts";
import { toSecond } from "./seconds.ts";
import type { WithdrawalStory } from "./withdrawal-stories.ts";

/** The secrets that the simulated vendors sign with. */
export const SECRETS = { shop: "simulated-shop-secret", processor: "whsec_simulated_processor_secret", tracker: "simulated-tracker-secret", desk: "the-simulated-help-desks-key" } as const;

export type Source = "shopify" | "stripe" | "easypost";

/** A fact that a vendor tells, once it has happened. */
export interface Fact {
  readonly id: string;
  readonly order: SimOrder;
  readonly what: "placed" | "captured" | "charged" | "cancelled" | "refund" | "refund at processor" | "shipped" | "scanned" | "tracked" | "dated" | "readdressed" | "held" | "released";
  /** The status that it brings, for facts of refunds. */
  readonly refund?: { readonly id: string; readonly status: "pending" | "succeeded" | "failed" };
  /** The parcel that it is about, and the scans that it tells of, for facts of parcels. */
  readonly parcel?: { readonly of: SimParcel; readonly scans: readonly Scan[] };
  /** The day by which the order is to leave, for facts of the warehouse's work. */
  readonly date?: ToldDate;
  /** The hold that it begins or ends. */
  readonly hold?: Hold;
  /** When the vendor tells it. */
  readonly at: Instant;
  readonly source: Source;
  deliver(sentAt: Instant): VendorDelivery<Source>;
}

/** An order with its whole story, as only the simulator knows it. */
export interface SimOrder {
  readonly index: number;
  readonly id: string;
  /** As the product names it. */
  readonly orderId: string;
  readonly reference: string;
  /** Where the store is that it was placed in. */
  readonly place: Place;
  readonly person: SimPerson;
  readonly placedAt: Instant;
  readonly total: SampleOrder["total"];
  readonly fate: Fate;
  /** By when they were sent; the second takes the place of the first, which was lost. */
  readonly parcels: readonly SimParcel[];
  readonly facts: readonly Fact[];
  /** The order as the shop's book has it at a moment. */
  bookAt(now: Instant): SampleOrder;
  readonly truth: Truth;
  /** Of an order whose goods have a story of their own. */
  readonly goods?: GoodsStory;
  /** Of an order whose customer means to withdraw from its contract. */
  readonly withdrawal?: WithdrawalStory;
  /** Of an order that something keeps from leaving. */
  readonly obstacles?: Obstacles;
  /** What happens to it as its story goes: each changes the book and the truth, and answers what vendors tell of it. */
  readonly amend: Amend;
}

export interface Amend {
  date(date: ToldDate): readonly Fact[];
  ship(parcel: SimParcel): readonly Fact[];
  change(at: Instant, to: Partial<SampleOrder>): readonly Fact[];
  settle(truth: Partial<Truth>): void;
}

/** What is true of an order, by event time. */
export interface Truth {
  /** A cancellation that the customer did not ask for. */
  readonly cancelledAt?: Instant;
  readonly reason?: SampleCancelReason;
  /** The first refund's failure. */
  readonly failedAt?: Instant;
  /** From when on the money is owed, and when it was paid in full. */
  readonly owedFrom?: Instant;
  readonly paidAt?: Instant;
  /** When its customer, or the law, called it off before the shop did. */
  readonly calledOffAt?: Instant;
  /** When its customer first withdrew from its contract, where the law lets them. */
  readonly withdrawnAt?: Instant;
  /** Whether money is owed hangs on what nobody can know, as the world's story of its goods says. */
  readonly isDoubtful?: boolean;
}

const REASONS: readonly SampleCancelReason[] = ["inventory", "fraud", "declined", "staff", "other", "customer"];

/** Well inside the 48 hours of the policy, or well past them and short of every legal clock, or past all of these. */
function refundDelay(dice: Dice): Milliseconds {
  const days = dice.pick([[0.05, 1.8], [2.2, 5], [2.2, 5], [16, 19]] as const);
  return Math.round((days[0] + dice.unit() * (days[1] - days[0])) * DAY);
}

export function fate(dice: Dice): Fate {
  const roll = dice.unit();
  const refundAfter = dice.between(HOUR, 20 * HOUR);
  if (roll < 0.4) return {};
  if (roll < 0.7) {
    const after = dice.between(10 * MINUTE, 2 * DAY);
    const wait = refundDelay(dice);
    return { cancelled: { after, reason: dice.pick(REASONS) }, refund: { after: after + wait, ends: { kind: "paid", after: dice.between(0, HOUR) } } };
  }
  if (roll < 0.88) return { refund: { after: refundAfter, ends: { kind: "paid", after: refundDelay(dice) } } };
  const failed = { kind: "failed", after: dice.between(MINUTE, 30 * HOUR) } as const;
  return { refund: { after: refundAfter, ends: dice.chance(0.5) ? failed : { ...failed, paidAnewAfter: dice.between(2 * HOUR, 4 * DAY) } } };
}

/** Of a seed's orders, so many are lost to one empty shelf. */
const STOCK_OUT_SHARE = 0.22;
/** Whoever finds the shelf empty cancels all of its orders within this time. */
const STOCK_OUT_TAKES: Milliseconds = 12 * MINUTE;

/** Orders, by index, that share one failure. */
export interface StockOut {
  readonly at: Instant;
  readonly fates: ReadonlyMap<number, Fate>;
}

/**
 * The last orders placed before a shelf was found empty are cancelled at once, and refunded at once later.
 * So many things become due together, and more changes than one page of a vendor's listing holds.
 */
export function stockOut(dice: Dice, placed: readonly Instant[]): StockOut {
  const found = dice.between(Math.floor(placed.length / 4), placed.length - 1);
  const at = plus(placed[found] as Instant, MINUTE);
  const wait = refundDelay(dice);
  const first = Math.max(0, found + 1 - Math.ceil(placed.length * STOCK_OUT_SHARE));
  const fates = placed.slice(first, found + 1).map((placedAt, index): [number, Fate] => {
    const after = at - placedAt + dice.between(0, STOCK_OUT_TAKES);
    return [first + index, { cancelled: { after, reason: "inventory" }, refund: { after: after + wait, ends: { kind: "paid", after: dice.between(0, HOUR) } } }];
  });
  return { at, fates: new Map(fates) };
}

export interface OrderWish {
  readonly seed: string;
  readonly index: number;
  readonly place: Place;
  readonly person: SimPerson;
  readonly placedAt: Instant;
  readonly fate: Fate;
  readonly parcels: readonly SimParcel[];
  readonly till?: SampleTill;
  readonly goods?: GoodsStory;
  readonly withdrawal?: WithdrawalStory;
  readonly obstacles?: Obstacles;
}

/** The digits of a seed's order. */
export function orderDigits(index: number): string {
  return String(5_820_982_911_946_000_000n + BigInt(index));
}

/** Tells the whole story of an order from its fate. */
export function simOrder(wish: OrderWish): SimOrder {
  const { index, place, person, placedAt } = wish;
  const id = orderDigits(index);
  const lines = [CATALOGUE[index % CATALOGUE.length], CATALOGUE[(index * 7 + 2) % CATALOGUE.length]].filter((line) => line !== undefined);
  const { id: _, ...customer } = person.customer;
  const address = wish.obstacles?.addresses[0].address ?? goodAddress(person.customer, index);
  const contact = { ...customer, ...(address && { address }) };
  const total = add(lines.map((line) => line.price).reduce(add, money(0, "USD")), money(index % 97, "USD"));
  const placed: SampleOrder = { id, number: 2_000 + index, ...(person.isGuest ? {} : { customer: person.customer }), contact, lines, total, placedAt, updatedAt: placedAt, paid: true, refunds: [], ...(wish.till && { till: wish.till }) };
  const books = [...withParcels(withAddresses(booksOf(placed, wish.fate), wish.obstacles), wish.parcels)];
  const parcels = [...wish.parcels];
  const truth = { ...truthOf(placed, wish.fate) };
  const order: SimOrder = {
    index,
    id,
    orderId: `shopify/${id}`,
    reference: `#${placed.number}`,
    place,
    person,
    placedAt,
    total,
    fate: wish.fate,
    parcels,
    truth,
    ...(wish.goods && { goods: wish.goods }),
    ...(wish.withdrawal && { withdrawal: wish.withdrawal }),
    ...(wish.obstacles && { obstacles: wish.obstacles }),
    bookAt: (now) => books.findLast((book) => book.updatedAt <= now) ?? placed,
    get facts() {
      return facts;
    },
    get amend() {
      return amend;
    },
  };
  const facts = factsOf(order, books, wish.seed);
  const amend = amendments({ order, books, facts, parcels, truth, seed: wish.seed });
  return order;
}

/** An order's own lists, which its story goes on to write. */
interface OpenOrder {
  readonly order: SimOrder;
  readonly books: SampleOrder[];
  readonly facts: Fact[];
  readonly parcels: SimParcel[];
  readonly truth: Truth;
  readonly seed: string;
}

function amendments({ order, books, facts, parcels, truth, seed }: OpenOrder): Amend {
  const [fact, hook] = tellers(order, seed);
  const told = (news: Fact[]): readonly Fact[] => {
    facts.push(...news);
    return news;
  };
  const write = (at: Instant, to: Partial<SampleOrder>): readonly [SampleOrder, SampleOrder] => {
    const before = books.at(-1) as SampleOrder;
    const book = { ...before, ...to, updatedAt: at };
    books.push(book);
    return [book, before];
  };
  return {
    date: (date) => told([fact("dated", date.at, "shopify", iso(date.at), () => workDelivery({ id: workDigits(order.index), updatedAt: date.at, fulfilBy: date.by }, SECRETS.shop, hook(`dated ${date.at}`)), { date })]),
    ship: (parcel) => {
      parcels.push(parcel);
      write(parcel.shippedAt, { fulfilments: [...(books.at(-1)?.fulfilments ?? []), parcel] });
      return told(factsOfParcel(order, parcel, fact, hook));
    },
    change: (at, to) => told(factsOfChange(...write(at, to), fact, hook)),
    settle: (news) => void Object.assign(truth, news),
  };
}

/** The digits of the work of sending a seed's order. */
export function workDigits(index: number): string {
  return String(9_310_000_000_000n + BigInt(index));
}

function truthOf(placed: SampleOrder, { cancelled, refund }: Fate): Truth {
  const cancelledAt = cancelled && plus(placed.placedAt, cancelled.after);
  const requestedAt = refund && toSecond(plus(placed.placedAt, refund.after));
  const endsAt = requestedAt === undefined || refund === undefined ? undefined : toSecond(plus(requestedAt, refund.ends.after));
  const failedAt = refund?.ends.kind === "failed" ? endsAt : undefined;
  const paidAt = refund?.ends.kind === "failed" ? paidAnewAt(endsAt, refund.ends.paidAnewAfter) : endsAt;
  const owedFrom = cancelledAt ?? requestedAt;
  return {
    ...(cancelledAt !== undefined && cancelled && { cancelledAt, reason: cancelled.reason }),
    ...(failedAt !== undefined && { failedAt }),
    ...(owedFrom !== undefined && { owedFrom }),
    ...(paidAt !== undefined && { paidAt }),
  };
}

function paidAnewAt(failedAt: Instant | undefined, after: Milliseconds | undefined): Instant | undefined {
  return failedAt === undefined || after === undefined ? undefined : toSecond(plus(failedAt, after));
}

/** The order as the shop knows it after each change, oldest first. */
function booksOf(placed: SampleOrder, { cancelled, refund }: Fate): SampleOrder[] {
  const books = [placed];
  const change = (at: Instant, to: (book: SampleOrder) => Partial<SampleOrder>): void => {
    const book = books.at(-1) ?? placed;
    books.push({ ...book, ...to(book), updatedAt: at });
  };
  if (cancelled) {
    const at = plus(placed.placedAt, cancelled.after);
    change(at, () => ({ cancelled: { at, reason: cancelled.reason } }));
  }
  if (!refund) return books;
  const requestedAt = toSecond(plus(placed.placedAt, refund.after));
  const first: SampleRefund = { id: `5${placed.id.slice(1)}`, requestedAt, amount: placed.total, shop: "pending", processor: { status: "pending", at: requestedAt } };
  change(requestedAt, () => ({ refunds: [first] }));
  for (const { at, refunds } of afterRefund(first, refund)) change(at, () => ({ refunds }));
  return books;
}

/** The shop's book has a parcel from the moment that its label is made. */
function withParcels(books: readonly SampleOrder[], sent: readonly SimParcel[]): readonly SampleOrder[] {
  return sent.reduce((all, { id, tracking, shippedAt }) => changedFrom(all, shippedAt, (book) => ({ ...book, fulfilments: [...(book.fulfilments ?? []), { id, tracking, shippedAt }] })), books);
}

function withAddresses(books: readonly SampleOrder[], obstacles: Obstacles | undefined): readonly SampleOrder[] {
  return (obstacles?.addresses ?? []).slice(1).reduce((all, { at, address }) => changedFrom(all, at, (book) => ({ ...book, contact: { ...book.contact, address } })), books);
}

/** The books with a change from a moment on, which makes a book of its own. */
function changedFrom(books: readonly SampleOrder[], at: Instant, changed: (book: SampleOrder) => SampleOrder): readonly SampleOrder[] {
  const before = books.filter((book) => book.updatedAt <= at);
  const last = before.at(-1);
  return last === undefined ? books : [...before, { ...changed(last), updatedAt: at }, ...books.slice(before.length).map(changed)];
}

function factsOf(order: SimOrder, books: readonly SampleOrder[], seed: string): Fact[] {
  const [placed] = books as [SampleOrder];
  const [fact, hook] = tellers(order, seed);
  const told = [
    fact("placed", placed.placedAt, "shopify", "", () => orderDelivery(placed, "orders/create", SECRETS.shop, hook("create"))),
    fact("captured", plus(placed.placedAt, MINUTE), "shopify", "", () => captureDelivery(placed, SECRETS.shop, hook("capture"))),
    fact("charged", plus(placed.placedAt, MINUTE), "stripe", "", (sentAt) => chargeEvent(placed, SECRETS.processor, sentAt)),
  ];
  books.slice(1).forEach((book, index) => told.push(...factsOfChange(book, books[index] ?? placed, fact, hook)));
  for (const parcel of order.parcels) told.push(...factsOfParcel(order, parcel, fact, hook));
  if (order.obstacles?.hold !== undefined) told.push(...factsOfHold(order.index, order.obstacles.hold, fact, hook));
  return told;
}

function tellers(order: SimOrder, seed: string): readonly [MakeFact, (key: string) => string] {
  return [
    (what, at, source, key, deliver, about) => ({ id: `${order.reference} ${what} ${key}`, order, what, at, source, deliver, ...about }),
    (key) => uuidOf(seed, order.id, key),
  ];
}

type MakeFact = (what: Fact["what"], at: Instant, source: Source, key: string, deliver: Fact["deliver"], about?: Pick<Fact, "refund" | "parcel" | "date" | "hold">) => Fact;

function factsOfParcel(order: SimOrder, parcel: SimParcel, fact: MakeFact, hook: (key: string) => string): Fact[] {
  const { id, shippedAt, scans } = parcel;
  const book = order.bookAt(shippedAt);
  const byShop = scans.filter((scan) => scan.byShop).map((scan) => {
    const key = `${id} ${scan.at}`;
    return fact("scanned", scan.toldAt, "shopify", key, () => shopScan(book, parcel, scan, SECRETS.shop, hook(`scan ${key}`)), { parcel: { of: parcel, scans: [scan] } });
  });
  const shipped = fact("shipped", shippedAt, "shopify", id, () => parcelDelivery(book, parcel, SECRETS.shop, hook(`shipped ${id}`)), { parcel: { of: parcel, scans: [] } });
  if (parcel.trackerId === undefined) return [shipped, ...byShop];
  const moments = [...new Set([shippedAt, ...scans.map((scan) => scan.toldAt)])].sort((a, b) => a - b);
  const byTracker = moments.map((at) => {
    const sofar = scans.filter((scan) => scan.toldAt <= at);
    return fact("tracked", at, "easypost", `${id} ${at}`, () => trackerDelivery(parcel, sofar, at, SECRETS.tracker), { parcel: { of: parcel, scans: sofar } });
  });
  return [shipped, ...byShop, ...byTracker];
}

function factsOfHold(index: number, hold: Hold, fact: MakeFact, hook: (key: string) => string): Fact[] {
  const told = (what: "held" | "released", at: Instant, heldFor?: string): Fact => fact(what, at, "shopify", "", () => holdDelivery({ id: workDigits(index), updatedAt: at, ...(heldFor !== undefined && { heldFor }) }, SECRETS.shop, hook(what)), { hold });
  return [told("held", hold.at, hold.reason), ...(hold.until === undefined ? [] : [told("released", hold.until)])];
}

function factsOfChange(book: SampleOrder, before: SampleOrder, fact: MakeFact, hook: (key: string) => string): Fact[] {
  const at = book.updatedAt;
  if (book.cancelled && !before.cancelled) return [fact("cancelled", at, "shopify", "", () => orderDelivery(book, "orders/cancelled", SECRETS.shop, hook("cancelled")))];
  if (book.contact.address !== before.contact.address) return [fact("readdressed", at, "shopify", iso(at), () => orderDelivery(book, "orders/updated", SECRETS.shop, hook(`readdressed ${at}`)))];
  return book.refunds.filter((refund) => !before.refunds.includes(refund)).flatMap((refund) => {
    const known = before.refunds.find((other) => other.id === refund.id);
    const told = { shop: STATUS_OF[refund.shop], processor: refund.processor?.status ?? "pending" };
    const keyOf = (status: string): string => `${refund.id} ${status}`;
    const byShop = known === undefined
      ? () => refundDelivery(book, refund, SECRETS.shop, hook(`refund ${keyOf(told.shop)}`))
      : () => orderDelivery(book, "orders/updated", SECRETS.shop, hook(`updated ${keyOf(told.shop)}`));
    const ofShop = fact("refund", at, "shopify", keyOf(told.shop), byShop, { refund: { id: refund.id, status: told.shop } });
    if (known?.processor?.status === refund.processor?.status) return [ofShop];
    return [ofShop, fact("refund at processor", at, "stripe", keyOf(told.processor), (sentAt) => refundEvent(book, refund, SECRETS.processor, sentAt), { refund: { id: refund.id, status: told.processor } })];
  });
}

import type { VendorDelivery } from "../../sample/model.ts";
import { orderDelivery } from "../../sample/shop.ts";
import { DAY, HOUR, instant, iso, MINUTE, plus, SECOND, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { Fetch } from "../../src/base/ports.ts";
import type { Dice } from "../engine/random.ts";
import { SILENT_AFTER_HOURS } from "../product/config.ts";
import { Works } from "./works.ts";
import { SECRETS, type Fact, type SimOrder, type Source } from "./orders.ts";
import type { BasketFact, SimBasket } from "./baskets.ts";
import { Tellings, type Telling } from "./tellings.ts";
import type { World } from "./world.ts";

/** Every source, as the store's configuration names them. */
export const SOURCES: readonly Source[] = ["shopify", "stripe", "easypost"];

/** Shopify tries eight times within four hours, Stripe for three days, EasyPost seven times (their documentations). */
const RETRIES: Readonly<Record<Source, readonly Milliseconds[]>> = {
  shopify: [MINUTE, 3 * MINUTE, 10 * MINUTE, 25 * MINUTE, 45 * MINUTE, HOUR, 90 * MINUTE],
  stripe: [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR, 12 * HOUR, 12 * HOUR, 12 * HOUR],
  easypost: [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR],
};
/** An answer that takes longer counts as none. */
const PATIENCE: Milliseconds = 10 * SECOND;
/** A page of the simulated APIs: small, so that pulls have several. */
const API_PAGE = 40;
/** Silent by the clock of any machine. */
const SILENT_FOR_SURE: Milliseconds = SILENT_AFTER_HOURS * HOUR + 20 * MINUTE;
/** By clocks that are apart, and by what a pull does not vouch for, a source may be held this much longer silent or unread. */
export const HELD_BEHIND: Milliseconds = 40 * MINUTE;

/** A spell in which a source is silent (nothing comes, its API is down) or lags (what comes is this late). */
export interface Spell {
  readonly source: Source;
  readonly from: Instant;
  readonly until: Instant;
  readonly lateBy?: Milliseconds;
}

/** When a source last spoke to the product, the newest thing that it spoke of, and up to when it was pulled. */
export interface Reading {
  at: Instant;
  happened: Instant;
  pulled: Instant;
  /** Its last word before it was silent, and its first one after: what it said between is known once it is pulled. */
  pause?: { readonly from: Instant; readonly until: Instant };
  /** When it last spoke again after what some machine may have taken for silence. */
  spokeAgain?: Instant;
}

/** Takes one delivery to the product; `answered` is called when it acknowledges. */
export type Carry = (delivery: VendorDelivery<Source>, answered: (acknowledged: boolean) => void) => void;

/** The vendors: they tell each fact by webhook, with all that goes wrong on the way, and answer pulls. */
export class Vendors {
  readonly tellings = new Tellings();
  readonly ofBaskets: readonly Telling<BasketFact>[];
  readonly works: Works;
  /** What the product has acknowledged of each source. */
  readonly heard: Record<Source, Reading>;
  /** What was carried to it: it may have kept it and died before it answered, or never have seen it. */
  readonly carried: Record<Source, Reading>;
  readonly #world: World;
  readonly #orders: readonly SimOrder[];
  readonly #spells: readonly Spell[];
  readonly #dice: Dice;
  readonly #carry: Carry;
  /** A page of the tracker's events that is not read to its end: the last of them, and when it was listed. */
  #trackerPage: { readonly last: string; readonly at: Instant } | undefined;

  constructor(world: World, orders: readonly SimOrder[], baskets: readonly SimBasket[], spells: readonly Spell[], carry: Carry) {
    this.#world = world;
    this.#orders = orders;
    this.#spells = spells;
    this.#dice = world.dice.fork("vendors");
    this.#carry = carry;
    for (const fact of orders.flatMap((order) => order.facts)) this.tellings.add({ fact, heard: [] });
    this.ofBaskets = baskets.flatMap((basket) => basket.facts.map((fact) => ({ fact, heard: [] })));
    this.works = new Works(orders);
    const start = { at: world.schedule.now, happened: world.schedule.now, pulled: world.schedule.now };
    this.heard = { shopify: { ...start }, stripe: { ...start }, easypost: { ...start } };
    this.carried = { shopify: { ...start }, stripe: { ...start }, easypost: { ...start } };
    for (const telling of this.all) this.#plan(telling);
  }

  get all(): readonly Telling<Fact | BasketFact>[] {
    return [...this.tellings.all, ...this.ofBaskets];
  }

  /** Tells what has just happened. */
  tell(facts: readonly Fact[]): void {
    for (const fact of facts) {
      const telling = { fact, heard: [] };
      this.tellings.add(telling);
      this.#plan(telling);
    }
  }

  #spell(source: Source, at: Instant): Spell | undefined {
    return this.#spells.find((spell) => spell.source === source && spell.from <= at && at < spell.until);
  }

  #plan(telling: Telling<Fact | BasketFact>): void {
    const { fact } = telling;
    const { agenda, calmFrom } = this.#world;
    const dice = this.#dice;
    let at = plus(fact.at, dice.between(SECOND, 20 * SECOND));
    if ("parcel" in fact && fact.parcel?.scans.some((scan) => scan.at < scan.toldAt && scan.toldAt === fact.at)) this.#hit("scan told days late", fact.at);
    if (fact.at < calmFrom) {
      if (dice.chance(0.03)) at = this.#hit("webhook late", plus(at, dice.between(30 * MINUTE, 8 * HOUR)));
      else if (dice.chance(0.05)) at = this.#hit("webhook reordered", plus(at, dice.between(MINUTE, 15 * MINUTE)));
      if (dice.chance(0.06)) agenda.at(this.#hit("webhook doubled", plus(at, dice.between(0, 2 * DAY))), () => this.#attempt(telling, Infinity));
      // The vendor believes that it came, or never sent it.
      if (dice.chance(0.03)) return void this.#hit("webhook lost", at);
    }
    const spell = this.#spell(fact.source, fact.at);
    if (spell?.lateBy !== undefined) at = this.#hit("source lags", plus(at, spell.lateBy));
    agenda.at(at, () => this.#attempt(telling, 0));
  }

  #hit(fault: Parameters<World["hit"]>[0], at: Instant): Instant {
    this.#world.hit(fault);
    return at;
  }

  #attempt(telling: Telling<Fact | BasketFact>, tries: number): void {
    const { schedule, agenda } = this.#world;
    const { fact } = telling;
    const spell = this.#spell(fact.source, schedule.now);
    if (spell !== undefined && spell.lateBy === undefined) return void this.#hit("source silent", schedule.now);
    let acknowledged = false;
    const note = (reading: Reading): void => {
      const lastWord = instant(Math.max(reading.at, reading.pulled));
      const open = reading.pause !== undefined && reading.pulled < reading.pause.until ? reading.pause : undefined;
      if (schedule.now - lastWord > SILENT_FOR_SURE) reading.pause = { from: open?.from ?? lastWord, until: schedule.now };
      if (schedule.now - lastWord > SILENT_AFTER_HOURS * HOUR - HELD_BEHIND) reading.spokeAgain = schedule.now;
      reading.at = schedule.now;
      reading.happened = instant(Math.max(reading.happened, fact.at));
    };
    note(this.carried[fact.source]);
    const delivery = fact.deliver(schedule.now);
    this.#carry(delivery, (answer) => {
      acknowledged = answer;
      if (!answer) return;
      telling.ackedAt ??= schedule.now;
      telling.ackedBody ??= delivery.body;
      telling.heard.push(schedule.now);
      note(this.heard[fact.source]);
    });
    agenda.at(plus(schedule.now, PATIENCE), () => {
      const pause = RETRIES[fact.source][tries];
      if (acknowledged || pause === undefined) return;
      this.#hit("webhook sent again", schedule.now);
      agenda.at(plus(schedule.now, pause), () => this.#attempt(telling, tries + 1));
    });
  }

  /** HTTP as the workers' pulls reach it: the vendors' listings of what changed. */
  readonly fetch: Fetch = async (url) => {
    const { schedule } = this.#world;
    await schedule.point("fetch");
    const asked = new URL(url);
    const source = sourceAt(asked.pathname);
    const now = schedule.now;
    const isDown = this.#spell(source, now)?.lateBy === undefined && this.#spell(source, now) !== undefined;
    if (isDown || (now < this.#world.calmFrom && this.#dice.chance(0.05))) {
      this.#world.hit("vendor API fails");
      if (this.#dice.chance(0.3)) throw new TypeError("fetch failed");
      return answer({}, new Headers(), this.#dice.chance(0.5) ? 503 : 429);
    }
    switch (source) {
      case "shopify":
        return asked.pathname.includes("/fulfillment_orders/") ? this.#showWork(asked, now) : this.#listOrders(asked, now);
      case "stripe":
        return this.#listEvents(asked, now);
      case "easypost":
        return asked.pathname.endsWith("/payloads") ? this.#sentWebhook(asked, now) : this.#listTrackers(asked, now);
    }
  };

  #listOrders(asked: URL, now: Instant): Response {
    const since = Date.parse(asked.searchParams.get("updated_at_min") ?? "");
    const from = Number(asked.searchParams.get("from") ?? "0");
    const all = this.#orders.filter((order) => order.placedAt <= now).map((order) => ({ order, book: order.bookAt(now) }));
    const changed = all.filter(({ book }) => book.updatedAt >= since).sort((a, b) => a.book.updatedAt - b.book.updatedAt || a.order.index - b.order.index);
    const page = changed.slice(from, from + API_PAGE);
    const bodies = page.map(({ book }) => orderDelivery(book, "orders/updated", SECRETS.shop, "").body);
    const headers = new Headers();
    if (from + API_PAGE < changed.length) {
      asked.searchParams.set("from", String(from + API_PAGE));
      headers.set("link", `<${asked.href}>; rel="next"`);
    } else this.#pulled("shopify", now);
    const isListed = ({ fact }: Telling): boolean => fact.source === "shopify" && fact.what !== "scanned" && fact.what !== "dated" && fact.hold === undefined && page.some(({ order }) => order === fact.order);
    for (const telling of this.tellings.all) if (isListed(telling)) this.#offer(telling, now);
    return answer(`{"orders":[${bodies.join(",")}]}`, headers);
  }

  #showWork(asked: URL, now: Instant): Response {
    const id = asked.pathname.split("/").at(-1)?.replace(".json", "") ?? "";
    const shown = this.works.answer(id, this.tellings, now);
    if (shown === undefined) return answer({}, new Headers(), 404);
    this.#offer(shown.tells, now);
    return answer(shown.body, new Headers());
  }

  #listEvents(asked: URL, now: Instant): Response {
    const since = Number(asked.searchParams.get("created[gte]")) * SECOND;
    const types = new Set(asked.searchParams.getAll("types[]"));
    const after = asked.searchParams.get("starting_after");
    const all = this.all.flatMap((telling) => {
      const { fact } = telling;
      if (fact.source !== "stripe" || fact.at > now || fact.at - (fact.at % SECOND) < since) return [];
      const { topic, body } = fact.deliver(now);
      return types.has(topic) ? [{ telling, body, id: (JSON.parse(body) as { id: string }).id }] : [];
    });
    const newestFirst = all.sort((a, b) => b.telling.fact.at - a.telling.fact.at || (a.id < b.id ? 1 : -1));
    const start = after === null ? 0 : newestFirst.findIndex((event) => event.id === after) + 1;
    const page = newestFirst.slice(start, start + API_PAGE);
    const hasMore = start + API_PAGE < newestFirst.length;
    // Who asks for more types than one listing takes asks for them in turn: a listing of fewer is the last.
    if (!hasMore && types.size < MOST_TYPES) this.#pulled("stripe", now);
    for (const { telling } of page) this.#offer(telling, now);
    return answer(`{"object":"list","has_more":${hasMore},"data":[${page.map(({ body }) => body).join(",")}]}`, new Headers());
  }

  /** The tracker lists its events without their bodies. */
  #listTrackers(asked: URL, now: Instant): Response {
    const since = Date.parse(asked.searchParams.get("start_datetime") ?? "");
    const before = asked.searchParams.get("before_id");
    const told = this.tellings.all.filter(({ fact }) => fact.source === "easypost" && fact.at <= now && fact.at >= since).map(({ fact }) => ({ fact, id: eventIdOf(fact, now) }));
    const newestFirst = told.sort((a, b) => b.fact.at - a.fact.at || (a.id < b.id ? 1 : -1));
    const start = before === null ? 0 : newestFirst.findIndex(({ id }) => id === before) + 1;
    const page = newestFirst.slice(start, start + API_PAGE);
    const hasMore = start + API_PAGE < newestFirst.length;
    const last = page.at(-1)?.id;
    if (last === undefined) this.#pulled("easypost", now);
    else this.#trackerPage = hasMore ? undefined : { last, at: now };
    const events = page.map(({ fact, id }) => ({ id, object: "Event", description: fact.deliver(now).topic, created_at: iso(fact.at) }));
    return answer({ has_more: hasMore, events }, new Headers());
  }

  /** The body that was sent of one event. The last one of the last page completes a pull. */
  #sentWebhook(asked: URL, now: Instant): Response {
    const id = asked.pathname.split("/").at(-2) ?? "";
    const telling = this.tellings.all.find(({ fact }) => fact.source === "easypost" && fact.at <= now && eventIdOf(fact, now) === id);
    if (telling === undefined) return answer({ payloads: [] }, new Headers());
    this.#offer(telling, now);
    if (this.#trackerPage?.last === id) this.#pulled("easypost", this.#trackerPage.at);
    return answer({ payloads: [{ request_body: telling.fact.deliver(now).body }] }, new Headers());
  }

  #pulled(source: Source, now: Instant): void {
    this.heard[source].pulled = now;
    this.carried[source].pulled = now;
  }

  #offer(telling: Telling<Fact | BasketFact>, now: Instant): void {
    if (telling.fact.at > now) return;
    telling.offeredAt ??= now;
    telling.heard.push(now);
  }
}

/** By Stripe's documentation of its list of events. */
const MOST_TYPES = 20;

/** Whose API an address is of. */
function sourceAt(path: string): Source {
  if (path.startsWith("/admin/")) return "shopify";
  return path.startsWith("/v2/") ? "easypost" : "stripe";
}

function eventIdOf(fact: Fact, now: Instant): string {
  return (JSON.parse(fact.deliver(now).body) as { id: string }).id;
}

/** As much of an HTTP answer as a pull reads; without streams, so that nothing but the schedule decides its pace. */
function answer(body: string | object, headers: Headers, status = 200): Response {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  return { status, headers, arrayBuffer: () => Promise.resolve(buffer) } as Response;
}

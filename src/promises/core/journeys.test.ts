import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StoreId } from "../../base/ids.ts";
import { HOUR, type Instant, plus } from "../../base/time.ts";
import type { OrderDoc, OrderView } from "../../commerce/index.ts";
import type { ParcelStatus } from "../../intake/index.ts";
import { CALENDAR, cancelled, MONDAY, order, playbook, rule, said, SOURCES } from "../testing.ts";
import { type LedgerBook, reviewOrder } from "./keep-ledger.ts";
import type { StorePromise } from "./model.ts";
import { afterEvents, broken } from "./outcome.ts";
import { outcomeFor } from "./owed.ts";
import { parcelsOf } from "./parcels.ts";

const at = (hours: number): Instant => plus(MONDAY, hours * HOUR);
const asScan = { kind: "next_scan_by", owner: "shipping", restsOn: ["shop", "carriers"] } as const;
const within72h = rule("scan", "parcel.scanned", { amount: 72, unit: "hours" }, asScan);
const pickup = rule("pickup", "parcel.labelled", { amount: 96, unit: "hours" }, asScan);

const book = (...rules: Parameters<typeof playbook>): LedgerBook => ({ store: "s" as StoreId, playbooks: [playbook(...rules)], calendar: CALENDAR, sources: SOURCES, home: "DE" });

/** A word of a parcel: what was said of it, at which hour, and whether it was a scan. */
type Word = readonly [status: ParcelStatus, hour: number, scanned?: boolean];

/** A parcel of whom a tracker said these words. */
function parcel(words: readonly Word[], { id = "track/1", source = "track", tracking = "JD1" } = {}): OrderDoc["parcels"] {
  if (words.length === 0) return {};
  const first: Record<string, Instant> = {};
  for (const [status, hour] of words) first[status] = Math.min(first[status] ?? Infinity, at(hour)) as Instant;
  const [status, hour] = words.reduce((last, next) => (next[1] >= last[1] ? next : last));
  const scans = [...new Set(words.filter(([, , scanned]) => scanned === true).map(([, when]) => at(when)))].sort((a, b) => a - b);
  const since = Math.min(...Object.values(first)) as Instant;
  return { [id]: { since, first, latest: said({ status }, at(hour), source), scans, tracking: said(tracking, since, source) } };
}

const shipped = (...words: Word[]): OrderView => order({ parcels: parcel(words) });

function review(view: OrderView, known: readonly StorePromise[], rules = book(within72h, pickup), hour = 0): StorePromise[] {
  const changed = new Map(reviewOrder(rules, view, known, at(hour)).map(({ promise }) => [promise.id, promise]));
  const kept = known.map((promise) => changed.get(promise.id) ?? promise);
  return [...kept, ...[...changed.values()].filter((promise) => !known.some((each) => each.id === promise.id))];
}

/** What the sweep does at that hour: the clock breaks what is due, and what happened too late makes it good. */
function sweep(view: OrderView, known: readonly StorePromise[], hour: number): StorePromise[] {
  return known.map((promise) => {
    if (promise.state !== "open" || promise.dueAt > at(hour)) return promise;
    const outcome = outcomeFor(view, promise, ["track"]);
    const clocked = broken(promise, promise.dueAt);
    return outcome === undefined ? clocked : afterEvents(clocked, outcome, undefined);
  });
}

const hours = (moment: Instant | undefined) => (moment === undefined ? undefined : (moment - MONDAY) / HOUR);
const told = (promises: readonly StorePromise[]) => promises.map((each) => [each.thing, each.state, hours(each.dueAt), hours(each.madeGoodAt)]);

test("each scan starts the clock anew: one promise moves with the parcel", () => {
  const [made] = review(shipped(["moving", 0, true]), []);
  assert.deepEqual(told([made as StorePromise]), [["scan/track/1", "open", 72, undefined]]);
  assert.deepEqual(told(review(shipped(["moving", 0, true], ["moving", 60, true]), [made as StorePromise])), [["scan/track/1", "open", 132, undefined]]);
});

test("a parcel that stands still breaks it; the next scan makes it good and begins another", () => {
  const still = sweep(shipped(["moving", 0, true]), review(shipped(["moving", 0, true]), []), 80);
  assert.deepEqual(told(still), [["scan/track/1", "broken", 72, undefined]]);
  assert.deepEqual(told(review(shipped(["moving", 0, true], ["moving", 100, true]), still)), [["scan/track/1", "broken", 72, 100], ["scan/track/1/1", "open", 172, undefined]]);
});

test("a scan that is heard late fills the standstill: nothing was broken, and the clock runs from there", () => {
  const words: Word[] = [["moving", 0, true], ["moving", 100, true]];
  const known = sweep(shipped(...words), review(shipped(...words), sweep(shipped(["moving", 0, true]), review(shipped(["moving", 0, true]), []), 80)), 101);
  const filled = review(shipped(["moving", 50, true], ...words), known);
  assert.deepEqual(told(filled), [["scan/track/1", "open", 172, undefined], ["scan/track/1/1", "superseded", 172, undefined]]);
});

test("a parcel that has arrived, waits for its reader or turned back is waited for no more", () => {
  for (const status of ["delivered", "pickup", "returning", "failed"] as const) {
    assert.deepEqual(told(review(shipped(["moving", 0, true], [status, 30, true]), [])), [["scan/track/1", "kept", 72, undefined]], status);
  }
});

test("a state that is only repeated is no scan", () => {
  assert.deepEqual(told(review(shipped(["moving", 0], ["moving", 50]), [])), [["scan/track/1", "open", 72, undefined]]);
});

test("nobody waits for the parcels of a cancelled order", () => {
  const view = order({ ...cancelled(at(40)), parcels: parcel([["moving", 0, true]]) });
  assert.deepEqual(told(review(view, review(shipped(["moving", 0, true]), []))), [["scan/track/1", "superseded", 72, undefined]]);
  assert.deepEqual(review(view, []), []);
});

test("a standstill ends with the order: a broken promise of it owes nothing any more", () => {
  const still = sweep(shipped(["moving", 0, true]), review(shipped(["moving", 0, true]), []), 80);
  const off = order({ ...cancelled(at(90)), parcels: parcel([["moving", 0, true]]) });
  assert.deepEqual(told(review(off, still)), [["scan/track/1", "broken", 72, 90]]);
});

test("a parcel waits for its carrier only where a tracker follows it", () => {
  assert.deepEqual(told(review(shipped(["label", 0]), [])), [["pickup/track/1", "open", 96, undefined]]);
  assert.deepEqual(review(order({ parcels: parcel([["label", 0]], { id: "shop/8", source: "shop" }) }), []), []);
  assert.deepEqual(told(review(shipped(["label", 0], ["moving", 20, true]), [])).sort(), [["pickup/track/1", "kept", 96, undefined], ["scan/track/1", "open", 92, undefined]]);
});

test("at home and abroad have their own clocks; a country that nobody knows is abroad", () => {
  const home = { ...within72h, rule: "home", destination: "domestic" as const };
  const abroad = { ...within72h, rule: "abroad", due: { amount: 120, unit: "hours" as const }, destination: "abroad" as const };
  const rules = (country: string | undefined) => {
    const { country: _, ...view } = shipped(["moving", 0, true]);
    return review(country === undefined ? view : { ...view, country }, [], book(home, abroad)).map((promise) => promise.rule);
  };
  assert.deepEqual([rules("DE"), rules("FR"), rules(undefined)], [["home"], ["abroad"], ["abroad"]]);
});

test("the shop's and the tracker's view of one tracking number are one parcel, however it is written", () => {
  const parcels = { ...parcel([["label", 0]], { id: "shop/8", source: "shop", tracking: "jd 1" }), ...parcel([["moving", 5, true]]) };
  assert.deepEqual(parcelsOf(order({ parcels })).map(({ ids, status }) => [ids, status]), [[["shop/8", "track/1"], "moving"]]);
  const other = parcel([["moving", 5, true]], { id: "track/2", tracking: "JD2" });
  assert.equal(parcelsOf(order({ parcels: { ...parcels, ...other } })).length, 2);
});

test("two names of one parcel, promised apart before they were known to be one, end as one promise", () => {
  const apart = { ...parcel([["moving", 0, true]], { id: "shop/8", source: "shop", tracking: "A" }), ...parcel([["moving", 0, true]]) };
  const together = { ...parcel([["moving", 0, true]], { id: "shop/8", source: "shop" }), ...parcel([["moving", 0, true]]) };
  const [one, other] = review(order({ parcels: together }), review(order({ parcels: apart }), []));
  assert.deepEqual([one?.state, other?.state].sort(), ["open", "superseded"]);
});

const anyWord = fc.tuple(fc.constantFrom<ParcelStatus>("label", "moving", "moving", "moving", "delayed", "attempt_failed", "delivered", "returning"), fc.integer({ min: 0, max: 500 }), fc.boolean());

test("hearing a journey in any order, with the clock between, ends where hearing it whole does", () => {
  const story = fc.uniqueArray(anyWord, { minLength: 1, maxLength: 8, selector: ([, hour]) => hour });
  fc.assert(
    fc.property(story, fc.infiniteStream(fc.integer({ min: 0, max: 600 })), fc.option(fc.integer({ min: 0, max: 500 }), { nil: undefined }), (words, moments, cancelledAt) => {
      const heard = (count: number): OrderView => order({ ...(cancelledAt !== undefined && count === words.length ? cancelled(at(cancelledAt)) : {}), parcels: parcel(words.slice(0, count)) });
      const whole = heard(words.length);
      const settle = (known: StorePromise[]) => review(whole, sweep(whole, review(whole, known), 2_000));
      const [...hour] = moments.take(words.length);
      const piecewise = words.reduce<StorePromise[]>((known, _, index) => sweep(heard(index + 1), review(heard(index + 1), known, undefined, hour[index]), hour[index] ?? 0), []);
      const outcome = (promises: StorePromise[]) => promises.filter(({ state }) => state !== "superseded").map((each) => [each.thing, each.rule, each.state, hours(each.settledAt), hours(each.dueAt), hours(each.madeGoodAt)]).sort();
      assert.deepEqual(outcome(settle(piecewise)), outcome(settle([])));
    }),
    { numRuns: 2_000 },
  );
});

test("whoever reviews a journey twice changes nothing", () => {
  fc.assert(
    fc.property(fc.array(anyWord, { minLength: 1, maxLength: 8 }), fc.integer({ min: 0, max: 600 }), (words, hour) => {
      const view = shipped(...words);
      const known = sweep(view, review(view, []), hour);
      assert.deepEqual(reviewOrder(book(within72h, pickup), view, review(view, known), at(0)), []);
    }),
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DAY, HOUR, type Instant, iso, latest, plus } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import { isInDanger } from "../core/at-risk.ts";
import { reviewOrder } from "../core/keep-ledger.ts";
import type { StorePromise } from "../core/model.ts";
import { broken } from "../core/outcome.ts";
import { readUpToOf, settle } from "../core/settle.ts";
import { SOURCES } from "../testing.ts";
import { bookIn, momentIn, orderOf, type Told, zoneOf } from "./testing.ts";

/** The clock looks this often here. */
const STEP = 4 * HOUR;
/** The first word of a case may take four hours. */
const WORD_WITHIN = 4 * HOUR + STEP;

const LEGAL = new Set(["ship-us", "deliver-eu", "deliver-gb", "refund-withdrawn-eu", "refund-withdrawn-gb"]);
const START = "2028-01-31T10:00";

/** A moment of an order's first hundred days, as a wall clock. */
const anyDay = (from: number, to: number): fc.Arbitrary<string> =>
  fc.tuple(fc.integer({ min: from, max: to }), fc.integer({ min: 0, max: 23 })).map(([days, hour]) => Temporal.PlainDateTime.from(START).add({ days }).with({ hour }).toString().slice(0, 16));

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 2 });

const anyHistory: fc.Arbitrary<Told> = fc
  .record({
    country: fc.constantFrom("US", "DE", "FR", "GB"),
    shipBy: maybe(anyDay(2, 40)),
    deliverBy: maybe(anyDay(3, 50)),
    moved: maybe(anyDay(1, 35).chain((at) => anyDay(36, 80).map((by): readonly (readonly [string, string])[] => [[at, by]]))),
    shipped: maybe(anyDay(1, 70)),
    delivered: maybe(anyDay(71, 90)),
    cancelled: maybe(anyDay(1, 70)),
    chose: maybe(anyDay(1, 70).map((at): Told["chose"] => ["cancel", at])),
    paid: maybe(anyDay(0, 10)),
    withdrew: fc.option(anyDay(1, 85), { nil: undefined, freq: 4 }),
  })
  .map(({ delivered, shipped, ...rest }) => {
    const known = Object.fromEntries(Object.entries({ ...rest, shipped }).filter(([, value]) => value !== undefined));
    const parcel = shipped === undefined ? {} : { parcel: { moving: shipped, ...(delivered !== undefined && { delivered }) } };
    return { placed: START, ...known, ...parcel } as Told;
  });

/** What had been told of an order by then: everything that lies ahead is left out. */
function knownBy(told: Told, now: Instant): Told {
  const isPast = (wall: string): boolean => momentIn(wall, zoneOf(told)) <= now;
  const { shipped, cancelled, chose, moved, parcel, paid, withdrew, ...rest } = told;
  const heard = Object.fromEntries(Object.entries(parcel ?? {}).filter(([, wall]) => isPast(wall)));
  return {
    ...rest,
    ...(shipped !== undefined && isPast(shipped) && { shipped }),
    ...(cancelled !== undefined && isPast(cancelled) && { cancelled }),
    ...(chose !== undefined && isPast(chose[1]) && { chose }),
    ...(withdrew !== undefined && isPast(withdrew) && { withdrew }),
    ...(moved !== undefined && { moved: moved.filter(([at]) => isPast(at)) }),
    ...(Object.keys(heard).length > 0 && { parcel: heard }),
    ...(paid !== undefined && { paid: isPast(paid) ? paid : "never" }),
  };
}

/** When a sign was given of each promise (its case opens, its word is written), and when a person was paged for a source. */
interface Signs {
  readonly of: Map<string, Instant>;
  readonly paged: Instant[];
}

interface Silence {
  readonly from: Instant;
  readonly until: Instant;
}

/** Lives through an order's history: what is told, and the clock's looks in between. */
function live(told: Told, silence: Silence | undefined, until: Instant): { promises: readonly StorePromise[]; signs: Signs } {
  const book = bookIn(zoneOf(told));
  const signs: Signs = { of: new Map(), paged: [] };
  let promises: readonly StorePromise[] = [];
  for (let now = momentIn(told.placed, zoneOf(told)); now <= until; now = plus(now, STEP)) {
    const isSilent = silence !== undefined && now >= silence.from && now < silence.until;
    const readUpTo = isSilent ? silence.from : now;
    if (isSilent) signs.paged.push(now);
    const order = orderOf(knownBy(told, readUpTo));
    const changes = new Map(reviewOrder(book, order, promises, now).map(({ promise }) => [promise.id, promise]));
    promises = [...promises.map((promise) => changes.get(promise.id) ?? promise), ...[...changes.values()].filter(({ id }) => !promises.some((known) => known.id === id))];
    promises = promises.map((promise) => look(promise, order, readUpTo, now, signs));
  }
  return { promises, signs };
}

function look(promise: StorePromise, order: OrderView, readUpTo: Instant, now: Instant, signs: Signs): StorePromise {
  if (promise.state !== "open") return promise;
  const heard = new Map(Object.values(SOURCES).flat().map((source) => [source, readUpTo]));
  const settlement = settle(promise, readUpToOf(promise, heard, new Set(heard.keys()), now), now);
  if (settlement.kind === "wait") return promise;
  if (settlement.kind === "warn" && !isInDanger(promise, order, SOURCES.trackers)) return promise;
  if (!signs.of.has(promise.id)) signs.of.set(promise.id, now);
  return settlement.kind === "warn" ? { ...promise, atRiskAt: settlement.at } : broken(promise, settlement.at);
}

/**
 * The law of the United States has the offer made before the time is over: the word has its four hours before that,
 * unless the order and its payment came together only hours before it.
 */
function isInTime(signAt: Instant, madeAt: Instant, dueAt: Instant): boolean {
  const isShort = dueAt - madeAt < 4 * WORD_WITHIN;
  return isShort ? signAt <= latest(dueAt, plus(madeAt, STEP)) : plus(signAt, 4 * HOUR) <= dueAt;
}

const anySilence = fc.option(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 12 })).map(([from, days]) => ({ from, days })), { nil: undefined, freq: 2 });

test("no order passes a legal date in silence: it is kept, withdrawn or told of in time, or a person was called to the source that was silent", () => {
  let judged = 0;
  fc.assert(
    fc.property(anyHistory, anySilence, (told, wish) => {
      const start = momentIn(told.placed, zoneOf(told));
      const silence = wish && { from: plus(start, wish.from * DAY), until: plus(start, (wish.from + wish.days) * DAY) };
      const end = plus(start, 110 * DAY);
      // Nothing runs before it is paid, and then a day that was agreed may have passed.
      const paidAt = told.paid === undefined ? start : momentIn(told.paid, zoneOf(told));
      const { promises, signs } = live(told, silence, end);
      for (const promise of promises.filter(({ rule, state }) => LEGAL.has(rule) && state === "broken")) {
        judged += 1;
        const { dueAt, warnAt, rule, madeAt } = promise;
        const signAt = signs.of.get(promise.id);
        const isTold = signAt !== undefined && (rule === "ship-us" ? isInTime(signAt, madeAt, dueAt) : signAt <= plus(latest(dueAt, paidAt), WORD_WITHIN));
        const isPaged = signs.paged.some((at) => at >= (warnAt ?? dueAt) && at <= plus(latest(dueAt, madeAt), STEP));
        assert.ok(isTold || isPaged, `${rule} was due at ${iso(dueAt)}; the sign came ${signAt === undefined ? "never" : `at ${iso(signAt)}`}`);
      }
      for (const promise of promises) assert.ok(!LEGAL.has(promise.rule) || promise.state !== "open" || promise.dueAt > end, `${promise.rule} is still open`);
    }),
    { numRuns: 30 },
  );
  assert.ok(judged > 10, `histories in which a legal date is missed, got ${judged}`);
});

import { persistently, type Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { type Instant, MINUTE, type Milliseconds, plus } from "../base/time.ts";
import { lockOrdersIfFree, type OrderView } from "../commerce/index.ts";
import type { SweepContext } from "./context.ts";
import { isInDanger } from "./core/at-risk.ts";
import type { LedgerChange, StorePromise } from "./core/model.ts";
import { isOfOrders, outcomeFor } from "./core/owed.ts";
import { afterEvents, broken } from "./core/outcome.ts";
import { readUpToOf, settle } from "./core/settle.ts";
import { claimDue, claimOverdue, dueAt, postpone, putOff, updatePromises } from "./store.ts";

/** One transaction's worth: large enough for 30,000 promises a second, small enough to hold its locks for some 20 ms. */
const SWEEP_BATCH = 500;

/** When every order of a batch is held by others, the sweep looks past them this many times. */
const SWEEP_LOOKS = 4;

/** A promise that cannot be settled is looked at again after this pause; a person is called when it fails repeatedly. */
const POISON_PAUSE: Milliseconds = 10 * MINUTE;

/** What a sweep did. */
export interface SweepReport {
  /** Broken now, by the clock. */
  readonly broken: number;
  /** At risk from now on: due before long, and not kept. */
  readonly warned: number;
  /** Past due, but a source that they rest on lags or is silent. */
  readonly frozen: number;
  /** Ids of promises that failed and were postponed: a person has to look. */
  readonly postponed: readonly string[];
  /** Whether more may be due at once. */
  readonly more: boolean;
}

export type OnBroken = (tx: Tx, store: StoreId, orders: readonly OrderView[], changes: readonly LedgerChange[], now: Instant) => Promise<void>;

const NOTHING: SweepReport = { broken: 0, warned: 0, frozen: 0, postponed: [], more: false };

/**
 * Breaks the promises of a store whose time has run out, once all that they rest on has been read past that time.
 * Any number of workers may sweep at once. `onBroken` opens the cases in the same transaction; where it fails, the
 * batch is swept one by one and what fails again is postponed and named.
 */
export async function sweepDue(ports: Ports, store: StoreId, context: SweepContext, onBroken: OnBroken): Promise<SweepReport> {
  const now = ports.clock.now();
  const sweep: Sweep = { store, context, onBroken, now };
  try {
    return await ports.db.transaction(async (tx) => settleClaimed(tx, sweep, await claimNext(tx, sweep)));
  } catch (error) {
    ports.log.error({ store, reason: String(error) }, "A sweep of promises failed and is done again one by one");
    return sweepSingly(ports, sweep);
  }
}

interface Sweep {
  readonly store: StoreId;
  readonly context: SweepContext;
  readonly onBroken: OnBroken;
  readonly now: Instant;
}

async function settleClaimed(tx: Tx, sweep: Sweep, claimed: Claimed): Promise<SweepReport> {
  const { store, onBroken, now } = sweep;
  if (claimed.promises.length === 0) return { ...NOTHING, more: claimed.more };
  const look = await lookOf(tx, sweep, claimed.orders);
  const looked = look(claimed.promises);
  // Two that waited for a source are looked at when it suits each: the earliest of them opens the case, whichever's turn it is.
  const breaking = looked.changes.flatMap(({ promise, isWarned }) => (isWarned === true ? [] : (promise.orderId ?? [])));
  const overdue = look(await claimOverdue(tx, store, breaking, claimed.promises.map(({ id }) => id), now));
  const changes = [...looked.changes, ...overdue.changes];
  const later = [...looked.later, ...overdue.later];
  await updatePromises(tx, store, changes.map((change) => change.promise));
  await postpone(tx, store, later);
  const touched = new Set(changes.map((change) => change.promise.orderId));
  if (changes.length > 0) await onBroken(tx, store, claimed.orders.filter((order) => touched.has(order.orderId)), changes, now);
  return { broken: changes.filter((change) => change.isWarned !== true).length, warned: changes.filter((change) => change.isWarned).length, frozen: later.length, postponed: [], more: claimed.more };
}

/** What the clock makes of promises, and when it looks again at those of which it makes nothing. */
interface Looked {
  readonly changes: readonly LedgerChange[];
  readonly later: readonly { promise_id: string; check_at: Instant }[];
}

async function lookOf(tx: Tx, { store, context, now }: Sweep, claimed: readonly OrderView[]): Promise<(promises: readonly StorePromise[]) => Looked> {
  const heard = await context.readUpTo(tx, store, now);
  const configured = new Set(Object.values(context.sources).flat());
  const { trackers } = context.sources;
  const orders = new Map(claimed.map((order) => [order.orderId, order]));
  return (promises) => {
    const changes: LedgerChange[] = [];
    const later: { promise_id: string; check_at: Instant }[] = [];
    for (const promise of promises) {
      const settlement = settle(promise, readUpToOf(promise, heard, configured, now), now);
      const order = orders.get(promise.orderId ?? "");
      if (settlement.kind === "wait") later.push({ promise_id: promise.id, check_at: settlement.until });
      else if (settlement.kind === "break") changes.push({ promise: withEvents(broken(promise, settlement.at), order, trackers), from: promise.state });
      else if (isInDanger(promise, order, trackers)) changes.push({ promise: { ...promise, atRiskAt: settlement.at }, from: promise.state, isWarned: true });
      else later.push({ promise_id: promise.id, check_at: promise.dueAt });
    }
    return { changes, later };
  };
}

interface Claimed {
  readonly promises: readonly StorePromise[];
  readonly orders: readonly OrderView[];
  readonly more: boolean;
}

/** The longest due that are free. Orders are locked before their promises, as everywhere, and none is waited for. */
async function claimNext(tx: Tx, sweep: Sweep): Promise<Claimed> {
  const busy: string[] = [];
  for (let look = 0; look < SWEEP_LOOKS; look += 1) {
    const due = await dueAt(tx, sweep.store, sweep.now, busy, SWEEP_BATCH);
    const claimed = await lockDue(tx, sweep, due);
    if (claimed.promises.length > 0 || due.length < SWEEP_BATCH) return { ...claimed, more: due.length === SWEEP_BATCH };
    busy.push(...due.flatMap((each) => each.order_id ?? []));
  }
  return { promises: [], orders: [], more: true };
}

async function lockDue(tx: Tx, { store, now }: Sweep, due: readonly { promise_id: string; order_id: string | null }[]): Promise<Omit<Claimed, "more">> {
  const orders = await lockOrdersIfFree(tx, store, [...new Set(due.flatMap((each) => each.order_id ?? []))]);
  const held = new Set(orders.map((order) => order.orderId));
  const free = due.filter((each) => each.order_id === null || held.has(each.order_id));
  return { orders, promises: await claimDue(tx, store, free.map((each) => each.promise_id), now) };
}

/** What happened too late to keep it makes it good at once. */
function withEvents(promise: StorePromise, order: OrderView | undefined, trackers: readonly string[]): StorePromise {
  if (order === undefined || !isOfOrders(promise.thing)) return promise;
  const outcome = outcomeFor(order, promise, trackers);
  return outcome === undefined ? promise : afterEvents(promise, outcome, undefined);
}

/** One transaction for each promise, so that one that fails stops no other. */
async function sweepSingly(ports: Ports, sweep: Sweep): Promise<SweepReport> {
  const due = await dueAt(ports.db, sweep.store, sweep.now, [], SWEEP_BATCH);
  const reports: SweepReport[] = [];
  for (const each of due) reports.push(await sweepOne(ports, sweep, each));
  return {
    broken: reports.reduce((sum, report) => sum + report.broken, 0),
    warned: reports.reduce((sum, report) => sum + report.warned, 0),
    frozen: reports.reduce((sum, report) => sum + report.frozen, 0),
    postponed: reports.flatMap((report) => report.postponed),
    more: due.length === SWEEP_BATCH,
  };
}

async function sweepOne(ports: Ports, sweep: Sweep, due: { promise_id: string; order_id: string | null }): Promise<SweepReport> {
  try {
    return await persistently(ports.db, async (tx) => settleClaimed(tx, sweep, { ...(await lockDue(tx, sweep, [due])), more: false }));
  } catch (error) {
    ports.log.error({ store: sweep.store, promise: due.promise_id, reason: String(error) }, "A promise cannot be settled; it is postponed");
    await putOff(ports.db, sweep.store, due.promise_id, plus(sweep.now, POISON_PAUSE));
    return { ...NOTHING, postponed: [due.promise_id] };
  }
}

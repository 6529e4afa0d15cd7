import { type Db, batched, prepared, sql, type Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import { earliest, type Instant } from "../base/time.ts";
import type { PromiseKind } from "../playbooks/index.ts";
import type { PromiseState, StorePromise } from "./core/model.ts";

interface Row {
  promise_id: string;
  kind: PromiseKind;
  order_id: string | null;
  thing: string;
  rule: string;
  playbook: string;
  owed_to: "customer" | "team";
  owner: string;
  basis: StorePromise["basis"];
  rests_on: string[];
  amount_minor: number | null;
  currency: string | null;
  made_at: Instant;
  due_at: Instant;
  warn_at: Instant | null;
  at_risk_at: Instant | null;
  state: PromiseState;
  settled_at: Instant | null;
  because: string | null;
  case_id: string | null;
  made_good_at: Instant | null;
  waived_at: Instant | null;
  waived_by: string | null;
}

const COLUMNS = `promise_id, kind, order_id, thing, rule, playbook, owed_to, owner, basis, rests_on, amount_minor, currency,
  made_at, due_at, warn_at, at_risk_at, state, settled_at, because, case_id, made_good_at, waived_at, waived_by`;

function promiseOf(row: Row): StorePromise {
  return {
    id: row.promise_id,
    kind: row.kind,
    ...(row.order_id !== null && { orderId: row.order_id }),
    thing: row.thing,
    rule: row.rule,
    playbook: row.playbook,
    owedTo: row.owed_to,
    owner: row.owner,
    basis: row.basis,
    restsOn: row.rests_on,
    ...(row.amount_minor !== null && row.currency !== null && { amount: { minor: row.amount_minor, currency: row.currency } }),
    madeAt: row.made_at,
    dueAt: row.due_at,
    ...(row.warn_at !== null && { warnAt: row.warn_at }),
    ...(row.at_risk_at !== null && { atRiskAt: row.at_risk_at }),
    state: row.state,
    ...(row.settled_at !== null && { settledAt: row.settled_at }),
    ...(row.because !== null && { because: row.because }),
    ...(row.case_id !== null && { caseId: row.case_id }),
    ...(row.made_good_at !== null && { madeGoodAt: row.made_good_at }),
    ...(row.waived_at !== null && { waivedAt: row.waived_at }),
    ...(row.waived_by !== null && { waivedBy: row.waived_by }),
  };
}

/** A promise as one JSON record; moments as epoch milliseconds, absent as null. */
function record(promise: StorePromise): Record<string, unknown> {
  return {
    promise_id: promise.id,
    kind: promise.kind,
    order_id: promise.orderId,
    thing: promise.thing,
    rule: promise.rule,
    playbook: promise.playbook,
    owed_to: promise.owedTo,
    owner: promise.owner,
    basis: promise.basis,
    rests_on: promise.restsOn,
    amount_minor: promise.amount?.minor,
    currency: promise.amount?.currency,
    made_at: promise.madeAt,
    due_at: promise.dueAt,
    warn_at: promise.warnAt,
    at_risk_at: promise.atRiskAt,
    check_at: nextLookAt(promise),
    state: promise.state,
    settled_at: promise.settledAt,
    because: promise.because,
    case_id: promise.caseId,
    made_good_at: promise.madeGoodAt,
    waived_at: promise.waivedAt,
    waived_by: promise.waivedBy,
  };
}

/** When the clock has something to do with it next: as soon as it is at risk, then when it is due. */
function nextLookAt({ warnAt, atRiskAt, dueAt }: StorePromise): Instant {
  return warnAt === undefined || atRiskAt !== undefined ? dueAt : earliest(warnAt, dueAt);
}

const INSERT = prepared(
  "promises.insert",
  `insert into promises (store_id, ${COLUMNS}, check_at)
   select $1, promise_id, kind, order_id, thing, rule, playbook, owed_to, owner, basis, rests_on, amount_minor, currency,
     ms(made_at), ms(due_at), ms(warn_at), ms(at_risk_at), state, ms(settled_at), because, case_id, ms(made_good_at), ms(waived_at), waived_by, ms(check_at)
   from json_to_recordset($2::json) as said(promise_id uuid, kind text, order_id text, thing text, rule text, playbook text, owed_to text, owner text,
     basis jsonb, rests_on text[], amount_minor bigint, currency text, made_at bigint, due_at bigint, warn_at bigint, at_risk_at bigint, check_at bigint, state text,
     settled_at bigint, because text, case_id uuid, made_good_at bigint, waived_at bigint, waived_by text)
   order by promise_id
   on conflict (store_id, promise_id) do nothing
   returning promise_id`,
);

/** Writes promises that are new; answers the ids of those that were. */
export async function insertPromises(tx: Tx, store: StoreId, promises: readonly StorePromise[]): Promise<ReadonlySet<string>> {
  if (promises.length === 0) return new Set();
  const rows = await tx.rows<{ promise_id: string }>(INSERT, [store, JSON.stringify(promises.map(record))]);
  return new Set(rows.map((row) => row.promise_id));
}

const UPDATE = batched(
  "promises.update",
  `update promises set state = said.state, made_at = ms(said.made_at), due_at = ms(said.due_at), check_at = ms(said.check_at),
     warn_at = ms(said.warn_at), at_risk_at = ms(said.at_risk_at),
     amount_minor = said.amount_minor, currency = said.currency, settled_at = ms(said.settled_at), because = said.because,
     made_good_at = ms(said.made_good_at), waived_at = ms(said.waived_at), waived_by = said.waived_by, failures = 0
   from json_to_recordset($2::json) as said(promise_id uuid, state text, made_at bigint, due_at bigint, check_at bigint, warn_at bigint, at_risk_at bigint, amount_minor bigint, currency text,
     settled_at bigint, because text, made_good_at bigint, waived_at bigint, waived_by text)
   where promises.store_id = $1 and promises.promise_id = said.promise_id`,
);

/** Saves what a review or a verdict made of promises whose rows are locked. The case that one belongs to is not touched. */
export async function updatePromises(tx: Tx, store: StoreId, promises: readonly StorePromise[]): Promise<void> {
  if (promises.length > 0) await tx.rows(UPDATE, [store, JSON.stringify(promises.map(record))]);
}

// ---------------------------------------------------------------- reading

const OF_ORDERS = batched("promises.ofOrders", `select ${COLUMNS} from promises where store_id = $1 and order_id = any($2::text[]) order by order_id, due_at, promise_id`);
const OF_CASES = batched("promises.ofCases", `select ${COLUMNS} from promises where store_id = $1 and case_id = any($2::uuid[]) order by case_id, due_at, promise_id`);
const LOCK_OF_ORDERS = batched("promises.lockOfOrders", `select ${COLUMNS} from promises where store_id = $1 and order_id = any($2::text[]) order by promise_id for update`);
const LOCK_BY_ID = batched("promises.lockById", `select ${COLUMNS} from promises where store_id = $1 and promise_id = any($2::uuid[]) order by promise_id for update`);
const LOCK_OF_CASES = batched("promises.lockOfCases", `select ${COLUMNS} from promises where store_id = $1 and case_id = any($2::uuid[]) order by promise_id for update`);

export async function ofOrders(tx: Tx, store: StoreId, orderIds: readonly string[]): Promise<StorePromise[]> {
  return (await tx.rows<Row>(OF_ORDERS, [store, orderIds])).map(promiseOf);
}

export async function ofCases(tx: Tx, store: StoreId, caseIds: readonly string[]): Promise<StorePromise[]> {
  return (await tx.rows<Row>(OF_CASES, [store, caseIds])).map(promiseOf);
}

export async function lockOfOrders(tx: Tx, store: StoreId, orderIds: readonly string[]): Promise<StorePromise[]> {
  return (await tx.rows<Row>(LOCK_OF_ORDERS, [store, orderIds])).map(promiseOf);
}

export async function lockById(tx: Tx, store: StoreId, ids: readonly string[]): Promise<StorePromise[]> {
  return ids.length === 0 ? [] : (await tx.rows<Row>(LOCK_BY_ID, [store, ids])).map(promiseOf);
}

export async function lockOfCases(tx: Tx, store: StoreId, caseIds: readonly string[]): Promise<StorePromise[]> {
  return caseIds.length === 0 ? [] : (await tx.rows<Row>(LOCK_OF_CASES, [store, caseIds])).map(promiseOf);
}

const ORDER_OF = sql(`select order_id from promises where store_id = $1 and promise_id = $2`);

/** The order whose row is to be locked before this promise is; undefined when there is no such promise, null when it has no order. */
export async function orderOf(tx: Tx, store: StoreId, promiseId: string): Promise<string | null | undefined> {
  return (await tx.rows<{ order_id: string | null }>(ORDER_OF, [store, promiseId]))[0]?.order_id;
}

const ATTACH = batched(
  "promises.attach",
  `update promises set case_id = said.case_id from json_to_recordset($2::json) as said(promise_id uuid, case_id uuid)
   where promises.store_id = $1 and promises.promise_id = said.promise_id and promises.case_id is null`,
);

export async function attach(tx: Tx, store: StoreId, belonging: readonly { promise_id: string; case_id: string }[]): Promise<void> {
  if (belonging.length > 0) await tx.rows(ATTACH, [store, JSON.stringify(belonging)]);
}

// ---------------------------------------------------------------- the sweep

// 1,000 due a second, milliseconds from due time to commit, `node bench/promises.ts` on 2 cores that were busy with
// other work (load 10 to 30), medians of 4 runs: read the proportions, not the figures.
//                        p50    p99
//   10,000 open           33     92
//   1,000,000 open        28     91
// graphile-worker, doing one transaction a job, fell behind under that load: p99 of 1 s at its best, mostly above 10 s.
const DUE = batched(
  "promises.due",
  `select promise_id, order_id from promises
   where store_id = $1 and state = 'open' and check_at <= ms($2) and (order_id is null or order_id <> all($3::text[]))
   order by check_at, promise_id limit $4`,
);

/** What is due for a look, longest due first, without the orders that are known to be busy. Takes no lock. */
export async function dueAt(tx: Tx, store: StoreId, now: Instant, busy: readonly string[], limit: number): Promise<{ promise_id: string; order_id: string | null }[]> {
  return tx.rows(DUE, [store, now, busy, limit]);
}

const CLAIM = batched(
  "promises.claim",
  `select ${COLUMNS} from promises where store_id = $1 and promise_id = any($2::uuid[]) and state = 'open' and check_at <= ms($3)
   order by promise_id for update skip locked`,
);

/** Locks those of the promises that are still due and that nobody else holds. */
export async function claimDue(tx: Tx, store: StoreId, ids: readonly string[], now: Instant): Promise<StorePromise[]> {
  return ids.length === 0 ? [] : (await tx.rows<Row>(CLAIM, [store, ids, now])).map(promiseOf);
}

const OVERDUE = batched(
  "promises.overdue",
  `select ${COLUMNS} from promises where store_id = $1 and order_id = any($2::text[]) and state = 'open' and due_at <= ms($3) and failures = 0 and promise_id <> all($4::uuid[])
   order by promise_id for update skip locked`,
);

/** Locks what else of these orders is past due, whenever it was to be looked at next; what failed before is settled by itself. */
export async function claimOverdue(tx: Tx, store: StoreId, orderIds: readonly string[], claimed: readonly string[], now: Instant): Promise<StorePromise[]> {
  return orderIds.length === 0 ? [] : (await tx.rows<Row>(OVERDUE, [store, orderIds, now, claimed])).map(promiseOf);
}

const POSTPONE = batched(
  "promises.postpone",
  `update promises set check_at = ms(said.check_at), failures = 0 from json_to_recordset($2::json) as said(promise_id uuid, check_at bigint)
   where promises.store_id = $1 and promises.promise_id = said.promise_id and promises.state = 'open'`,
);

/** Looks at open promises again later; when they are due does not change. */
export async function postpone(tx: Tx, store: StoreId, later: readonly { promise_id: string; check_at: Instant }[]): Promise<void> {
  if (later.length > 0) await tx.rows(POSTPONE, [store, JSON.stringify(later)]);
}

const PUT_OFF = prepared(
  "promises.putOff",
  `update promises set check_at = ms($3), failures = failures + 1 where store_id = $1 and promise_id = $2 and state = 'open'`,
);

/** Looks again later at an open promise that could not be settled, and counts that it failed. */
export async function putOff(tx: Tx, store: StoreId, promiseId: string, until: Instant): Promise<void> {
  await tx.rows(PUT_OFF, [store, promiseId, until]);
}

const COUNT_POSTPONED = prepared("promises.countPostponed", `select count(*) as count from promises where store_id = $1 and failures >= $2 and failures > 0 and state = 'open'`);
const POSTPONED = prepared(
  "promises.postponed",
  `select ${COLUMNS} from promises where store_id = $1 and failures >= $2 and failures > 0 and state = 'open' order by due_at, promise_id limit $3`,
);

/** Promises that failed when they were last to be settled, `times` in a row or more. */
export async function countPostponed(db: Tx, store: StoreId, times = 1): Promise<number> {
  return (await db.rows<{ count: number }>(COUNT_POSTPONED, [store, times]))[0]?.count ?? 0;
}

/** As `countPostponed`, with those that are due the longest. */
export async function postponedAgain(tx: Tx, store: StoreId, times: number, limit: number): Promise<{ count: number; first: readonly StorePromise[] }> {
  const count = await countPostponed(tx, store, times);
  return { count, first: count === 0 ? [] : (await tx.rows<Row>(POSTPONED, [store, times, limit])).map(promiseOf) };
}

const NEXT_CHECK = prepared("promises.nextCheck", `select check_at from promises where store_id = $1 and state = 'open' order by check_at limit 1`);

export async function nextCheck(db: Tx, store: StoreId): Promise<Instant | undefined> {
  return (await db.rows<{ check_at: Instant }>(NEXT_CHECK, [store]))[0]?.check_at;
}

// ---------------------------------------------------------------- what is owed

const OWED_COUNTS = prepared(
  "promises.owedCounts",
  `select count(*) as broken, count(made_good_at) as made_good,
     count(*) filter (where made_good_at is null and waived_at is not null) as waived
   from promises where store_id = $1 and state = 'broken' and owed_to = 'customer'`,
);
const OWED = prepared(
  "promises.owed",
  `select ${COLUMNS} from promises
   where store_id = $1 and state = 'broken' and made_good_at is null and waived_at is null and owed_to = 'customer' order by due_at, promise_id limit $2`,
);

export async function owedCounts(db: Db, store: StoreId): Promise<{ broken: number; made_good: number; waived: number }> {
  return (await db.rows<{ broken: number; made_good: number; waived: number }>(OWED_COUNTS, [store]))[0] ?? { broken: 0, made_good: 0, waived: 0 };
}

export async function owed(db: Db, store: StoreId, limit: number): Promise<StorePromise[]> {
  return (await db.rows<Row>(OWED, [store, limit])).map(promiseOf);
}

const OWED_STILL = `from promises where store_id = $1 and state = 'broken' and made_good_at is null and waived_at is null and owed_to = 'customer'`;
const OWED_APART = prepared("promises.owedApart", `select count(*) filter (where settled_at >= ms($2)) as fresh, count(*) filter (where settled_at < ms($2)) as older ${OWED_STILL}`);
const OWED_FRESH = prepared("promises.owedFresh", `select ${COLUMNS} ${OWED_STILL} and settled_at >= ms($2) order by due_at, promise_id limit $3`);
const OWED_OLDER = prepared("promises.owedOlder", `select ${COLUMNS} ${OWED_STILL} and settled_at < ms($2) order by due_at, promise_id limit $3`);

export type OwedAge = "fresh" | "older";

/** What is owed still, apart by whether it broke since a moment or before. */
export async function countOwed(tx: Tx, store: StoreId, since: Instant): Promise<Readonly<Record<OwedAge, number>>> {
  return (await tx.rows<Record<OwedAge, number>>(OWED_APART, [store, since]))[0] ?? { fresh: 0, older: 0 };
}

export async function owedOf(tx: Tx, store: StoreId, age: OwedAge, since: Instant, limit: number): Promise<StorePromise[]> {
  return (await tx.rows<Row>(age === "fresh" ? OWED_FRESH : OWED_OLDER, [store, since, limit])).map(promiseOf);
}

// ---------------------------------------------------------------- for screens

const COUNTS = prepared(
  "promises.counts",
  `select count(*) filter (where state in ('open', 'suspended')) as open,
     count(*) filter (where state = 'open' and due_at <= ms($2)) as "atRisk",
     count(*) filter (where state = 'kept') as kept,
     count(*) filter (where state = 'broken') as broken,
     count(*) filter (where state = 'broken' and made_good_at is not null) as "madeGood"
   from promises where store_id = $1 and owed_to = 'customer'`,
);
const AHEAD = prepared(
  "promises.ahead",
  `select ${COLUMNS} from promises where store_id = $1 and state = 'open' and owed_to = 'customer' and due_at > ms($2) order by due_at, promise_id limit $3`,
);
const OWED_LATELY = prepared(
  "promises.owedLately",
  `select ${COLUMNS} from promises
   where store_id = $1 and state = 'broken' and made_good_at is null and waived_at is null and owed_to = 'customer' order by settled_at desc, due_at, promise_id limit $2`,
);

export interface PromiseCounts {
  readonly open: number;
  /** Of the open ones, those due before the moment that was asked for. */
  readonly atRisk: number;
  readonly kept: number;
  readonly broken: number;
  readonly madeGood: number;
}

export async function promiseCounts(db: Tx, store: StoreId, dueBefore: Instant): Promise<PromiseCounts> {
  return (await db.rows<PromiseCounts>(COUNTS, [store, dueBefore]))[0] ?? { open: 0, atRisk: 0, kept: 0, broken: 0, madeGood: 0 };
}

export async function ahead(db: Tx, store: StoreId, now: Instant, limit: number): Promise<StorePromise[]> {
  return (await db.rows<Row>(AHEAD, [store, now, limit])).map(promiseOf);
}

export async function owedLately(db: Tx, store: StoreId, limit: number): Promise<StorePromise[]> {
  return (await db.rows<Row>(OWED_LATELY, [store, limit])).map(promiseOf);
}

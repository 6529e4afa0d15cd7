import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { Logger, run, runMigrations, type Runner } from "graphile-worker";
import { sql } from "../src/base/db.ts";
import { type StoreId, systemRandom } from "../src/base/ids.ts";
import type { Log, Ports } from "../src/base/ports.ts";
import { instant, type Instant } from "../src/base/time.ts";
import type { OrderDoc } from "../src/commerce/index.ts";
import { nextCheckAt, sweepDue, type SweepContext } from "../src/promises/index.ts";
import { connect, type Database, migrate } from "../src/server/database/index.ts";
import { startDisposablePostgres } from "../src/server/postgres/index.ts";

/** How late promises break, from their due time to the commit. */
export interface Lateness {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface PromiseFigures {
  readonly duePerSecond: number;
  readonly seconds: number;
  readonly runs: number;
  /** Medians of the runs. */
  readonly lateness: Readonly<Record<Contender, Lateness>>;
  /** Medians of the runs' ratios of the p99. */
  readonly ratios: { readonly millionToTenThousand: number; readonly toGraphileWorker: number };
}

type Contender = "10,000 open" | "1,000,000 open" | "graphile-worker, its defaults" | "graphile-worker, batching";

const RUNS = 5;
const SECONDS = 5;
const DUE_PER_SECOND = 1_000;
const DUE = SECONDS * DUE_PER_SECOND;
const FEW = 10_000;
const MANY = 1_000_000;
/** Rows a statement while preparing, well inside the limit of a statement's time. */
const CHUNK = 10_000;
/** Everything is in place before the first one is due. */
const HEAD_START_MS = 4_000;
/** What is not done by then counts as this late, which is less than it is. */
const GIVE_UP_MS = 60_000;
/** graphile-worker's own benchmark runs with 24. */
const GRAPHILE_CONCURRENCY = 24;
/** Its settings for throughput: jobs fetched and completed in batches; and polled for often, since a job's time wakes nobody. */
const BATCHING = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0, pollInterval: 100 };
const FAR = Date.UTC(2090, 0, 1);

const QUIET: Log = { info: () => {}, warn: () => {}, error: (fields, message) => console.error(message, fields) };
const MIGRATIONS = join(import.meta.dirname, "../db/migrations");
const SILENT = new Logger(() => () => {});

const clockNow = (): Instant => instant(performance.timeOrigin + performance.now());

/**
 * Promises that come due at 1,000 a second while 10,000 or a million are open: how long after its due time each is
 * broken and committed, under its order's lock. graphile-worker does the same work, one job a promise, with a
 * million jobs scheduled, as it comes and tuned for throughput. The contenders take turns within each run. Takes about five minutes.
 */
export async function benchPromises(): Promise<PromiseFigures> {
  const postgres = await startDisposablePostgres(QUIET, {});
  const db = connect(postgres.url, { max: 4 });
  try {
    await migrate(postgres.url, MIGRATIONS, instant(0));
    await runMigrations({ connectionString: postgres.url });
    await prepareStore(db, "few", FEW);
    await prepareStore(db, "many", MANY);
    await prepareStore(db, "jobs", 0);
    await prepareJobs(db);
    for (const table of ["orders", "promises", "graphile_worker._private_jobs"]) await db.rows(sql(`vacuum analyze ${table}`));
    const measured = new Map<Contender, Lateness[]>();
    for (let round = 0; round < RUNS; round += 1) {
      for (const [name, measure] of contenders(db, postgres.url)) {
        const found = await measure(round);
        console.error(`run ${round + 1} of ${RUNS}, ${name}: p50 ${found.p50Ms} ms, p99 ${found.p99Ms} ms`);
        measured.set(name, [...(measured.get(name) ?? []), found]);
        await db.rows(sql("vacuum promises"));
        await db.rows(sql("vacuum graphile_worker._private_jobs"));
      }
    }
    return figures(measured);
  } finally {
    await db.end();
    await postgres.stop();
  }
}

function contenders(db: Database, url: string): [Contender, (round: number) => Promise<Lateness>][] {
  return [
    ["10,000 open", (round) => measureSweep(db, "few" as StoreId, round)],
    ["1,000,000 open", (round) => measureSweep(db, "many" as StoreId, round)],
    ["graphile-worker, its defaults", (round) => measureGraphile(db, url, `run${round}-defaults`, {})],
    ["graphile-worker, batching", (round) => measureGraphile(db, url, `run${round}-batching`, BATCHING)],
  ];
}

/** A store whose `open` promises, each of an order of its own, are due in the distant future. */
async function prepareStore(db: Database, store: string, open: number): Promise<void> {
  await db.rows(sql("insert into stores (store_id, sample, epoch, alive_at, created_at) values ($1, false, 1, ms(0), ms(0))"), [store]);
  for (let done = 0; done < open; done += CHUNK) {
    await insertOrders(db, store, `far${done}`, CHUNK);
    await insertPromises(db, store, `far${done}`, CHUNK, FAR, 0);
  }
}

async function prepareJobs(db: Database): Promise<void> {
  await db.rows(sql(`insert into graphile_worker._private_tasks (identifier) values ('break') on conflict do nothing`));
  for (let done = 0; done < MANY; done += CHUNK) {
    await db.rows(
      sql(`insert into graphile_worker._private_jobs (task_id, payload, run_at)
        select t.id, json_build_object('n', n), ms($1) from graphile_worker._private_tasks t, generate_series(1, ${CHUNK}) n`),
      [FAR],
    );
  }
}

/** Promises that will come due one after the other; answers when. Analysed, so that everybody's plans know of them. */
async function comeDue(db: Database, store: string, name: string): Promise<number> {
  await insertOrders(db, store, name, DUE);
  const from = clockNow() + HEAD_START_MS;
  await insertPromises(db, store, name, DUE, from, 1_000 / DUE_PER_SECOND);
  await db.rows(sql("analyze promises"));
  return from;
}

async function insertOrders(db: Database, store: string, name: string, count: number): Promise<void> {
  const doc: OrderDoc = { payments: {}, refunds: {}, parcels: {}, fulfilments: {}, disputes: {}, said: {} };
  await db.rows(
    sql(`insert into orders (store_id, order_id, reference, spoken_ref, doc, token_hash, page_expires_at, first_seen_at, touched_at)
      select $1, $2 || '/' || n, '#' || n, $2 || n, $4::jsonb, md5($1 || $2 || n), ms(0), ms(0), ms(0) from generate_series(1, $3::int) n`),
    [store, name, count, JSON.stringify(doc)],
  );
}

async function insertPromises(db: Database, store: string, name: string, count: number, from: number, everyMs: number): Promise<void> {
  await db.rows(
    sql(`insert into promises (store_id, promise_id, kind, order_id, thing, rule, playbook, owed_to, owner, basis, rests_on, made_at, due_at, check_at, state)
      select $1, md5($1 || $2 || n)::uuid, 'refund_by', $2 || '/' || n, 'case/' || n, 'r', 'b', 'customer', 'finance', '{"kind":"policy"}', '{}', ms(0),
        ms($4::bigint + (n * $5::float8)::bigint), ms($4::bigint + (n * $5::float8)::bigint), 'open'
      from generate_series(1, $3::int) n`),
    [store, name, count, from, everyMs],
  );
}

/** The product's own loop: sleep until the next look, sweep until nothing is left, and again. */
async function measureSweep(db: Database, store: StoreId, round: number): Promise<Lateness> {
  const from = await comeDue(db, store, `run${round}`);
  const ports: Ports = { db, clock: { now: clockNow }, random: systemRandom, log: QUIET };
  const context: SweepContext = { sources: { shop: [], payments: [], carriers: [], trackers: [] }, readUpTo: async () => new Map() };
  const late: number[] = [];
  while (late.length < DUE) {
    const next = (await nextCheckAt(db, store)) ?? Infinity;
    if (next > from + GIVE_UP_MS) throw new Error(`Only ${late.length} of ${DUE} promises were swept`);
    const pause = next - (performance.timeOrigin + performance.now());
    if (pause > 0) await wait(Math.ceil(pause));
    const dueTimes: number[] = [];
    await sweepDue(ports, store, context, async (_tx, _store, _orders, changes) => void dueTimes.push(...changes.map(({ promise }) => promise.dueAt)));
    const committed = performance.timeOrigin + performance.now();
    late.push(...dueTimes.map((due) => committed - due));
  }
  return lateness(late);
}

/** The same work as one job a promise: lock the order, break the promise, commit. */
async function measureGraphile(db: Database, url: string, name: string, settings: Partial<typeof BATCHING>): Promise<Lateness> {
  await comeDue(db, "jobs", name);
  await db.rows(
    sql(`insert into graphile_worker._private_jobs (task_id, payload, run_at)
      select t.id, json_build_object('order', p.order_id, 'promise', p.promise_id, 'due', extract(epoch from p.due_at) * 1000), p.due_at
      from promises p, graphile_worker._private_tasks t where p.store_id = 'jobs' and p.order_id like $1 || '/%'`),
    [name],
  );
  const work = connect(url, { max: GRAPHILE_CONCURRENCY });
  const pgPool = new pg.Pool({ connectionString: url, max: GRAPHILE_CONCURRENCY + 2 });
  // A connection that breaks is replaced; graphile-worker asks for both handlers.
  pgPool.on("error", () => {}).on("connect", (client) => void client.on("error", () => {}));
  const late: number[] = [];
  const done = Promise.withResolvers<void>();
  const runner: Runner = await run({
    pgPool,
    noHandleSignals: true,
    preset: { worker: { concurrentJobs: GRAPHILE_CONCURRENCY, logger: SILENT, ...settings } },
    taskList: {
      break: async (payload) => {
        const job = payload as { order: string; promise: string; due: number };
        await breakOne(work, job);
        late.push(performance.timeOrigin + performance.now() - job.due);
        if (late.length === DUE) done.resolve();
      },
    },
  });
  await Promise.race([done.promise, wait(GIVE_UP_MS, undefined, { ref: false })]);
  await runner.stop();
  await pgPool.end();
  await work.end();
  await db.rows(sql("delete from graphile_worker._private_jobs where run_at < ms($1)"), [FAR]);
  return lateness([...late, ...Array<number>(Math.max(0, DUE - late.length)).fill(GIVE_UP_MS)]);
}

async function breakOne(work: Database, job: { order: string; promise: string }): Promise<void> {
  await work.transaction(async (tx) => {
    await tx.rows({ name: "lock", text: "select order_id, spoken_ref, doc, redacted_at from orders where store_id = 'jobs' and order_id = $1 for update" }, [job.order]);
    await tx.rows({ name: "break", text: "update promises set state = 'broken', settled_at = due_at, because = 'the time ran out' where store_id = 'jobs' and promise_id = $1 and state = 'open'" }, [job.promise]);
  });
}

function lateness(late: number[]): Lateness {
  const sorted = late.sort((a, b) => a - b);
  const at = (share: number): number => Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN) * 10) / 10;
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

function figures(measured: ReadonlyMap<Contender, readonly Lateness[]>): PromiseFigures {
  const runs = (name: Contender): readonly Lateness[] => measured.get(name) ?? [];
  const medianOf = (name: Contender, field: keyof Lateness): number => median(runs(name).map((each) => each[field]));
  const ratio = (name: Contender, to: readonly Contender[]): number =>
    Math.round(1_000 * median(runs(name).map((each, round) => each.p99Ms / Math.min(...to.map((other) => runs(other)[round]?.p99Ms ?? NaN))))) / 1_000;
  const graphile = [...measured.keys()].filter((name) => name.startsWith("graphile"));
  return {
    duePerSecond: DUE_PER_SECOND,
    seconds: SECONDS,
    runs: RUNS,
    lateness: Object.fromEntries([...measured.keys()].map((name) => [name, { p50Ms: medianOf(name, "p50Ms"), p99Ms: medianOf(name, "p99Ms"), maxMs: medianOf(name, "maxMs") }])) as Record<Contender, Lateness>,
    // Against the better of graphile-worker's settings in the same run.
    ratios: { millionToTenThousand: ratio("1,000,000 open", ["10,000 open"]), toGraphileWorker: ratio("1,000,000 open", graphile) },
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

if (import.meta.main) {
  const result = await benchPromises();
  console.table(result.lateness);
  console.table(result.ratios);
  console.log(JSON.stringify(result));
}

import { createHash } from "node:crypto";
import { join } from "node:path";
import { sql } from "../base/db.ts";
import { invariant } from "../base/errors.ts";
import type { StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { instant, plus, type Instant, type Milliseconds } from "../base/time.ts";
import type { OrderView } from "../commerce/index.ts";
import { detect } from "../detection/index.ts";
import { AT, orderNamed, type Change } from "../../test/known-orders.ts";
import { loadPlaybooks, type Playbook } from "../playbooks/index.ts";
import { keepLedger, promisesOfOrders, type Calendar, type LedgerChange, type StorePromise } from "../promises/index.ts";
import { testDatabase, type TestDatabase } from "../server/database/testing.ts";
import { casesOfOrder, openCases, recordStandings, reviseCases, type CaseView, type Evidence, type HeardOf, type IncidentContext, type LiveBook, type Recall } from "./index.ts";

const CALENDAR: Calendar = { zone: "UTC", weekend: [6, 7], holidays: new Set() };

/** A store on a real database with the two playbooks, and the part of the pipeline up to notices. For tests. */
export interface World {
  readonly store: StoreId;
  readonly ports: Ports;
  readonly context: IncidentContext;
  readonly playbooks: readonly Playbook[];
  now(): Instant;
  pass(ms: Milliseconds): void;
  /** What the pipeline does with an order that was touched: ledger, detection, cases. */
  apply(...orders: readonly OrderView[]): Promise<void>;
  /** Breaks the order's open promises of a kind by the clock, as the sweep does. */
  breakByClock(order: OrderView, kind: StorePromise["kind"]): Promise<void>;
  /** An order of its own, which can be looked at again with more known of it. */
  anOrder(): (...changes: readonly Change[]) => OrderView;
  cases(order: OrderView): Promise<readonly CaseView[]>;
  standings(order: OrderView): Promise<readonly CaseView["standing"][]>;
  notices(order: OrderView): Promise<readonly NoticeSeen[]>;
  /** Marks the order's new notices as expanded and pretends that their mail is where `state` says. Answers the message ids. */
  expand(order: OrderView, state: string): Promise<readonly string[]>;
  /** What outreach comes to know of a notice. */
  evidence(noticeId: string | undefined, evidence: Evidence): Promise<void>;
  /** The order's newest notice is expanded, and has arrived. */
  told(order: OrderView): Promise<void>;
  /** What had arrived, as was held, comes back. */
  comesBack(noticeId: string | undefined): Promise<void>;
  /** Notices that outreach is able to take back when asked. */
  readonly recallable: Set<string>;
  /** Notices of which nobody knows whether they left. */
  readonly inDoubt: Set<string>;
  live: LiveBook;
  close(): Promise<void>;
}

export interface NoticeSeen {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly revision: number;
  readonly statement: number;
  readonly money: string;
  readonly causeAt: Instant;
}

export async function openWorld(): Promise<World> {
  const store = "shop" as StoreId;
  const database = await testDatabase();
  const loaded = await loadPlaybooks(join(import.meta.dirname, "../../playbooks"));
  invariant(loaded.ok, "the playbooks to load");
  let now = AT;
  let made = 0;
  const ports = portsOf(database, () => now);
  const recallable = new Set<string>();
  const inDoubt = new Set<string>();
  const recall: Recall = async (_tx, _store, ids) => ({ back: new Set(ids.filter((id) => recallable.has(id))), inDoubt: new Set(ids.filter((id) => inDoubt.has(id))) });
  const heardOf: HeardOf = async (tx, _store, ids) => {
    const sent = await tx.rows<{ id: string; at: Instant }>(sql(`select notice_id as id, state_at as at from messages where notice_id = any($1::uuid[]) and state = 'delivered'`), [ids]);
    return sent.map(({ id, at }) => ({ noticeId: id, evidence: { kind: "told", at, messageId: id } }));
  };
  const context: IncidentContext = { playbooks: loaded.value, calendar: CALENDAR, trackers: [], recall, heardOf, openWays: () => Promise.resolve(new Set()) };
  await database.db.rows(sql(`insert into stores (store_id, sample, epoch, alive_at, created_at) values ($1, false, 1, ms($2), ms($2))`), [store, AT]);
  const world: World = {
    store,
    ports,
    context,
    playbooks: loaded.value,
    recallable,
    inDoubt,
    live: { speaksSince: () => instant(0) },
    now: () => now,
    pass: (ms) => void (now = plus(now, ms)),
    apply: (...orders) => settle(world, orders, undefined),
    breakByClock: (order, kind) => settle(world, [order], (promises) => promises.filter((promise) => promise.state === "open" && promise.kind === kind)),
    anOrder: () => {
      const id = `shopify/${(made += 1)}`;
      return (...changes) => orderNamed(id, ...changes);
    },
    cases: (order) => casesOfOrder(ports.db, store, order.orderId),
    standings: async (order) => (await world.cases(order)).map(({ standing }) => standing),
    notices: (order) => noticesOf(world, order),
    expand: (order, state) => expand(world, order, state),
    evidence: (noticeId = "", evidence) => ports.db.transaction((tx) => recordStandings(tx, store, [{ noticeId, evidence }], context, now)),
    told: async (order) => {
      const [messageId = ""] = await world.expand(order, "delivered");
      await world.evidence((await world.notices(order)).at(-1)?.id, { kind: "told", at: now, messageId });
    },
    comesBack: async (noticeId) => {
      await ports.db.rows(sql("update messages set state = 'bounced' where notice_id = $1"), [noticeId]);
      await world.evidence(noticeId, { kind: "reopened", at: now, why: "bounced" });
    },
    close: () => database.drop(),
  };
  return world;
}

function portsOf(database: TestDatabase, now: () => Instant): Ports {
  let drawn = 0;
  const random = { bytes: (count: number) => createHash("sha512").update(`${(drawn += 1)}`).digest().subarray(0, count) };
  return { db: database.db, clock: { now }, random, log: { info: () => {}, warn: () => {}, error: () => {} } };
}

async function settle(world: World, orders: readonly OrderView[], breaking: ((promises: readonly StorePromise[]) => readonly StorePromise[]) | undefined): Promise<void> {
  const { store, ports, context, playbooks } = world;
  await ports.db.transaction(async (tx) => {
    await tx.rows(
      sql(`insert into orders (store_id, order_id, reference, spoken_ref, customer_id, doc, token_hash, page_expires_at, first_seen_at, touched_at)
           select $1, x."orderId", x.reference, x."spokenRef", x.contact->>'customerId', x.doc, md5(x."orderId"), ms($3), ms($3), ms($3)
           from jsonb_to_recordset($2::jsonb) as x("orderId" text, reference text, "spokenRef" text, contact jsonb, doc jsonb)
           on conflict (store_id, order_id) do update set doc = excluded.doc`),
      [store, JSON.stringify(orders), world.now()],
    );
    const changes: LedgerChange[] = [...(await keepLedger(tx, store, orders, playbooks, { calendar: CALENDAR, sources: { shop: ["shopify"], payments: ["stripe"], carriers: [], trackers: [] } }, world.now()))];
    if (breaking !== undefined) {
      for (const promise of breaking(await promisesOfOrders(tx, store, orders.map((order) => order.orderId)))) {
        await tx.rows(sql(`update promises set state = 'broken', settled_at = due_at where store_id = $1 and promise_id = $2`), [store, promise.id]);
        changes.push({ promise: { ...promise, state: "broken", settledAt: promise.dueAt }, from: "open" });
      }
    }
    const findings = orders.flatMap((order) => detect(playbooks, order, changes.filter((change) => change.promise.orderId === order.orderId)));
    await openCases(tx, store, findings, world.live, context, world.now());
    await reviseCases(tx, store, orders, context, world.now());
  });
}

function noticesOf({ ports, store }: World, order: OrderView): Promise<NoticeSeen[]> {
  return ports.db.rows<NoticeSeen>(
    sql(`select notice_id as id, kind, state, facts_revision as revision, statement_version as statement, facts->'choices'->>'money' as money, cause_at as "causeAt"
         from notices where store_id = $1 and order_id = $2 order by written_at, facts_revision, notice_id`),
    [store, order.orderId],
  );
}

async function expand({ ports, store, now }: World, order: OrderView, state: string): Promise<string[]> {
  const rows = await ports.db.rows<{ id: string }>(
    sql(`with expanded as (update notices set state = 'expanded' where store_id = $1 and order_id = $2 and state = 'new' returning *)
         insert into messages (store_id, message_id, notice_id, case_id, order_id, channel, address, address_hash, locale, cause_at, tell_by, ready_at, state, state_at, attempts, resends)
         select $1, notice_id, notice_id, case_id, order_id, 'email', 'ines@customer.example', 'hash', 'en', cause_at, tell_by, ms($4), $3, ms($4), 1, 0 from expanded
         returning message_id as id`),
    [store, order.orderId, state, now()],
  );
  return rows.map((row) => row.id);
}

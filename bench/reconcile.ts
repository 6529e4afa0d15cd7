import { sql, type Tx } from "../src/base/db.ts";
import type { StoreId } from "../src/base/ids.ts";
import { instant } from "../src/base/time.ts";
import { reconcile } from "../src/incidents/index.ts";
import { testDatabase } from "../src/server/database/testing.ts";

/**
 * How long the reconciliation of a large store takes: a million cases in 900,000 incidents, 1.1 million messages,
 * 100,000 broken promises. Prints milliseconds of each run; the first one is cold.
 *
 *     node bench/reconcile.ts [cases]
 */
const STORE = "bench" as StoreId;
const NOW = instant(Date.UTC(2026, 5, 1));
const RUNS = 6;
const CASES = 1_000_000;

export interface ReconcileFigures {
  readonly cases: number;
  /** Milliseconds: the first look, and the median of those after it. */
  readonly coldMs: number;
  readonly warmMs: number;
  /** What PostgreSQL needs on this machine to count as many numbers that it makes up: the load of the machine cancels out. */
  readonly countMs: number;
  readonly timesCount: number;
  readonly balanced: boolean;
}

/** Fills a store of its own with so many cases, and looks at it. */
export async function benchReconcile(cases = CASES): Promise<ReconcileFigures> {
  const database = await testDatabase();
  try {
    await database.db.transaction((tx) => fill(tx, cases));
    for (const table of ["incidents", "cases", "notices", "messages", "promises"]) await database.db.rows(sql(`vacuum analyze ${table}`));
    const looks: number[] = [];
    const counts: number[] = [];
    let balanced = true;
    for (let run = 0; run < RUNS; run += 1) {
      counts.push(await timed(() => database.db.rows(sql(`select count(*) from generate_series(1, $1::int)`), [cases])));
      looks.push(await timed(async () => void (balanced &&= (await reconcile(database.db, STORE, NOW)).balanced)));
    }
    const [coldMs = 0, ...warm] = looks;
    const warmMs = median(warm);
    const countMs = median(counts);
    return { cases, coldMs, warmMs, countMs, timesCount: Math.round((warmMs / countMs) * 10) / 10, balanced };
  } finally {
    await database.drop();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return Math.round(performance.now() - from);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

/** A hundred days of a store: 70 % told, 23 % handed over (1 % of them not presumed yet), 5 % excused, 1 % unreachable, 1 % due; 2 % of messages came back. */
async function fill(db: Tx, count: number): Promise<void> {
  // The rows are right by construction: checking their references would take most of the time.
  await db.rows(sql(`do $$ declare c record; begin
    for c in select conrelid::regclass as tab, conname from pg_constraint where contype = 'f' loop execute format('alter table %s drop constraint %I', c.tab, c.conname); end loop; end $$`));
  await db.rows(sql(`set local statement_timeout = 0`));
  const scattered = (salt: string, n = "n"): string => `md5('${salt}' || ${n})::uuid`;
  const at = "ms($2)";
  const now = NOW;
  await db.rows(sql(`insert into stores (store_id, sample, epoch, alive_at, created_at) values ($1, false, 1, ${at}, ${at})`), [STORE, now]);
  await db.rows(sql(`insert into playbook_versions values ($1, 'cancelled-by-store', 'v1', '{"title": "Order cancelled by the store"}', ${at})`), [STORE, now]);
  await db.rows(
    sql(`insert into incidents select $1, ${scattered("incident")}, 'cancelled-by-store', 'v1', '{}', false, ${at}, null from generate_series(1, $3::int) n order by 2`),
    [STORE, now, Math.ceil(count * 0.9)],
  );
  const place = (n: string): string => `case when ${n} % 100 < 70 then 'told' when ${n} % 100 < 93 then 'handed_over' when ${n} % 100 < 98 then 'excused' when ${n} % 100 < 99 then 'unreachable' else 'due' end`;
  await db.rows(
    sql(`insert into cases (store_id, case_id, incident_id, recipient, order_id, cause, opened_at, facts, facts_revision, tell_by, standing, standing_why, presumed_at, notice_id, told_message, told_at)
         select $1, ${scattered("case")}, ${scattered("incident", "(1 + n % $3::int)")}, 'customer/shopify/' || (n * 7 / 8), 'shopify/' || n, 'cancelled', ${at},
                '{"choices": {"reason": "inventory", "money": "due"}, "values": {"amount": {"money": {"minor": 39800, "currency": "USD"}}, "refund_by": {"day": 1780272000000}}}',
                1, ms($2 + 3600000), s.standing, case s.standing when 'excused' then 'shadow' when 'unreachable' then 'bounced' end,
                case when s.standing = 'handed_over' then ms($2 + 14400000 - (n / 100 % 100) * 86400000::bigint) end, ${scattered("notice")},
                case when s.standing = 'told' then ${scattered("message")} end, case when s.standing = 'told' then ms($2 - (n / 100 % 100) * 86400000::bigint) end
         from generate_series(1, $4::int) n, lateral (select ${place("n")} as standing) s order by 2`),
    [STORE, now, Math.ceil(count * 0.9), count],
  );
  await db.rows(
    sql(`insert into notices (store_id, notice_id, incident_id, recipient, case_id, order_id, kind, statement_version, facts_revision, facts, cause_at, written_at, tell_by, state)
         select store_id, notice_id, incident_id, recipient, case_id, order_id, 'first', 1, 1, facts, opened_at, opened_at, tell_by, 'expanded' from cases where store_id = $1`),
    [STORE],
  );
  await db.rows(
    sql(`insert into messages (store_id, message_id, notice_id, case_id, order_id, channel, address, address_hash, locale, cause_at, tell_by, ready_at, state, state_at, attempts, resends)
         select $1, ${scattered("message")}, ${scattered("notice")}, ${scattered("case")}, 'shopify/' || n, 'email', n || '@example.com', md5(n::text), 'en', ${at}, ${at}, ${at},
                case s.standing when 'told' then 'delivered' when 'handed_over' then 'accepted' when 'excused' then 'shadow' when 'unreachable' then 'bounced' else 'ready' end, ${at}, 1, 0
         from generate_series(1, $3::int) n, lateral (select ${place("n")} as standing) s
         union all
         select $1, ${scattered("bounced")}, ${scattered("notice")}, ${scattered("case")}, 'shopify/' || n, 'sms', '+1' || n, md5(n::text), 'en', ${at}, ${at}, ${at}, case when n % 100 = 1 then 'bounced' else 'delivered' end, ${at}, 1, 0
         from generate_series(1, $3::int, 10) n
         order by 2`),
    [STORE, now, count],
  );
  await db.rows(
    sql(`insert into promises (store_id, promise_id, kind, order_id, thing, rule, playbook, owed_to, owner, basis, rests_on, made_at, due_at, check_at, state, settled_at, case_id, made_good_at)
         select $1, ${scattered("promise")}, 'refund_by', 'shopify/' || n, 'refund/' || n, 'refund-48h', 'refund-idle', 'customer', 'finance', '{"kind": "policy"}', '{}', ${at}, ${at}, ${at},
                case when n % 10 = 0 then 'broken' else 'kept' end, ${at}, case when n % 10 = 0 then ${scattered("case")} end, case when n % 20 = 0 then ${at} end
         from generate_series(1, $3::int) n order by 2`),
    [STORE, now, count],
  );
}

if (import.meta.main) console.log(JSON.stringify(await benchReconcile(Number(process.argv[2] ?? CASES)), null, 2));

import { batched, prepared, sql, type Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { OpenPage, OpenTask, PageRequest, TaskRequest } from "./core/model.ts";

const LOCK_PAGES = prepared(
  "people.lockPages",
  `select from pages where store_id = $1 and ((about = any($2::text[]) and closed_at is null) or page_id = any($3::uuid[])) order by page_id for update`,
);

/**
 * Locks the open pages about these things, and those with these ids. Whoever changes several pages has locked them
 * ascending by id before, here or in the statement itself, so that two who meet never wait for each other.
 */
export async function lockPages(tx: Tx, store: StoreId, about: readonly string[], ids: readonly string[]): Promise<void> {
  await tx.rows(LOCK_PAGES, [store, about, ids]);
}

/** A page that was closed at this very moment and is needed again: it has the same id, so it is opened anew. */
const REOPEN_PAGES = batched(
  "people.reopenPages",
  `update pages p set closed_at = null, acknowledged_at = null, acknowledged_by = null, next_at = ms($2), why = x.why
   from json_to_recordset($3::json) as x(id uuid, about text, why text)
   where p.store_id = $1 and p.page_id = x.id and p.closed_at is not null
     and not exists (select from pages o where o.store_id = $1 and o.about = x.about and o.closed_at is null)`,
);

/** The newest words win while a page is open; its calls go on as they were. */
const INSERT_PAGES = prepared(
  "people.insertPages",
  `insert into pages (store_id, page_id, about, why, opened_at, step, next_at)
   select $1, x.id, x.about, x.why, ms($2), 0, ms($2)
   from json_to_recordset($3::json) as x(id uuid, about text, why text) order by x.about
   on conflict (store_id, about) where closed_at is null do update set why = excluded.why`,
);

/** Opens pages, or renews their words. The caller has locked them. */
export async function insertPages(tx: Tx, store: StoreId, pages: readonly (PageRequest & { id: string })[], now: Instant): Promise<void> {
  const rows = JSON.stringify(pages);
  await tx.rows(REOPEN_PAGES, [store, now, rows]);
  await tx.rows(INSERT_PAGES, [store, now, rows]);
}

/** Closes what is open about these things. The caller has locked it. */
export async function closePagesAbout(tx: Tx, store: StoreId, about: readonly string[], now: Instant): Promise<void> {
  await tx.rows(
    batched("people.closePages", `update pages set closed_at = ms($3), next_at = null where store_id = $1 and about = any($2::text[]) and closed_at is null`),
    [store, about, now],
  );
}

export interface DuePage {
  readonly pageId: string;
  readonly about: string;
  readonly why: string;
  readonly openedAt: Instant;
  readonly step: number;
}

const CLAIM_CALLS = batched(
  "people.claimCalls",
  `select page_id as "pageId", about, why, opened_at as "openedAt", step
   from pages where store_id = $1 and next_at <= ms($2) and closed_at is null and acknowledged_at is null
   order by next_at, page_id limit $3 for update skip locked`,
);

export function claimCalls(tx: Tx, store: StoreId, now: Instant, limit: number): Promise<DuePage[]> {
  return tx.rows<DuePage>(CLAIM_CALLS, [store, now, limit]);
}

export interface Call {
  readonly pageId: string;
  readonly step: number;
  readonly person: string;
  readonly tokenHash: string;
  readonly nextAt: Instant;
}

/** The pages were locked when they were claimed. */
const INSERT_CALLS = batched(
  "people.insertCalls",
  `with called as (
     insert into page_calls (store_id, page_id, step, person, token_hash, called_at)
     select $1, x."pageId", x.step, x.person, x."tokenHash", ms($2)
     from json_to_recordset($3::json) as x("pageId" uuid, step integer, person text, "tokenHash" text)
   )
   update pages p set step = x.step + 1, next_at = ms(x."nextAt")
   from json_to_recordset($3::json) as x("pageId" uuid, step integer, "nextAt" bigint)
   where p.store_id = $1 and p.page_id = x."pageId"`,
);

export async function insertCalls(tx: Tx, store: StoreId, calls: readonly Call[], now: Instant): Promise<void> {
  await tx.rows(INSERT_CALLS, [store, now, JSON.stringify(calls)]);
}

export interface CallSettled {
  readonly pageId: string;
  readonly step: number;
  readonly outcome: string;
  /** Set where the mail did not leave: the next call comes this early. */
  readonly nextAt: Instant | null;
}

const SETTLE_CALLS = batched(
  "people.settleCalls",
  `with said as (
     update page_calls c set outcome = x.outcome
     from json_to_recordset($2::json) as x("pageId" uuid, step integer, outcome text)
     where c.store_id = $1 and c.page_id = x."pageId" and c.step = x.step
   ), held as (
     select p.page_id, x."nextAt" from pages p join json_to_recordset($2::json) as x("pageId" uuid, "nextAt" bigint) on p.page_id = x."pageId"
     where p.store_id = $1 and x."nextAt" is not null and p.closed_at is null and p.acknowledged_at is null
     order by p.page_id for update of p
   )
   update pages p set next_at = least(p.next_at, ms(held."nextAt")) from held where p.store_id = $1 and p.page_id = held.page_id`,
);

export async function settleCalls(tx: Tx, store: StoreId, settled: readonly CallSettled[]): Promise<void> {
  await tx.rows(SETTLE_CALLS, [store, JSON.stringify(settled)]);
}

export interface CalledPage {
  readonly store: StoreId;
  readonly pageId: string;
  readonly about: string;
  readonly why: string;
  readonly person: string;
  readonly acknowledgedAt: Instant | null;
  readonly acknowledgedBy: string | null;
  readonly closedAt: Instant | null;
}

export function pagesByTokens(tx: Tx, hashes: readonly string[]): Promise<CalledPage[]> {
  return tx.rows<CalledPage>(
    batched(
      "people.pagesByTokens",
      `select p.store_id as store, p.page_id as "pageId", p.about, p.why, c.person,
              p.acknowledged_at as "acknowledgedAt", p.acknowledged_by as "acknowledgedBy", p.closed_at as "closedAt"
       from page_calls c join pages p on p.store_id = c.store_id and p.page_id = c.page_id
       where c.token_hash = any($1::text[]) order by p.opened_at, p.page_id`,
    ),
    [hashes],
  );
}

/** The first acknowledgement counts; later ones change nothing. */
export async function markAcknowledged(tx: Tx, store: StoreId, pageIds: readonly string[], who: string, now: Instant): Promise<void> {
  await tx.rows(
    batched(
      "people.acknowledge",
      `with held as (
         select page_id from pages where store_id = $1 and page_id = any($2::uuid[]) and acknowledged_at is null and closed_at is null
         order by page_id for update
       )
       update pages p set acknowledged_at = ms($4), acknowledged_by = $3, next_at = null from held where p.store_id = $1 and p.page_id = held.page_id`,
    ),
    [store, pageIds, who, now],
  );
}

type OpenPageRow = Pick<OpenPage, "pageId" | "about" | "why" | "openedAt" | "calls"> & {
  readonly lastCalled: string | null;
  readonly nextCallAt: Instant | null;
  readonly acknowledgedAt: Instant | null;
  readonly acknowledgedBy: string | null;
};

/** Screens show the oldest open pages first, and no more than fit. */
export function selectOpenPages(tx: Tx, store: StoreId, limit: number): Promise<OpenPageRow[]> {
  return tx.rows(
    prepared(
      "people.openPages",
      `select p.page_id as "pageId", p.about, p.why, p.opened_at as "openedAt", p.step as calls, c.person as "lastCalled",
              p.next_at as "nextCallAt", p.acknowledged_at as "acknowledgedAt", p.acknowledged_by as "acknowledgedBy"
       from pages p left join page_calls c on c.store_id = p.store_id and c.page_id = p.page_id and c.step = p.step - 1
       where p.store_id = $1 and p.closed_at is null order by p.opened_at, p.page_id limit $2`,
    ),
    [store, limit],
  );
}

export async function insertTasks(tx: Tx, store: StoreId, tasks: readonly (TaskRequest & { id: string })[]): Promise<void> {
  await tx.rows(
    prepared(
      "people.insertTasks",
      `insert into tasks (store_id, task_id, about, owner, what, due_at)
       select $1, x.id, x.about, x.owner, x.what, ms(x."dueAt")
       from json_to_recordset($2::json) as x(id uuid, about text, owner text, what text, "dueAt" bigint) order by x.id
       on conflict do nothing`,
    ),
    [store, JSON.stringify(tasks)],
  );
}

export function markAnswered(tx: Tx, store: StoreId, taskId: string, who: string, answer: string, now: Instant): Promise<{ about: string }[]> {
  return tx.rows(
    sql(`update tasks set done_at = ms($5), done_by = $3, answer = $4 where store_id = $1 and task_id = $2 and done_at is null returning about`),
    [store, taskId, who, answer, now],
  );
}

export function selectOpenTasks(tx: Tx, store: StoreId, limit: number): Promise<OpenTask[]> {
  return tx.rows<OpenTask>(
    prepared(
      "people.openTasks",
      `select task_id as "taskId", about, owner, what, due_at as "dueAt" from tasks
       where store_id = $1 and done_at is null order by due_at, task_id limit $2`,
    ),
    [store, limit],
  );
}

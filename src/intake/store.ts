import { batched, prepared, sql, type Db, type Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { Imported, InboxRow, VerifiedDelivery } from "./core/delivery.ts";
import type { SourceHeard, WatchRule } from "./core/watermark.ts";

/** The channel that workers listen on. */
export const WAKE_CHANNEL = "makegood_work";

/** A delivery on its way into `inbox`. */
export interface NewRow {
  readonly store: StoreId;
  readonly inboxId: string;
  readonly source: string;
  readonly receivedAt: Instant;
  readonly delivery: VerifiedDelivery;
}

/*
 * One statement and one round trip for a whole flush. The bodies travel as one binary parameter and are cut up by
 * the server: an array of bytea would be sent as hexadecimal text, twice as long.
 * `sources` is touched at most once a second and only where nobody holds the row, so that flushes of the same
 * store neither wait for each other nor deadlock; being a second behind only makes us more careful.
 * A pause is noted where a silent source speaks again; one that no pull has covered yet grows instead.
 * The wake-up is sent once, and only when something was new. The answer names the duplicates, which are few.
 */
const append = prepared(
  "intake.append",
  `with arrived as (
     select * from json_to_recordset($1::json) as r(store_id text, inbox_id uuid, source text, dedupe_key text, kind text,
       headers jsonb, start int, length int, triggered bigint, received bigint, imported text)
   ), stored as (
     insert into inbox (store_id, inbox_id, source, dedupe_key, kind, headers, body, triggered_at, received_at, imported, state, attempts, retry_at)
     select store_id, inbox_id, source, dedupe_key, kind, headers, substring($2::bytea from start for length),
       ms(triggered), ms(received), imported, 'new', 0, ms(received)
     from arrived
     on conflict do nothing
     returning inbox_id
   ), heard as (
     select store_id, source, ms(max(received)) as heard_at, ms(max(least(coalesce(triggered, received), received))) as happened_at
     from arrived where $4::boolean group by store_id, source
   ), stale as (
     select s.store_id, s.source, h.heard_at - greatest(s.heard_at, s.pulled_until) > make_interval(secs => s.silent_after_ms / 1000.0) as was_silent
     from sources s join heard h using (store_id, source)
     where s.heard_at < h.heard_at - interval '1 second'
     for update of s skip locked
   ), touched as (
     update sources s set heard_at = h.heard_at, happened_at = greatest(s.happened_at, h.happened_at),
       pause_from = case when was_silent and (s.pause_until > coalesce(s.pulled_until, '-infinity')) is not true then greatest(s.heard_at, s.pulled_until) else s.pause_from end,
       pause_until = case when was_silent then h.heard_at else s.pause_until end
     from heard h join stale using (store_id, source)
     where s.store_id = h.store_id and s.source = h.source
   ), woken as (
     select pg_notify('${WAKE_CHANNEL}', $3) from (select from stored limit 1) as any_new
   )
   select inbox_id from arrived where inbox_id not in (select inbox_id from stored)
   union all select null from woken`,
);

/** Appends what a source delivered of its own accord, no id twice; returns the inbox ids of those that had come before. */
export function appendRows(db: Tx, rows: readonly NewRow[]): Promise<ReadonlySet<string>> {
  return appendAll(db, rows, true);
}

/** Appends what a source was asked for, or what a file tells of its past. It was not heard by that: how far a pull sees is `pulled_until`, and a late delivery after it still lags. */
export function appendPulled(db: Tx, rows: readonly NewRow[]): Promise<ReadonlySet<string>> {
  return appendAll(db, rows, false);
}

async function appendAll(db: Tx, rows: readonly NewRow[], isHeard: boolean): Promise<ReadonlySet<string>> {
  let start = 1;
  const listed = rows.map(({ store, inboxId, source, receivedAt, delivery }) => {
    const { dedupeKey, kind, headers, triggeredAt, body, imported } = delivery;
    const row = {
      store_id: store, inbox_id: inboxId, source, dedupe_key: dedupeKey, kind, headers,
      start, length: body.length, triggered: triggeredAt ?? null, received: receivedAt, imported: imported ?? null,
    };
    start += body.length;
    return row;
  });
  const bodies = Buffer.concat(rows.map(({ delivery }) => delivery.body));
  const payload = new Set(rows.map(({ store }) => store)).size === 1 ? (rows[0]?.store ?? "") : "";
  const known = await db.rows<{ inbox_id: string | null }>(append, [JSON.stringify(listed), bodies, payload, isHeard]);
  return new Set(known.flatMap(({ inbox_id: id }) => (id === null ? [] : [id])));
}

interface RawRow {
  readonly inbox_id: string;
  readonly source: string;
  readonly kind: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
  readonly triggered_at: Instant | null;
  readonly received_at: Instant;
  readonly imported: Imported | null;
  readonly attempts: number;
}

/** A row that this transaction holds. */
export interface ClaimedRow extends InboxRow {
  readonly attempts: number;
}

const COLUMNS = "inbox_id, source, kind, headers, body, triggered_at, received_at, imported, attempts";

const claim = batched(
  "intake.claim",
  `select ${COLUMNS} from inbox
   where store_id = $1 and state = 'new' and retry_at <= ms($2)
   order by (imported is not null), retry_at, received_at limit $3 for update skip locked`,
);

const claimOne = prepared(
  "intake.claimOne",
  `select ${COLUMNS} from inbox where store_id = $1 and inbox_id = $2 and state = 'new' for update skip locked`,
);

/** Claims up to `limit` rows that are due to be read, oldest first, and of a file only when nothing else waits; skips rows that other workers hold. */
export async function claimRows(tx: Tx, store: StoreId, now: Instant, limit: number): Promise<readonly ClaimedRow[]> {
  const rows = (await tx.rows<RawRow>(claim, [store, now, limit])).map(claimed);
  // Of one moment by their ids: an index in that order would be read whole again and again while deliveries pour in.
  return rows.sort((one, other) => Number(one.imported !== undefined) - Number(other.imported !== undefined) || one.receivedAt - other.receivedAt || (one.inboxId < other.inboxId ? -1 : 1));
}

const claimWaitingRows = prepared(
  "intake.claimWaiting",
  `select ${COLUMNS} from inbox where store_id = $1 and state = 'waiting' and settled_at <= ms($2) order by settled_at, inbox_id limit $3 for update skip locked`,
);

/** Claims rows that wait for their order since `since` or longer; skips those that just find it. */
export async function claimWaiting(tx: Tx, store: StoreId, since: Instant, limit: number): Promise<readonly ClaimedRow[]> {
  return (await tx.rows<RawRow>(claimWaitingRows, [store, since, limit])).map(claimed);
}

const waitingOfSource = prepared(
  "intake.newestWaiting",
  `select ${COLUMNS} from inbox where store_id = $1 and source = $2 and state = 'waiting' order by settled_at desc, inbox_id desc limit $3`,
);

/** Deliveries of a source that wait for their order, newest first. Claims nothing. */
export async function newestWaiting(db: Db, store: StoreId, source: string, limit: number): Promise<readonly InboxRow[]> {
  return (await db.rows<RawRow>(waitingOfSource, [store, source, limit])).map(claimed);
}

/** Claims one row, if it is still new and free. */
export async function claimRow(tx: Tx, store: StoreId, inboxId: string): Promise<ClaimedRow | undefined> {
  const [row] = await tx.rows<RawRow>(claimOne, [store, inboxId]);
  return row && claimed(row);
}

function claimed(row: RawRow): ClaimedRow {
  return {
    inboxId: row.inbox_id,
    source: row.source,
    kind: row.kind,
    headers: row.headers,
    body: row.body,
    ...(row.triggered_at !== null && { triggeredAt: row.triggered_at }),
    receivedAt: row.received_at,
    ...(row.imported !== null && { imported: row.imported }),
    attempts: row.attempts,
  };
}

/** What becomes of a row. `retryAt` only while it stays new. */
export interface RowOutcome {
  readonly inboxId: string;
  readonly state: "new" | "applied" | "waiting" | "ignored" | "quarantined";
  readonly reason?: string;
  readonly attempts: number;
  readonly retryAt?: Instant;
}

const settle = batched(
  "intake.settle",
  `update inbox i set state = v.state, reason = v.reason, attempts = v.attempts,
     retry_at = coalesce(ms(v.retry_at), i.retry_at),
     settled_at = case when v.state = 'new' then null else ms($3) end
   from json_to_recordset($2::json) as v(inbox_id uuid, state text, reason text, attempts int, retry_at bigint)
   where i.store_id = $1 and i.inbox_id = v.inbox_id`,
);

/** Writes what became of the rows that this transaction holds. */
export async function settleRows(tx: Tx, store: StoreId, outcomes: readonly RowOutcome[], now: Instant): Promise<void> {
  if (outcomes.length === 0) return;
  const listed = outcomes.map(({ inboxId, state, reason, attempts, retryAt }) => ({
    inbox_id: inboxId, state, reason: reason ?? null, attempts, retry_at: retryAt ?? null,
  }));
  await tx.rows(settle, [store, JSON.stringify(listed), now]);
}

const found = sql(
  `update inbox set state = 'applied', reason = null, settled_at = ms($3)
   where store_id = $1 and inbox_id = any($2::uuid[]) and (state = 'waiting' or (state = 'quarantined' and reason like 'no_order:%'))`,
);

/** Waiting rows whose order has come, though it be after they were given to a person. */
export async function rowsFound(tx: Tx, store: StoreId, inboxIds: readonly string[], now: Instant): Promise<void> {
  if (inboxIds.length > 0) await tx.rows(found, [store, inboxIds, now]);
}

const register = sql(
  `insert into sources (store_id, source, heard_at, happened_at, silent_after_ms)
   select $1, r.source, ms($3), ms($3), r.silent_after from json_to_recordset($2::json) as r(source text, silent_after bigint)
   on conflict (store_id, source) do update set silent_after_ms = excluded.silent_after_ms where sources.silent_after_ms <> excluded.silent_after_ms`,
);

/** Starts listening, by the rules of now: a source that was never heard counts from here. */
export async function registerSources(tx: Tx, store: StoreId, sources: ReadonlyMap<string, Pick<WatchRule, "silentAfter">>, now: Instant): Promise<void> {
  await tx.rows(register, [store, JSON.stringify([...sources].map(([source, { silentAfter }]) => ({ source, silent_after: silentAfter }))), now]);
}

/*
 * The oldest moment that an unread row may speak of. Rows that wait for their order, or waited too long, have been read.
 * A row in quarantine may hide a fact, unless its kind is unknown (then no promise rests on it) or a pull has since
 * covered it. Both are the first entry of a partial index, so that a backlog costs nothing more (db/migrations/0008).
 */
const heard = prepared(
  "intake.heard",
  `select s.source, s.heard_at, s.happened_at, s.pulled_until, s.pause_from, s.pause_until, s.silent_since,
     (select gap_until from stores where store_id = s.store_id) as gap_until,
     least(
       (select min(least(i.triggered_at, i.received_at)) from inbox i
        where i.store_id = s.store_id and i.source = s.source and i.state = 'new'),
       (select min(least(i.triggered_at, i.received_at)) from inbox i
        where i.store_id = s.store_id and i.source = s.source and i.state = 'quarantined' and i.reason not like 'unknown_kind:%' and i.reason not like 'no_order:%'
          and (s.pulled_until is null or i.received_at > s.pulled_until))
     ) as unread_since
   from sources s where s.store_id = $1`,
);

interface RawHeard {
  readonly source: string;
  readonly heard_at: Instant;
  readonly happened_at: Instant;
  readonly pulled_until: Instant | null;
  readonly pause_from: Instant | null;
  readonly pause_until: Instant | null;
  readonly silent_since: Instant | null;
  readonly gap_until: Instant | null;
  readonly unread_since: Instant | null;
}

/** How far each source of a store was heard. */
export async function sourcesHeard(tx: Tx, store: StoreId): Promise<ReadonlyMap<string, SourceHeard>> {
  const rows = await tx.rows<RawHeard>(heard, [store]);
  return new Map(
    rows.map((row) => [
      row.source,
      {
        heardAt: row.heard_at,
        happenedAt: row.happened_at,
        ...(row.pulled_until !== null && { pulledUntil: row.pulled_until }),
        ...pauseOf(row),
        ...(row.unread_since !== null && { unreadSince: row.unread_since }),
        ...(row.silent_since !== null && { silentSince: row.silent_since }),
      },
    ]),
  );
}

/** What was told in the hours that a restored backup has lost is told again by the next pull: until then the source is one that was silent. */
function pauseOf({ pulled_until, pause_from, pause_until, gap_until }: RawHeard): Pick<SourceHeard, "pause"> {
  if (gap_until !== null && pulled_until !== null && pulled_until < gap_until) return { pause: { from: pulled_until, until: gap_until } };
  return pause_from !== null && pause_until !== null ? { pause: { from: pause_from, until: pause_until } } : {};
}

const everHeard = prepared(
  "intake.everHeard",
  `select s.source from sources s where s.store_id = $1
     and (s.pulled_until is not null or exists (select 1 from inbox i where i.store_id = s.store_id and i.source = s.source))`,
);

/** The sources of which anything ever came. One that is registered counts as heard from then on, and may have said nothing. */
export async function sourcesEverHeard(tx: Tx, store: StoreId): Promise<ReadonlySet<string>> {
  const rows = await tx.rows<{ source: string }>(everHeard, [store]);
  return new Set(rows.map(({ source }) => source));
}

const markSilent = sql("update sources set silent_since = ms($3) where store_id = $1 and source = $2");

/** Sets or clears since when a source is held silent or lagging. */
export async function setSilent(tx: Tx, store: StoreId, source: string, since: Instant | undefined): Promise<void> {
  await tx.rows(markSilent, [store, source, since ?? null]);
}

const cursorOf = sql("select pulled_until, pull_cursor, heard_at from sources where store_id = $1 and source = $2 for update");

/** Where the pull of a source stands; holds the row, so that one process pulls at a time. */
export async function pullState(tx: Tx, store: StoreId, source: string): Promise<{ until?: Instant; cursor?: string; heardAt: Instant } | undefined> {
  const [row] = await tx.rows<{ pulled_until: Instant | null; pull_cursor: string | null; heard_at: Instant }>(cursorOf, [store, source]);
  return (
    row && {
      ...(row.pulled_until !== null && { until: row.pulled_until }),
      ...(row.pull_cursor !== null && { cursor: row.pull_cursor }),
      heardAt: row.heard_at,
    }
  );
}

const savePull = sql(
  "update sources set pull_cursor = $3, pulled_until = coalesce(greatest(pulled_until, ms($4)), pulled_until) where store_id = $1 and source = $2",
);

/** Where the pull stands now; `until` when it is complete. */
export async function savePullState(tx: Tx, store: StoreId, source: string, state: { cursor?: string; until?: Instant }): Promise<void> {
  await tx.rows(savePull, [store, source, state.cursor ?? null, state.until ?? null]);
}

/** Which rows a person means. */
export interface RowFilter {
  readonly source?: string;
  readonly kind?: string;
  readonly inboxIds?: readonly string[];
}

const requeue = sql(
  `update inbox set state = 'new', reason = null, attempts = 0, retry_at = ms($5), settled_at = null
   where store_id = $1 and state = 'quarantined' and body is not null
     and ($2::text is null or source = $2) and ($3::text is null or kind = $3) and ($4::uuid[] is null or inbox_id = any($4))
   returning inbox_id`,
);

/** Puts quarantined rows back; returns their ids. */
export async function requeueRows(tx: Tx, store: StoreId, filter: RowFilter, now: Instant): Promise<readonly string[]> {
  const rows = await tx.rows<{ inbox_id: string }>(requeue, [store, filter.source ?? null, filter.kind ?? null, filter.inboxIds ?? null, now]);
  return rows.map((row) => row.inbox_id);
}

const dismiss = sql(
  `update inbox set state = 'ignored', reason = $3 || ' (was: ' || coalesce(reason, '') || ')', settled_at = ms($4)
   where store_id = $1 and state = 'quarantined' and inbox_id = any($2::uuid[]) returning inbox_id`,
);

/** Lays quarantined rows aside; returns their ids. */
export async function dismissRows(tx: Tx, store: StoreId, inboxIds: readonly string[], why: string, now: Instant): Promise<readonly string[]> {
  const rows = await tx.rows<{ inbox_id: string }>(dismiss, [store, inboxIds, why, now]);
  return rows.map((row) => row.inbox_id);
}

const wake = sql(`select pg_notify('${WAKE_CHANNEL}', $1)::text`);

/** Wakes the workers for a store. */
export async function wakeWorkers(tx: Tx, store: StoreId): Promise<void> {
  await tx.rows(wake, [store]);
}

const erase = sql("update inbox set body = null, headers = '{}' where store_id = $1 and inbox_id = any($2::uuid[]) and state <> 'new'");
const eraseStore = sql("update inbox set body = null, headers = '{}' where store_id = $1 and body is not null and state <> 'new'");

/** Erases what settled rows said; that they came, and their identity, stays. */
export async function eraseRows(tx: Tx, store: StoreId, inboxIds: ReadonlySet<string> | "all"): Promise<void> {
  if (inboxIds === "all") await tx.rows(eraseStore, [store]);
  else if (inboxIds.size > 0) await tx.rows(erase, [store, [...inboxIds]]);
}

const settled = sql("select inbox_id, source, kind, state, reason from inbox where store_id = $1 and inbox_id = any($2::uuid[])");
const quarantined = sql(
  `select inbox_id, source, kind, state, reason, received_at from inbox
   where store_id = $1 and state = 'quarantined' order by received_at, inbox_id limit $2`,
);

/** A row as a person sees it. */
export interface ShownRow {
  readonly inboxId: string;
  readonly source: string;
  readonly kind: string;
  readonly state: string;
  readonly reason: string | null;
}

/** What became of given rows. */
export async function rowsById(tx: Tx, store: StoreId, inboxIds: readonly string[]): Promise<readonly ShownRow[]> {
  return (await tx.rows<{ inbox_id: string } & Omit<ShownRow, "inboxId">>(settled, [store, inboxIds])).map(shown);
}

/** What is in quarantine, oldest first. */
export async function quarantine(db: Db, store: StoreId, limit: number): Promise<readonly ShownRow[]> {
  return (await db.rows<{ inbox_id: string } & Omit<ShownRow, "inboxId">>(quarantined, [store, limit])).map(shown);
}

function shown({ inbox_id: inboxId, source, kind, state, reason }: { inbox_id: string } & Omit<ShownRow, "inboxId">): ShownRow {
  return { inboxId, source, kind, state, reason };
}

const backlog = prepared(
  "intake.backlog",
  "select state, count(*) as count from inbox where store_id = $1 and state in ('new', 'quarantined', 'waiting') group by state",
);

/** Deliveries that are not settled, by state. */
export async function inboxBacklog(tx: Tx, store: StoreId): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.rows<{ state: string; count: number }>(backlog, [store]);
  return new Map(rows.map((row) => [row.state, row.count]));
}

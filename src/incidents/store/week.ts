import { batched, type Tx } from "../../base/db.ts";
import type { StoreId } from "../../base/ids.ts";
import type { Instant } from "../../base/time.ts";

export interface UnreachableCounts {
  readonly why: string;
  readonly fresh: number;
  readonly older: number;
}

const UNREACHABLE = `from cases where store_id = $1 and standing = 'unreachable' and closed_at is null`;

export function countUnreachable(tx: Tx, store: StoreId, since: Instant): Promise<UnreachableCounts[]> {
  return tx.rows<UnreachableCounts>(
    batched(
      "incidents.countUnreachable",
      `select standing_why as why, count(*) filter (where opened_at >= ms($2)) as fresh, count(*) filter (where opened_at < ms($2)) as older
       ${UNREACHABLE} group by standing_why order by standing_why`,
    ),
    [store, since],
  );
}

export interface UnreachableRow {
  readonly caseId: string;
  readonly orderId: string;
  readonly why: string;
  readonly openedAt: Instant;
}

/** Open cases that opened in `[from, before)`, the first opened first. */
export function unreachableCases(tx: Tx, store: StoreId, from: Instant, before: Instant, limit: number): Promise<UnreachableRow[]> {
  return tx.rows<UnreachableRow>(
    batched(
      "incidents.unreachableCases",
      `select case_id as "caseId", order_id as "orderId", standing_why as why, opened_at as "openedAt"
       ${UNREACHABLE} and opened_at >= ms($2) and opened_at < ms($3) order by opened_at, case_id limit $4`,
    ),
    [store, from, before, limit],
  );
}

export interface SilenceRow {
  readonly caseId: string;
  readonly orderId: string;
  readonly from: Instant;
  readonly until: Instant;
  /** Ended by no word and by no end of the case. */
  readonly lasts: boolean;
}

/**
 * A word that left and did not come back, at the moment when a provider first took it. What is published on the
 * order's page is no word to anybody. Updates of later evidence move `state_at`, so its history is asked.
 */
const SAID_AT = `coalesce((select ms(min((step->>'at')::bigint)) from jsonb_array_elements(m.history) step where step->>'state' in ('accepted', 'delivered')), m.state_at)`;

/**
 * The longest stretch without a word among the cases that were open at some time from `since` to `now`. Incidents that
 * were open then lead to them, so that what was settled before is not read. Measured with `explain (analyze, buffers)`
 * on stores of a hundred days that are filled as in bench/reconcile.ts, on a machine eight times overloaded: by index
 * alone (incidents_open, incidents_closed, then by key), some 21 pages for each case of the week.
 *
 *                cases   of the week   ms
 *               50,000         4,223   1,360
 *              100,000         8,929   2,700   (counting 200,000 numbers took 250 at that time, reconcile 640)
 */
const LONGEST_SILENCE = batched(
  "incidents.longestSilence",
  `with watched as (
     select incident_id from incidents where store_id = $1 and closed_at is null and not shadow
     union all select incident_id from incidents where store_id = $1 and closed_at >= ms($2) and not shadow
   ), heard as materialized (
     select c.case_id, c.order_id, c.incident_id, c.recipient, c.opened_at, c.closed_at
     from watched w join cases c on c.store_id = $1 and c.incident_id = w.incident_id
     where c.standing <> 'excused' and (c.closed_at is null or c.closed_at >= ms($2))
   ), moments as (
     select h.case_id, least(h.opened_at, (select min(n.cause_at) from notices n where n.store_id = $1 and n.case_id = h.case_id)) as at, 1 as place from heard h
     union all select h.case_id, coalesce(h.closed_at, ms($3)), 3 from heard h
     union all select h.case_id, ${SAID_AT}, 2
       from heard h
       join cases c on c.store_id = $1 and c.incident_id = h.incident_id and c.recipient = h.recipient
       join notices n on n.store_id = $1 and n.case_id = c.case_id
       join messages m on m.store_id = $1 and m.notice_id = n.notice_id
       where m.channel <> 'portal' and m.state in ('accepted', 'delivered')
   ), stretches as (select case_id, at, place, lag(at) over (partition by case_id order by at, place) as before from moments)
   select h.case_id as "caseId", h.order_id as "orderId", s.before as "from", s.at as "until", s.place = 3 and h.closed_at is null as lasts
   from stretches s join heard h on h.case_id = s.case_id
   where s.before is not null and s.at > ms($2) order by s.at - s.before desc, h.case_id limit 1`,
);

export async function longestSilence(tx: Tx, store: StoreId, since: Instant, now: Instant): Promise<SilenceRow | undefined> {
  return (await tx.rows<SilenceRow>(LONGEST_SILENCE, [store, since, now]))[0];
}

export interface ShadowRow {
  readonly playbook: string;
  readonly title: string;
  readonly cases: number;
  readonly caseId: string;
  readonly orderId: string;
}

/** For each playbook how many cases its shadow incidents since `since` have, with the `shown` that opened last. */
export function shadowCases(tx: Tx, store: StoreId, since: Instant, shown: number): Promise<ShadowRow[]> {
  return tx.rows<ShadowRow>(
    batched(
      "incidents.shadowCases",
      `select playbook, title, cases, case_id as "caseId", order_id as "orderId" from (
         select i.playbook, v.content->>'title' as title, c.case_id, c.order_id, count(*) over (partition by i.playbook) as cases,
                row_number() over (partition by i.playbook order by c.opened_at desc, c.case_id) as place
         from incidents i
         join cases c on c.store_id = i.store_id and c.incident_id = i.incident_id
         join playbook_versions v on v.store_id = i.store_id and v.playbook = i.playbook and v.version = i.version
         where i.store_id = $1 and i.shadow and i.opened_at >= ms($2)) each_case
       where place <= $3 order by cases desc, playbook, place`,
    ),
    [store, since, shown],
  );
}

export async function selectOrderOfCase(tx: Tx, store: StoreId, caseId: string): Promise<string | undefined> {
  const rows = await tx.rows<{ orderId: string }>(batched("incidents.orderOfCase", `select order_id as "orderId" from cases where store_id = $1 and case_id = $2`), [store, caseId]);
  return rows[0]?.orderId;
}

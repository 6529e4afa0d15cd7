import { prepared, sql, type Db, type Statement, type Tx } from "../../base/db.ts";
import type { StoreId } from "../../base/ids.ts";
import type { Instant } from "../../base/time.ts";
import type { Basis } from "../../playbooks/index.ts";

/**
 * The auditor reads the rows of other stages (promises, messages, pages) on purpose: it must not believe what
 * they say about themselves. It never writes.
 */
export interface AuditScope {
  readonly store: StoreId;
  readonly now: Instant;
  /** One incident only. */
  readonly incidentId?: string;
}

export interface LineRow {
  readonly standing: string;
  readonly why: string | null;
  readonly cases: number;
  /** Of those handed over: how many may be presumed told. */
  readonly presumed: number;
  /** Of those due: how many are past their deadline. */
  readonly overdue: number;
}

export interface CountedLine {
  readonly affected: number;
  readonly people: number;
  readonly rows: readonly LineRow[];
}

/**
 * Both counts come from one statement, so from one snapshot; `affected` is counted apart from its parts. For a whole
 * store both are index-only scans of `cases_line`, whose order also makes the distinct count cheap (see bench/reconcile.ts).
 */
const lineText = (scope: string): string => `
  with parts as (
    select standing, standing_why as why, count(*) as cases, count(*) filter (where presumed_at <= ms($2)) as presumed, count(*) filter (where tell_by <= ms($2)) as overdue
    from cases where store_id = $1 ${scope} group by standing, standing_why
  ), whole as (select count(*) as affected, count(distinct recipient) as people from cases where store_id = $1 ${scope})
  select affected, people, coalesce((select json_agg(parts) from parts), '[]') as rows from whole`;

const scoped = (name: string, text: (scope: string) => string, column: string) => ({
  all: prepared(`incidents.audit.${name}`, text("")),
  one: prepared(`incidents.audit.${name}One`, text(`and ${column} = $3::uuid`)),
});

const LINE = scoped("line", lineText, "incident_id");

export async function countLine(db: Db, scope: AuditScope): Promise<CountedLine | undefined> {
  const [row] = await run<CountedLine>(db, LINE, scope);
  return row;
}

export interface CountedPromises {
  readonly broken: number;
  readonly madeGood: number;
  readonly waived: number;
  readonly owed: number;
  readonly withoutCase: number;
}

const ONE_INCIDENT = `and p.case_id in (select case_id from cases where store_id = $1 and incident_id = $3::uuid)`;

/** A promise that was waived and made good all the same counts as made good: the customer has what was owed. */
const promisesText = (scope: string): string => `
  select count(*) as broken, count(p.made_good_at) as "madeGood",
         count(*) filter (where p.made_good_at is null and p.waived_at is not null) as waived,
         count(*) filter (where p.made_good_at is null and p.waived_at is null) as owed,
         count(*) filter (where p.case_id is null or c.case_id is null) as "withoutCase"
  from promises p left join cases c on c.store_id = p.store_id and c.case_id = p.case_id
  where p.store_id = $1 and p.state = 'broken' and p.owed_to = 'customer' and ms($2) is not null ${scope}`;

const PROMISES = { all: prepared("incidents.audit.promises", promisesText("")), one: prepared("incidents.audit.promisesOne", promisesText(ONE_INCIDENT)) };

export async function countPromises(db: Db, scope: AuditScope): Promise<CountedPromises | undefined> {
  const [row] = await run<CountedPromises>(db, PROMISES, scope);
  return row;
}

/** What can make the line untrue although it adds up. Each is a condition on a case `c` that must hold for none. */
const FAULTS = {
  /** Told, and the message that should prove it was not delivered. */
  toldWithoutEvidence: `c.standing = 'told' and not exists (
     select from messages m where m.store_id = c.store_id and m.message_id = c.told_message and m.state = 'delivered')`,
  /** Handed over, and no message of the notice is with a provider. */
  handedOverWithoutMessage: `c.standing = 'handed_over' and not exists (
     select from messages m where m.store_id = c.store_id and m.notice_id = c.notice_id and m.channel <> 'portal' and m.state in ('accepted', 'delivered'))`,
  /** Still due, and nothing will ever change that: no notice to expand, no message on its way, nobody paged. A page of the order's is no word to anybody. */
  dueWithoutPath: `c.standing = 'due' and not exists (
     select from notices n where n.store_id = c.store_id and n.notice_id = c.notice_id and n.state = 'new') and not exists (
     select from messages m where m.store_id = c.store_id and m.notice_id = c.notice_id and m.channel <> 'portal' and m.state in ('ready', 'held', 'leased', 'unknown', 'accepted'))
     and not exists (select from pages g where g.store_id = c.store_id and g.about = 'incident/' || c.incident_id and g.closed_at is null)`,
  /** Past its deadline, and nobody was paged. */
  unattended: `c.standing = 'due' and c.tell_by <= ms($2) and not exists (
     select from pages g where g.store_id = c.store_id and g.about = 'incident/' || c.incident_id and g.closed_at is null)`,
} as const;

export type CaseFault = keyof typeof FAULTS;

/**
 * Which cases' evidence is looked up: all, or those that changed since `since` together with those whose message came
 * back whenever. A case and its message fall apart only when one of them changes, so that a look each minute at what
 * changed of late finds whatever a look at everything would.
 */
export type EvidenceSince = Instant | undefined;

const CHANGED = `coalesce(c.told_at, c.presumed_at) >= ms($3)`;
/** Written so that it starts from the messages that came back, of which there are few. */
const CAME_BACK = `(coalesce(c.told_at, c.presumed_at) >= ms($3)) is not true
  and c.case_id in (select b.case_id from messages b where b.store_id = $1 and b.state = 'bounced')`;

const countText = (where: string): string => `select count(*) as cases from cases c where c.store_id = $1 and ms($2) is not null and ${where}`;

const statementsOf = (fault: CaseFault) => ({
  ...scoped(fault, (scope) => countText(`${FAULTS[fault]} ${scope}`), "c.incident_id"),
  changed: prepared(
    `incidents.audit.${fault}Changed`,
    `select (${countText(`${CHANGED} and ${FAULTS[fault]}`)}) + (${countText(`${CAME_BACK} and ${FAULTS[fault]}`)}) as cases`,
  ),
});

const COUNTS: Readonly<Record<CaseFault, ReturnType<typeof statementsOf>>> = {
  toldWithoutEvidence: statementsOf("toldWithoutEvidence"),
  handedOverWithoutMessage: statementsOf("handedOverWithoutMessage"),
  dueWithoutPath: statementsOf("dueWithoutPath"),
  unattended: statementsOf("unattended"),
};

export async function countFault(db: Db, scope: AuditScope, fault: CaseFault, since: EvidenceSince): Promise<number> {
  const counted = since === undefined ? run<{ cases: number }>(db, COUNTS[fault], scope) : db.rows<{ cases: number }>(COUNTS[fault].changed, [scope.store, scope.now, since]);
  return (await counted)[0]?.cases ?? 0;
}

/** The cases behind each number of the line. */
export const PLACES = {
  affected: "true",
  told: `c.standing = 'told'`,
  presumedTold: `c.standing = 'handed_over' and c.presumed_at <= ms($2)`,
  unreachable: `c.standing = 'unreachable'`,
  excused: `c.standing = 'excused'`,
  due: `(c.standing = 'due' or c.standing = 'handed_over' and c.presumed_at > ms($2))`,
  overdue: `c.standing = 'due' and c.tell_by <= ms($2)`,
  ...FAULTS,
} as const;

export type CaseList = keyof typeof PLACES;

export interface ListedCase {
  readonly caseId: string;
  readonly incidentId: string;
  readonly orderId: string;
  readonly recipient: string;
  readonly standing: string;
  readonly why: string | null;
  readonly tellBy: Instant;
}

export interface Page {
  /** The last id of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export function listCases(db: Tx, scope: AuditScope, list: CaseList, page: Page): Promise<ListedCase[]> {
  return db.rows<ListedCase>(
    sql(`select c.case_id as "caseId", c.incident_id as "incidentId", c.order_id as "orderId", c.recipient, c.standing, c.standing_why as why, c.tell_by as "tellBy"
         from cases c where c.store_id = $1 and ms($2) is not null and ($3::uuid is null or c.incident_id = $3) and ($4::uuid is null or c.case_id > $4)
           and ${PLACES[list]} order by c.case_id limit $5`),
    [scope.store, scope.now, scope.incidentId ?? null, page.after ?? null, page.limit],
  );
}

/** The promises behind the numbers of guarantee G7. */
export const PROMISE_LISTS = {
  broken: "p.state = 'broken'",
  madeGood: "p.state = 'broken' and p.made_good_at is not null",
  waived: "p.state = 'broken' and p.made_good_at is null and p.waived_at is not null",
  owed: "p.state = 'broken' and p.made_good_at is null and p.waived_at is null",
  /** Waived while there was still time: in none of the numbers, because nothing broke. */
  waivedInTime: "p.state = 'waived'",
  brokenWithoutCase: "p.state = 'broken' and not exists (select from cases c where c.store_id = p.store_id and c.case_id = p.case_id)",
} as const;

export type PromiseList = keyof typeof PROMISE_LISTS;

export interface ListedPromise {
  readonly promiseId: string;
  readonly caseId: string | null;
  readonly orderId: string | null;
  readonly kind: string;
  readonly rule: string;
  /** The role that owes it. */
  readonly owner: string;
  /** Why it holds; a law with its citation, and that our reading of it needs a lawyer's. */
  readonly basis: Basis & { readonly note?: string };
  readonly dueAt: Instant;
  readonly amountMinor: number | null;
  readonly currency: string | null;
  /** Who released the store from it, when, and the reason they gave; null where nobody did. */
  readonly waived: { readonly at: Instant; readonly by: string; readonly because: string } | null;
}

export async function listPromises(db: Tx, scope: AuditScope, list: PromiseList, page: Page): Promise<ListedPromise[]> {
  type Row = Omit<ListedPromise, "waived" | "basis"> & { readonly basis: Basis } & { readonly waivedAt: Instant | null; readonly waivedBy: string | null; readonly because: string | null };
  const rows = await db.rows<Row>(
    sql(`select p.promise_id as "promiseId", p.case_id as "caseId", p.order_id as "orderId", p.kind, p.rule, p.owner, p.basis, p.due_at as "dueAt",
                p.amount_minor as "amountMinor", p.currency, p.waived_at as "waivedAt", p.waived_by as "waivedBy", p.because
         from promises p where p.store_id = $1 and p.owed_to = 'customer'
           and ($2::uuid is null or p.case_id in (select case_id from cases where store_id = $1 and incident_id = $2))
           and ($3::uuid is null or p.promise_id > $3) and ${PROMISE_LISTS[list]} order by p.promise_id limit $4`),
    [scope.store, scope.incidentId ?? null, page.after ?? null, page.limit],
  );
  return rows.map(({ waivedAt, waivedBy, because, basis, ...promise }) => ({ ...promise, basis: basis.kind === "law" ? { ...basis, note: "confirm with counsel" } : basis, waived: waivedAt === null ? null : { at: waivedAt, by: waivedBy ?? "", because: because ?? "" } }));
}

function run<Row>(db: Tx, statements: { readonly all: Statement; readonly one: Statement }, scope: AuditScope): Promise<Row[]> {
  const { store, now, incidentId } = scope;
  return incidentId === undefined ? db.rows<Row>(statements.all, [store, now]) : db.rows<Row>(statements.one, [store, now, incidentId]);
}

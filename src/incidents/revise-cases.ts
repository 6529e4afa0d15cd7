import type { Tx } from "../base/db.ts";
import { invariant } from "../base/errors.ts";
import type { StoreId } from "../base/ids.ts";
import { plus, type Instant } from "../base/time.ts";
import { shownZone } from "../base/zones.ts";
import type { OrderView } from "../commerce/index.ts";
import { matterOf } from "../detection/index.ts";
import { openTasks } from "../people/index.ts";
import { promisesOfOrders } from "../promises/index.ts";
import { addSpanOf, evidenceOf, type IncidentContext } from "./context.ts";
import { isOver } from "./core/close.ts";
import { noticeRuleFor } from "./core/notices.ts";
import type { Standing } from "./core/model.ts";
import { review, revise, WORTH_TELLING, wordsBefore, type CaseInView, type InDoubt, type Review, type Revision, type TakenBack } from "./core/revision.ts";
import { afterEvidence } from "./core/standing.ts";
import { correctionTask, questionTask } from "./core/tasks.ts";
import { releaseFirstNotices } from "./ledger.ts";
import { playbooksOf } from "./playbook-versions.ts";
import { lockCasesOfOrders, settleIncidents, updateCases, type CaseUpdate, type StoredCase } from "./store/cases.ts";
import { markWithdrawn, noticesOfCases } from "./store/notices.ts";
import { insertNotices, insertStatements } from "./store/open.ts";
import { columnsOf, standingOf } from "./store/standing.ts";
import { pageOverdue } from "./watch-deadlines.ts";
import { withdrawNotices } from "./withdraw-notices.ts";

/**
 * Brings the cases of these orders up to what is now known of them: a new facts revision, the playbook's notice
 * where a reader would see news, an excuse where nothing remains to be said, the end of a case.
 * The caller holds the orders' rows. Safe to repeat: without news it writes nothing.
 */
export async function reviseCases(tx: Tx, store: StoreId, orders: readonly OrderView[], context: IncidentContext, now: Instant): Promise<void> {
  const byId = new Map(orders.map((order) => [order.orderId, order]));
  const stored = byId.size === 0 ? [] : await lockCasesOfOrders(tx, store, [...byId.keys()]);
  if (stored.length === 0) return;
  const looked = await lookAt(tx, store, stored, byId, context, now);
  const words = await wordsDue(tx, store, looked, context, now);
  const reviseOne = (case_: Looked, moneySpokenOf: boolean): Revised => ({ ...case_, revision: revise(case_.view, case_.found, words.get(case_.view.caseId), moneySpokenOf, addSpanOf(context), now) });
  // Those about money alone come first: the same news may excuse them, and leave it to another to tell.
  const ofMoney = new Map(looked.filter(({ stored: { cause } }) => matterOf(cause) === "money").map((case_) => [case_, reviseOne(case_, false)]));
  const byOrder = Map.groupBy(ofMoney.values(), ({ stored: { orderId } }) => orderId);
  await save(tx, store, looked.map((case_) => ofMoney.get(case_) ?? reviseOne(case_, byOrder.get(case_.stored.orderId)?.some((other) => speaksOfMoneyFor(other, case_)) ?? false)), now);
}

/** Takes back the words that are due and out of date. By case: those that never left, and those of which nobody knows. */
async function wordsDue(tx: Tx, store: StoreId, looked: readonly Looked[], context: IncidentContext, now: Instant): Promise<ReadonlyMap<string, TakenBack | InDoubt>> {
  const takeBack = looked.flatMap(({ found }) => found.takeBack ?? []);
  const { back, inDoubt } = await withdrawNotices(tx, store, takeBack, context.recall, now);
  // Whoever has paid is not told once more that they have not.
  const moot = looked.flatMap(({ stored: { cause }, found: { excuse, takeBack: id } }) => (excuse !== undefined && matterOf(cause) === "payment" && id !== undefined && inDoubt.has(id) ? id : []));
  if (moot.length > 0) await markWithdrawn(tx, store, moot);
  const isBack = back.union(new Set(moot));
  const due = looked.filter(({ found: { takeBack: id } }) => id !== undefined && (isBack.has(id) || inDoubt.has(id)));
  const heard = await heardBefore(tx, store, due, context);
  return new Map(due.map(({ view: { caseId }, found: { takeBack: id } }) => {
    const before = heard.get(caseId) ?? { before: undefined, heard: undefined };
    return [caseId, isBack.has(id ?? "") ? { kind: "taken back", ...before } : { kind: "in doubt", heard: before.heard }];
  }));
}

/** What was heard before the word that is due, by case. */
async function heardBefore(tx: Tx, store: StoreId, looked: readonly Looked[], context: IncidentContext): Promise<ReadonlyMap<string, Omit<TakenBack, "kind">>> {
  const ids = looked.flatMap(({ view }) => wordsBefore(view).map(({ id }) => id));
  const heardOf = Map.groupBy(ids.length === 0 ? [] : await context.heardOf(tx, store, ids), (change) => change.noticeId);
  return new Map(looked.map(({ view }) => {
    const words = wordsBefore(view);
    const last = words.at(-1);
    const due: Standing | undefined = last && { kind: "due", until: last.tellBy };
    const before = last && due && heardOf.get(last.id)?.reduce<Standing>((standing, { evidence }) => afterEvidence(standing, evidence, last.tellBy), due);
    return [view.caseId, { before, heard: words.findLast(({ id }) => heardOf.has(id)) }] as const;
  }));
}

interface Looked {
  readonly stored: StoredCase;
  readonly view: CaseInView;
  readonly found: Review;
}

interface Revised extends Looked {
  readonly revision: Revision | undefined;
}

async function lookAt(tx: Tx, store: StoreId, stored: readonly StoredCase[], orders: ReadonlyMap<string, OrderView>, context: IncidentContext, now: Instant): Promise<readonly Looked[]> {
  const orderOf = ({ id, orderId }: StoredCase): OrderView => {
    const order = orders.get(orderId);
    invariant(order, `the order of case ${id} among those given`);
    return order;
  };
  const playbookOf = await playbooksOf(tx, store, stored.map((row) => row.version));
  const promises = Map.groupBy(await promisesOfOrders(tx, store, [...new Set(stored.map((row) => row.orderId))]), (promise) => promise.orderId);
  const notices = Map.groupBy(await noticesOfCases(tx, store, stored.map((row) => row.id)), (notice) => notice.caseId);
  const unheard = stored.flatMap((row) => (isWorthAnotherTry(row, now) ? [{ noticeId: row.noticeId, order: orderOf(row), channels: playbookOf(row.version).channels }] : []));
  const opened = unheard.length === 0 ? new Set<string>() : await context.openWays(tx, store, unheard);
  return stored.map((row) => {
    const order = orderOf(row);
    const view: CaseInView = {
      store,
      caseId: row.id,
      incidentId: row.incidentId,
      recipient: row.recipient,
      cause: row.cause,
      shadow: row.shadow,
      openedAt: row.openedAt,
      facts: row.facts,
      factsRevision: row.factsRevision,
      conflict: row.conflict ?? undefined,
      statementVersion: row.statementVersion,
      standing: standingOf(row),
      wayOpened: row.noticeId !== null && opened.has(row.noticeId),
      tellBy: row.tellBy,
      noticeId: row.noticeId ?? undefined,
      notices: notices.get(row.id) ?? [],
      playbook: playbookOf(row.version),
      order,
      zone: shownZone(order.country, context.calendar.zone),
      promises: promises.get(row.orderId) ?? [],
      evidence: evidenceOf(context, order, row.cause),
    };
    return { stored: row, view, found: review(view) };
  });
}

/** Its word reached nobody, and is not so old that its reader has no more use for it. */
function isWorthAnotherTry(row: StoredCase, now: Instant): row is StoredCase & { noticeId: string } {
  return row.standing === "unreachable" && row.closedAt === null && row.noticeId !== null && now < plus(row.tellBy, WORTH_TELLING);
}

function speaksOfMoneyFor({ stored, view, revision }: Revised, { stored: { cause, shadow } }: Looked): boolean {
  const matter = matterOf(cause);
  if (matter !== "cancellation" && matter !== "withdrawal") return false;
  return stored.closedAt === null && stored.shadow === shadow && view.standing.kind !== "excused" && revision?.standing.kind !== "excused";
}

async function save(tx: Tx, store: StoreId, revised: readonly Revised[], now: Instant): Promise<void> {
  const updates = revised.flatMap((each) => updateOf(each, now) ?? []);
  const updated = new Set(updates.map((update) => update.id));
  const revisions = revised.flatMap(({ view, revision }) => (revision === undefined ? [] : [{ view, revision }]));
  const statements = revisions.flatMap(({ view, revision }) =>
    revision.statement === undefined ? [] : [{ incidentId: view.incidentId, ...revision.statement, releasedBy: `playbook/${view.playbook.slug}` }],
  );
  if (statements.length > 0) await insertStatements(tx, store, statements, now);
  await releaseFirstNotices(tx, store, revisions.flatMap(({ view, revision }) => excusedNow(view, revision)), now);
  await updateCases(tx, store, updates);
  await settleIncidents(tx, store, [...new Set(revised.filter(({ stored }) => updated.has(stored.id)).map(({ stored }) => stored.incidentId))], now);
  await insertNotices(tx, store, revisions.flatMap(({ revision }) => revision.notice ?? []), now);
  await openTasks(tx, store, revisions.flatMap(({ view, revision }) => [
    ...questionTask(view.caseId, view.playbook, revision.standing, revision.ask, revision.tellBy),
    ...(revision.correct !== undefined && noticeRuleFor(view.playbook, "corrected") === undefined ? [correctionTask(view.caseId, view.playbook, revision.correct, now)] : []),
  ]));
  await pageOverdue(tx, store, revisions.filter(({ revision }) => revision.standing.kind === "due" && revision.tellBy <= now).map(({ view }) => view.incidentId), now);
}

function excusedNow({ caseId, standing: before }: CaseInView, { standing }: Revision): { caseId: string; why: string }[] {
  return standing.kind === "excused" && before.kind !== "excused" ? [{ caseId, why: `nothing remains to be said: ${standing.why}` }] : [];
}

function updateOf({ stored, view, revision }: Revised, now: Instant): CaseUpdate | undefined {
  const standing = revision?.standing ?? view.standing;
  const facts = revision?.facts ?? view.facts;
  const over = isOver(view.caseId, standing, facts, view.promises);
  if (revision === undefined && over === (stored.closedAt !== null)) return undefined;
  return {
    id: view.caseId,
    facts,
    factsRevision: revision?.factsRevision ?? view.factsRevision,
    ...columnsOf(standing, revision?.tellBy ?? view.tellBy),
    noticeId: (revision === undefined ? view.noticeId : revision.noticeId) ?? null,
    conflict: (revision === undefined ? stored.conflict : revision.conflict) ?? null,
    closedAt: over ? (stored.closedAt ?? now) : null,
  };
}

import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { promisesOfCases } from "../promises/index.ts";
import type { HeardOf, IncidentContext } from "./context.ts";
import { isOver } from "./core/close.ts";
import type { Evidence, StandingChange } from "./core/model.ts";
import { afterEvidence } from "./core/standing.ts";
import { keepFirstNotices, type FirstNoticeEvidence } from "./ledger.ts";
import { lockCasesOfNotices, settleIncidents, updateCases, type CaseUpdate, type StoredCase } from "./store/cases.ts";
import { noticesOfCases, type StandingNotice } from "./store/notices.ts";
import { columnsOf, standingOf } from "./store/standing.ts";
import { pageOverdue } from "./watch-deadlines.ts";

/**
 * Records what outreach learnt of notices: where their cases stand, and whether the first word was in time.
 * Changes are taken in the order given; one about a notice that is no longer the newest moves no standing.
 * The caller holds the rows of the notices' orders, and has written to its own ledger what it learnt.
 */
export async function recordStandings(tx: Tx, store: StoreId, changes: readonly StandingChange[], { heardOf }: Pick<IncidentContext, "heardOf">, now: Instant): Promise<void> {
  if (changes.length === 0) return;
  const stored = await lockCasesOfNotices(tx, store, [...new Set(changes.map((change) => change.noticeId))]);
  if (stored.length === 0) return;
  const notices = await noticesOfCases(tx, store, stored.map((row) => row.id));
  const byNotice = Map.groupBy(changes, (change) => change.noticeId);
  await keepFirstNotices(tx, store, await firstNoticeEvidence(tx, store, stored, notices, byNotice, heardOf));
  const promises = Map.groupBy(await promisesOfCases(tx, store, stored.map((row) => row.id)), (promise) => promise.caseId);
  const updates = stored.flatMap((row): CaseUpdate[] => {
    const standing = (byNotice.get(row.noticeId ?? "") ?? []).reduce((now_, change) => afterEvidence(now_, change.evidence, row.tellBy), standingOf(row));
    const over = isOver(row.id, standing, row.facts, promises.get(row.id) ?? []);
    const columns = columnsOf(standing, row.tellBy);
    if (isAsBefore(row, columns) && over === (row.closedAt !== null)) return [];
    return [{ ...pick(row), ...columns, closedAt: over ? (row.closedAt ?? now) : null }];
  });
  await updateCases(tx, store, updates);
  await settleIncidents(tx, store, incidentsWith(stored, updates, (update, row) => (update.closedAt === null) !== (row.closedAt === null)), now);
  await pageOverdue(tx, store, incidentsWith(stored, updates, (update) => update.standing === "due" && update.tellBy <= now), now);
}

/** What the changes say of the promise of a first word: the first that arrived keeps it, and where one came back, what else left and did not. */
async function firstNoticeEvidence(tx: Tx, store: StoreId, stored: readonly StoredCase[], notices: readonly StandingNotice[], changes: ReadonlyMap<string, readonly StandingChange[]>, heardOf: HeardOf): Promise<FirstNoticeEvidence[]> {
  const words = Map.groupBy(notices, hearerOf);
  const said = stored.map((row) => {
    const ids = (words.get(hearerOf(row)) ?? []).map((notice) => notice.id);
    const evidence = ids.flatMap((id) => changes.get(id) ?? []).map((change) => change.evidence).filter(speaksOfArrival);
    return { caseId: row.id, evidence, others: evidence.every(isArrival) ? [] : ids };
  });
  const others = said.flatMap((each) => each.others);
  const heard = Map.groupBy(others.length === 0 ? [] : await heardOf(tx, store, others), (change) => change.noticeId);
  return said.flatMap(({ caseId, evidence, others: ids }) => {
    const arrived = ids.flatMap((id) => heard.get(id) ?? []).map((change) => change.evidence).sort((one, other) => one.at - other.at);
    return [...evidence, ...arrived].map((each) => ({ caseId, at: each.at, arrived: isArrival(each) }));
  });
}

function hearerOf({ incidentId, recipient }: { readonly incidentId: string; readonly recipient: string }): string {
  return `${incidentId} ${recipient}`;
}

function speaksOfArrival(evidence: Evidence): boolean {
  return evidence.kind !== "held";
}

function isArrival({ kind }: Evidence): boolean {
  return kind === "handed_over" || kind === "told";
}

function isAsBefore(row: StoredCase, columns: ReturnType<typeof columnsOf>): boolean {
  return (Object.keys(columns) as (keyof typeof columns)[]).every((column) => row[column] === columns[column]);
}

function pick({ id, facts, factsRevision, noticeId, conflict }: StoredCase): Pick<CaseUpdate, "id" | "facts" | "factsRevision" | "noticeId" | "conflict"> {
  return { id, facts, factsRevision, noticeId, conflict };
}

function incidentsWith(stored: readonly StoredCase[], updates: readonly CaseUpdate[], holds: (update: CaseUpdate, row: StoredCase) => boolean): string[] {
  const rows = new Map(stored.map((row) => [row.id, row]));
  const found = updates.flatMap((update) => {
    const row = rows.get(update.id);
    return row !== undefined && holds(update, row) ? [row.incidentId] : [];
  });
  return [...new Set(found)];
}

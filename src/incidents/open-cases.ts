import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { importedAt, type Finding } from "../detection/index.ts";
import { openTasks } from "../people/index.ts";
import { promisesOfOrders } from "../promises/index.ts";
import { addSpanOf, evidenceOf, type IncidentContext } from "./context.ts";
import type { LiveBook } from "./core/model.ts";
import { openingOf, type Opening } from "./core/opening.ts";
import { questionTask } from "./core/tasks.ts";
import { attachBroken, promiseFirstNotices } from "./ledger.ts";
import * as rows from "./store/open.ts";
import { columnsOf } from "./store/standing.ts";
import { pageOverdue } from "./watch-deadlines.ts";

/**
 * Opens an incident with its statement, case, first notice and first-notice promise for each finding that is new.
 * A cause that has its case already, under any of its names, opens nothing; what newly broke joins that case.
 * The caller holds the rows of the findings' orders. Answers the orders whose cases are all new and have a word due:
 * the facts of those are what is known now, so there is nothing to revise.
 */
export async function openCases(tx: Tx, store: StoreId, findings: readonly Finding[], live: LiveBook, context: IncidentContext, now: Instant): Promise<ReadonlySet<string>> {
  if (findings.length === 0) return new Set();
  const orderIds = [...new Set(findings.map((finding) => finding.order.orderId))];
  const known = Map.groupBy(await rows.knownCases(tx, store, orderIds), (row) => row.orderId);
  const caseOf = (finding: Finding): string | undefined =>
    known.get(finding.order.orderId)?.find((row) => row.playbook === finding.playbook.slug && finding.names.includes(row.cause))?.caseId;
  const fresh = findings.filter((finding) => caseOf(finding) === undefined);
  const opened = fresh.length === 0 ? [] : await openFresh(tx, store, fresh, live, context, now);
  const joining = findings.flatMap((finding) => joined(finding, caseOf(finding)));
  await attachBroken(tx, store, [...joining, ...opened.flatMap((opening) => joined(opening.finding, opening.caseId))]);
  const settled = opened.filter((opening) => opening.standing.kind !== "due").map((opening) => opening.finding.order.orderId);
  return new Set(orderIds).difference(new Set([...known.keys(), ...settled]));
}

function joined(finding: Finding, caseId: string | undefined): { promiseId: string; caseId: string }[] {
  return caseId === undefined ? [] : finding.promiseIds.map((promiseId) => ({ promiseId, caseId }));
}

async function openFresh(tx: Tx, store: StoreId, findings: readonly Finding[], live: LiveBook, context: IncidentContext, now: Instant): Promise<readonly Opening[]> {
  const promises = Map.groupBy(await promisesOfOrders(tx, store, findings.map((finding) => finding.order.orderId)), (promise) => promise.orderId);
  const addSpan = addSpanOf(context);
  const openings = findings.map((finding) => {
    const ofOrder = promises.get(finding.order.orderId) ?? [];
    return openingOf(finding, { store, live, addSpan, promises: ofOrder, evidence: evidenceOf(context, finding.order, finding.cause), imported: isImported(finding) }, now);
  });
  await insertOpenings(tx, store, openings, now);
  await promiseFirstNotices(tx, store, openings, addSpan);
  await openTasks(tx, store, openings.flatMap((opening) => (opening.shadow ? [] : questionTask(opening.caseId, opening.finding.playbook, opening.standing, opening.ask, opening.tellBy))));
  await pageOverdue(tx, store, openings.filter((opening) => opening.standing.kind === "due" && opening.tellBy <= now).map((opening) => opening.incidentId), now);
  return openings;
}

/** What goes wrong after the import that told of it is news. */
function isImported({ order, names, at }: Finding): boolean {
  return at <= (importedAt(order, names) ?? -Infinity);
}

async function insertOpenings(tx: Tx, store: StoreId, openings: readonly Opening[], now: Instant): Promise<void> {
  const playbooks = [...new Map(openings.map(({ finding }) => [finding.playbook.version, finding.playbook])).values()];
  const unknown = await rows.unknownVersions(tx, store, playbooks);
  if (unknown.length > 0) await rows.insertVersions(tx, store, unknown, now);
  await rows.insertIncidents(tx, store, openings.map((opening) => incidentRow(opening, now)));
  const statements = openings.map(({ incidentId, statement, finding }) => ({ incidentId, version: 1, choices: statement, releasedBy: `playbook/${finding.playbook.slug}` }));
  await rows.insertStatements(tx, store, statements, now);
  await rows.insertCases(tx, store, openings.map((opening) => caseRow(opening, now)));
  await rows.insertNotices(tx, store, openings.flatMap((opening) => opening.notice ?? []), now);
}

function incidentRow({ incidentId, finding, shadow }: Opening, now: Instant): rows.IncidentRow {
  const { playbook, order, cause } = finding;
  return { id: incidentId, playbook: playbook.slug, version: playbook.version, scope: { orderId: order.orderId, cause }, shadow, openedAt: now };
}

function caseRow(opening: Opening, now: Instant): rows.CaseRow {
  const { standing, standingWhy } = columnsOf(opening.standing, opening.tellBy);
  return {
    id: opening.caseId,
    incidentId: opening.incidentId,
    recipient: opening.finding.order.recipient,
    orderId: opening.finding.order.orderId,
    cause: opening.finding.cause,
    openedAt: now,
    facts: opening.facts,
    factsRevision: 1,
    tellBy: opening.tellBy,
    standing,
    standingWhy,
    noticeId: opening.notice?.id ?? null,
    conflict: opening.conflict ?? null,
  };
}

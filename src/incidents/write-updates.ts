import type { StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { plus } from "../base/time.ts";
import { lockOrdersIfFree } from "../commerce/index.ts";
import { addSpanOf, type IncidentContext } from "./context.ts";
import { isOutlived, MOST_LEAD, renewed, updateOf } from "./core/cadence.ts";
import { playbooksOf } from "./playbook-versions.ts";
import { lockCasesOfOrders, ordersWithUpdates, updateCases } from "./store/cases.ts";
import { noticesOfCases } from "./store/notices.ts";
import { insertNotices } from "./store/open.ts";
import { columnsOf, standingOf } from "./store/standing.ts";
import { pageOverdue } from "./watch-deadlines.ts";
import { withdrawNotices } from "./withdraw-notices.ts";

/** Orders whose cases are looked at in one transaction. */
const UPDATE_BATCH = 200;

export interface UpdateReport {
  readonly written: number;
}

/**
 * Writes the update that a case's last word promised, shortly before its time: without news it says so, and when
 * the next one comes. A case whose word is still on its way, or that nobody can be told of, gets none; but a word that
 * waited beyond the time it names for the next one is taken back, where it has not left, and written anew.
 */
export async function writeUpdates(ports: Ports, store: StoreId, context: IncidentContext): Promise<UpdateReport> {
  const now = ports.clock.now();
  return ports.db.transaction(async (tx) => {
    const due = await ordersWithUpdates(tx, store, plus(now, MOST_LEAD), now, UPDATE_BATCH);
    const orders = due.length === 0 ? [] : await lockOrdersIfFree(tx, store, due);
    const rows = orders.length === 0 ? [] : await lockCasesOfOrders(tx, store, orders.map((order) => order.orderId));
    const playbookOf = await playbooksOf(tx, store, rows.map((row) => row.version));
    const words = Map.groupBy(await noticesOfCases(tx, store, rows.map((row) => row.id)), (notice) => notice.caseId);
    const cases = rows.map((row) => {
      const lastWord = words.get(row.id)?.at(-1);
      return { ...row, row, caseId: row.id, standing: standingOf(row), isClosed: row.closedAt !== null, lastWordAt: lastWord?.writtenAt ?? row.openedAt, lastKind: lastWord?.kind, playbook: playbookOf(row.version) };
    });
    const outlived = cases.flatMap((each) => (isOutlived(each, now) ? (each.noticeId ?? []) : []));
    const { back } = await withdrawNotices(tx, store, outlived, context.recall, now);
    const updates = cases.flatMap((each) => {
      const { row, standing } = each;
      const word = back.has(row.noticeId ?? "") ? words.get(row.id)?.find(({ id }) => id === row.noticeId) : undefined;
      const notice = word ? renewed(store, each, word, addSpanOf(context), now) : updateOf(store, each, addSpanOf(context), now);
      return notice === undefined ? [] : [{ row, notice, standing: row.shadow ? standing : ({ kind: "due", until: notice.tellBy } as const) }];
    });
    await insertNotices(tx, store, updates.map(({ notice }) => notice), now);
    await updateCases(tx, store, updates.map(({ row, notice, standing }) => ({
      id: row.id,
      facts: notice.facts,
      factsRevision: notice.factsRevision,
      noticeId: notice.id,
      conflict: row.conflict,
      closedAt: row.closedAt,
      ...columnsOf(standing, notice.tellBy),
    })));
    await pageOverdue(tx, store, updates.filter(({ notice, row }) => notice.tellBy <= now && !row.shadow).map(({ row }) => row.incidentId), now);
    return { written: updates.length };
  });
}

import type { StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { plus } from "../base/time.ts";
import { lockOrdersIfFree } from "../commerce/index.ts";
import { addSpanOf, type IncidentContext } from "./context.ts";
import { MOST_LEAD, updateOf } from "./core/cadence.ts";
import { playbooksOf } from "./playbook-versions.ts";
import { lockCasesOfOrders, ordersWithUpdates, updateCases } from "./store/cases.ts";
import { noticesOfCases } from "./store/notices.ts";
import { insertNotices } from "./store/open.ts";
import { columnsOf, standingOf } from "./store/standing.ts";
import { pageOverdue } from "./watch-deadlines.ts";

/** Orders whose cases are looked at in one transaction. */
const UPDATE_BATCH = 200;

export interface UpdateReport {
  readonly written: number;
}

/**
 * Writes the update that a case's last word promised, shortly before its time: without news it says so, and when
 * the next one comes. A case whose word is still on its way, or that nobody can be told of, gets none.
 */
export async function writeUpdates(ports: Ports, store: StoreId, context: IncidentContext): Promise<UpdateReport> {
  const now = ports.clock.now();
  return ports.db.transaction(async (tx) => {
    const due = await ordersWithUpdates(tx, store, plus(now, MOST_LEAD), UPDATE_BATCH);
    const orders = due.length === 0 ? [] : await lockOrdersIfFree(tx, store, due);
    const cases = orders.length === 0 ? [] : await lockCasesOfOrders(tx, store, orders.map((order) => order.orderId));
    const playbookOf = await playbooksOf(tx, store, cases.map((row) => row.version));
    const words = Map.groupBy(await noticesOfCases(tx, store, cases.map((row) => row.id)), (notice) => notice.caseId);
    const updates = cases.flatMap((row) => {
      const standing = standingOf(row);
      const lastWord = words.get(row.id)?.at(-1);
      const notice = updateOf(store, { ...row, caseId: row.id, standing, isClosed: row.closedAt !== null, lastWordAt: lastWord?.writtenAt ?? row.openedAt, lastKind: lastWord?.kind, playbook: playbookOf(row.version) }, addSpanOf(context), now);
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

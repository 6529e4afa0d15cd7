import type { Db } from "../base/db.ts";
import { invariant } from "../base/errors.ts";
import type { StoreId } from "../base/ids.ts";
import { DAY, plus, type Instant } from "../base/time.ts";
import type { MadeGoodLine, ReconciliationLine } from "./core/model.ts";
import { lineOf, type AuditFaults } from "./core/reconciliation.ts";
import {
  countFault, countLine, countPromises, listCases, listPromises, PLACES, PROMISE_LISTS,
  type AuditScope, type CaseList, type ListedCase, type ListedPromise, type PromiseList,
} from "./store/reconcile.ts";

/** A page of a list; the next begins after its last id. */
const LIST_PAGE = 500;

export type ReconciliationList = CaseList | PromiseList;

/** The names of the lists behind the numbers, for those who choose one by name. */
export const RECONCILIATION_LISTS = [...Object.keys(PLACES), ...Object.keys(PROMISE_LISTS)] as readonly ReconciliationList[];

export interface ReconcileOptions {
  /** One incident only; the whole store otherwise. */
  readonly incidentId?: string;
  /** The list behind one of the numbers, at most `LIST_PAGE` rows from after the id `after`. */
  readonly list?: ReconciliationList;
  readonly after?: string;
  /** Looks up the evidence of every case ever, not only of those that changed of late or whose message came back. */
  readonly complete?: boolean;
}

/** Longer than any pause between two looks: what changed since the last one is looked up again and again. */
const LATELY = 2 * DAY;

export interface Reconciliation extends ReconciliationLine {
  readonly promises: MadeGoodLine;
  /** What makes the line untrue although it adds up. All zero while it balances. */
  readonly faults: AuditFaults;
  readonly list?: readonly (ListedCase | ListedPromise)[];
  /** Where the list goes on; absent on its last page. */
  readonly next?: string;
}

/**
 * Whether everybody is accounted for (guarantees G1 and G7) at `now`, read from the rows themselves.
 * Reads only; cheap enough for every minute.
 */
export async function reconcile(db: Db, store: StoreId, now: Instant, options: ReconcileOptions = {}): Promise<Reconciliation> {
  const scope: AuditScope = { store, now, ...(options.incidentId !== undefined && { incidentId: options.incidentId }) };
  const since = options.complete === true || options.incidentId !== undefined ? undefined : plus(now, -LATELY);
  const [line, broken, toldWithoutEvidence, handedOverWithoutMessage, dueWithoutPath, unattended] = await Promise.all([
    countLine(db, scope),
    countPromises(db, scope),
    countFault(db, scope, "toldWithoutEvidence", since),
    countFault(db, scope, "handedOverWithoutMessage", since),
    countFault(db, scope, "dueWithoutPath", undefined),
    countFault(db, scope, "unattended", undefined),
  ]);
  invariant(line !== undefined && broken !== undefined, "an aggregate without groups to return one row");
  const { withoutCase, ...promises } = broken;
  const faults = { brokenWithoutCase: withoutCase, toldWithoutEvidence, handedOverWithoutMessage, dueWithoutPath, unattended };
  return { ...lineOf(line.affected, line.people, line.rows, promises, faults), promises, faults, ...(await listOf(db, scope, options)) };
}

async function listOf(db: Db, scope: AuditScope, { list, after }: ReconcileOptions): Promise<Pick<Reconciliation, "list" | "next">> {
  if (list === undefined) return {};
  const page = { after, limit: LIST_PAGE + 1 };
  const rows = isPromiseList(list) ? await listPromises(db, scope, list, page) : await listCases(db, scope, list, page);
  const shown = rows.slice(0, LIST_PAGE);
  const last = shown.at(-1);
  const next = rows.length > LIST_PAGE && last !== undefined ? ("promiseId" in last ? last.promiseId : last.caseId) : undefined;
  return { list: shown, ...(next !== undefined && { next }) };
}

function isPromiseList(list: ReconciliationList): list is PromiseList {
  return Object.hasOwn(PROMISE_LISTS, list);
}

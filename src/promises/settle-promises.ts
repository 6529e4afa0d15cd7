import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { holdOrders } from "../commerce/index.ts";
import type { LedgerChange, StorePromise } from "./core/model.ts";
import { afterVerdict, type Verdict, type Verdicts } from "./core/settling.ts";
import * as rows from "./store.ts";

/** Writes promises of other stages (first notice by, next update by). Answers those that were new. */
export async function makePromises(tx: Tx, store: StoreId, promises: readonly StorePromise[]): Promise<readonly LedgerChange[]> {
  const each = [...new Map(promises.map((promise) => [promise.id, promise])).values()];
  const made = await rows.insertPromises(tx, store, each);
  return each.filter((promise) => made.has(promise.id)).map((promise) => ({ promise, from: "none" }));
}

/** Closes promises by what another stage knows of them. The caller holds their orders' rows. Answers what changed. */
export async function settlePromises(tx: Tx, store: StoreId, verdicts: readonly Verdicts[]): Promise<readonly LedgerChange[]> {
  const byId = await rows.lockById(tx, store, verdicts.flatMap((each) => ("promiseId" in each ? [each.promiseId] : [])));
  const ofCases = await rows.lockOfCases(tx, store, verdicts.flatMap((each) => ("caseId" in each ? [each.caseId] : [])));
  const known = [...new Map([...byId, ...ofCases].map((promise) => [promise.id, promise])).values()];
  const about = Map.groupBy(verdicts, (each) => ("promiseId" in each ? each.promiseId : each.caseId));
  const changes = known.flatMap((promise) => {
    const ofIt = [...(about.get(promise.id) ?? []), ...(about.get(promise.caseId ?? "") ?? [])].filter((each) => isAbout(each, promise));
    const settled = ofIt.reduce<StorePromise>((last, { verdict }) => afterVerdict(last, verdict), promise);
    return settled === promise ? [] : [{ promise: settled, from: promise.state }];
  });
  await rows.updatePromises(tx, store, changes.map((change) => change.promise));
  return changes;
}

/** A promise that somebody meant to waive; `changed` unless it was settled before. */
export interface Waived {
  readonly promise: StorePromise;
  readonly changed: boolean;
}

/** A person releases the store from a promise, and says why. Undefined when there is no such promise. */
export async function waivePromise(tx: Tx, store: StoreId, promiseId: string, waiver: { byWhom: string; because: string }, now: Instant): Promise<Waived | undefined> {
  const orderId = await rows.orderOf(tx, store, promiseId);
  if (orderId === undefined) return undefined;
  if (orderId !== null) await holdOrders(tx, store, [orderId]);
  const verdict: Verdict = { kind: "waived", at: now, ...waiver };
  const changes = await settlePromises(tx, store, [{ promiseId, verdict }]);
  const [promise] = await rows.lockById(tx, store, [promiseId]);
  return promise && { promise, changed: changes.length > 0 };
}

/** Gives broken promises to the cases that they belong to: one for each, for ever. */
export async function attachToCases(tx: Tx, store: StoreId, belonging: readonly { promiseId: string; caseId: string }[]): Promise<void> {
  await rows.attach(tx, store, belonging.map(({ promiseId, caseId }) => ({ promise_id: promiseId, case_id: caseId })));
}

function isAbout(each: Verdicts, promise: StorePromise): boolean {
  return "promiseId" in each ? each.promiseId === promise.id : each.caseId === promise.caseId && each.kind === promise.kind;
}

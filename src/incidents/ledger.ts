import type { Tx } from "../base/db.ts";
import { uuidOf, type StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { attachToCases, makePromises, settlePromises, type StorePromise, type Verdict } from "../promises/index.ts";
import type { AddSpan } from "./core/notices.ts";
import type { Opening } from "./core/opening.ts";

/** The promises that this stage makes and settles: by when a case's customer hears of it first. */
const FIRST_NOTICE = "first_notice_by";

/** Promises the first notice of each case in which a word is due. Who is excused is promised nothing. */
export async function promiseFirstNotices(tx: Tx, store: StoreId, openings: readonly Opening[], addSpan: AddSpan): Promise<void> {
  const promises = openings.filter((opening) => opening.standing.kind === "due").flatMap((opening) => promisesOf(store, opening, addSpan));
  if (promises.length > 0) await makePromises(tx, store, promises);
}

function promisesOf(store: StoreId, { caseId, finding }: Opening, addSpan: AddSpan): StorePromise[] {
  const { playbook, order, at } = finding;
  const thing = `case/${caseId}`;
  return playbook.promises.filter((rule) => rule.starts === "case.opened").map(({ rule, kind, due, owedTo, owner, basis }) => ({
    id: uuidOf("promise", store, order.orderId, playbook.slug, rule, thing),
    kind,
    orderId: order.orderId,
    thing,
    rule,
    playbook: playbook.slug,
    owedTo,
    owner,
    basis,
    // It rests on our own evidence alone, which is never behind.
    restsOn: [],
    madeAt: at,
    dueAt: addSpan(at, due),
    state: "open",
    caseId,
  }));
}

/** Gives what broke to the case that it belongs to. */
export async function attachBroken(tx: Tx, store: StoreId, broken: readonly { promiseId: string; caseId: string }[]): Promise<void> {
  if (broken.length > 0) await attachToCases(tx, store, broken);
}

/** Evidence about the first word of a case: it arrived (or is with a provider) as of `at`, or it did not. */
export interface FirstNoticeEvidence {
  readonly caseId: string;
  readonly at: Instant;
  readonly arrived: boolean;
}

/**
 * Keeps the first-notice promise as of the hand-over, which is when the store did its part; one that came back is
 * owed again, and breaks by the clock.
 */
export async function keepFirstNotices(tx: Tx, store: StoreId, evidence: readonly FirstNoticeEvidence[]): Promise<void> {
  if (evidence.length === 0) return;
  const verdictOf = ({ at, arrived }: FirstNoticeEvidence): Verdict => (arrived ? { kind: "kept", at } : { kind: "reopened" });
  await settlePromises(tx, store, evidence.map((each) => ({ caseId: each.caseId, kind: FIRST_NOTICE, verdict: verdictOf(each) })));
}

/** Nothing remains to be said: the promise of a first word falls away, unless the clock has broken it already. */
export async function releaseFirstNotices(tx: Tx, store: StoreId, cases: readonly { caseId: string; why: string }[], now: Instant): Promise<void> {
  if (cases.length === 0) return;
  await settlePromises(tx, store, cases.map(({ caseId, why }) => ({ caseId, kind: FIRST_NOTICE, verdict: { kind: "superseded", at: now, because: why } })));
}

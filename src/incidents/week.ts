import type { Tx } from "../base/db.ts";
import { invariant } from "../base/errors.ts";
import type { StoreId } from "../base/ids.ts";
import { instant, MINUTE, type Instant } from "../base/time.ts";
import { UNREACHABLE_REASONS, type UnreachableReason } from "./core/model.ts";
import { countUnreachable, longestSilence, selectOrderOfCase, shadowCases, unreachableCases, type UnreachableRow } from "./store/week.ts";

export interface UnreachableCase {
  readonly caseId: string;
  readonly orderId: string;
  readonly why: UnreachableReason;
  readonly openedAt: Instant;
}

/** Unreachable customers of one age: their cases by reason, and those that opened first. */
export interface UnreachablePart {
  readonly count: number;
  readonly reasons: Readonly<Partial<Record<UnreachableReason, number>>>;
  readonly first: readonly UnreachableCase[];
}

export interface UnreachableSince {
  /** Whose case opened since the moment that was asked for. */
  readonly fresh: UnreachablePart;
  readonly older: UnreachablePart;
}

/** Open cases whose customer no word reaches, told apart by whether they opened since `since`; at most `shown` of each. */
export async function unreachableSince(tx: Tx, store: StoreId, since: Instant, shown: number): Promise<UnreachableSince> {
  const [counts, fresh, older] = await Promise.all([
    countUnreachable(tx, store, since),
    unreachableCases(tx, store, since, FOR_EVER, shown),
    unreachableCases(tx, store, BEGINNING, since, shown),
  ]);
  const part = (age: "fresh" | "older", rows: readonly UnreachableRow[]): UnreachablePart => {
    const counted = counts.flatMap((row) => (row[age] === 0 ? [] : [[reasonOf(row.why), row[age]] as const]));
    return { count: counted.reduce((sum, [, count]) => sum + count, 0), reasons: Object.fromEntries(counted), first: rows.map((row) => ({ ...row, why: reasonOf(row.why) })) };
  };
  return { fresh: part("fresh", fresh), older: part("older", older) };
}

const BEGINNING = instant(0);
const FOR_EVER = instant(Date.UTC(9999, 0, 1));

function reasonOf(why: string): UnreachableReason {
  const reason = UNREACHABLE_REASONS.find((each) => each === why);
  invariant(reason !== undefined, `one of ${UNREACHABLE_REASONS.join(", ")}, got ${why}`);
  return reason;
}

/** A stretch in which a customer was owed the truth and heard nothing. */
export interface Silence {
  readonly caseId: string;
  readonly orderId: string;
  readonly from: Instant;
  readonly until: Instant;
  /** Whole minutes. */
  readonly minutes: number;
  /** Still silent at the moment that was asked for. */
  readonly lasts: boolean;
}

/**
 * The longest silence that reached into the time from `since` to `now`: of a case that was open then, the longest
 * stretch between two of these moments that follow each other: what went wrong, each word that left and did not come
 * back, and the case's end (`now` while it is open). Excused cases need no word and have no silence.
 */
export async function longestSilenceSince(tx: Tx, store: StoreId, since: Instant, now: Instant): Promise<Silence | undefined> {
  const row = await longestSilence(tx, store, since, now);
  return row && { ...row, minutes: Math.floor((row.until - row.from) / MINUTE) };
}

/** What a playbook would have said, had it been live. */
export interface ShadowPlaybook {
  readonly playbook: string;
  readonly title: string;
  readonly cases: number;
  readonly latest: readonly { readonly caseId: string; readonly orderId: string }[];
}

/** The cases of shadow incidents that opened since `since`, by playbook, most first, each with the `shown` that opened last. */
export async function shadowSince(tx: Tx, store: StoreId, since: Instant, shown: number): Promise<readonly ShadowPlaybook[]> {
  const rows = await shadowCases(tx, store, since, shown);
  return [...Map.groupBy(rows, (row) => row.playbook).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { playbook, title, cases } = first;
    return [{ playbook, title, cases, latest: same.map(({ caseId, orderId }) => ({ caseId, orderId })) }];
  });
}

/** The order that a case is about; undefined when there is no such case. */
export async function orderOfCase(tx: Tx, store: StoreId, caseId: string): Promise<string | undefined> {
  return selectOrderOfCase(tx, store, caseId);
}

import type { StoreId } from "../../base/ids.ts";
import { HOUR, latest, plus, type Instant, type Milliseconds } from "../../base/time.ts";
import type { Playbook } from "../../playbooks/index.ts";
import { nextUpdateOf, withNextUpdate } from "./facts.ts";
import { isWaiting } from "./news.ts";
import type { CaseFacts, Standing } from "./model.ts";
import { nextUpdateAfter, noticeId, updateRuleAfter, type AddSpan, type Notice } from "./notices.ts";

/** An update leaves at most this long before the moment that the last word named: time for quiet hours and retries. */
export const MOST_LEAD: Milliseconds = 4 * HOUR;

/** Of the time between two words, the share that may be left when the next one leaves: news must not come twice as often as promised. */
const LEAD_SHARE = 1 / 4;

/** What a case's cadence is decided from. */
export interface CaseInCadence {
  readonly caseId: string;
  readonly incidentId: string;
  readonly recipient: string;
  readonly orderId: string;
  readonly facts: CaseFacts;
  readonly factsRevision: number;
  readonly statementVersion: number;
  readonly standing: Standing;
  readonly isClosed: boolean;
  /** When the last word was written. */
  readonly lastWordAt: Instant;
  /** Which of the playbook's notices it was; undefined where none was written. */
  readonly lastKind: string | undefined;
  readonly playbook: Playbook;
}

/** A word of a case that is due. */
export interface WordDue {
  readonly kind: string;
  readonly causeAt: Instant;
  readonly tellBy: Instant;
}

/** Whether the word that is due waited so long that the next one it names is overdue by now: said today, it would promise a day that is over. */
export function isOutlived({ facts, standing, isClosed }: Pick<CaseInCadence, "facts" | "standing" | "isClosed">, now: Instant): boolean {
  const by = nextUpdateOf(facts);
  return standing.kind === "due" && !isClosed && by !== undefined && by <= now;
}

/** A word that was outlived, once it is taken back: the same anew, of the same cause and as overdue, with a next one that is still to come. */
export function renewed(store: StoreId, case_: CaseInCadence, word: WordDue, addSpan: AddSpan, now: Instant): Notice {
  const { incidentId, recipient, caseId, orderId, statementVersion } = case_;
  const key = { incidentId, recipient, kind: word.kind, statementVersion, factsRevision: case_.factsRevision + 1, causeAt: word.causeAt };
  const facts = withNextUpdate(case_.facts, nextUpdateAfter(case_.playbook, word.kind, now, addSpan));
  return { ...key, id: noticeId(store, key), caseId, orderId, facts, tellBy: word.tellBy };
}

/** From when on the next update may be written; undefined while none is. */
export function updateFrom({ facts, standing, isClosed, lastWordAt }: CaseInCadence): Instant | undefined {
  const by = nextUpdateOf(facts);
  if (by === undefined || isClosed || !isWaiting(facts) || !hearsUs(standing)) return undefined;
  const lead = Math.min(MOST_LEAD, Math.max(0, by - lastWordAt) * LEAD_SHARE);
  return plus(by, -lead);
}

/** A word that is still due comes first; who cannot be reached gets none; in shadow it is written as if it were said. */
function hearsUs(standing: Standing): boolean {
  return standing.kind === "told" || standing.kind === "handed_over" || (standing.kind === "excused" && standing.why === "shadow");
}

/**
 * The update that is due at `now`, if one is. Its cause is the moment from which it was due: before a gap it may have been
 * said in the hours that were lost.
 */
export function updateOf(store: StoreId, case_: CaseInCadence, addSpan: AddSpan, now: Instant): Notice | undefined {
  const from = updateFrom(case_);
  const by = nextUpdateOf(case_.facts);
  const rule = updateRuleAfter(case_.playbook, case_.lastKind);
  if (from === undefined || by === undefined || rule === undefined || now < from) return undefined;
  const { incidentId, recipient, caseId, orderId, statementVersion } = case_;
  const key = { incidentId, recipient, kind: rule.kind, statementVersion, factsRevision: case_.factsRevision + 1, causeAt: from };
  const facts = withNextUpdate(case_.facts, nextUpdateAfter(case_.playbook, rule.kind, latest(by, now), addSpan));
  return { ...key, id: noticeId(store, key), caseId, orderId, facts, tellBy: by };
}

import { invariant } from "../../base/errors.ts";
import { uuidOf, type StoreId } from "../../base/ids.ts";
import type { Instant } from "../../base/time.ts";
import type { CaseMoment, NoticeRule, Playbook, Span } from "../../playbooks/index.ts";
import type { CaseFacts } from "./model.ts";
import { momentFromScratch } from "./news.ts";

/** Adds a span in the store's calendar. */
export type AddSpan = (from: Instant, span: Span) => Instant;

/** A word that is owed about a case, before it becomes messages. */
export interface Notice {
  readonly id: string;
  readonly incidentId: string;
  readonly recipient: string;
  readonly caseId: string;
  readonly orderId: string;
  readonly kind: string;
  readonly statementVersion: number;
  readonly factsRevision: number;
  readonly facts: CaseFacts;
  /** When what it tells of happened. */
  readonly causeAt: Instant;
  readonly tellBy: Instant;
}

/**
 * Function of what it says to whom: the same words about the same facts are one notice. Of what happened when, too: the
 * numbers count anew after a backup was restored, and what is told then may be something else than what left before.
 */
export function noticeId(store: StoreId, notice: Pick<Notice, "incidentId" | "recipient" | "kind" | "statementVersion" | "factsRevision" | "causeAt">): string {
  return uuidOf(store, "notice", notice.incidentId, notice.recipient, notice.kind, notice.statementVersion, notice.factsRevision, notice.causeAt);
}

/** The playbook's notice for a moment of a case, if it has one. */
export function noticeRuleFor(playbook: Playbook, moment: CaseMoment): NoticeRule | undefined {
  return playbook.notices.find((rule) => rule.on === moment);
}

/** The playbook's notice that tells all of a case to somebody who has heard nothing of it yet. */
export function ruleFromScratch(playbook: Playbook, facts: Pick<CaseFacts, "choices">): NoticeRule {
  const rule = noticeRuleFor(playbook, momentFromScratch(facts)) ?? noticeRuleFor(playbook, "opened");
  invariant(rule, `playbook ${playbook.slug} to have a notice for the moment "opened"`);
  return rule;
}

/** The update that follows on a word of this kind. Where the playbook has a last one, there is none after it. */
export function updateRuleAfter(playbook: Playbook, kind: string | undefined): NoticeRule | undefined {
  const update = noticeRuleFor(playbook, "update.due");
  const last = noticeRuleFor(playbook, "update.last");
  if (last === undefined || (kind !== update?.kind && kind !== last.kind)) return update;
  return kind === last.kind ? undefined : last;
}

/** By when the reader hears from the store again after a word of this kind said at `from`, where the playbook keeps a cadence. */
export function nextUpdateAfter(playbook: Playbook, kind: string, from: Instant, addSpan: AddSpan): Instant | undefined {
  const rule = updateRuleAfter(playbook, kind);
  return rule && addSpan(from, rule.within);
}

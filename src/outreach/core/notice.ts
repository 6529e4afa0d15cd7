import type { Instant } from "../../base/time.ts";
import type { CaseFacts } from "../../incidents/index.ts";
import type { NoticeRule, Playbook } from "../../playbooks/index.ts";

/** A notice with everything that its words are made from, but the person. */
export interface NoticeToSay {
  readonly id: string;
  readonly incidentId: string;
  readonly caseId: string;
  readonly orderId: string;
  readonly kind: string;
  readonly facts: CaseFacts;
  /** Of the statement version that it cites. */
  readonly choices: Readonly<Record<string, string>>;
  readonly playbook: Playbook;
  readonly shadow: boolean;
  readonly causeAt: Instant;
  readonly tellBy: Instant;
  readonly writtenAt: Instant;
}

/** The playbook's rule for a notice; undefined when its playbook no longer knows the kind. */
export function ruleOf(notice: NoticeToSay): NoticeRule | undefined {
  return notice.playbook.notices.find((rule) => rule.kind === notice.kind);
}

/** The languages that a notice can be said in. */
export function localesOf(notice: NoticeToSay): readonly string[] {
  const message = ruleOf(notice)?.message;
  return message === undefined ? [] : Object.keys(notice.playbook.messages[message] ?? {});
}

import type { Instant } from "../../base/time.ts";
import type { TaskRequest } from "../../people/index.ts";
import type { Playbook } from "../../playbooks/index.ts";

/** Asks the owner what no source says, or which of two is right. The customer hears neutral words meanwhile. */
export function questionTask(caseId: string, playbook: Playbook, ask: string | undefined, dueAt: Instant): TaskRequest[] {
  return ask === undefined ? [] : [{ about: `case/${caseId}`, owner: playbook.owner, what: ask, dueAt }];
}

/** Asks the owner to correct what a customer was told, where the playbook has no words for it. */
export function correctionTask(caseId: string, playbook: Playbook, why: string, dueAt: Instant): TaskRequest {
  return { about: `case/${caseId}`, owner: playbook.owner, what: `Correct what the customer was told. ${why}`, dueAt };
}

import type { Instant } from "../../base/time.ts";
import type { TaskRequest } from "../../people/index.ts";
import type { Playbook } from "../../playbooks/index.ts";
import type { Standing } from "./model.ts";

/** Asks the owner what no source says, or which of two is right. The customer hears neutral words meanwhile; of history nobody hears, and nobody is asked. */
export function questionTask(caseId: string, playbook: Playbook, standing: Standing, ask: string | undefined, dueAt: Instant): TaskRequest[] {
  const isHistory = standing.kind === "excused" && standing.why === "history";
  return ask === undefined || isHistory ? [] : [{ about: `case/${caseId}`, owner: playbook.owner, what: ask, dueAt }];
}

/** Asks the owner to correct what a customer was told, where the playbook has no words for it. */
export function correctionTask(caseId: string, playbook: Playbook, why: string, dueAt: Instant): TaskRequest {
  return { about: `case/${caseId}`, owner: playbook.owner, what: `Correct what the customer was told. ${why}`, dueAt };
}

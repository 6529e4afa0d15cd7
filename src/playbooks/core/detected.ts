import type { DetectedTrigger, Playbook, Trigger } from "./model.ts";
import { NOT_DETECTED_YET } from "./vocabulary.ts";

/** Whether Makegood notices what this trigger waits for. */
export function isDetected(trigger: Trigger): trigger is DetectedTrigger {
  return !Object.hasOwn(NOT_DETECTED_YET, trigger.on);
}

/** What a playbook waits for and nothing detects yet, by name, each once; `none` tells whether that is all that it has. */
export function undetected({ detects }: Pick<Playbook, "detects">): { readonly waits: readonly Trigger["on"][]; readonly none: boolean } {
  const waits = detects.filter((trigger) => !isDetected(trigger)).map(({ on }) => on);
  return { waits: [...new Set(waits)], none: !detects.some(isDetected) };
}

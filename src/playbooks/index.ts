/** The playbook language: what a failure pattern is, read from files, checked, versioned. */
export type * from "./core/model.ts";
export { parseSpan } from "./core/span.ts";
export { problemText } from "./core/problem.ts";
export type { PlaybookProblem } from "./core/problem.ts";
export { isDetected, undetected } from "./core/detected.ts";
export { GUARDED_SLOTS, isSlot, NOT_DETECTED_YET, NOT_PROVABLE_YET, READINESS_CONTROLS, SLOTS } from "./core/vocabulary.ts";
export type { ReadinessControl, SlotName } from "./core/vocabulary.ts";
export { patternsReference } from "./patterns.ts";
export { playbooksReference } from "./reference.ts";
export { loadPlaybooks } from "./load-playbooks.ts";
export { fromSnapshot, snapshot } from "./snapshot.ts";

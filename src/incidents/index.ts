export * from "./core/model.ts";
export type { HeardOf, IncidentContext, OpenWays, Recall, Recalled } from "./context.ts";
export { openCases } from "./open-cases.ts";
export { reviseCases } from "./revise-cases.ts";
export { recordStandings } from "./record-standings.ts";
export { writeUpdates } from "./write-updates.ts";
export { watchDeadlines } from "./watch-deadlines.ts";
export { casesOfOrder, type CaseView } from "./cases-of-order.ts";
export { lineInWords } from "./line-in-words.ts";
export { reconcile, RECONCILIATION_LISTS, type Reconciliation, type ReconciliationList } from "./reconcile.ts";
export { incidentBoard, type IncidentBoard, type IncidentView } from "./incident-board.ts";
export {
  longestSilenceSince, orderOfCase, shadowSince, unreachableSince,
  type ShadowPlaybook, type Silence, type UnreachableCase, type UnreachablePart, type UnreachableSince,
} from "./week.ts";

/** The pages that customers and paged staff open. They read all stages, change only acknowledgements, and keep what a customer chooses or declares. */
export type { OrderRecord, PortalStore, SaidWords } from "./core/record.ts";
export type { PortalPorts, PortalReads } from "./ports.ts";
export { portalReads } from "./reads.ts";
export { portalRoutes } from "./routes.ts";
export { type Answer, takeAnswer } from "./take-answer.ts";

/** The pages that customers and paged staff open. They read all stages and change only acknowledgements. */
export type { AwaitedWord, OrderRecord, PortalStore, SaidOn, SaidWords } from "./core/record.ts";
export type { PortalPorts, PortalReads } from "./ports.ts";
export { portalReads, type ReadsBinding } from "./reads.ts";
export { portalRoutes } from "./routes.ts";

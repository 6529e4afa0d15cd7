/** The pages that customers and paged staff open. They read all stages and change only acknowledgements. */
export type { OrderRecord, PortalStore, SaidWords } from "./core/record.ts";
export type { PortalPorts } from "./ports.ts";
export { portalReads } from "./reads.ts";
export { portalRoutes } from "./routes.ts";

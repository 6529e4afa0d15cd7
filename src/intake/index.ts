export type * from "./core/event.ts";
export type * from "./core/delivery.ts";
export { MAX_BODY_BYTES } from "./core/delivery.ts";
export { createReceiver, type Receipt, type Receiver, type Sources } from "./receive.ts";
export { applyInbox, type Applied, type ApplyEvents, type ApplyReport } from "./apply.ts";
export { readUpTo } from "./read-up-to.ts";
export { intakeRoutes } from "./routes.ts";
export { createSource, SOURCES, type SourceManifest, watchConfig } from "./sources/registry.ts";
export { registerSources, WAKE_CHANNEL } from "./store.ts";

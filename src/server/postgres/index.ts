export { startDisposablePostgres } from "./disposable.ts";
export { FAST_AND_FORGETFUL } from "./settings.ts";
export type { Settings } from "./settings.ts";
export { startPostgres } from "./start-postgres.ts";
export type { PostgresServer } from "./start-postgres.ts";

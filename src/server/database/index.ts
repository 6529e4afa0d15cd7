export { connect, sessionConfig } from "./connect.ts";
export type { ConnectOptions, Database } from "./connect.ts";
export { dumpSchema } from "./dump-schema.ts";
export type { Listener, Listening } from "./listen.ts";
export { migrate } from "./migrate.ts";
export type { MigrationReport } from "./migrate.ts";

export type * from "./core/event.ts";

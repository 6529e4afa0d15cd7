export type * from "./core/model.ts";
export { detect } from "./core/detect.ts";
export { CANCELLED, moneyOf, thingOfCause, type MoneyView } from "./core/money.ts";
export { speakableReason, type SpeakableReason } from "./core/speakable-reason.ts";

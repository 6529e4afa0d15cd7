export type * from "./core/model.ts";
export { detect } from "./detect.ts";
export { importedAt } from "./history.ts";
export { CANCELLED, moneyOf, thingOfCause, type MoneyView } from "./money.ts";
export { addressOf, holdOf, type AddressView, type HoldView } from "./holds.ts";
export { matterOf } from "./matter.ts";
export { parcelOf, type ParcelView } from "./parcels.ts";
export { paymentOf, type PaymentView } from "./payments.ts";
export { speakableReason, type SpeakableReason } from "./speakable-reason.ts";

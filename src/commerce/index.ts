export type * from "./core/model.ts";
export { contactsSince } from "./contacts-since.ts";
export { mergeEvents } from "./merge-events.ts";
export { exportPerson, findOrders, lockOrders, lockOrdersIfFree, orderByReference, orderByToken, orderHistory } from "./read-orders.ts";
export { holdOrders, orderIdsOfStore } from "./store.ts";
export { redactPerson } from "./redact-person.ts";
export { checkAddress } from "./core/address/check-address.ts";
export type { AddressField } from "./core/address/model.ts";
export { pageToken } from "./tokens.ts";

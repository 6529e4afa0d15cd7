import { createHmac } from "node:crypto";
import type { StoreId } from "../base/ids.ts";
import { isTrackingRef, type StoreEvent } from "../intake/index.ts";
import { toSpoken } from "./core/spoken-ref.ts";

/** 192 bits, as every secret address has. */
const TOKEN_BYTES = 24;

/** The token in the address of an order's page: a function of the secret, so that it is stored nowhere; its hash is. */
export function pageToken(secret: string, store: StoreId, orderId: string): string {
  return mac(secret, ["order page", store, orderId]).subarray(0, TOKEN_BYTES).toString("base64url");
}

/** An order's eight spoken characters; `attempt` moves on when another order of the store has them already. */
export function spokenRefOf(secret: string, store: StoreId, orderId: string, attempt: number): string {
  return toSpoken(mac(secret, ["spoken reference", store, orderId, String(attempt)]));
}

/**
 * The event with its refs as they may be stored. A tracking number leads to an address, so a keyed digest stands for it
 * in the links: unlike a deleted link it still leads a late word of the parcel to the order whose person is forgotten,
 * so that its body is not kept either; and unlike a plain digest it cannot be found by trying numbers.
 */
export function withStoredRefs<E extends Pick<StoreEvent, "refs">>(secret: string, store: StoreId, event: E): E {
  if (!event.refs.some(isTrackingRef)) return event;
  const digest = (ref: string): string => `tracking/${mac(secret, ["tracking", store, ref]).subarray(0, TOKEN_BYTES).toString("base64url")}`;
  return { ...event, refs: event.refs.map((ref) => (isTrackingRef(ref) ? digest(ref) : ref)) };
}

function mac(secret: string, parts: readonly string[]): Buffer {
  return createHmac("sha256", secret).update(JSON.stringify(parts)).digest();
}

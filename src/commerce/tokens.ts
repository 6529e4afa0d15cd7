import { createHmac } from "node:crypto";
import type { StoreId } from "../base/ids.ts";
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

function mac(secret: string, parts: readonly string[]): Buffer {
  return createHmac("sha256", secret).update(JSON.stringify(parts)).digest();
}

import { hash, randomBytes } from "node:crypto";

/** The short name of a store, as it stands in addresses: lower-case letters, digits, hyphens. Leads every key. */
export type StoreId = string & { readonly storeId: unique symbol };

const STORE_ID = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** Reads a store's short name; undefined when it is not one. */
export function parseStoreId(text: string): StoreId | undefined {
  return STORE_ID.test(text) ? (text as StoreId) : undefined;
}

/**
 * A UUID (version 8, RFC 9562) that is a function of its parts.
 * The same fact always gets the same id, so that doing a thing twice is writing one row once.
 */
export function uuidOf(...parts: readonly (string | number)[]): string {
  // One call instead of a hash object or a buffer: ids are made some twenty times for each event.
  const hex = hash("sha256", parts.map((part) => `${String(part).length}:${part};`).join(""));
  const variant = "89ab"[Number.parseInt(hex.slice(16, 17), 16) % 4];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text that a person gave is a UUID, as the ids of ours are. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** SHA-256 of a secret token, hex: what we store instead of the token. */
export function hashToken(token: string): string {
  return hash("sha256", token, "hex");
}

/** Unguessable bytes. A port, so that a simulation can replay. */
export interface Random {
  bytes(count: number): Uint8Array;
}

export const systemRandom: Random = { bytes: (count) => randomBytes(count) };

/** A URL-safe token with 192 bits of entropy. */
export function newToken(random: Random): string {
  return Buffer.from(random.bytes(24)).toString("base64url");
}

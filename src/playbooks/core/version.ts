import { createHash } from "node:crypto";

/** JSON with the keys of every object in order: the same content always gives the same text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (isRecord(inner) ? sorted(inner) : inner));
}

/** Hash of everything that decides what a playbook does or says. 20 hex digits: collisions need 2^40 versions of one playbook. */
export function versionOf(content: object): string {
  return createHash("sha256").update(canonicalJson(content)).digest("hex").slice(0, 20);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sorted(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

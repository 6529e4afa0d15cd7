import { createHash } from "node:crypto";
import { z } from "zod";
import { type Money, parseMoney } from "../../base/money.ts";
import { parseInstant } from "../../base/time.ts";
import type { InboxRow, Normalised } from "../core/delivery.ts";
import { readJson } from "../core/json.ts";

/** A vendor's numeric or text id as text. Integers beyond 2^53 already come as text from `readJson`. */
export const vendorId = z.union([z.string().min(1).max(200), z.number().int()]).transform(String);

/** An RFC 3339 time. */
export const moment = z.string().transform((text, context) => {
  const at = parseInstant(text);
  if (at !== undefined) return at;
  context.addIssue({ code: "custom", message: "is not a time with an offset" });
  return z.NEVER;
});

/** An amount as a decimal, in text or as a number. */
export const decimal = z.union([z.string(), z.number()]).transform(String);

/** The amount of a vendor's decimal. Throws when it is not one: the row is then quarantined with this reason. */
export function amountOf(text: string, currency: string): Money {
  const amount = parseMoney(text, currency);
  if (!amount) throw new RangeError(`"${text.slice(0, 40)}" is not an amount of ${currency.slice(0, 8)}`);
  return amount;
}

/** The body for a first look at its identity, before it is kept; `readPayload` reads it strictly. Undefined when it is no JSON. */
export function glance(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    return undefined;
  }
}

/** The identity of a delivery that has none of its own: the same bytes are the same delivery. */
export function bodyIdentity(body: Uint8Array): string {
  return `sha256:${createHash("sha256").update(body).digest("hex")}`;
}

/** Reads a row's body by a vendor's schema. `tell` gets the payload, or the row is quarantined with what did not fit. */
export function readPayload<T>(row: InboxRow, schema: z.ZodType<T>, tell: (payload: T) => Normalised): Normalised {
  const json = readJson(row.body);
  if (!json.ok) return unreadable(row, json.error);
  const payload = schema.safeParse(json.value.value);
  if (!payload.success) return unreadable(row, firstIssue(payload.error));
  return tell(payload.data);
}

/** Where a payload departs from its schema, without the payload's own values. */
export function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue ? `${issue.path.map(String).join(".") || "it"}: ${issue.message}` : "it does not fit the schema";
}

function unreadable(row: InboxRow, what: string): Normalised {
  const why = `This ${row.kind} cannot be read: ${what}. It is kept; report it with its inbox id, and requeue it after the upgrade that reads it.`;
  return { kind: "quarantined", code: "unreadable", why };
}

/** A kind that no release so far reads. */
export function unknownKind(row: InboxRow, vendor: string): Normalised {
  const why = `Makegood does not read "${row.kind}" from ${vendor}. Unsubscribe from it, or leave it: it is kept, and can be requeued after an upgrade that reads it.`;
  return { kind: "quarantined", code: "unknown_kind", why };
}

const E164 = /^\+[1-9]\d{6,14}$/;

/** A phone number only when it can be dialled from anywhere (E.164). */
export function dialable(phone: string | null | undefined): string | undefined {
  const compact = phone?.replace(/[\s().-]/g, "");
  return compact && E164.test(compact) ? compact : undefined;
}

/** The object without its absent parts: an optional property is either there or not, never undefined. */
export function present<T extends object>(parts: { [K in keyof T]: T[K] | null | undefined }): T {
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined && part !== null && part !== "")) as T;
}

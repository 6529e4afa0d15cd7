import { err, ok, type Result } from "../../../base/result.ts";
import { type Json, readJson } from "../../core/json.ts";
import { hmacSha256 } from "../../../base/signatures.ts";

/** A webhook in JSON holds one item, and the older formats at most six (https://docs.adyen.com/development-resources/webhooks/webhook-types). */
const MAX_ITEMS = 50;

type Fields = { readonly [key: string]: Json };

/** One notification of a delivery. */
export interface Item {
  readonly fields: Fields;
  /** Its own text, unchanged: what is kept. */
  readonly text: string;
}

/** The items of a webhook (`notificationItems[].NotificationRequestItem`), or why it is none. */
export function readItems(body: Uint8Array): Result<readonly Item[], string> {
  const json = readJson(body);
  if (!json.ok) return err(`it is no JSON: ${json.error}`);
  const wrapped = fieldsOf(json.value.value)?.["notificationItems"];
  if (!Array.isArray(wrapped)) return err("it holds no notificationItems");
  if (wrapped.length === 0 || wrapped.length > MAX_ITEMS) return err(`it holds ${wrapped.length} notificationItems instead of 1 to ${MAX_ITEMS}`);
  const items = (wrapped as readonly Json[]).flatMap((each): readonly Item[] => {
    const fields = fieldsOf(fieldsOf(each)?.["NotificationRequestItem"]);
    return fields ? [{ fields, text: json.value.sourceOf(fields) }] : [];
  });
  return items.length === wrapped.length ? ok(items) : err("one of its notificationItems is no NotificationRequestItem");
}

/**
 * What the signature of an item covers, joined by ":". Vendor's page: https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures
 * Nothing is escaped: the page once asked for it, but the signatures that are sent never were (Adyen/adyen-php-api-library#165).
 * So two sets of fields could give the same text. Only the merchant's own reference may therefore hold a colon: then
 * what stands around it is unambiguous. Undefined when another one does.
 */
export function signedText({ fields }: Item): string | undefined {
  const amount = fieldsOf(fields["amount"]) ?? {};
  const around = [fields["pspReference"], fields["originalReference"], fields["merchantAccountCode"], amount["value"], amount["currency"], fields["eventCode"], fields["success"]].map(textOf);
  if (around.some((part) => part.includes(":"))) return undefined;
  return [...around.slice(0, 3), textOf(fields["merchantReference"]), ...around.slice(3)].join(":");
}

/** The signature that an item carries: base64, in the item itself. */
export function signatureOf({ fields }: Item): string {
  return textOf(fieldsOf(fields["additionalData"])?.["hmacSignature"]);
}

/** The webhook with each of its items signed; what is no webhook stays as it is. */
export function signItems(body: Uint8Array, key: Uint8Array): Uint8Array {
  const items = readItems(body);
  if (!items.ok) return body;
  const signed = items.value.map((item) => {
    const hmacSignature = hmacSha256(key, signedText(item) ?? "").toString("base64");
    return { NotificationRequestItem: { ...item.fields, additionalData: { ...fieldsOf(item.fields["additionalData"]), hmacSignature } } };
  });
  return Buffer.from(JSON.stringify({ live: "false", notificationItems: signed }));
}

function fieldsOf(value: Json | undefined): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** A field as it stands in the signed text: what is absent is empty. */
function textOf(value: Json | undefined): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

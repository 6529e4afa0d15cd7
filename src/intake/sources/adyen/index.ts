import { z } from "zod";
import { basicAuth, carriesLogin, type Login } from "../../../base/basic-auth.ts";
import { err, ok, type Result } from "../../../base/result.ts";
import { earliest, type Instant } from "../../../base/time.ts";
import { type SourceAdapter, sourceModule } from "../../adapter.ts";
import type { Delivery, IntakeProblem, UnsignedDelivery, VerifiedDelivery } from "../../core/delivery.ts";
import { isJson, malformed, wrongContentType, wrongSignature } from "../problems.ts";
import { signedByAny } from "../../../base/signatures.ts";
import { type Item, readItems, signatureOf, signedText, signItems } from "./items.ts";
import { normaliseAdyen } from "./normalise.ts";
import { eventTime } from "./payloads.ts";

const options = z.strictObject({
  /** HMAC keys of the webhook (64 hexadecimal digits), newest first; keep the old one: what waited in the queue was signed with it. */
  secrets: z.array(z.string().regex(/^[0-9A-Fa-f]{64}$/, "is no HMAC key: copy the 64 hexadecimal digits from the webhook's settings")).min(1),
  /** The user names and passwords that the webhook sends, where its settings have one; several while it is changed. */
  basicAuth: z.array(z.strictObject({ username: z.string().regex(/^[^:]+$/, "must not hold a colon"), password: z.string().min(1) })).default([]),
  /** The shop source whose order ids the payments' `reference` holds; left out, orders are found by the shop's own links. */
  orderIdsFrom: z.string().min(1).optional(),
  /** The account's capture setting: `automatic` takes the money with the authorisation, `manual` with each capture. */
  capture: z.enum(["automatic", "manual"]).default("automatic"),
});
type Config = z.output<typeof options>;

export const source = sourceModule(
  {
    type: "adyen",
    kind: "payments",
    title: "Adyen",
    config: options,
    routes: ["POST /hooks/:store/:source"],
  },
  create,
);

/**
 * An Adyen account under the name that its facts carry, by its standard webhooks. There is nothing to pull from: Adyen
 * has no API that lists events. It repeats what is not answered with 2xx for days; the body of the answer does not
 * matter any more (https://www.adyen.com/knowledge-hub/webhooks-accept-2xx). What a shop's receipts say is not searched
 * for its ids: sixteen letters and digits are no form that tells them from others'.
 *
 * The signature stands in each item and covers only: pspReference, originalReference, merchantAccountCode,
 * merchantReference, amount, eventCode and success. It covers no time, so that nothing tells an old item from a new one
 * but its identity: that is made of signed fields alone, and whoever repeats an item with other words around them
 * repeats a duplicate. What is not signed (eventDate, reason, additionalData, paymentMethod, live) is believed only where
 * a lie gains nothing: words for people, and the time, which is never later than the receipt and falls back on it.
 */
function create(name: string, config: Config): SourceAdapter {
  const keys = config.secrets.map((hex) => Buffer.from(hex, "hex"));
  const account = { processor: name, capture: config.capture, ...(config.orderIdsFrom !== undefined && { orderIdsFrom: config.orderIdsFrom }) };
  return {
    kind: "payments",
    verify: (delivery, now) => verify(delivery, keys, config.basicAuth, now),
    normalise: (row) => normaliseAdyen(row, account),
    sign: (unsigned) => sign(unsigned, keys[0] ?? Buffer.alloc(0), config.basicAuth[0]),
  };
}

/** One item that is not Adyen's refuses them all: what is not answered with 2xx comes again, so that nothing is lost. */
function verify({ headers, body }: Delivery, keys: readonly Uint8Array[], logins: readonly Login[], now: Instant): Result<readonly VerifiedDelivery[], IntakeProblem> {
  if (logins.length > 0 && !carriesLogin(headers["authorization"], logins)) return err(wrongLogin());
  if (!isJson(headers)) return err(wrongContentType("application/json", "Choose JSON as the webhook's method."));
  const items = readItems(body);
  if (!items.ok) return err(malformed(`This is no standard webhook: ${items.error}.`, "Add it in Adyen as a standard webhook with the method JSON, and check that no proxy rewrites the body."));
  const verified: VerifiedDelivery[] = [];
  for (const item of items.value) {
    const given = signatureOf(item);
    if (!given) return err(unsigned());
    const signed = signedText(item);
    if (signed === undefined || !signedByAny(keys, [Buffer.from(given, "base64")], signed)) return err(wrongSignature("Adyen", "an HMAC key of this webhook"));
    verified.push(toKeep(item, signed, now));
  }
  return ok(verified);
}

function unsigned(): IntakeProblem {
  return {
    code: "no_signature",
    status: 401,
    what: "An item has no additionalData.hmacSignature.",
    next: "Generate an HMAC key in the webhook's settings in Adyen and configure it here.",
  };
}

function wrongLogin(): IntakeProblem {
  return {
    code: "wrong_login",
    status: 401,
    what: "The user name or the password is missing or wrong.",
    next: "Check that basicAuth holds what the webhook's settings in Adyen do, and that no proxy drops the Authorization header.",
  };
}

const EVENT_CODE = /^[A-Z][A-Z0-9_]{0,99}$/;

/**
 * Duplicates carry the same eventCode and pspReference (https://docs.adyen.com/development-resources/webhooks/handle-webhook-events);
 * the other signed fields belong to the identity too: a later success overrules a failure, and no signed word may hide behind another.
 */
function toKeep({ fields, text }: Item, signed: string, now: Instant): VerifiedDelivery {
  const { eventCode } = fields;
  const isRead = typeof eventCode === "string" && EVENT_CODE.test(eventCode);
  const happened = eventTime.parse(fields["eventDate"]);
  return {
    dedupeKey: signed,
    kind: isRead ? eventCode : "unreadable",
    ...(happened !== undefined && { triggeredAt: earliest(happened, now) }),
    headers: {},
    body: Buffer.from(text),
  };
}

function sign({ body }: UnsignedDelivery, key: Uint8Array, login: Login | undefined): Delivery {
  return { headers: { "content-type": "application/json", ...(login && { authorization: basicAuth(login) }) }, body: signItems(body, key) };
}

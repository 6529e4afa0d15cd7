import { z } from "zod";
import { err, ok, type Result } from "../../../base/result.ts";
import { iso, parseInstant } from "../../../base/time.ts";
import { type SourceAdapter, sourceModule } from "../../adapter.ts";
import type { Delivery, IntakeProblem, UnsignedDelivery, VerifiedDelivery } from "../../core/delivery.ts";
import { isJson, missingHeader, wrongContentType, wrongSignature, noSignature } from "../problems.ts";
import { normaliseShopify } from "./normalise.ts";
import { ownNotices } from "./own-notices.ts";
import { shopifyRecordings } from "./recordings.ts";
import { pullShopify } from "./pull.ts";
import { hmacSha256, signedByAny } from "../../../base/signatures.ts";

const options = z.strictObject({
  /** App secrets, newest first; keep the old one during a rotation. */
  secrets: z.array(z.string().min(1)).min(1),
  /** The name of the payments source whose ids stand in the shop's transactions, where it is not simply its type. */
  processor: z.string().min(1).optional(),
  /** The hosts under which customers reach the shop; its links back to a basket are passed on only where they lead there. */
  domains: z.array(z.hostname()).default([]),
  /** Access for the reconciling pull; needs the scopes read_orders (read_all_orders beyond 60 days) and read_merchant_managed_fulfillment_orders. */
  api: z
    .strictObject({
      baseUrl: z.url(),
      token: z.string().min(1),
      version: z.string().regex(/^\d{4}-\d{2}$/).default("2026-01"),
    })
    .optional(),
});
type Config = z.output<typeof options>;

export const source = sourceModule(
  {
    type: "shopify",
    kind: "shop",
    title: "Shopify",
    config: options,
    routes: ["POST /hooks/:store/:source"],
  },
  create,
);

/** https://shopify.dev/docs/apps/build/webhooks/subscribe/https: the newer family has no `X-`. */
const FAMILIES = ["x-shopify-", "shopify-"] as const;

/** A Shopify shop under the name that its facts carry. */
function create(name: string, config: Config): SourceAdapter {
  const { api } = config;
  const domains = [...config.domains, ...(api ? [new URL(api.baseUrl).hostname] : [])];
  const names = { shop: name, domains, ...(config.processor !== undefined && { processor: config.processor }) };
  return {
    kind: "shop",
    verify: (delivery) => verify(delivery, config.secrets),
    normalise: (row) => normaliseShopify(row, names),
    recordings: shopifyRecordings,
    ownNotices,
    sign: (unsigned) => sign(unsigned, config.secrets[0] ?? ""),
    ...(api && { pull: (request) => pullShopify(request, { shop: name, ...api }) }),
  };
}

function verify({ headers, body }: Delivery, secrets: readonly string[]): Result<readonly VerifiedDelivery[], IntakeProblem> {
  const header = (name: string): string | undefined => FAMILIES.map((family) => headers[family + name]).find((value) => value !== undefined);
  const signature = header("hmac-sha256");
  if (!signature) return err(noSignature("X-Shopify-Hmac-SHA256", "Shopify"));
  if (!signedByAny(secrets, [Buffer.from(signature, "base64")], body)) return err(wrongSignature("Shopify", "the app's client secret"));
  if (!isJson(headers)) return err(wrongContentType("application/json", "Set the format of the webhook subscription to JSON."));
  const topic = header("topic");
  if (!topic) return err(missingHeader("X-Shopify-Topic"));
  const deliveryId = header("webhook-id");
  if (!deliveryId) return err(missingHeader("X-Shopify-Webhook-Id"));
  const triggeredAt = parseInstant(header("triggered-at") ?? "");
  return ok([{ dedupeKey: deliveryId, kind: topic, ...(triggeredAt !== undefined && { triggeredAt }), headers: {}, body }]);
}

function sign({ kind, deliveryId, triggeredAt, body }: UnsignedDelivery, secret: string): Delivery {
  return {
    headers: {
      "content-type": "application/json",
      "x-shopify-topic": kind,
      "x-shopify-webhook-id": deliveryId,
      ...(triggeredAt !== undefined && { "x-shopify-triggered-at": iso(triggeredAt) }),
      "x-shopify-hmac-sha256": hmacSha256(secret, body).toString("base64"),
    },
    body,
  };
}

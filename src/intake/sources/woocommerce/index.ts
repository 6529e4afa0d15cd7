import { z } from "zod";
import { err, ok, type Result } from "../../../base/result.ts";
import { parseInstant } from "../../../base/time.ts";
import { type SourceAdapter, sourceModule } from "../../adapter.ts";
import type { Delivery, IntakeProblem, UnsignedDelivery, VerifiedDelivery } from "../../core/delivery.ts";
import { vendorId } from "../payload.ts";
import { isJson, noSignature, wrongContentType, wrongSignature } from "../problems.ts";
import { hmacSha256, signedByAny } from "../../../base/signatures.ts";
import { contentKey } from "./identity.ts";
import { NO_TOPIC, normaliseWooCommerce } from "./normalise.ts";
import { ownNotices } from "./own-notices.ts";
import { pullWooCommerce } from "./pull.ts";
import { wooCommerceRecordings } from "./recordings.ts";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

const options = z.strictObject({
  /** The webhooks' secrets, newest first; give all webhooks of the shop the same one, and keep the old one during a change. */
  secrets: z.array(z.string().min(1)).min(1),
  /** The name of the payments source whose ids stand in the shop's orders, where it is not simply its type. */
  processor: z.string().min(1).optional(),
  /**
   * Access for the reconciling pull: a REST API key that may read. WooCommerce never repeats a webhook that it could
   * not deliver, and only the pull tells when a refund was made and whether the gateway took it.
   */
  api: z
    .strictObject({
      /** Where WordPress is installed, with its folder if it has one. */
      baseUrl: z
        .url({ protocol: /^https?$/ })
        .refine((url) => url.startsWith("https:") || LOOPBACK.has(new URL(url).hostname), "must start with https: the key would travel in the clear"),
      key: z.string().min(1),
      secret: z.string().min(1),
    })
    .optional(),
});
type Config = z.output<typeof options>;

export const source = sourceModule(
  {
    type: "woocommerce",
    kind: "shop",
    title: "WooCommerce",
    config: options,
    routes: ["POST /hooks/:store/:source"],
  },
  create,
);

/** A WooCommerce shop under the name that its facts carry. */
function create(name: string, config: Config): SourceAdapter {
  const names = { shop: name, ...(config.processor !== undefined && { processor: config.processor }) };
  const { api } = config;
  return {
    kind: "shop",
    verify: (delivery) => verify(delivery, config.secrets),
    normalise: (row) => normaliseWooCommerce(row, names),
    recordings: wooCommerceRecordings,
    ownNotices,
    sign: (unsigned) => sign(unsigned, config.secrets[0] ?? ""),
    ...(api && { pull: (request) => pullWooCommerce(request, api) }),
  };
}

/**
 * https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks. Whatever is signed is kept: WooCommerce repeats
 * nothing that was refused, and disables a webhook after more than five refusals in a row.
 */
function verify({ headers, body }: Delivery, secrets: readonly string[]): Result<readonly VerifiedDelivery[], IntakeProblem> {
  if (isPing(body)) return ok([]);
  const signature = headers["x-wc-webhook-signature"];
  if (!signature) return err(noSignature("X-WC-Webhook-Signature", "WooCommerce"));
  if (!signedByAny(secrets, [Buffer.from(signature, "base64")], body)) return err(wrongSignature("WooCommerce", "the secret of this webhook"));
  if (!isJson(headers)) return err(wrongContentType("application/json", "Check that no plugin or proxy rewrites the request."));
  const kind = headers["x-wc-webhook-topic"] ?? NO_TOPIC;
  const [resource = ""] = kind.split(".");
  const { id, date_modified_gmt: modified } = outline(body);
  // Only an order's own date moves with whatever is told of it: an old one that comes now has waited in the shop's queue.
  const triggeredAt = resource === "order" ? parseInstant(`${modified}Z`) : undefined;
  return ok([{ dedupeKey: contentKey(resource, id, body), kind, ...(triggeredAt !== undefined && { triggeredAt }), headers: {}, body }]);
}

const PING = /^webhook_id=\d{1,20}$/;

/**
 * Saving a webhook sends this form, unsigned, and succeeds only if it is answered with 200. It says nothing, so it may
 * come from anybody: nothing is kept of it.
 */
function isPing(body: Uint8Array): boolean {
  return body.length <= 40 && PING.test(Buffer.from(body).toString("latin1"));
}

const outlineShape = z.object({ id: vendorId.catch("none"), date_modified_gmt: z.string().catch("") });

/** Whatever can be read of a body before it is kept; `normalise` says what is wrong with the rest. */
function outline(body: Uint8Array): z.infer<typeof outlineShape> {
  const read = outlineShape.safeParse(parsed(body));
  return read.success ? read.data : { id: "none", date_modified_gmt: "" };
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    return undefined;
  }
}

function sign({ kind, deliveryId, body }: UnsignedDelivery, secret: string): Delivery {
  const [resource = "", event = ""] = kind.split(".");
  return {
    headers: {
      "content-type": "application/json",
      "x-wc-webhook-topic": kind,
      "x-wc-webhook-resource": resource,
      "x-wc-webhook-event": event,
      "x-wc-webhook-delivery-id": deliveryId,
      "x-wc-webhook-signature": hmacSha256(secret, body).toString("base64"),
    },
    body,
  };
}

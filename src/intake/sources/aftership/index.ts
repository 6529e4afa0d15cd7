import { z } from "zod";
import { err, ok, type Result } from "../../../base/result.ts";
import { instant, SECOND } from "../../../base/time.ts";
import { type SourceAdapter, sourceModule } from "../../adapter.ts";
import type { Delivery, IntakeProblem, UnsignedDelivery, VerifiedDelivery } from "../../core/delivery.ts";
import { bodyIdentity, glance } from "../payload.ts";
import { isJson, noSignature, wrongContentType, wrongSignature } from "../problems.ts";
import { hmacSha256, signedByAny } from "../../../base/signatures.ts";
import { normaliseAfterShip } from "./normalise.ts";
import { pullAfterShip } from "./pull.ts";

const options = z.strictObject({
  /** Webhook secrets, newest first; keep the old one during a rotation. */
  secrets: z.array(z.string().min(1)).min(1),
  /** The shop source whose order ids stand in `orderIdIn`; left out, orders are found by the tracking numbers that the shop tells. */
  orderIdsFrom: z.string().min(1).optional(),
  /** Which field holds the order's id: `order_id`, `order_number`, or the name of a custom field. */
  orderIdIn: z.string().min(1).default("order_id"),
  /** Access for the reconciling pull: an API key that may read trackings. */
  api: z
    .strictObject({
      baseUrl: z.url().default("https://api.aftership.com"),
      key: z.string().min(1),
      version: z.string().regex(/^\d{4}-\d{2}$/).default("2026-07"),
    })
    .optional(),
});
type Config = z.output<typeof options>;

export const source = sourceModule(
  {
    type: "aftership",
    kind: "carriers",
    title: "AfterShip",
    config: options,
    routes: ["POST /hooks/:store/:source"],
  },
  create,
);

/** An AfterShip Tracking organisation under the name that its facts carry. */
function create(name: string, config: Config): SourceAdapter {
  const { api, orderIdIn } = config;
  const names = { tracker: name, orderIdIn, ...(config.orderIdsFrom !== undefined && { orderIdsFrom: config.orderIdsFrom }) };
  return {
    kind: "carriers",
    verify: (delivery) => verify(delivery, config.secrets),
    normalise: (row) => normaliseAfterShip(row, names),
    sign: (unsigned) => sign(unsigned, config.secrets[0] ?? ""),
    ...(api && { pull: (request) => pullAfterShip(request, api) }),
  };
}

/** https://www.aftership.com/docs/tracking/webhook/webhook-signature */
function verify({ headers, body }: Delivery, secrets: readonly string[]): Result<readonly VerifiedDelivery[], IntakeProblem> {
  const signature = headers["aftership-hmac-sha256"];
  if (!signature) return err(noSignature("aftership-hmac-sha256", "AfterShip Tracking"));
  if (!signedByAny(secrets, [Buffer.from(signature, "base64")], body)) return err(wrongSignature("AfterShip", "the webhook secret in Settings > Webhooks"));
  if (!isJson(headers)) return err(wrongContentType("application/json", "Check that no proxy rewrites the request."));
  return ok([{ ...identityOf(body), headers: {}, body }]);
}

const envelope = z.object({ event_id: z.string().regex(/^[\w-]{1,200}$/), event: z.string().regex(/^\w{1,100}$/), ts: z.int().positive().nullish() });

/** The event's own id, which every repetition carries; a signed body that has none is kept under its hash. */
function identityOf(body: Uint8Array): Pick<VerifiedDelivery, "dedupeKey" | "kind" | "triggeredAt"> {
  const read = envelope.safeParse(glance(body));
  if (!read.success) return { dedupeKey: bodyIdentity(body), kind: "unreadable" };
  const { event_id: id, event, ts } = read.data;
  return { dedupeKey: id, kind: event, ...(ts != null && ts < MOST_SECONDS && { triggeredAt: instant(ts * SECOND) }) };
}

/** The year 2286, in seconds; a greater number is no time in seconds. */
const MOST_SECONDS = 10_000_000_000;

function sign({ body }: UnsignedDelivery, secret: string): Delivery {
  return { headers: { "content-type": "application/json", "aftership-hmac-sha256": hmacSha256(secret, body).toString("base64") }, body };
}

import { createHash } from "node:crypto";
import { z } from "zod";
import { ok, type Result } from "../../../base/result.ts";
import { sourceModule, type SourceAdapter } from "../../adapter.ts";
import type { Delivery, IntakeProblem, VerifiedDelivery } from "../../core/delivery.ts";
import { moment } from "../payload.ts";
import { normalisePayPal } from "./normalise.ts";
import { pullPayPal } from "./pull.ts";
import { certificateUrlOf, checkSignature } from "./signature.ts";

const options = z.strictObject({
  /** Ids of the webhook that posts here, as the app's settings list them, newest first; keep the old one while it is being changed. */
  webhookIds: z.array(z.string().regex(/^[A-Za-z0-9]{1,50}$/, "is no webhook id: copy it from the app's webhooks, beside the address")).min(1),
  environment: z.enum(["live", "sandbox"]).default("live"),
  /** The shop source whose order ids PayPal was given; left out, orders are found by other links alone. */
  orderIdsFrom: z.string().min(1).optional(),
  /** Where the shop writes them. */
  orderIdIn: z.enum(["custom_id", "invoice_id"]).default("custom_id"),
  /** Access for the reconciling pull: the REST app that the webhook belongs to. */
  api: z.strictObject({ clientId: z.string().min(1), clientSecret: z.string().min(1) }).optional(),
});
type Config = z.output<typeof options>;

export const source = sourceModule(
  {
    type: "paypal",
    kind: "payments",
    title: "PayPal",
    config: options,
    routes: ["POST /hooks/:store/:source"],
  },
  create,
);

/** A PayPal account under the name that its facts carry. Only PayPal has the key that signs. */
function create(name: string, config: Config): SourceAdapter {
  const { api, environment, orderIdsFrom, orderIdIn, webhookIds } = config;
  const names = { processor: name, orderIdIn, ...(orderIdsFrom !== undefined && { orderIdsFrom }) };
  return {
    kind: "payments",
    certificateUrl: ({ headers }) => certificateUrlOf(headers, environment),
    verify: (delivery, now, certificate) => {
      const problem = checkSignature(delivery, webhookIds, environment, now, certificate);
      return problem ? { ok: false, error: problem } : keptOf(delivery);
    },
    normalise: (row) => normalisePayPal(row, names),
    ...(api && { pull: (request) => pullPayPal(request, { environment, ...api }) }),
  };
}

const envelope = z.object({ id: z.string().regex(/^[\w-]{1,200}$/), event_type: z.string().regex(/^[\w.-]{1,100}$/), create_time: moment });

/** The event's own id, which every repetition carries. A signed body that has none is kept under its hash. */
function keptOf({ body }: Delivery): Result<readonly VerifiedDelivery[], IntakeProblem> {
  const read = envelope.safeParse(parsed(body));
  if (!read.success) return ok([{ dedupeKey: `sha256:${createHash("sha256").update(body).digest("hex")}`, kind: "unreadable", headers: {}, body }]);
  const { id, event_type: kind, create_time: triggeredAt } = read.data;
  return ok([{ dedupeKey: id, kind, triggeredAt, headers: {}, body }]);
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    return undefined;
  }
}

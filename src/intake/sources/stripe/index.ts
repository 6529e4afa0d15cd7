import { z } from "zod";
import { err, ok, type Result } from "../../../base/result.ts";
import { type Instant, MINUTE, SECOND } from "../../../base/time.ts";
import { type SourceAdapter, sourceModule } from "../../adapter.ts";
import type { Delivery, IntakeProblem, UnsignedDelivery, VerifiedDelivery } from "../../core/delivery.ts";
import { bodyIdentity, glance } from "../payload.ts";
import { isJson, noSignature, wrongContentType, wrongSignature } from "../problems.ts";
import { hmacSha256, signedByAny } from "../../../base/signatures.ts";
import { normaliseStripe } from "./normalise.ts";
import { seconds } from "./payloads.ts";
import { stripeRecordings } from "./recordings.ts";
import { pullStripe } from "./pull.ts";

const options = z.strictObject({
  /** Signing secrets of the endpoint (whsec_...), newest first; keep the old one during a rotation. */
  secrets: z.array(z.string().min(1)).min(1),
  /** The shop source whose order ids stand in `metadata.order_id`; left out, orders are found by the shop's own links. */
  orderIdsFrom: z.string().min(1).optional(),
  /** Access for the reconciling pull: a restricted key that may read events. */
  api: z.strictObject({ baseUrl: z.url().default("https://api.stripe.com"), key: z.string().min(1) }).optional(),
});
type Config = z.output<typeof options>;

export const source = sourceModule(
  {
    type: "stripe",
    kind: "payments",
    title: "Stripe",
    config: options,
    routes: ["POST /hooks/:store/:source"],
  },
  create,
);

/** https://docs.stripe.com/webhooks/signature: an older signature may be a replay. */
const TOLERANCE = 5 * MINUTE;

/** A Stripe account under the name that its facts carry. */
function create(name: string, config: Config): SourceAdapter {
  const names = { processor: name, ...(config.orderIdsFrom !== undefined && { orderIdsFrom: config.orderIdsFrom }) };
  const { api } = config;
  return {
    kind: "payments",
    verify: (delivery, now) => verify(delivery, config.secrets, now),
    normalise: (row) => normaliseStripe(row, names),
    recordings: stripeRecordings,
    sign: (unsigned, now) => sign(unsigned, config.secrets[0] ?? "", now),
    ...(api && { pull: (request) => pullStripe(request, api) }),
  };
}

function verify({ headers, body }: Delivery, secrets: readonly string[], now: Instant): Result<readonly VerifiedDelivery[], IntakeProblem> {
  const given = headers["stripe-signature"];
  if (!given) return err(noSignature("Stripe-Signature", "Stripe"));
  const { signedAt, signatures } = readSignature(given);
  if (signedAt === undefined || !signedByAny(secrets, signatures, `${signedAt}.`, body)) {
    return err(wrongSignature("Stripe", "the signing secret of this endpoint"));
  }
  if (Math.abs(now - signedAt * SECOND) > TOLERANCE) return err(staleSignature());
  if (!isJson(headers)) return err(wrongContentType("application/json", "Check that no proxy rewrites the request."));
  return ok([{ ...identityOf(body), headers: {}, body }]);
}

/** `t=1492774577,v1=5257a8...,v1=...`; schemes other than v1 are ignored, as Stripe asks for. */
function readSignature(header: string): { signedAt?: number; signatures: readonly Uint8Array[] } {
  const parts = header.split(",").map((part) => part.trim().split("=", 2));
  const time = parts.find(([name]) => name === "t")?.[1];
  const signatures = parts.filter(([name]) => name === "v1").map(([, hex]) => Buffer.from(hex ?? "", "hex"));
  return { ...(time && /^\d{1,12}$/.test(time) && { signedAt: Number(time) }), signatures };
}

function staleSignature(): IntakeProblem {
  return {
    code: "stale_signature",
    status: 401,
    what: "The signature is older or newer than five minutes.",
    next: "Check this machine's clock. A delivery that Stripe sends again is signed afresh and will be taken.",
  };
}

const envelope = z.object({ id: z.string().regex(/^evt_\w{1,200}$/), type: z.string().regex(/^[\w.]{1,100}$/), created: seconds });

/**
 * The event's own id, which every repetition carries. A signed body that has none is kept under its hash:
 * refusing it would only make Stripe repeat it and then disable the endpoint.
 */
function identityOf(body: Uint8Array): Pick<VerifiedDelivery, "dedupeKey" | "kind" | "triggeredAt"> {
  const read = envelope.safeParse(glance(body));
  if (!read.success) return { dedupeKey: bodyIdentity(body), kind: "unreadable" };
  const { id, type, created } = read.data;
  return { dedupeKey: id, kind: type, triggeredAt: created };
}

function sign({ body }: UnsignedDelivery, secret: string, now: Instant): Delivery {
  const time = Math.floor(now / SECOND);
  const signature = hmacSha256(secret, `${time}.`, body).toString("hex");
  return { headers: { "content-type": "application/json", "stripe-signature": `t=${time},v1=${signature}` }, body };
}

import { z } from "zod";
import { err, ok, type Result } from "../../../base/result.ts";
import { parseInstant } from "../../../base/time.ts";
import { type SourceAdapter, sourceModule } from "../../adapter.ts";
import type { Delivery, IntakeProblem, UnsignedDelivery, VerifiedDelivery } from "../../core/delivery.ts";
import { bodyIdentity, glance } from "../payload.ts";
import { isJson, noSignature, wrongContentType, wrongSignature } from "../problems.ts";
import { hmacSha256, signedByAny } from "../../../base/signatures.ts";
import { normaliseEasyPost } from "./normalise.ts";
import { pullEasyPost } from "./pull.ts";
import { easyPostRecordings } from "./recordings.ts";

const options = z.strictObject({
  /** Webhook secrets, newest first; keep the old one during a rotation. */
  secrets: z.array(z.string().min(1)).min(1),
  /** The shop source whose order ids the store writes into the `reference` of its shipments; they are read by the pull. */
  orderIdsFrom: z.string().min(1).optional(),
  /** Access for the reconciling pull: a production API key. */
  api: z.strictObject({ baseUrl: z.url().default("https://api.easypost.com"), key: z.string().min(1) }).optional(),
});
type Config = z.output<typeof options>;

export const source = sourceModule(
  {
    type: "easypost",
    kind: "carriers",
    title: "EasyPost",
    config: options,
    routes: ["POST /hooks/:store/:source"],
  },
  create,
);

/** An EasyPost account under the name that its facts carry. */
function create(name: string, config: Config): SourceAdapter {
  const names = { tracker: name, ...(config.orderIdsFrom !== undefined && { orderIdsFrom: config.orderIdsFrom }) };
  // EasyPost signs with the secret in this normal form, which differs from what was typed where it has accents.
  const secrets = config.secrets.map((secret) => secret.normalize("NFKD"));
  const { api } = config;
  return {
    kind: "carriers",
    verify: (delivery) => verify(delivery, secrets),
    normalise: (row) => normaliseEasyPost(row, names),
    recordings: easyPostRecordings,
    sign: (unsigned) => sign(unsigned, secrets[0] ?? ""),
    ...(api && { pull: (request) => pullEasyPost(request, api, config.orderIdsFrom !== undefined) }),
  };
}

/**
 * https://docs.easypost.com/docs/webhooks: `X-Hmac-Signature` over the body. The newer `X-Hmac-Signature-V2` is over
 * time, method, path and body (https://support.easypost.com/hc/en-us/articles/39826034964237-Webhook-HMAC-Validation).
 * Its time is not judged: an event that is sent again has the same id, and is a duplicate for ever.
 */
function verify({ headers, body }: Delivery, secrets: readonly string[]): Result<readonly VerifiedDelivery[], IntakeProblem> {
  const first = headers["x-hmac-signature"];
  const second = headers["x-hmac-signature-v2"];
  if (!first && !second) return err(noSignature("X-Hmac-Signature", "EasyPost"));
  const bySecond = [headers["x-timestamp"] ?? "", "POST", headers["x-path"] ?? ""];
  if (!signedByAny(secrets, digest(first), body) && !signedByAny(secrets, digest(second), ...bySecond, body)) {
    return err(wrongSignature("EasyPost", "the webhook secret of this webhook"));
  }
  if (!isJson(headers)) return err(wrongContentType("application/json", "Check that no proxy rewrites the request."));
  return ok([{ ...identityOf(body), headers: {}, body }]);
}

const SIGNATURE = /^hmac-sha256-hex=([0-9a-f]{64})$/i;

function digest(header: string | undefined): readonly Uint8Array[] {
  const hex = SIGNATURE.exec(header ?? "")?.[1];
  return hex === undefined ? [] : [Buffer.from(hex, "hex")];
}

const envelope = z.object({ id: z.string().regex(/^[\w-]{1,200}$/), description: z.string().regex(/^[\w.]{1,100}$/), created_at: z.string().nullish() });

/** The event's own id, which every repetition carries; a signed body that has none is kept under its hash. */
function identityOf(body: Uint8Array): Pick<VerifiedDelivery, "dedupeKey" | "kind" | "triggeredAt"> {
  const read = envelope.safeParse(glance(body));
  if (!read.success) return { dedupeKey: bodyIdentity(body), kind: "unreadable" };
  const triggeredAt = parseInstant(read.data.created_at ?? "");
  return { dedupeKey: read.data.id, kind: read.data.description, ...(triggeredAt !== undefined && { triggeredAt }) };
}

function sign({ body }: UnsignedDelivery, secret: string): Delivery {
  const signature = `hmac-sha256-hex=${hmacSha256(secret, body).toString("hex")}`;
  return { headers: { "content-type": "application/json", "x-hmac-signature": signature }, body };
}

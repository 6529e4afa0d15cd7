import { createHash } from "node:crypto";
import { z } from "zod";
import { err, ok, type Result } from "../../../base/result.ts";
import { sameBytes } from "../../../base/signatures.ts";
import { type SourceAdapter, sourceModule } from "../../adapter.ts";
import type { Delivery, IntakeProblem, UnsignedDelivery, VerifiedDelivery } from "../../core/delivery.ts";
import { bodyIdentity, glance } from "../payload.ts";
import { isJson, noSignature, wrongContentType, wrongSignature } from "../problems.ts";
import { normalise17Track } from "./normalise.ts";

const options = z.strictObject({
  /** Security keys of the account (Settings > Security), newest first; keep the old one while it is changed. */
  secrets: z.array(z.string().min(16, "is too short for the account's security key")).min(1),
  /** The shop source whose order ids stand in the `tag` of registered numbers; left out, orders are found by the tracking numbers that the shop tells. */
  orderIdsFrom: z.string().min(1).optional(),
});

export const source = sourceModule(
  {
    type: "17track",
    kind: "carriers",
    title: "17TRACK",
    config: options,
    routes: ["POST /hooks/:store/:source"],
  },
  create,
);

/**
 * A 17TRACK account under the name that its facts carry: the webhooks of version 2 (https://api.17track.net/en/doc).
 * What is not answered with 200 is sent again. Its API answers for numbers that it is asked about and lists no changes,
 * so there is no pull.
 */
function create(name: string, config: z.output<typeof options>): SourceAdapter {
  const names = { tracker: name, ...(config.orderIdsFrom !== undefined && { orderIdsFrom: config.orderIdsFrom }) };
  return {
    kind: "carriers",
    verify: (delivery) => verify(delivery, config.secrets),
    normalise: (row) => normalise17Track(row, names),
    sign: (unsigned) => sign(unsigned, config.secrets[0] ?? ""),
  };
}

/** The header `sign`: SHA-256, in hex, over the body, a slash and the key. No time is signed: the same body is a duplicate for ever. */
function verify({ headers, body }: Delivery, secrets: readonly string[]): Result<readonly VerifiedDelivery[], IntakeProblem> {
  const given = headers["sign"];
  if (!given) return err(noSignature("sign", "17TRACK"));
  const signature = Buffer.from(given, "hex");
  if (!secrets.map((secret) => sameBytes(signature, digest(body, secret))).includes(true)) return err(wrongSignature("17TRACK", "the account's security key"));
  if (!isJson(headers)) return err(wrongContentType("application/json", "Check that no proxy rewrites the request."));
  return ok([{ ...identityOf(body), headers: {}, body }]);
}

function digest(body: Uint8Array, secret: string): Buffer {
  return createHash("sha256").update(body).update(`/${secret}`).digest();
}

const envelope = z.object({ event: z.string().regex(/^[A-Z_]{1,100}$/) });

/** A webhook has no id: the same body is the same delivery, and its hash shows no tracking number. */
function identityOf(body: Uint8Array): Pick<VerifiedDelivery, "dedupeKey" | "kind"> {
  const read = envelope.safeParse(glance(body));
  return { dedupeKey: bodyIdentity(body), kind: read.success ? read.data.event : "unreadable" };
}

function sign({ body }: UnsignedDelivery, secret: string): Delivery {
  return { headers: { "content-type": "application/json", sign: digest(body, secret).toString("hex") }, body };
}

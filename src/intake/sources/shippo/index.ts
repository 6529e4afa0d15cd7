import { z } from "zod";
import { hashToken } from "../../../base/ids.ts";
import { err, ok, type Result } from "../../../base/result.ts";
import { type Instant, SECOND } from "../../../base/time.ts";
import { type SourceAdapter, sourceModule } from "../../adapter.ts";
import type { Delivery, IntakeProblem, UnsignedDelivery, VerifiedDelivery } from "../../core/delivery.ts";
import { bodyIdentity, glance } from "../payload.ts";
import { isJson, noSignature, wrongContentType, wrongSignature } from "../problems.ts";
import { hmacSha256, sameBytes, signedByAny } from "../../../base/signatures.ts";
import { normaliseShippo } from "./normalise.ts";

const options = z
  .strictObject({
    /** Tokens of your own making, newest first, that end the address of the webhook: `?token=...`. */
    tokens: z.array(z.string().min(24, "a token needs at least 24 characters")).min(1).optional(),
    /** HMAC secrets, newest first, where Shippo has set up signing for the account. */
    secrets: z.array(z.string().min(1)).min(1).optional(),
    /** The shop source whose order ids stand in the `metadata` of tracks and transactions, and nothing else with them. */
    orderIdsFrom: z.string().min(1).optional(),
  })
  .refine(({ tokens, secrets }) => tokens !== undefined || secrets !== undefined, "needs `tokens` or `secrets`: without either, anybody could post here");
type Config = z.output<typeof options>;

export const source = sourceModule(
  {
    type: "shippo",
    kind: "carriers",
    title: "Shippo",
    config: options,
    routes: ["POST /hooks/:store/:source"],
  },
  create,
);

/** A Shippo account under the name that its facts carry. Its API lists no tracks, so there is no pull. */
function create(name: string, config: Config): SourceAdapter {
  const names = { tracker: name, ...(config.orderIdsFrom !== undefined && { orderIdsFrom: config.orderIdsFrom }) };
  return {
    kind: "carriers",
    verify: (delivery) => verify(delivery, config),
    normalise: (row) => normaliseShippo(row, names),
    sign: (unsigned, now) => sign(unsigned, config, now),
  };
}

/**
 * https://docs.goshippo.com/tracking/webhook-security: a token in the address, or on request a signature. What is
 * configured must fit, each of it. The signature's time is not judged: the same body is a duplicate for ever.
 */
function verify(delivery: Delivery, { tokens, secrets }: Config): Result<readonly VerifiedDelivery[], IntakeProblem> {
  const { headers, query, body } = delivery;
  if (tokens && !isToken(query?.["token"], tokens)) return err(wrongToken());
  if (secrets) {
    const given = headers["shippo-auth-signature"];
    if (!given) return err(noSignature("Shippo-Auth-Signature", "Shippo"));
    const { signedAt, signatures } = readSignature(given);
    if (!signedByAny(secrets, signatures, `${signedAt}.`, body)) return err(wrongSignature("Shippo", "the one that Shippo set up for this account"));
  }
  if (!isJson(headers)) return err(wrongContentType("application/json", "Check that no proxy rewrites the request."));
  return ok([{ ...identityOf(body), headers: {}, body }]);
}

/** Hashes are compared, of equal length: the time it takes tells nothing of the token. */
function isToken(given: string | undefined, tokens: readonly string[]): boolean {
  const hash = Buffer.from(hashToken(given ?? ""));
  return tokens.map((token) => sameBytes(hash, Buffer.from(hashToken(token)))).includes(true);
}

function wrongToken(): IntakeProblem {
  return {
    code: "wrong_key",
    status: 401,
    what: "The token in the address is missing or not known.",
    next: "End the address of the webhook in Shippo with ?token= and the configured token, and check that no proxy drops it.",
  };
}

/** `t=1609459200,v1=5257a8...`, in hex, over `t.body`. */
function readSignature(header: string): { signedAt: string; signatures: readonly Uint8Array[] } {
  const parts = header.split(",").map((part) => part.trim().split("=", 2));
  const signatures = parts.filter(([name]) => name === "v1").map(([, hex]) => Buffer.from(hex ?? "", "hex"));
  return { signedAt: parts.find(([name]) => name === "t")?.[1] ?? "", signatures };
}

const envelope = z.object({ event: z.string().regex(/^\w{1,100}$/) });

/**
 * A Shippo webhook has no id. The same event of the same number, carrier and status date, with the same body, is the
 * same delivery: all of it is in the body's hash, which also shows no tracking number.
 */
function identityOf(body: Uint8Array): Pick<VerifiedDelivery, "dedupeKey" | "kind"> {
  const read = envelope.safeParse(glance(body));
  return { dedupeKey: bodyIdentity(body), kind: read.success ? read.data.event : "unreadable" };
}

function sign({ body }: UnsignedDelivery, { tokens, secrets }: Config, now: Instant): Delivery {
  const time = Math.floor(now / SECOND);
  const [token, secret] = [tokens?.[0], secrets?.[0]];
  const signature = secret === undefined ? undefined : `t=${time},v1=${hmacSha256(secret, `${time}.`, body).toString("hex")}`;
  return {
    headers: { "content-type": "application/json", ...(signature !== undefined && { "shippo-auth-signature": signature }) },
    ...(token !== undefined && { query: { token } }),
    body,
  };
}

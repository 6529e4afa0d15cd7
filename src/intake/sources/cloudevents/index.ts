import { z } from "zod";
import { hashToken } from "../../../base/ids.ts";
import { err, ok, type Result } from "../../../base/result.ts";
import { signatureHeaders } from "../../../base/standard-webhooks.ts";
import { type Instant, SECOND } from "../../../base/time.ts";
import { type SourceAdapter, sourceModule } from "../../adapter.ts";
import type { Delivery, InboxRow, IntakeProblem, Normalised, UnsignedDelivery, VerifiedDelivery } from "../../core/delivery.ts";
import { makeEvent } from "../../core/make-event.ts";
import { CONTENT_TYPES, type Envelope, type Enveloped, readEnvelopes, reopen } from "./envelope.ts";
import { factKind, inSource, needsOrder, readFact } from "./facts.ts";
import { checkSignature, isSigned, SIGNING_SECRET } from "./standard-webhooks.ts";
import { firstIssue, unknownKind } from "../payload.ts";
import { trackingRefs } from "../tracking.ts";
import { malformed, wrongContentType } from "../problems.ts";

const options = z
  .strictObject({
    /** API keys, newest first; keep the old one during a rotation. */
    secrets: z.array(z.string().min(24, "a key needs at least 24 characters")).default([]),
    /** Secrets of a sender that signs by Standard Webhooks (whsec_...), newest first, at the source's own address. */
    signingSecrets: z.array(z.string().regex(SIGNING_SECRET, "is no signing secret: it looks like whsec_ and 32 characters or more of base64")).default([]),
  })
  .refine(({ secrets, signingSecrets }) => secrets.length + signingSecrets.length > 0, "needs `secrets` or `signingSecrets`: without either, anybody could post here");
type Config = z.output<typeof options>;

export const source = sourceModule(
  {
    type: "cloudevents",
    kind: "generic",
    title: "CloudEvents 1.0",
    config: options,
    routes: ["POST /v1/events", "POST /hooks/:store/:source"],
  },
  create,
);

/** A system of the store's own that sends our facts, under the name that they carry. */
function create(name: string, config: Config): SourceAdapter {
  const keys = new Set(config.secrets.map(hashToken));
  return {
    kind: "generic",
    keyHashes: [...keys],
    verify: (delivery, now) => verify(delivery, { keys, signingSecrets: config.signingSecrets }, name, now),
    normalise: (row) => normalise(row, name),
    sign: (unsigned, now) => sign(unsigned, config, now),
  };
}

/** The API key of a request, from `Authorization: Bearer` or `X-Api-Key`. */
export function apiKey(headers: Delivery["headers"]): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers["authorization"] ?? "")?.[1] ?? headers["x-api-key"];
}

/** Who may send: whoever has a key, or signs with a secret. */
interface Senders {
  readonly keys: ReadonlySet<string>;
  readonly signingSecrets: readonly string[];
}

function verify(delivery: Delivery, senders: Senders, name: string, now: Instant): Result<readonly VerifiedDelivery[], IntakeProblem> {
  const wrong = checkSender(delivery, senders, now);
  if (wrong) return err(wrong);
  const envelopes = readEnvelopes(delivery);
  if (!envelopes) return err(wrongContentType(CONTENT_TYPES, "Set the Content-Type of the HTTP binding of CloudEvents 1.0."));
  if (!envelopes.ok) return err(malformed(`This is no CloudEvent 1.0 that can be kept: ${envelopes.error}.`, "Nothing of the request was kept. Correct it and send it again."));
  const verified: VerifiedDelivery[] = [];
  for (const event of envelopes.value) {
    const wrong = checkFact(event.envelope, name);
    if (wrong) return err(wrong);
    verified.push(toKeep(event));
  }
  return ok(verified);
}

/** A hash is compared, not the key: the time it takes tells nothing of the key. */
function checkSender(delivery: Delivery, { keys, signingSecrets }: Senders, now: Instant): IntakeProblem | undefined {
  if (signingSecrets.length > 0 && (isSigned(delivery) || keys.size === 0)) {
    const checked = checkSignature(delivery, signingSecrets, now);
    return checked.ok ? undefined : checked.error;
  }
  const key = apiKey(delivery.headers);
  return key && keys.has(hashToken(key)) ? undefined : wrongKey();
}

/** No key, or none that any store knows. */
export function wrongKey(): IntakeProblem {
  return {
    code: "wrong_key",
    status: 401,
    what: "The API key is missing or not known.",
    next: "Send a key of this store's configuration as `Authorization: Bearer <key>`.",
  };
}

/** A sender that can be told at once what is wrong with a fact is told; a type that only a later release reads is kept. */
function checkFact({ id, type, subject, data: stated }: Envelope, name: string): IntakeProblem | undefined {
  const kind = factKind(type);
  if (!kind) return undefined;
  const next = "Nothing of the request was kept. The schema of each fact is in /v1/openapi.json.";
  if (needsOrder(kind) && subject === undefined) return malformed(`Event ${id}: a ${type} needs its order as \`subject\`.`, next);
  const fact = readFact(kind, stated, name);
  return fact.success ? undefined : malformed(`Event ${id}: data.${firstIssue(fact.error)}`, next);
}

/** CloudEvents says what makes a duplicate: the same source and id. */
function toKeep({ envelope, headers, body }: Enveloped): VerifiedDelivery {
  const { time, type } = envelope;
  // A letter is read days after it was written: the moment of a declaration does not say that its sender is behind.
  const isOfSender = factKind(type) !== "withdrawal.declared";
  return {
    dedupeKey: `${envelope.source} ${envelope.id}`,
    kind: envelope.type,
    ...(time !== undefined && isOfSender && { triggeredAt: time }),
    headers,
    body,
  };
}

/** What was checked before it was kept can fail only by a change of ours. */
const KEPT = " It is kept; report it with its inbox id, and requeue it after the upgrade that reads it.";

function normalise(row: InboxRow, name: string): Normalised {
  const opened = reopen(row.headers, row.body);
  if (!opened.ok) return { kind: "quarantined", code: "unreadable", why: `It was kept, but can no longer be read: ${opened.error}.${KEPT}` };
  const { type, subject, time, refs, data: stated } = opened.value;
  const kind = factKind(type);
  if (!kind) return unknownKind(row, "CloudEvents");
  const fact = readFact(kind, stated, name);
  if (!fact.success) return { kind: "quarantined", code: "unreadable", why: `Its data no longer fits: data.${firstIssue(fact.error)}.${KEPT}` };
  const orderId = needsOrder(kind) && subject !== undefined ? inSource(name, subject) : undefined;
  const given = (refs ?? "").split(",").map((ref) => ref.trim()).filter((ref) => ref !== "");
  const names = [...given, ...(fact.data.kind === "parcel.recorded" ? trackingRefs(fact.data.tracking) : [])];
  const event = makeEvent(row, { at: time ?? row.receivedAt, ...(orderId !== undefined && { orderId }), refs: names, fact: fact.data });
  return { kind: "events", events: [event] };
}

function sign({ deliveryId, body }: UnsignedDelivery, { secrets: [key], signingSecrets: [secret = ""] }: Config, now: Instant): Delivery {
  const headers = key === undefined ? signatureHeaders([secret], deliveryId, Math.floor(now / SECOND), body) : { authorization: `Bearer ${key}` };
  return { headers: { "content-type": "application/cloudevents+json", ...headers }, body };
}

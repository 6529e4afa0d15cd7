import { z } from "zod";
import { err, ok, type Result } from "../../../base/result.ts";
import type { Delivery } from "../../core/delivery.ts";
import { type Json, type JsonText, readJson } from "../../core/json.ts";
import { firstIssue, moment } from "../payload.ts";
import { mediaType } from "../problems.ts";

/** A single request holds at most this many events. */
export const MAX_EVENTS = 500;

/** Keeps identities indexable; longer ones are no identities but payloads. */
const name = z.string().min(1).max(256);

/**
 * The context attributes of CloudEvents 1.0 that we read (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md).
 * `refs` is an extension: other names of the order, separated by commas.
 */
const attributes = z.looseObject({
  specversion: z.literal("1.0"),
  id: name,
  source: name,
  type: name,
  subject: name.optional(),
  time: moment.optional(),
  datacontenttype: z.string().regex(/^application\/(?:[\w.+-]*\+)?json\b/i, "is not JSON").optional(),
  refs: z.string().max(2_000).optional(),
  data: z.unknown().optional(),
  data_base64: z.undefined({ error: "is not read: send `data` as JSON" }).optional(),
});
export type Envelope = z.infer<typeof attributes>;

/** An event of a delivery, with the bytes and headers that are kept of it. */
export interface Enveloped {
  readonly envelope: Envelope;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const STRUCTURED = "application/cloudevents+json";
const BATCHED = "application/cloudevents-batch+json";
export const CONTENT_TYPES = `${STRUCTURED}, ${BATCHED}, or application/json with ce- headers or a webhook-signature`;

/** All events of one request, in any of the three modes of the HTTP binding; undefined when its content type is none of them. */
export function readEnvelopes({ headers, body }: Delivery): Result<readonly Enveloped[], string> | undefined {
  switch (mediaType(headers)) {
    case STRUCTURED:
      return structured(body);
    case BATCHED:
      return batched(body);
    case "application/json":
      // What signs by Standard Webhooks sends JSON under no other name.
      if (headers["ce-specversion"] === undefined) return headers["webhook-signature"] === undefined ? undefined : structured(body);
      return binary(headers, body);
    default:
      return undefined;
  }
}

/** A kept event again, as it was when it came. */
export function reopen(headers: Readonly<Record<string, string>>, body: Uint8Array): Result<Envelope, string> {
  const mode = headers["ce-specversion"] === undefined ? structured(body) : binary(headers, body);
  if (!mode.ok) return mode;
  const [only] = mode.value;
  return only ? ok(only.envelope) : err("it is empty");
}

function structured(body: Uint8Array): Result<readonly Enveloped[], string> {
  const json = readJson(body);
  if (!json.ok) return err(`the body is no JSON: ${json.error}`);
  const envelope = attributes.safeParse(json.value.value);
  return envelope.success ? ok([{ envelope: envelope.data, headers: {}, body }]) : err(firstIssue(envelope.error));
}

function batched(body: Uint8Array): Result<readonly Enveloped[], string> {
  const json = readJson(body);
  if (!json.ok) return err(`the body is no JSON: ${json.error}`);
  const { value } = json.value;
  if (!Array.isArray(value)) return err("a batch is a JSON array of events");
  if (value.length > MAX_EVENTS) return err(`a batch holds at most ${MAX_EVENTS} events, this one ${value.length}`);
  const events: Enveloped[] = [];
  for (const [index, each] of (value as readonly Json[]).entries()) {
    const envelope = attributes.safeParse(each);
    if (!envelope.success) return err(`event ${index}: ${firstIssue(envelope.error)}`);
    events.push({ envelope: envelope.data, headers: {}, body: sourceOf(json.value, each) });
  }
  return ok(events);
}

function sourceOf(json: JsonText, part: Json): Uint8Array {
  return Buffer.from(json.sourceOf(part as object));
}

function binary(headers: Readonly<Record<string, string>>, body: Uint8Array): Result<readonly Enveloped[], string> {
  const kept = Object.fromEntries(Object.entries(headers).filter(([header]) => header.startsWith("ce-")));
  const given: Record<string, unknown> = {};
  for (const [header, value] of Object.entries(kept)) {
    const plain = percentDecoded(value);
    if (plain === undefined) return err(`the header ${header} is not percent-encoded UTF-8`);
    given[header.slice("ce-".length)] = plain;
  }
  if (body.length > 0) {
    const json = readJson(body);
    if (!json.ok) return err(`the body is no JSON: ${json.error}`);
    given["data"] = json.value.value;
  }
  const envelope = attributes.safeParse(given);
  return envelope.success ? ok([{ envelope: envelope.data, headers: kept, body }]) : err(firstIssue(envelope.error));
}

/** Header values are percent-encoded UTF-8 (HTTP binding, 3.1.3.2). */
function percentDecoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

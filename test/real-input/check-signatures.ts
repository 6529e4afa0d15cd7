import { invariant } from "../../src/base/errors.ts";
import { type Instant, instant } from "../../src/base/time.ts";
import { createSource } from "../../src/intake/index.ts";
import { createEvidenceAdapter } from "../../src/outreach/index.ts";
import { inputText, type Outcome, VECTORS } from "./table.ts";

/** A signature that a vendor published, as its adapter is asked about it. */
interface Vector {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** When it was signed, where that is signed. */
  readonly at: Instant;
  /** The secret's spellings that must fit. */
  readonly secrets: readonly string[];
}

type Fields = Readonly<Record<string, string>>;
const field = (fields: Fields, name: string): string => {
  const value = fields[name];
  invariant(value !== undefined, `a vector with "${name}"`);
  return value;
};

const JSON_TYPE = { "content-type": "application/json" };

const VECTOR_OF: Readonly<Record<string, (fields: Fields) => Vector>> = {
  "source easypost": (fields) => ({
    headers: { ...JSON_TYPE, [field(fields, "header")]: field(fields, "signature") },
    body: inputText("easypost/event-body.json").replace(/\n$/, ""),
    at: instant(0),
    // However the accents of the secret were typed.
    secrets: ["NFC", "NFKD"].map((form) => field(fields, "secret_nfkd").normalize(form)),
  }),
  "source cloudevents": (fields) => ({
    headers: { ...JSON_TYPE, "webhook-id": field(fields, "id"), "webhook-timestamp": field(fields, "timestamp"), "webhook-signature": field(fields, "signature") },
    body: field(fields, "body"),
    at: instant(Number(field(fields, "timestamp")) * 1_000),
    secrets: [field(fields, "secret")],
  }),
  "evidence sendgrid": (fields) => ({
    headers: { "x-twilio-email-event-webhook-signature": field(fields, "signature"), "x-twilio-email-event-webhook-timestamp": field(fields, "timestamp") },
    body: field(fields, "body"),
    at: instant(Number(field(fields, "timestamp")) * 1_000),
    secrets: [field(fields, "public_key_spki_b64")],
  }),
};

/** What a store configures of a vendor whose secrets are not called so. */
const CONFIG_OF: Readonly<Record<string, (secret: string) => object>> = {
  "source cloudevents": (secret) => ({ signingSecrets: [secret] }),
  "evidence sendgrid": (secret) => ({ publicKeys: [secret] }),
};

const HOLDS = "verified: accepted as published, refused with one byte changed";

/** Whether our own code accepts a signature that the vendor published, and refuses it over anything else. */
export function checkSignature(adapter: string, file: string): Outcome {
  const vectors = JSON.parse(inputText(VECTORS)) as Readonly<Record<string, Fields>>;
  const fields = vectors[file.slice(VECTORS.length + 1)];
  const make = VECTOR_OF[adapter];
  invariant(fields && make, `a way to ask ${adapter} about ${file}`);
  const { headers, body, at, secrets } = make(fields);
  const isTaken = (secret: string, text: string): boolean => verify(adapter, secret, headers, text, at);
  const holds = secrets.every((secret) => isTaken(secret, body) && !isTaken(secret, `${body} `) && !isTaken(secret, body.replace(/[a-z]/, "X")));
  return { became: [], ended: holds ? HOLDS : "not verified" };
}

function verify(adapter: string, secret: string, headers: Vector["headers"], text: string, at: Instant): boolean {
  const [kind, type = ""] = adapter.split(" ");
  const delivery = { headers, body: Buffer.from(text) };
  const config = CONFIG_OF[adapter]?.(secret) ?? { secrets: [secret] };
  const verified = kind === "evidence" ? createEvidenceAdapter(type, config).verify(delivery, at) : createSource({ name: "vector", type, config }).adapter.verify(delivery, at);
  // What is signed under the secret may still be no event of ours: that is told to its sender, and is no matter of the signature.
  return verified.ok || verified.error.status === 400;
}

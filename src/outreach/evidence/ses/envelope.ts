import { z } from "zod";
import { parseJson } from "../payload.ts";

// https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html: what a topic posts, whatever its content type.

const common = {
  Message: z.string(),
  MessageId: z.string(),
  Timestamp: z.string(),
  TopicArn: z.string(),
  SignatureVersion: z.string(),
  Signature: z.string(),
  SigningCertURL: z.string(),
};
const subscribing = { ...common, SubscribeURL: z.string(), Token: z.string() };

const envelope = z.discriminatedUnion("Type", [
  z.object({ Type: z.literal("Notification"), Subject: z.string().nullish(), ...common }),
  z.object({ Type: z.literal("SubscriptionConfirmation"), ...subscribing }),
  z.object({ Type: z.literal("UnsubscribeConfirmation"), ...subscribing }),
]);

/** A message as a topic posts it. */
export type Envelope = z.output<typeof envelope>;

/** Undefined for what is no such message: a topic with raw delivery posts its messages bare and unsigned. */
export function readEnvelope(body: Uint8Array): Envelope | undefined {
  return envelope.safeParse(parseJson(body)).data;
}

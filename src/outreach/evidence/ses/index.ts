import { z } from "zod";
import { type Instant, parseInstant } from "../../../base/time.ts";
import type { EvidenceAdapter, EvidenceRead } from "../../core/evidence.ts";
import { evidenceModule } from "../module.ts";
import { unreadable } from "../payload.ts";
import { readEnvelope } from "./envelope.ts";
import { readSesEvent } from "./events.ts";
import { certificateUrlOf, checkSignature, confirmationUrlOf, TOPIC } from "./signature.ts";

const options = z.strictObject({
  topics: z
    .array(z.string().regex(TOPIC, "is no ARN of an SNS topic: it looks like arn:aws:sns:eu-central-1:123456789012:name"))
    .min(1)
    .describe("SNS topics (ARNs) that SES publishes its events to. Subscriptions of these are confirmed without asking; no other topic is heard."),
});

export const evidence = evidenceModule({ type: "ses", title: "Amazon SES events over SNS", config: options }, create);

/** SES's events as an SNS topic posts them, with the topic's own signature. */
function create({ topics }: z.output<typeof options>): EvidenceAdapter {
  return {
    certificateUrl: ({ body }) => certificateUrlOf(readEnvelope(body), topics),
    verify: ({ body }, now, certificate) => checkSignature(readEnvelope(body), topics, now, certificate),
    confirmationUrl: ({ body }) => confirmationUrlOf(readEnvelope(body)),
    read,
  };
}

/** SES tries a new topic with this sentence in place of an event. */
const TRIAL = /^Successfully validated SNS topic\b/;

function read(body: Uint8Array, receivedAt: Instant): EvidenceRead {
  const envelope = readEnvelope(body);
  if (!envelope) return unreadable("it is not a message as SNS documents them");
  switch (envelope.Type) {
    case "SubscriptionConfirmation":
      return confirmationUrlOf(envelope) === undefined
        ? { kind: "unreadable", why: `the subscription to ${envelope.TopicArn} is not confirmed, for its address is not one that we know of SNS: confirm it in the AWS console` }
        : { kind: "ignored", why: "the topic's subscription was confirmed" };
    case "UnsubscribeConfirmation":
      return { kind: "unreadable", why: `the topic ${envelope.TopicArn} was told to send here no more: subscribe this address to it again, or no evidence comes` };
    case "Notification":
      return TRIAL.test(envelope.Message) ? { kind: "ignored", why: "it is SES's trial of the topic" } : readSesEvent(envelope.Message, parseInstant(envelope.Timestamp) ?? receivedAt);
  }
}

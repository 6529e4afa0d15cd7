import { verify } from "node:crypto";
import { type Certificate, isValidAt } from "../../../base/certificates.ts";
import { err, ok, type Result } from "../../../base/result.ts";
import { table } from "../../../base/table.ts";
import type { Instant } from "../../../base/time.ts";
import type { EvidenceProblem } from "../../core/evidence.ts";
import type { Envelope } from "./envelope.ts";

// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html

/** An ARN of a topic: its partition and region say which host speaks for it. */
export const TOPIC = /^arn:(aws|aws-cn|aws-us-gov):sns:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:[\w-]{1,256}(?:\.fifo)?$/;

const CERTIFICATE_PATH = /^\/SimpleNotificationService-[A-Za-z0-9]{1,64}\.pem$/;

/** The digest of each version of the signature. */
const DIGESTS = table<string>({ "1": "sha1", "2": "sha256" });

/** The certificate that a message of a configured topic names, when SNS itself serves it in that topic's region. */
export function certificateUrlOf(envelope: Envelope | undefined, topics: readonly string[]): string | undefined {
  if (!envelope || !topics.includes(envelope.TopicArn)) return undefined;
  const url = URL.parse(envelope.SigningCertURL);
  return url && CERTIFICATE_PATH.test(url.pathname) && url.href === `${hostOf(envelope.TopicArn)}${url.pathname}` ? url.href : undefined;
}

/** Where a verified message asks whether its topic is wanted here: SNS's own action for that very topic, and no other. */
export function confirmationUrlOf(envelope: Envelope | undefined): string | undefined {
  if (envelope?.Type !== "SubscriptionConfirmation") return undefined;
  const url = URL.parse(envelope.SubscribeURL);
  const isOurs = url && url.href === `${hostOf(envelope.TopicArn)}/${url.search}`;
  const asks = url?.searchParams.get("Action") === "ConfirmSubscription" && url.searchParams.get("TopicArn") === envelope.TopicArn;
  return isOurs && asks ? url.href : undefined;
}

/**
 * What was kept once is recognised for ever, so an old message does no harm and none is refused for its age:
 * a topic may repeat one for as long as its owner has set.
 */
export function checkSignature(envelope: Envelope | undefined, topics: readonly string[], now: Instant, certificate: Certificate | undefined): Result<true, EvidenceProblem> {
  if (!envelope) return err(unsigned);
  if (!topics.includes(envelope.TopicArn)) return err(strangeTopic);
  const digest = DIGESTS[envelope.SignatureVersion];
  if (!digest || !certificate || !isValidAt(certificate, now)) return err(wrongSignature);
  const fits = verify(digest, Buffer.from(signedText(envelope)), certificate.publicKey, Buffer.from(envelope.Signature, "base64"));
  return fits ? ok(true) : err(wrongSignature);
}

function hostOf(topic: string): string {
  const [, partition, region] = TOPIC.exec(topic) ?? [];
  return `https://sns.${region}.amazonaws.com${partition === "aws-cn" ? ".cn" : ""}`;
}

/** Names and values in turn, each on its line, in the order of the names. */
function signedText(envelope: Envelope): string {
  const { Message, MessageId, Timestamp, TopicArn, Type } = envelope;
  const named =
    envelope.Type === "Notification"
      ? { Message, MessageId, ...(envelope.Subject != null && { Subject: envelope.Subject }), Timestamp, TopicArn, Type }
      : { Message, MessageId, SubscribeURL: envelope.SubscribeURL, Timestamp, Token: envelope.Token, TopicArn, Type };
  return Object.entries(named).flatMap(([name, value]) => [`${name}\n${value}\n`]).join("");
}

const unsigned: EvidenceProblem = {
  status: 401,
  code: "no_signature",
  what: "It is not a signed message of an SNS topic.",
  next: "Subscribe this address to the topic over HTTPS, with raw message delivery switched off: raw messages carry no signature.",
};
const strangeTopic: EvidenceProblem = {
  status: 401,
  code: "unknown_topic",
  what: "Its topic is not one that this store hears.",
  next: "Add the topic's ARN to `topics` of this webhook in the configuration, if it is the store's.",
};
const wrongSignature: EvidenceProblem = {
  status: 401,
  code: "wrong_signature",
  what: "The signature does not fit the message, or its certificate is not SNS's of today for this topic's region.",
  next: "Check that no proxy rewrites the body, and this machine's clock.",
};

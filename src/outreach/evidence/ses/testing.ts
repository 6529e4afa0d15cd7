import { sign } from "node:crypto";
import { makeCertificate } from "../../../base/testing.ts";
import { DAY, instant, iso, plus } from "../../../base/time.ts";
import type { EvidenceDelivery } from "../../core/evidence.ts";

// A topic as SNS speaks for it, with a certificate that the tests make.

export const NOON = instant(Date.UTC(2026, 2, 2, 12));
export const TOPIC_ARN = "arn:aws:sns:eu-central-1:123456789012:ses-events";
export const CERTIFICATE_URL = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem";
export const SNS = makeCertificate("sns.amazonaws.com", plus(NOON, -DAY), plus(NOON, 300 * DAY));

type Fields = Readonly<Record<string, string>>;

/** A message of the topic, signed; `spoil` changes it afterwards. */
export function posted(fields: Fields, spoil: Fields = {}): EvidenceDelivery {
  const message: Record<string, string> = {
    Type: "Notification",
    MessageId: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
    TopicArn: TOPIC_ARN,
    Timestamp: iso(NOON),
    SignatureVersion: "2",
    SigningCertURL: CERTIFICATE_URL,
    ...fields,
  };
  const names = message["Type"] === "Notification" ? ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"] : ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
  const text = names.filter((name) => message[name] !== undefined).map((name) => `${name}\n${message[name]}\n`).join("");
  const digest = message["SignatureVersion"] === "1" ? "sha1" : "sha256";
  const Signature = sign(digest, Buffer.from(text), SNS.privateKey).toString("base64");
  return { headers: { "content-type": "text/plain; charset=UTF-8" }, body: Buffer.from(JSON.stringify({ ...message, Signature, ...spoil })) };
}

/** An event of SES as a topic posts it. */
export function told(event: object, fields: Fields = {}): EvidenceDelivery {
  return posted({ Subject: "Amazon SES Email Event Notification", Message: JSON.stringify(event), ...fields });
}

export const SUBSCRIBE_URL = `https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC_ARN}&Token=2336412f37fb687f5d51e6e2425c464de`;

/** The topic asks whether it is wanted here. */
export function subscription(fields: Fields = {}): EvidenceDelivery {
  return posted({ Type: "SubscriptionConfirmation", Message: "You have chosen to subscribe to the topic.", Token: "2336412f37fb687f5d51e6e2425c464de", SubscribeURL: SUBSCRIBE_URL, ...fields });
}

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { makeCertificate } from "../../../base/testing.ts";
import { DAY, iso, MINUTE, plus } from "../../../base/time.ts";
import type { EvidenceDelivery } from "../../core/evidence.ts";
import { evidenceContract } from "../contract.ts";
import { evidence } from "./index.ts";
import { CERTIFICATE_URL, NOON, posted, SNS, SUBSCRIBE_URL, subscription, told, TOPIC_ARN } from "./testing.ts";


const OTHER_TOPIC = TOPIC_ARN.replace("ses-events", "other-events");
const parsed = (body: Uint8Array): Record<string, string> => JSON.parse(Buffer.from(body).toString("utf8")) as Record<string, string>;
const delivery = (changes: object) => ({ eventType: "Delivery", mail: { timestamp: iso(NOON), destination: ["Anna@example.com"] }, delivery: { recipients: ["Anna@example.com"], timestamp: iso(NOON), smtpResponse: "250 OK anna@example.com" }, ...changes });

/** What is a topic's message is posted by the topic of that name; other bodies go as they are. */
function send(body: Uint8Array, TopicArn: string): EvidenceDelivery {
  try {
    const { Signature: _, ...fields } = parsed(body);
    return posted({ ...fields, TopicArn });
  } catch {
    return { headers: {}, body };
  }
}

evidenceContract({
  type: "ses",
  config: (topics) => ({ topics }),
  secrets: [TOPIC_ARN, OTHER_TOPIC],
  certificate: new X509Certificate(SNS.pem),
  send,
  respell: ({ headers, body }, Signature) => ({ headers, body: Buffer.from(JSON.stringify({ ...parsed(body), Signature })) }),
  delivered: (rfcId, at) => told(delivery({ mail: { timestamp: iso(at), destination: ["Anna@example.com"], commonHeaders: { messageId: `<${rfcId}>` } }, delivery: { recipients: ["Anna@example.com"], timestamp: iso(at), smtpResponse: "250 OK anna@example.com" } })).body,
  proveNothing: { open: told(delivery({ eventType: "Open" })).body, click: told(delivery({ eventType: "Click" })).body },
  refused: { unsigned: "no_signature", wrong: "unknown_topic" },
  bodyIsNotSigned: true,
});

const adapter = evidence.create({ topics: [TOPIC_ARN] });
const certificate = new X509Certificate(SNS.pem);
const verdict = (delivery: ReturnType<typeof posted>, given = certificate, at = NOON): string => {
  const verified = adapter.verify(delivery, at, given);
  return verified.ok ? "taken" : verified.error.code;
};

test("a message of a configured topic is taken under either version of the signature, with a subject or without, and however late", () => {
  for (const SignatureVersion of ["1", "2"]) {
    assert.equal(verdict(posted({ Message: "{}", SignatureVersion })), "taken");
    assert.equal(verdict(posted({ Message: "a\nb", Subject: "c", SignatureVersion })), "taken");
    assert.equal(verdict(subscription({ SignatureVersion })), "taken");
  }
  assert.equal(verdict(posted({ Message: "{}" }), certificate, plus(NOON, 30 * DAY)), "taken");
});

test("whatever is changed in a message breaks its signature", () => {
  for (const name of ["Message", "MessageId", "Subject", "Timestamp"]) {
    assert.equal(verdict(posted({ Message: "{}", Subject: "s" }, { [name]: "other" })), "wrong_signature", name);
  }
  for (const name of ["SubscribeURL", "Token"]) assert.equal(verdict(posted({ Type: "UnsubscribeConfirmation", Message: "m", SubscribeURL: SUBSCRIBE_URL, Token: "t" }, { [name]: "other" })), "wrong_signature", name);
  for (const spoilt of ["", "@@", "0".repeat(10_000)]) assert.equal(verdict(posted({ Message: "{}" }, { Signature: spoilt })), "wrong_signature");
  assert.equal(verdict(posted({ Message: "{}", SignatureVersion: "1" }, { SignatureVersion: "2" })), "wrong_signature");
  assert.equal(verdict(posted({ Message: "{}" }, { SignatureVersion: "3" })), "wrong_signature");
});

test("another key, a certificate out of date or none is a wrong signature", () => {
  const made = (from: number, until: number) => new X509Certificate(makeCertificate("sns.amazonaws.com", plus(NOON, from), plus(NOON, until)).pem);
  assert.equal(verdict(posted({ Message: "{}" }), made(-DAY, DAY)), "wrong_signature");
  assert.equal(verdict(posted({ Message: "{}" }), certificate, plus(NOON, 301 * DAY)), "wrong_signature");
  assert.equal(verdict(posted({ Message: "{}" }), certificate, plus(NOON, -2 * DAY)), "wrong_signature");
  assert.partialDeepStrictEqual(adapter.verify(posted({ Message: "{}" }), NOON), { error: { code: "wrong_signature" } });
});

test("a topic that is not configured is refused, and its certificate is not asked for", () => {
  const foreign = posted({ Message: "{}", TopicArn: TOPIC_ARN.replace("123456789012", "999999999999") });
  assert.equal(verdict(foreign), "unknown_topic");
  assert.equal(adapter.certificateUrl?.(foreign), undefined);
});

test("a raw or broken message is refused and says what to switch off", () => {
  for (const body of ["", "{", "[]", `{"notificationType":"Bounce"}`, `{"Type":"Other"}`]) {
    const verified = adapter.verify({ headers: {}, body: Buffer.from(body) }, NOON, certificate);
    assert.ok(!verified.ok && verified.error.code === "no_signature" && verified.error.next.includes("raw message delivery"));
    assert.equal(adapter.certificateUrl?.({ headers: {}, body: Buffer.from(body) }), undefined);
  }
});

test("a certificate is asked for at SNS's host of the topic's own region and nowhere else", () => {
  const asked = (SigningCertURL: string) => adapter.certificateUrl?.(posted({ Message: "{}", SigningCertURL }));
  assert.equal(asked(CERTIFICATE_URL), CERTIFICATE_URL);
  const path = "/SimpleNotificationService-0123456789abcdef.pem";
  const elsewhere = [
    `http://sns.eu-central-1.amazonaws.com${path}`, `https://sns.us-east-1.amazonaws.com${path}`, `https://sns.eu-central-1.amazonaws.com.evil.example${path}`,
    `https://evil.s3.eu-central-1.amazonaws.com${path}`, `https://sns.eu-central-1.amazonaws.com@evil.example${path}`, `https://sns.eu-central-1.amazonaws.com:444${path}`,
    `https://10.0.0.1${path}`, `https://sns.eu-central-1.amazonaws.com${path}?x`, "https://sns.eu-central-1.amazonaws.com/other.pem", "no address", "",
  ];
  for (const url of elsewhere) assert.equal(asked(url), undefined, url);
  const china = "arn:aws-cn:sns:cn-north-1:123456789012:ses";
  const there = evidence.create({ topics: [china] });
  assert.ok(there.certificateUrl?.(posted({ Message: "{}", TopicArn: china, SigningCertURL: `https://sns.cn-north-1.amazonaws.com.cn${path}` })));
});

test("only the question whether this topic is wanted is answered, at SNS's own host", () => {
  assert.equal(adapter.confirmationUrl?.(subscription()), SUBSCRIBE_URL);
  assert.equal(adapter.confirmationUrl?.(told({})), undefined);
  for (const SubscribeURL of [
    SUBSCRIBE_URL.replace("sns.eu-central-1", "evil"), SUBSCRIBE_URL.replace("https", "http"), SUBSCRIBE_URL.replace("ConfirmSubscription", "Publish"),
    SUBSCRIBE_URL.replace("ses-events", "other"), SUBSCRIBE_URL.replace(".com/", ".com/x"), "https://169.254.169.254/?Action=ConfirmSubscription", "",
  ]) {
    assert.equal(adapter.confirmationUrl?.(subscription({ SubscribeURL })), undefined, SubscribeURL);
  }
});

test("the configuration asks for topics, and for nothing that is none", () => {
  const accepts = (topics: unknown) => evidence.manifest.config.safeParse({ topics }).success;
  assert.ok(accepts([TOPIC_ARN, "arn:aws-us-gov:sns:us-gov-west-1:123456789012:x.fifo"]));
  for (const wrong of [[], ["ses-events"], ["arn:aws:sqs:eu-central-1:123456789012:x"], ["arn:aws:sns:evil.example/:123456789012:x"]]) assert.ok(!accepts(wrong));
});

const mail = { timestamp: iso(plus(NOON, -MINUTE)), messageId: "0100-ses", destination: ["Anna <Anna@example.com>"], commonHeaders: { messageId: "<id@nord.example>", subject: "s" } };
const read = (event: object) => adapter.read(told({ mail, ...event }).body, NOON);
const AT = plus(NOON, -10 * MINUTE);
const anna = { emailAddress: "Anna@example.com" };

test("each event says what it proves, under either name of its type", async () => {
  const bounce = (bounceType: string, bounceSubType = "General", of: object = {}) => ({ bounce: { bounceType, bounceSubType, bouncedRecipients: [{ ...anna, ...of }], timestamp: iso(AT) } });
  const complaint = (changes: object = {}) => ({ complaint: { complainedRecipients: [anna], timestamp: iso(AT), ...changes } });
  const cases: [string, object, object][] = [
    ["Send", { send: {} }, { kind: "handedOver" }],
    ["Delivery", { delivery: { recipients: ["anna@example.com"], smtpResponse: "250 ok", timestamp: iso(AT) } }, { kind: "delivered", why: "Delivery 250 ok" }],
    ["DeliveryDelay", { deliveryDelay: { delayType: "MailboxFull", delayedRecipients: [anna], timestamp: iso(AT) } }, { kind: "handedOver", delayed: true }],
    ["Bounce", bounce("Permanent", "NoEmail", { status: "5.1.1" }), { kind: "failed", addressDead: true, why: "Bounce Permanent NoEmail 5.1.1" }],
    ["Bounce", bounce("Permanent", "OnAccountSuppressionList"), { kind: "failed", addressDead: true }],
    ["Bounce", bounce("Transient", "MailboxFull"), { kind: "failed", addressDead: false }],
    ["Bounce", bounce("Undetermined", "Undetermined"), { kind: "failed", addressDead: false }],
    ["Complaint", complaint({ complaintFeedbackType: "abuse" }), { kind: "complained" }],
    ["Complaint", complaint(), { kind: "complained" }],
    ["Complaint", complaint({ complaintFeedbackType: "not-spam" }), { kind: "delivered" }],
    ["Complaint", complaint({ complaintSubType: "OnAccountSuppressionList" }), { kind: "failed", addressDead: true }],
    ["Reject", { reject: { reason: "Bad content" } }, { kind: "failed", addressDead: false, why: "Reject Bad content" }],
    ["Rendering Failure", { failure: { errorMessage: "no such name", templateName: "t" } }, { kind: "failed", addressDead: false }],
  ];
  for (const [type, event, report] of cases) {
    for (const name of ["eventType", "notificationType"]) {
      const outcome = await read({ [name]: type, ...event });
      assert.partialDeepStrictEqual(outcome, { kind: "reports", reports: [{ rfcId: "id@nord.example", address: "anna@example.com", report }] }, `${type} ${JSON.stringify(event)}`);
    }
  }
  for (const type of ["Open", "Click", "Subscription", "Received", "Something new"]) assert.equal((await read({ eventType: type })).kind, "ignored", type);
});

test("a report is as of its own moment, else of the mail's, else of the message's", async () => {
  const at = async (event: object) => {
    const outcome = await read(event);
    return outcome.kind === "reports" && outcome.reports[0]?.at;
  };
  assert.equal(await at({ eventType: "Delivery", delivery: { recipients: ["a@example.com"], timestamp: iso(AT) } }), AT);
  assert.equal(await at({ eventType: "Reject" }), plus(NOON, -MINUTE));
  assert.equal(await at({ eventType: "Reject", mail: { ...mail, timestamp: null } }), NOON);
});

test("the message is found by the Message-ID that it was given to SES with, else by the address", async () => {
  const found = async (changes: object) => {
    const outcome = await read({ eventType: "Send", mail: { ...mail, ...changes } });
    return outcome.kind === "reports" ? [outcome.reports[0]?.rfcId, outcome.reports[0]?.address] : outcome.kind;
  };
  assert.deepEqual(await found({}), ["id@nord.example", "anna@example.com"]);
  assert.deepEqual(await found({ commonHeaders: null, headers: [{ name: "MESSAGE-ID", value: " <other@nord.example> " }] }), ["other@nord.example", "anna@example.com"]);
  assert.deepEqual(await found({ commonHeaders: null }), [undefined, "anna@example.com"]);
  // Somebody else's mail, which had none: it must not be taken for the latest of ours to that address.
  assert.deepEqual(await found({ commonHeaders: { subject: "s" } }), ["0100-ses", "anna@example.com"]);
});

test("what a topic says of itself is no evidence: confirmations and trials are ignored, its end is shown", async () => {
  const kind = async (body: Uint8Array) => (await adapter.read(body, NOON)).kind;
  assert.equal(await kind(subscription().body), "ignored");
  assert.equal(await kind(posted({ Message: "Successfully validated SNS topic for Amazon SES event publishing." }).body), "ignored");
  const elsewhere = await adapter.read(subscription({ SubscribeURL: "https://evil.example/" }).body, NOON);
  assert.ok(elsewhere.kind === "unreadable" && elsewhere.why.includes("not confirmed"));
  const ended = await adapter.read(posted({ Type: "UnsubscribeConfirmation", Message: "m", SubscribeURL: SUBSCRIBE_URL, Token: "t" }).body, NOON);
  assert.ok(ended.kind === "unreadable" && ended.why.includes(TOPIC_ARN));
});

test("what is no event of SES is unreadable, and never lost or thrown", async () => {
  for (const Message of ["", "hello", "7", "[]", "{}", `{"eventType":"Bounce"}`, `{"eventType":"Bounce","bounce":7}`, `{"eventType":"Delivery","mail":{}}`]) {
    assert.equal((await adapter.read(posted({ Message }).body, NOON)).kind, "unreadable", Message);
  }
  assert.equal((await adapter.read(Buffer.from("{"), NOON)).kind, "unreadable");
});

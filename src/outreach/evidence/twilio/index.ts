import { z } from "zod";
import { err, ok, type Result } from "../../../base/result.ts";
import type { Instant } from "../../../base/time.ts";
import type { EvidenceAdapter, EvidenceDelivery, EvidenceProblem, EvidenceRead, Report } from "../../core/evidence.ts";
import type { HeardReply } from "../../core/reply.ts";
import { evidenceModule } from "../module.ts";
import { foundBy, messageIdIn, unreadable } from "../payload.ts";
import { failureOf } from "./failures.ts";
import { isSigned } from "./signature.ts";

const SIGNATURE = "x-twilio-signature";
/** Names our message in the address of its status callback, which the signature covers: no callback repeats anything else of ours. */
const ID_PARAMETER = "makegood-id";

const options = z.strictObject({
  authTokens: z.array(z.string().min(16, "is too short for an auth token")).min(1).describe("Auth tokens of the account. Both while one is being changed."),
});

export const evidence = evidenceModule({ type: "twilio", title: "Twilio status callbacks and replies", config: options }, create);

/**
 * Status callbacks (https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks) and what people
 * reply (https://www.twilio.com/docs/messaging/guides/webhook-request), at one address. A callback carries no time of its own.
 */
function create({ authTokens }: z.output<typeof options>): EvidenceAdapter {
  return {
    channel: "sms",
    verify: (delivery) => verify(authTokens, delivery),
    kept: ({ url, body }) => {
      const id = url === undefined ? null : new URL(url).searchParams.get(ID_PARAMETER);
      return id === null ? body : Buffer.concat([Buffer.from(`${new URLSearchParams({ [ID_PARAMETER]: id }).toString()}&`), body]);
    },
    read,
    reply: ({ body }) => replyIn(body),
    answer: (words) => ({ type: "text/xml", body: `<?xml version="1.0" encoding="UTF-8"?><Response>${words === undefined ? "" : `<Message>${escapeXml(words)}</Message>`}</Response>` }),
  };
}

function verify(tokens: readonly string[], { headers, url, body }: EvidenceDelivery): Result<true, EvidenceProblem> {
  const signature = headers[SIGNATURE];
  if (!signature) return err(unsigned);
  return url !== undefined && isSigned(tokens, signature, url, body) ? ok(true) : err(wrongSignature);
}

const unsigned: EvidenceProblem = {
  status: 401,
  code: "no_signature",
  what: `The header ${SIGNATURE} is missing.`,
  next: "Only the provider writes here. If this is the provider, see that no proxy drops the header.",
};
const wrongSignature: EvidenceProblem = {
  status: 401,
  code: "wrong_signature",
  what: "The signature does not fit the address and the body.",
  next: "Check that authTokens has the account's primary auth token, and that publicUrl is the address that the provider was given, to the letter.",
};

const callback = z.looseObject({ MessageSid: z.string().regex(/^(?:SM|MM)[0-9a-fA-F]{32}$/), MessageStatus: z.string().trim().min(1) });
const inbound = z.looseObject({ MessageSid: z.string().regex(/^(?:SM|MM)[0-9a-fA-F]{32}$/), SmsStatus: z.literal("received"), From: z.string().min(1) });

function read(body: Uint8Array, receivedAt: Instant): EvidenceRead {
  const fields = fieldsOf(body);
  if (inbound.safeParse(fields).success) return { kind: "ignored", why: "it is what a person replied, which is kept as such" };
  const parsed = callback.safeParse(fields);
  if (!parsed.success) return unreadable("it is no status callback as the provider documents them");
  const { MessageSid: copyId, MessageStatus, ErrorCode } = { ErrorCode: undefined, ...parsed.data };
  const report = reportOf(MessageStatus, typeof ErrorCode === "string" ? ErrorCode : undefined);
  if (!report) return SAY_NOTHING.has(MessageStatus) ? { kind: "ignored", why: "its status says nothing of whether the text arrived" } : unreadable("it has a status that the provider did not document");
  const found = foundBy(messageIdIn(fields[ID_PARAMETER]), ADDRESS.exec(fields["To"] ?? "")?.[0]);
  return found ? { kind: "reports", reports: [{ ...found, copyId, at: receivedAt, report }] } : unreadable("it does not say of which message it speaks");
}

/** A number, or the address of another channel of the vendor; nothing that no database takes. */
const ADDRESS = /^[\x21-\x7e]{1,320}$/;

const SAY_NOTHING: ReadonlySet<string> = new Set(["scheduled", "receiving", "received", "partially_delivered"]);

/** https://www.twilio.com/docs/messaging/api/message-resource#message-status-values */
function reportOf(status: string, code: string | undefined): Report | undefined {
  switch (status) {
    case "accepted":
    case "queued":
    case "sending":
    case "sent":
      return { kind: "handedOver", why: status };
    case "delivered":
    case "read":
      return { kind: "delivered", why: status };
    case "undelivered":
    case "failed":
    case "canceled":
      return failureOf(status, code);
    default:
      return undefined;
  }
}

/** A text that came in. `OptOutType` says that the provider has honoured it and answered itself: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out */
function replyIn(body: Uint8Array): HeardReply | undefined {
  const fields = fieldsOf(body);
  if (!inbound.safeParse(fields).success) return undefined;
  const { MessageSid = "", From = "", Body = "", OptOutType } = fields;
  const honoured = OPT_OUT_TYPES.get(OptOutType ?? "");
  return { id: MessageSid, from: From, words: Body, ...(honoured && { honoured }) };
}

const OPT_OUT_TYPES = new Map<string, NonNullable<HeardReply["honoured"]>>([["STOP", "stop"], ["START", "start"], ["HELP", "help"]]);

function fieldsOf(body: Uint8Array): Readonly<Record<string, string>> {
  // Of a name that stands twice the first counts: ours is put before what the provider sent.
  return Object.fromEntries([...new URLSearchParams(Buffer.from(body).toString("utf8"))].reverse());
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

import { z } from "zod";
import { hashToken } from "../../../base/ids.ts";
import { err, ok, type Result } from "../../../base/result.ts";
import { signedByAny } from "../../../base/signatures.ts";
import { instant, SECOND, type Instant } from "../../../base/time.ts";
import type { EvidenceAdapter, EvidenceDelivery, EvidenceProblem, EvidenceRead, ReportedMessage } from "../../core/evidence.ts";
import type { HeardReply } from "../../core/reply.ts";
import { evidenceModule } from "../module.ts";
import { foundBy, messageIdIn, parseJson, unreadable } from "../payload.ts";
import { reportOf } from "./statuses.ts";

const SIGNATURE = "x-hub-signature-256";

const options = z.strictObject({
  appSecrets: z.array(z.string().min(16, "is too short for an app secret")).min(1).describe("The app's secret, which signs. Both while one is being changed."),
  verifyToken: z.string().min(16, "is too short to keep strangers out: use 16 characters or more").optional().describe("The verify token that is given with the webhook's address; needed to subscribe."),
});
type Config = z.output<typeof options>;

export const evidence = evidenceModule({ type: "whatsapp-cloud", title: "WhatsApp Cloud API statuses and answers", config: options }, create);

/**
 * Statuses (https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status) and what
 * people write, at one address, which is subscribed to the field `messages`. `biz_opaque_callback_data` is our own id.
 */
function create(config: Config): EvidenceAdapter {
  return { channel: "whatsapp", verify: (delivery) => verify(config, delivery), handshake: (query) => handshake(config, query), read, reply, answer: () => ({ type: "text/plain", body: "" }) };
}

/** https://developers.facebook.com/docs/graph-api/webhooks/getting-started: `sha256=` and the hex of HMAC-SHA256 over the raw body. */
function verify({ appSecrets }: Config, { headers, body }: EvidenceDelivery): Result<true, EvidenceProblem> {
  const signature = headers[SIGNATURE];
  if (!signature) return err(unsigned);
  const hex = /^sha256=([0-9a-f]{64})$/i.exec(signature)?.[1] ?? "";
  return signedByAny(appSecrets, [Buffer.from(hex, "hex")], body) ? ok(true) : err(wrongSignature);
}

/** Hashes are compared: the time it takes tells nothing of the token. A challenge is repeated only when it cannot be anything but one. */
function handshake({ verifyToken }: Config, query: Readonly<Record<string, unknown>>): string | undefined {
  const { "hub.mode": mode, "hub.verify_token": token, "hub.challenge": challenge } = query;
  if (verifyToken === undefined || mode !== "subscribe" || typeof token !== "string" || typeof challenge !== "string") return undefined;
  return hashToken(token) === hashToken(verifyToken) && /^\w{1,100}$/.test(challenge) ? challenge : undefined;
}

const unsigned: EvidenceProblem = { status: 401, code: "no_signature", what: `The header ${SIGNATURE} is missing.`, next: "Only the provider writes here. If this is the provider, see that no proxy drops the header." };
const wrongSignature: EvidenceProblem = { status: 401, code: "wrong_signature", what: "The signature does not fit the body.", next: "Check that appSecrets has the secret of the app whose webhook this is, and that no proxy changes the body." };

const seconds = z.string().regex(/^\d{9,11}$/).transform((text) => instant(Number(text) * SECOND));
const status = z.looseObject({
  id: z.string().regex(/^[\x21-\x7e]{1,200}$/).optional().catch(undefined),
  status: z.string().min(1),
  timestamp: seconds,
  recipient_id: z.string().optional(),
  biz_opaque_callback_data: z.string().optional(),
  errors: z.array(z.looseObject({ code: z.number(), title: z.string().optional() })).optional(),
});
const written = z.looseObject({ id: z.string().min(1).max(200), from: z.string().regex(/^\d{6,15}$/), timestamp: seconds, type: z.string(), text: z.looseObject({ body: z.string() }).optional() });
const notification = z.looseObject({
  object: z.literal("whatsapp_business_account"),
  entry: z.array(z.looseObject({ changes: z.array(z.looseObject({ field: z.string(), value: z.looseObject({ statuses: z.array(status).optional(), messages: z.array(written).optional() }) })) })),
});

/** What a notification tells; undefined where it is none. */
function toldBy(body: Uint8Array) {
  const parsed = notification.safeParse(parseJson(body));
  if (!parsed.success) return undefined;
  const values = parsed.data.entry.flatMap(({ changes }) => changes.filter(({ field }) => field === "messages").map(({ value }) => value));
  return { statuses: values.flatMap(({ statuses = [] }) => statuses), messages: values.flatMap(({ messages = [] }) => messages) };
}

function read(body: Uint8Array): EvidenceRead {
  const told = toldBy(body);
  if (!told) return unreadable("it is no notification as the provider documents them");
  const reports = [...told.statuses.flatMap((one) => reported(one) ?? []), ...told.messages.map(answered)];
  return reports.length > 0 ? { kind: "reports", reports } : { kind: "ignored", why: "nothing in it says whether a message arrived" };
}

function reported({ id: copyId, status: said, timestamp, recipient_id, biz_opaque_callback_data, errors }: z.output<typeof status>): ReportedMessage | undefined {
  const report = reportOf(said, errors?.[0]);
  const found = foundBy(messageIdIn(biz_opaque_callback_data), recipient_id !== undefined && /^\d{6,15}$/.test(recipient_id) ? `+${recipient_id}` : undefined);
  return report && found ? { ...found, ...(copyId !== undefined && { copyId }), at: timestamp, report } : undefined;
}

/** What a person wrote that is not one text by itself (a picture, several at once): they had ours, and a person should read theirs. */
function answered({ from, timestamp, type }: z.output<typeof written>): { readonly address: string; readonly at: Instant; readonly report: ReportedMessage["report"] } {
  return { address: `+${from}`, at: timestamp, report: { kind: "replied", why: `answered (${type.replace(/\W/g, "").slice(0, 20)})` } };
}

/** One text of one person, and nothing else in the delivery: only that is kept as a reply alone. */
function reply({ body }: EvidenceDelivery): HeardReply | undefined {
  const told = toldBy(body);
  const [first, ...more] = told?.messages ?? [];
  if (!first?.text || more.length > 0 || (told?.statuses.length ?? 0) > 0) return undefined;
  return { id: first.id, from: `+${first.from}`, words: first.text.body };
}

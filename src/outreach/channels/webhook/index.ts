import { z } from "zod";
import { signatureHeaders } from "../../../base/standard-webhooks.ts";
import { iso, SECOND, type Instant } from "../../../base/time.ts";
import { zonesOf } from "../../../base/zones.ts";
import type { OrderView } from "../../../commerce/index.ts";
import { fill } from "../../../words/index.ts";
import type { Channel, Spoken } from "../../channel.ts";
import type { Outcome } from "../../core/outcome.ts";
import { allowedAt } from "../../core/quiet-hours.ts";
import { sendInLanes } from "../in-lanes.ts";
import { channelModule, type ChannelSetup } from "../module.ts";
import { wrongNumber } from "../numbers.ts";
import { createPoster, type Answered } from "../post.ts";
import { quietHoursOption } from "../quiet-hours-option.ts";

/** A message as it is posted: its id, when it was written, and its JSON. */
interface PostedLetter {
  readonly id: string;
  readonly at: Instant;
  readonly body: string;
}

const CONNECTIONS = 4;

const options = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: "is not a web address" }).describe("Where each message is posted to."),
  secrets: z
    .array(z.string().regex(/^whsec_[A-Za-z0-9+/]{24,}={0,2}$/, "is no secret: write whsec_ and 24 bytes or more in base64"))
    .min(1)
    .describe("Secrets that sign it (Standard Webhooks). Several while one is being changed: each signs."),
  address: z.enum(["phone", "email", "customer"]).default("phone").describe("What the receiver reaches people by; who has none of it is not written to this way."),
  needsConsent: z.boolean().default(true).describe("Whether only those are written to who agreed to it (POST /v1/consents, channel webhook)."),
  quietHours: quietHoursOption.describe("Nothing between these times where the recipient lives."),
  mayReachPrivate: z.boolean().default(false).describe("Whether the address may be one of this machine or of a private network."),
});
type Config = z.output<typeof options>;

/** Each message as signed JSON to an address of the store's own, from where it may go anywhere. */
export const channel = channelModule({ name: "webhook", title: "Webhook of your own", said: { en: "By message", de: "Per Nachricht", fr: "Par message" }, config: options }, create);

function create(config: Config, { answerWithin, storeName }: ChannelSetup): Channel<PostedLetter> {
  const poster = createPoster({ connections: CONNECTIONS, mayReachPrivate: config.mayReachPrivate });
  const sendOne = async ({ id, at, body }: PostedLetter): Promise<Outcome> => {
    const headers = { "content-type": "application/json", ...signatureHeaders(config.secrets, id, Math.floor(at / SECOND), body) };
    return outcomeOf(await poster.post({ url: config.url, headers, body, within: answerWithin }));
  };
  const transport = {
    send: (batch: readonly PostedLetter[], heard?: (index: number, outcome: Outcome) => void) => sendInLanes({ connections: CONNECTIONS, sendOne }, batch, heard),
    close: async () => poster.close(),
  };
  return {
    name: "webhook",
    providers: [{ name: "webhook/own", evidence: "relay", transport }],
    needsConsent: config.needsConsent,
    addressOf: (order) => addressOf(order, config.address),
    ...(config.address === "phone" && { wrongAddress: wrongNumber }),
    allowedAt: (at, order, { zone }) => allowedAt(at, config.quietHours, zonesOf(order?.country, zone)),
    writer: () => Promise.resolve((spoken, now) => write(spoken, storeName, now)),
  };
}

function addressOf({ contact }: OrderView, by: Config["address"]): string | undefined {
  return by === "customer" ? contact.customerId : contact[by];
}

/** The payload of Standard Webhooks: type, timestamp, data. Its id is the message's own, whatever the attempt: a receiver drops repeats by it. */
function write({ message, said, order }: Spoken, storeName: string, now: Instant): PostedLetter {
  const { subject, text, sms } = said.words;
  const words = { subject: fill(subject, said.values, "text"), text: fill(text, said.values, "text"), ...(sms && { short: fill(sms, said.values, "text") }) };
  const content = { to: message.address, store: storeName, locale: message.locale, ...words, order: { id: order.orderId, reference: order.reference } };
  return { id: message.id, at: now, body: JSON.stringify({ type: "message.send", timestamp: iso(now), data: content }) };
}

/** 2xx is a yes; what the receiver says of this message is final; what it says of itself passes, but for 410: it wants nothing any more. */
function outcomeOf(answered: Answered): Outcome {
  if (answered.kind !== "answered") return answered;
  const { status } = answered;
  const response = `${status} from the receiver`;
  if (status >= 200 && status < 300) return { kind: "accepted", response };
  if (status === 400 || status === 422) return { kind: "refused", permanent: true, scope: "message", code: status, response };
  if (status === 429 || status === 503) return { kind: "refused", permanent: false, scope: "provider", code: status, response };
  if (status >= 500) return { kind: "unknown", because: "protocol", detail: response };
  return { kind: "refused", permanent: true, scope: "provider", code: status, response };
}

import { z } from "zod";
import { zonesOf } from "../../../base/zones.ts";
import type { Channel } from "../../channel.ts";
import type { Outcome } from "../../core/outcome.ts";
import { allowedAt } from "../../core/quiet-hours.ts";
import type { Transport } from "../../provider.ts";
import { sendInLanes } from "../in-lanes.ts";
import { channelModule, type ChannelSetup } from "../module.ts";
import { wrongNumber } from "../numbers.ts";
import { createPoster, type Answered } from "../post.ts";
import { quietHoursOption } from "../quiet-hours-option.ts";
import { isCertain, refusedWith } from "./errors.ts";
import { templateWriter, type TemplateLetter, wordsOf } from "./write-template.ts";

/** Far below the 80 messages a second that a number may send: https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput */
const CONNECTIONS = 8;

const language = z.string().regex(/^[a-z]{2,3}(?:_[A-Za-z]{2,4})?$/, "is not a template's language: write it as the template has it, such as en_US or de");

const options = z.strictObject({
  phoneNumberId: z.string().regex(/^\d{5,25}$/, "is not the id of a number: it is digits alone, and not the number").describe("The id of the sending number."),
  accessToken: z.string().min(20, "is too short for an access token").describe("A system user's token with whatsapp_business_messaging, from the environment."),
  template: z.string().regex(/^[a-z0-9_]{1,512}$/, "is not the name of a template: lower-case letters, digits and _").describe("The approved template that carries each message, of the category utility."),
  languages: z
    .record(z.string().regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, "is not a language: write one such as en or de-AT"), language)
    .refine((each) => Object.keys(each).length > 0, { error: "needs one language at least" })
    .describe("Which of the template's languages goes with which of ours, such as { en: en_US, de: de }. The first stands in for one that is not here."),
  parameters: z
    .array(z.enum(["text", "link"]))
    .min(1)
    .max(2)
    .refine((each) => each.includes("text") && new Set(each).size === each.length, { error: "has text once, and link at most once" })
    .default(["text"])
    .describe("What {{1}} and {{2}} of its body are: the words of the message, the address of the order's page."),
  quietHours: quietHoursOption.describe("Nothing between these times where the recipient lives."),
  reports: z.string().default("whatsapp").describe("The webhook under `evidence` that is told what became of each message."),
  baseUrl: z.url({ protocol: /^https?$/, error: "is not a web address" }).default("https://graph.facebook.com/v24.0").describe("Where it is asked, with the version."),
});
type Config = z.output<typeof options>;

const UNHEARD = "whatsapp: what people answer is not heard, nor whether a message arrived. Let the template say where a person reads answers, and record over POST /v1/consents (given: false) who wants no more.";

/**
 * Notices as template messages of Meta's Cloud API, for those who agreed to them: a business may write first only with an
 * approved template, and only to people who opted in (https://developers.facebook.com/documentation/business-messaging/whatsapp/getting-opt-in).
 * There is no idempotency key: our id travels as opaque data and comes back in each status.
 */
export const channel = channelModule({ name: "whatsapp", title: "WhatsApp (Cloud API)", said: { en: "By WhatsApp", de: "Per WhatsApp", fr: "Par WhatsApp" }, config: options, says: wordsOf }, create);

function create(config: Config, { answerWithin, reportsTo }: ChannelSetup): Channel<TemplateLetter> {
  // A yes is given to numbers that are not on WhatsApp, too: without statuses nobody would hear that these were never told.
  reportsTo(config.reports);
  const { quietHours } = config;
  return {
    name: "whatsapp",
    providers: [{ name: "whatsapp/cloud", evidence: "relay", transport: transportOf(config, answerWithin) }],
    needsConsent: true,
    addressOf: ({ contact }) => contact.phone,
    wrongAddress: wrongNumber,
    allowedAt: (at, order, { zone }) => allowedAt(at, quietHours, zonesOf(order?.country, zone)),
    writer: () => Promise.resolve(templateWriter(config)),
    remarks: [UNHEARD],
  };
}

function transportOf({ baseUrl, phoneNumberId, accessToken, template }: Config, within: ChannelSetup["answerWithin"]): Transport<TemplateLetter> {
  const url = `${baseUrl.replace(/\/+$/, "")}/${phoneNumberId}/messages`;
  const poster = createPoster({ connections: CONNECTIONS, mayReachPrivate: true });
  const headers = { authorization: `Bearer ${accessToken}`, "content-type": "application/json" };
  const sendOne = async (letter: TemplateLetter): Promise<Outcome> => outcomeOf(await poster.post({ url, headers, body: bodyOf(letter, template), within }));
  return {
    send: (batch, heard) => sendInLanes({ connections: CONNECTIONS, sendOne }, batch, heard),
    close: async () => poster.close(),
  };
}

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview; a body's parameters are given in their order. */
function bodyOf({ to, language: code, parameters, rfcId }: TemplateLetter, name: string): string {
  const components = [{ type: "body", parameters: parameters.map((text) => ({ type: "text", text })) }];
  return JSON.stringify({ messaging_product: "whatsapp", recipient_type: "individual", to, type: "template", template: { name, language: { code }, components }, biz_opaque_callback_data: rfcId });
}

const taken = z.looseObject({ messages: z.tuple([z.looseObject({ id: z.string().regex(/^[\x21-\x7e]{1,200}$/), message_status: z.string().default("accepted") })]) });
const failed = z.looseObject({
  error: z.looseObject({ code: z.number(), message: z.string(), error_subcode: z.number().optional(), error_data: z.looseObject({ details: z.string().optional() }).optional() }),
});

function outcomeOf(answered: Answered): Outcome {
  if (answered.kind !== "answered") return answered;
  const { status } = answered;
  const body = parseJson(answered.body);
  if (status >= 200 && status < 300) {
    const made = taken.safeParse(body);
    return made.success ? { kind: "accepted", response: `${status} ${made.data.messages[0].message_status} ${made.data.messages[0].id}`, copyId: made.data.messages[0].id } : { kind: "unknown", because: "protocol", detail: `${status} without the message that it made` };
  }
  const said = failed.safeParse(body);
  const error = said.success ? { code: said.data.error.code, subcode: said.data.error.error_subcode, says: said.data.error.error_data?.details ?? said.data.error.message } : undefined;
  if (isCertain(status, error?.code)) return refusedWith(status, error);
  return { kind: "unknown", because: "protocol", detail: `${status} ${error ? `${error.code} ${error.says}` : "from the provider"}` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

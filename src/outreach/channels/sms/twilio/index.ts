import { z } from "zod";
import { basicAuth } from "../../../../base/basic-auth.ts";
import type { Outcome } from "../../../core/outcome.ts";
import { sendInLanes } from "../../in-lanes.ts";
import { createPoster, type Answered } from "../../post.ts";
import { textProviderModule, type TextLetter } from "../module.ts";
import { refusedWith } from "./errors.ts";

/** Name of the parameter of a status callback's address that carries our own id of the message back. */
const ID_PARAMETER = "makegood-id";

/** The vendor allows about 100 requests beside each other per account. */
const CONNECTIONS = 8;

const sid = (prefix: string, what: string) => z.string().regex(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`), `is not ${what}: it begins with ${prefix} and has 34 characters`);

const options = z
  .strictObject({
    accountSid: sid("AC", "an account SID").describe("The account."),
    authToken: z.string().min(16, "is too short for an auth token").describe("Its auth token, from the environment."),
    messagingServiceSid: sid("MG", "the SID of a messaging service").optional().describe("The messaging service whose senders are used; needed for registered traffic to the US."),
    from: z.string().regex(/^(?:\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 +&_-]{1,11})$/, "is neither a number (E.164), a short code nor a sender's name").optional().describe("One sender, where there is no messaging service."),
    reports: z.string().default("twilio").describe("The webhook under `evidence` that is told what became of each text."),
    baseUrl: z.url({ protocol: /^https?$/, error: "is not a web address" }).default("https://api.twilio.com").describe("Another place to ask, such as a region's own."),
  })
  .refine(({ messagingServiceSid, from }) => (messagingServiceSid === undefined) !== (from === undefined), { error: "needs messagingServiceSid or from, and not both", path: ["messagingServiceSid"] });

export const provider = textProviderModule({ type: "twilio", title: "Twilio Programmable Messaging", config: options }, (config, { reportsTo, answerWithin }) => {
  const url = `${config.baseUrl.replace(/\/+$/, "")}/2010-04-01/Accounts/${config.accountSid}/Messages.json`;
  const poster = createPoster({ connections: CONNECTIONS, mayReachPrivate: true });
  const headers = { authorization: basicAuth({ username: config.accountSid, password: config.authToken }), "content-type": "application/x-www-form-urlencoded" };
  const reports = reportsTo(config.reports);
  const sendOne = async (letter: TextLetter): Promise<Outcome> => outcomeOf(await poster.post({ url, headers, body: formOf(letter, config, reports), within: answerWithin }));
  return {
    transport: {
      send: (batch, heard) => sendInLanes({ connections: CONNECTIONS, sendOne }, batch, heard),
      close: async () => poster.close(),
    },
    remarks: config.from === undefined ? [] : ["carriers block texts to the US from a number that is not registered. Register it (A2P 10DLC, or toll-free verification), put it into a messaging service, and configure messagingServiceSid in place of from."],
  };
});

/** https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource. There is no idempotency key: only the callback's address knows our id. */
function formOf({ to, text, rfcId }: TextLetter, { messagingServiceSid, from }: z.output<typeof options>, reports: string): string {
  const sender: Record<string, string> = messagingServiceSid === undefined ? { From: from ?? "" } : { MessagingServiceSid: messagingServiceSid };
  return new URLSearchParams({ To: to, Body: text, ...sender, StatusCallback: `${reports}?${new URLSearchParams({ [ID_PARAMETER]: rfcId }).toString()}` }).toString();
}

const created = z.looseObject({ sid: z.string().regex(/^(?:SM|MM)[0-9a-fA-F]{32}$/), status: z.string() });
const refused = z.looseObject({ code: z.number(), message: z.string() });

function outcomeOf(answered: Answered): Outcome {
  if (answered.kind !== "answered") return answered;
  const { status } = answered;
  const body = parseJson(answered.body);
  if (status >= 200 && status < 300) {
    const made = created.safeParse(body);
    return made.success ? { kind: "accepted", response: `${status} ${made.data.status} ${made.data.sid}`, copyId: made.data.sid } : { kind: "unknown", because: "protocol", detail: `${status} without the message that it made` };
  }
  const said = refused.safeParse(body);
  // What a proxy in between answers says nothing of what is behind it.
  if (status >= 500 && !(status === 503 && said.success)) return { kind: "unknown", because: "protocol", detail: `${status} ${said.success ? `${said.data.code} ${said.data.message}` : "from the provider"}` };
  return refusedWith(status, said.success ? said.data.code : undefined, said.success ? said.data.message : "without a reason");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

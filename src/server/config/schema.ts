import { z } from "zod";
import { DAY, HOUR, MINUTE, type Milliseconds } from "../../base/time.ts";
import { SOURCE_TYPES } from "../../intake/index.ts";
import { parseWeekly } from "../../learning/index.ts";
import { CONFIGURED_CHANNELS, EVIDENCE_TYPES } from "../../outreach/index.ts";
import { parseSpan } from "../../playbooks/index.ts";

/** A length of time that no calendar changes (`15m`, `6h`, `2d`). */
const fixedSpan = (meaning: string, fallback: string) =>
  z
    .string()
    .refine((text) => spanMs(text) !== undefined, "is not a length of time: write a number and m, h or d, such as 15m, 6h or 2d")
    .default(fallback)
    .describe(meaning);

const UNIT_MS = { minutes: MINUTE, hours: HOUR, days: DAY } as const;

/** Milliseconds of a length of time; undefined when it is none, or one that only a calendar can tell. */
export function spanMs(text: string): Milliseconds | undefined {
  const parsed = parseSpan(text);
  return parsed === undefined || parsed.unit === "business_days" ? undefined : parsed.amount * UNIT_MS[parsed.unit];
}

const email = z.email({ error: "is not an e-mail address" });
const zone = z.string().refine(isZone, "is not an IANA time zone: write one such as Europe/Berlin");
const country = z.string().regex(/^[A-Z]{2}$/, "is not an ISO 3166 country: write two capital letters, such as DE");
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "is not a time of day: write 24-hour HH:MM, such as 16:00");
const webAddress = z.url({ protocol: /^https?$/, error: "is not a web address: write one that starts with https://" });

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const person = z.strictObject({
  name: z.string().min(1).describe("Whose name pages and audit lines show."),
  email: email.describe("Where this person is paged."),
  roles: z.array(z.string().min(1)).default([]).describe("Roles as playbooks name them: order-ops, finance, …"),
});

const speaker = z.enum(["shop", "makegood"]);

const dkim = z.strictObject({
  domain: z.string().min(3).describe("The signing domain (d=)."),
  selector: z.string().min(1).describe("The selector (s=)."),
  privateKey: z.string().min(1).describe("PEM private key, from the environment."),
});

const mailProvider = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,40}$/).describe("Its name in the ledger and in reports."),
  host: z.string().min(1).describe("SMTP host."),
  port: z.int().min(1).max(65535).default(587).describe("SMTP port."),
  tls: z.enum(["none", "starttls", "implicit"]).default("starttls").describe("Transport security. `none` is for a relay on this machine."),
  user: z.string().optional().describe("SMTP user."),
  password: z.string().optional().describe("SMTP password, from the environment."),
  evidence: z
    .enum(["relay", "final"])
    .default("relay")
    .describe("`relay`: its 250 means handed over. `final`: it is the recipients' own server, its 250 means delivered."),
  connections: z.int().min(1).max(50).default(2).describe("Parallel connections."),
  headers: z
    .record(z.string().regex(/^X-[A-Za-z0-9-]{1,58}$/i, "is not a field of a provider's own: its name begins with X-"), z.string().regex(/^[!-~](?:[ -~]{0,198}[!-~])?$/, "is not a line of printable ASCII"))
    .optional()
    .describe("Fields that this provider reads, put into each mail that goes to it; `{message-id}` stands for the mail's own. Postmark: `X-PM-KeepID: \"true\"` and `X-PM-Metadata-message-id: \"{message-id}\"`, or its reports are matched by address only."),
  dkim: dkim.optional().describe("Sign here. Most relays sign for the store and need none."),
});

const mail = z.strictObject({
  from: email.describe("The sender's address."),
  fromName: z.string().min(1).optional().describe("The sender's name; the store's name when absent."),
  replyTo: email.describe("A mailbox that people read: every notice says so."),
  domain: z.string().min(3).optional().describe("Right side of Message-IDs; the domain of `from` when absent."),
  providers: z.array(mailProvider).min(1).max(5).describe("In order of preference; the next takes over when one is unhealthy."),
  quietHours: z
    .strictObject({ from: timeOfDay, to: timeOfDay })
    .optional()
    .describe("No mail between these times where the recipient lives; what is due waits as held."),
  sendCapPerHour: z.int().min(1).default(20_000).describe("A circuit breaker: more notices than this in an hour wait and page a person."),
});

const calendar = z.strictObject({
  weekend: z.array(z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])).default(["sat", "sun"]).describe("Days that are not business days."),
  holidays: z.array(z.string().regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/)).default([]).describe("Countries or regions whose public holidays count: DE, US, DE-BY."),
  cutOff: timeOfDay.default("17:00").describe("What arrives later counts from the next business day."),
});

/** A source's own keys are checked by its adapter, which also says what they mean. */
const source = z.looseObject({
  type: z.string().min(1).describe(`Which adapter reads it: ${SOURCE_TYPES.join(", ")}.`),
  silentAfter: fixedSpan("Hearing nothing for this long makes its silence a problem: notices that rest on it wait, a person is paged.", "6h"),
  lagAfter: fixedSpan("Its newest word this much older than its arrival makes it a lagging source, with the same effect.", "15m"),
});

const store = z.strictObject({
  name: z.string().min(1).describe("As customers know it."),
  zone: zone.default("UTC").describe("Where its days begin and end."),
  country: country.describe("Where it sells from."),
  locale: z.string().default("en").describe("Language when a customer's is unknown."),
  url: webAddress.optional().describe("The shop's address."),
  support: z
    .strictObject({ email: email.optional(), phone: z.string().optional(), hours: z.string().optional() })
    .describe("The human way out that every notice and page names."),
  colour: z.string().regex(/^#[0-9a-fA-F]{6}$/).default("#1f4d3a").describe("Brand colour of mails and pages."),
  calendar: calendar.prefault({}).describe("Business days."),
  sources: z.record(z.string().regex(/^[a-z0-9-]{1,40}$/), source).default({}).describe("What tells us of orders, payments, refunds and parcels."),
  mail: mail.describe("How notices leave."),
  evidence: z.record(z.string().regex(/^[a-z0-9-]{1,40}$/), z.looseObject({ type: z.string().describe(`Which adapter reads it: ${EVIDENCE_TYPES.join(", ")}.`) })).default({}).describe("Providers' event webhooks."),
  speaks: z
    .strictObject({ "order-cancelled": speaker.optional(), "refund-sent": speaker.optional() })
    .default({})
    .describe("Of what your shop and Makegood could both write: who does, `shop` or `makegood`. `makegood doctor` lists what your shop sends by itself and warns where both would write, or nobody."),
  channels: z
    .partialRecord(z.enum(CONFIGURED_CHANNELS as [string, ...string[]], { error: `is not a channel that is configured here: ${CONFIGURED_CHANNELS.join(", ")}` }), z.looseObject({}))
    .default({})
    .describe(`Ways to reach people beside mail, by name: ${CONFIGURED_CHANNELS.join(", ")}. Each has its own settings; docs/channels.md shows them. A playbook's \`channels\` says in which order they are taken.`),
  apiKeys: z.array(z.string().min(16, "is too short for a key: use 16 characters or more")).default([]).describe("Keys for the API, from the environment."),
  playbookOverrides: z.string().optional().describe("A folder with this store's changes to playbooks."),
  withoutPlaybooks: z.array(z.string()).default([]).describe("Playbooks that this store does not use, by name: their promises are not made, and they open no case."),
  paging: z
    .strictObject({
      order: z.array(z.string()).min(1).describe("Names of people, first to last."),
      lead: fixedSpan("How long before a deadline with somebody still due the first page goes out.", "15m"),
      repeat: fixedSpan("How long a page waits for an acknowledgement before it goes out again and to the next person.", "10m"),
    })
    .describe("Who is called before a clock runs out."),
  mondayList: z
    .strictObject({
      enabled: z.boolean().default(true).describe("Whether it is sent. It is sent when nothing is owed as well: silence could mean that its sender died."),
      to: z.string().optional().describe("Name of the person who gets it; the first of `paging.order` when absent."),
      at: z
        .string()
        .refine((text) => parseWeekly(text) !== undefined, "is not a time of the week: write a day and a 24-hour time, such as Mon 08:00")
        .default("Mon 08:00")
        .describe("When it is due, in the store's zone."),
    })
    .prefault({})
    .describe("One mail a week to the store's owner: what is owed, who is unreachable, the longest silence, what shadow mode would have said."),
});

export const configSchema = z.strictObject({
  publicUrl: webAddress.describe("Where customers reach this server: order pages and acknowledgement links start with it."),
  secret: z.string().min(32, "is too short: use 32 characters or more").describe("Key of order-page addresses. Changing it changes them all."),
  port: z.int().min(0).max(65535).default(8080).describe("Where the web process listens; `PORT` wins."),
  heartbeatUrl: webAddress.optional().describe("Asked each minute, only while everything balances: your outside watchdog."),
  people: z.array(person).min(1).describe("Staff."),
  stores: z.record(z.string(), store).describe("Each store under its short name (lower-case letters, digits, hyphens)."),
});

export type Config = z.output<typeof configSchema>;
export type StoreConfig = Config["stores"][string];
export type MailProviderConfig = StoreConfig["mail"]["providers"][number];

import { z } from "zod";
import type { Span } from "./core/model.ts";
import { parseSpan } from "./core/span.ts";
import {
  AUDIENCES, CANCEL_REASONS, CHANNELS, HOLD_REASONS, METRIC_NAMES, MOMENTS, NOT_DETECTED_YET, PROBES, PROMISE_KINDS, PUBLIC_MOMENTS, READINESS_CONTROLS,
  REMEDIES, STARTS, SUBJECTS, SURFACES, SURGES,
} from "./core/vocabulary.ts";

const NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const CHOICE = /^[a-z][a-z0-9_]*$/;
const LOCALE = /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|\d{3}))?$/;
const COUNTRY = /^[A-Z]{2}$/;

const matching = (pattern: RegExp, what: string, next: string) =>
  z.string().refine((text) => pattern.test(text), { error: what, params: { next } });

const name = matching(NAME, "is not a name.", "Use lower-case letters, digits and hyphens, such as refund-48h.");
const text = matching(/\S/, "is empty.", "Write it out.");
const locale = matching(LOCALE, "is not a language tag.", "Use one such as en, de or pt-BR.");
const country = matching(COUNTRY, "is not a country.", "Use two capital letters (ISO 3166-1), or EU.");

const span = z.string().transform((written, context) => {
  const parsed = parseSpan(written);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: "custom", message: "is not a length of time.", params: { next: "Write 60m, 48h, 14d or 7bd (business days)." } });
  return z.NEVER;
});

function isElapsed({ unit }: Span): boolean {
  return unit === "minutes" || unit === "hours";
}

/** A list without repetition. */
function list<T extends z.ZodType>(item: T, least = 0) {
  return z.array(item).superRefine((items, context) => {
    if (items.length < least) context.addIssue({ code: "custom", message: "is empty.", params: { next: "Name at least one." } });
    items.forEach((value, index) => {
      if (items.indexOf(value) !== index) {
        context.addIssue({ code: "custom", path: [index], message: `repeats ${String(value)}.`, params: { next: "Name it once." } });
      }
    });
  });
}

const basis = z
  .union([z.literal("policy"), z.literal("statement"), z.strictObject({ law: text })], {
    error: "is neither policy, statement nor a law with its citation",
  })
  .transform((written) => (typeof written === "string" ? { kind: written } : { kind: "law" as const, citation: written.law }));

const trigger = z.discriminatedUnion(
  "on",
  [
    z.strictObject({ on: z.literal("order.cancelled"), unlessReason: list(z.enum(CANCEL_REASONS)).default([]) }),
    z.strictObject({ on: z.literal("refund.failed") }),
    z.strictObject({ on: z.literal("parcel.lost") }),
    z.strictObject({ on: z.literal("address.unusable") }),
    z.strictObject({ on: z.literal("withdrawal.declared") }),
    z.strictObject({ on: z.literal("fulfilment.held"), reasons: list(z.enum(HOLD_REASONS), 1) }),
    z.strictObject({ on: z.literal("promise.broken"), rules: list(name, 1) }),
    z.strictObject({ on: z.literal("promise.at_risk"), rules: list(name, 1), before: span.refine(isElapsed, { error: "is no fixed length of time.", params: { next: "Write minutes or hours: 24h." } }) }),
    z.strictObject({ on: z.literal("incident.declared") }),
    z.strictObject({ on: z.literal("surge.seen"), of: z.enum(SURGES), times: z.number().min(1.5).max(100), over: span }),
    z.strictObject({ on: z.literal("probe.failed"), of: list(z.enum(PROBES), 1), for: span }),
    z.strictObject({ on: z.literal("goods.wrong") }),
    z.strictObject({ on: z.literal("call.missed") }),
    z.strictObject({ on: z.literal("listing.disapproved") }),
  ],
  { error: `\`on\` must be order.cancelled, refund.failed, parcel.lost, address.unusable, withdrawal.declared, fulfilment.held, promise.broken, promise.at_risk, or one that nothing detects yet: ${Object.keys(NOT_DETECTED_YET).join(", ")}` },
);

const promiseRule = z.strictObject({
  rule: name.describe("Its name within the playbook."),
  kind: z.enum(PROMISE_KINDS).describe("What is owed."),
  starts: z.enum(STARTS).describe("What starts its clock."),
  due: span.optional().describe("How long it may take: `60m`, `48h`, `14d`, `7bd` (business days of the store). Left out only with `stated: only`."),
  stated: z.enum(["instead", "only", "never"]).optional().describe("What a date does that the customer was told: it takes the place of `due`, the rule holds only with one, or only without one."),
  daysOf: country.optional().describe("The country whose working days its business days are, Monday to Friday but its public holidays; left out: the store's."),
  basis: basis.describe("Why it holds: `policy`, `statement`, or `{ law: citation }`."),
  countries: list(country).default([]).describe("Countries of the buyer that it holds for; `EU` stands for its members; empty for all."),
  destination: z.enum(["domestic", "abroad"]).optional().describe("For parcels that stay in the store's own country, or leave it."),
  owner: name.describe("The role that keeps it."),
  owedTo: z.enum(["customer", "team"]).describe("Whom it is owed to."),
  restsOn: list(z.enum(["shop", "payments", "carriers"])).default([]).describe("Kinds of source that must be read past the due time before it may break."),
  meaning: text.optional().describe("What the rule rests on and where the reading is ours; for people, never for a customer."),
});

/** The date itself, for rules that hold only with one. */
const AT_ONCE: Span = { amount: 0, unit: "minutes" };

const timedRule = promiseRule.transform((rule, context) => {
  if (rule.due === undefined && rule.stated !== "only") {
    context.addIssue({ code: "custom", path: ["due"], message: "is missing.", params: { next: "Say how long it may take, or `stated: only`." } });
    return z.NEVER;
  }
  return { ...rule, due: rule.due ?? AT_ONCE };
});

const noticeRule = z.strictObject({
  kind: name.describe("Its name within the playbook."),
  on: z.enum(MOMENTS).describe("The moment of the case that it tells of."),
  within: span.describe("By when it is told; for `update.due`, how old the last word may become."),
  message: name.describe("The file under `messages/`."),
});

const publicNoticeRule = z.strictObject({
  kind: name.describe("Its name within the playbook."),
  on: z.enum(PUBLIC_MOMENTS).describe("The moment of the incident that it tells of."),
  within: span.describe("By when it is told; for `statement.due`, how old the last word may become."),
  message: name.describe("The file under `messages/`."),
  surfaces: list(z.enum(SURFACES), 1).describe("Where it is shown."),
});

const insight = z.strictObject({
  metric: z.enum(METRIC_NAMES).describe("The number."),
  look: text.describe("What to look for in it, in one sentence."),
});

const value = matching(CHOICE, "is not a value.", "Use lower-case letters, digits and underscores.");

/** `playbook.yaml`. */
export const definitionSchema = z.strictObject({
  title: text.describe("What the console calls it."),
  summary: text.describe("What goes wrong, in one or two sentences."),
  owner: name.describe("The role that owns its cases."),
  audience: z.enum(AUDIENCES).default("customers").describe("Whom its words are for; `team` where no customer is affected."),
  subject: z.enum(SUBJECTS).default("order").describe("What one of its cases is about."),
  locales: list(locale, 1).describe("Languages that every message exists in."),
  detects: z.array(trigger).describe("What opens a case: see [what opens a case](#what-opens-a-case)."),
  promises: z.array(timedRule).describe("What is owed, and by when."),
  notices: z.array(noticeRule).describe("What customers are told, and when."),
  publicNotices: z.array(publicNoticeRule).default([]).describe("What everybody is told, and when, where a failure is one of many people at once."),
  release: z.strictObject({ role: name, because: text }).optional().describe("Nothing leaves before a person of this `role` has released that very version of the statement, by name; `because` says why."),
  choices: z.record(value, list(value, 1)).describe("What texts may branch on, each with its closed list of values."),
  channels: list(z.enum(CHANNELS), 1).describe("In order of preference."),
  remedies: list(z.enum(REMEDIES)).describe("What may be offered."),
  readiness: list(z.enum(READINESS_CONTROLS)).describe("What must hold before it speaks."),
  insight: list(insight, 1).describe("Which numbers to look at, now and afterwards."),
});

const off = z.literal("off");

/** `override.yaml`: what one store does differently. Everything that it leaves out stays as the playbook has it. */
export const overrideSchema = z.strictObject({
  owner: name.optional().describe("Another role that owns its cases."),
  locales: list(locale).optional().describe("Languages that the store adds; it brings every message in them."),
  channels: list(z.enum(CHANNELS), 1).optional().describe("Another order of preference."),
  promises: z
    .record(name, z.union([off, z.strictObject({ due: span.optional(), owner: name.optional() })], { error: "is neither off nor a patch of due and owner" }))
    .optional()
    .describe("By rule: `off`, or another `due` or `owner`."),
  notices: z
    .record(name, z.union([off, z.strictObject({ within: span.optional() })], { error: "is neither off nor a patch of within" }))
    .optional()
    .describe("By kind: `off`, or another `within`."),
});

/** Of a message. `sms`: what a text message says in its place, needed where the playbook's `channels` name sms. */
export const frontMatterSchema = z.strictObject({ subject: text, sms: text.optional() });

export const promiseRuleSchema = promiseRule;
export const noticeRuleSchema = noticeRule;
export const publicNoticeRuleSchema = publicNoticeRule;
export const insightSchema = insight;

export type Definition = z.output<typeof definitionSchema>;
export type Override = z.output<typeof overrideSchema>;

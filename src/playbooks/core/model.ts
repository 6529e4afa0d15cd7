import type { AUDIENCES, HOLD_REASONS, Metric, NOT_DETECTED_YET, PROBES, PUBLIC_MOMENTS, ReadinessControl, SUBJECTS, SURFACES, SURGES } from "./vocabulary.ts";

/** An executable failure pattern, as its files and a store's overrides make it. A case keeps the version it started with. */
export interface Playbook {
  readonly slug: string;
  /** Hash of everything that decides what it does or says, overrides included. */
  readonly version: string;
  readonly title: string;
  readonly summary: string;
  /** The role that owns its cases. */
  readonly owner: Role;
  readonly audience: (typeof AUDIENCES)[number];
  /** What one of its cases is about. */
  readonly subject: (typeof SUBJECTS)[number];
  readonly detects: readonly Trigger[];
  readonly promises: readonly PromiseRule[];
  readonly notices: readonly NoticeRule[];
  /** What is told to everybody, where a failure is one of many people at once. */
  readonly publicNotices: readonly PublicNoticeRule[];
  /** Where given, nothing leaves before a person of this role has released that very version of the statement, by name. */
  readonly release?: { readonly role: Role; readonly because: string };
  /** What its texts may branch on, each with its closed list of values. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
  /** In order of preference. */
  readonly channels: readonly string[];
  readonly remedies: readonly string[];
  /** What must hold before it speaks; each has automatic evidence. */
  readonly readiness: readonly ReadinessControl[];
  /** Liquid with front matter, by notice message and locale: `messages[message][locale]`. */
  readonly messages: Readonly<Record<string, Readonly<Record<string, MessageSource>>>>;
  /** What has happened, what Makegood does, the clocks: Markdown for the people at the store. */
  readonly page: string;
  /** What people do, in order. */
  readonly runbook: readonly RunbookStep[];
  /** Which numbers to look at, now and afterwards. */
  readonly insight: readonly Insight[];
}

/** One thing that a person does about it. */
export interface RunbookStep {
  /** In the imperative, with its full stop. */
  readonly what: string;
  readonly role: Role;
  /** From the opening of the case, or of the incident. */
  readonly within: Span;
  /** What it takes, in plain words; may be empty. */
  readonly how: string;
}

/** A number that shows how it stands, and what to look for in it. */
export interface Insight {
  readonly metric: Metric;
  readonly look: string;
}

export type Role = string;

export interface MessageSource {
  readonly subject: string;
  /** Markdown with Liquid; one source for HTML, text and the order page. */
  readonly body: string;
  /** Liquid of one line, without Markdown: what a text message says. */
  readonly sms?: string;
}

/** A length of time as a store writes it: `60m`, `48h`, `14d`, `7bd` (business days of the store's calendar). */
export interface Span {
  readonly amount: number;
  readonly unit: "minutes" | "hours" | "days" | "business_days";
}

/** What makes a case. A telling event, or a promise of this playbook that broke. */
export type Trigger = DetectedTrigger | WaitingTrigger;

export type DetectedTrigger =
  | { readonly on: "order.cancelled"; readonly unlessReason: readonly string[] }
  | { readonly on: "refund.failed" }
  | { readonly on: "parcel.lost" }
  | { readonly on: "address.unusable" }
  | { readonly on: "withdrawal.declared" }
  | { readonly on: "fulfilment.held"; readonly reasons: readonly (typeof HOLD_REASONS)[number][] }
  | { readonly on: "promise.broken"; readonly rules: readonly string[] }
  /** It is `before` from breaking, or half of its time has passed where that is later, and it is not kept. */
  | { readonly on: "promise.at_risk"; readonly rules: readonly string[]; readonly before: Span };

/** What will make a case once something detects it. */
export type WaitingTrigger =
  | { readonly on: "incident.declared" }
  | { readonly on: "surge.seen"; readonly of: (typeof SURGES)[number]; readonly times: number; readonly over: Span }
  | { readonly on: "probe.failed"; readonly of: readonly (typeof PROBES)[number][]; readonly for: Span }
  | { readonly on: Exclude<keyof typeof NOT_DETECTED_YET, "incident.declared" | "surge.seen" | "probe.failed"> };

/**
 * What starts a promise's clock. Each is derived from an order by one pure function in promises/core.
 * `refund.owed`: the order was cancelled and its money is with the store, whether or not a refund was asked for.
 * `refund.requested`: a refund was asked for on an order that was not cancelled. Together they cover every refund once.
 * `withdrawal.declared`: a customer in the EU or the United Kingdom withdrew from the contract, before any cancellation: all its money is owed.
 * `parcel.labelled`: a parcel that a tracker follows has its label and waits for its carrier.
 * `parcel.scanned`: a carrier handled a parcel; each handling starts the clock anew.
 * `payment.failed`: somebody who can be reached tried to pay for an order or a checkout, and it failed.
 * `payment.failed_again`: it failed three times within an hour, be it as one payment or as several.
 * `incident.opened`: a failure of many people at once became known. `statement.released`: something new was said of it to
 * everybody; each word starts the clock anew.
 * `shipment.owed`: the order and its payment are there, and the goods have to leave.
 * `delivery.owed`: they have to arrive; counted from the order.
 * `shipment.revised`: another date was told for them since; it is always a told date.
 * `consent.owed`: the day by which they had to leave has come: the customer agrees to the delay, or it is called off.
 * `cancellation.owed`: the customer, or the law, has called it off, and the shop does not know yet.
 */
export type Start =
  | "refund.owed" | "refund.requested" | "parcel.labelled" | "parcel.scanned" | "payment.failed" | "payment.failed_again" | "case.opened"
  | "shipment.owed" | "delivery.owed" | "shipment.revised" | "consent.owed" | "cancellation.owed" | "withdrawal.declared"
  | "incident.opened" | "statement.released";

/** Kinds of source that a promise can rest on. */
export type RestingKind = "shop" | "payments" | "carriers";

export type PromiseKind =
  | "ship_by" | "next_scan_by" | "deliver_by" | "refund_by" | "reply_by" | "first_notice_by"
  | "next_update_by" | "call_back_by" | "acknowledge_by" | "review_by" | "report_by";

export interface PromiseRule {
  readonly rule: string;
  readonly kind: PromiseKind;
  readonly starts: Start;
  readonly due: Span;
  /** What a time does that the customer was told: it takes the place of `due`, or the rule holds only with one, or only without. Absent: nothing. */
  readonly stated?: "instead" | "only" | "never";
  /** The country whose working days its business days are: Monday to Friday but its public holidays. Absent: the store's. */
  readonly daysOf?: string;
  readonly basis: Basis;
  /** ISO countries of the buyer that it holds for; empty for all. `EU` stands for its members. */
  readonly countries: readonly string[];
  /** For parcels that stay in the store's own country, or leave it; absent for both. An unknown country is abroad. */
  readonly destination?: "domestic" | "abroad";
  readonly owner: Role;
  readonly owedTo: "customer" | "team";
  /** Kinds of source that must be read past its due time before it may break. */
  readonly restsOn: readonly RestingKind[];
  /** What the rule rests on, in plain words, and where the reading is ours; for people, never for a customer. */
  readonly meaning?: string;
}

/** Why a promise holds. A law is cited, and is marked "confirm with counsel" wherever it is shown. */
export type Basis =
  | { readonly kind: "policy" }
  | { readonly kind: "statement" }
  | { readonly kind: "law"; readonly citation: string };

/**
 * The moments of a case that a notice can be bound to.
 * `update.due`: the case is still open and its last word is as old as the notice's `within`.
 * `update.last`: as \`update.due\`, for the one update that follows on the first; after it there is none.
 * `stopped`: what had gone on stands still again.
 * `parcel.moving`, `parcel.arrived`: it moves again, is with its reader or waits for them.
 * `parcel.resent`, `parcel.refunded`: another parcel is on its way for one that was lost, or its money is.
 * `address.settled`: the goods can go to their address after all, or are on their way to it.
 * `hold.ended`: the goods can leave, or have left.
 * `delay.renewed`: another date is known for goods that are late, or the customer's consent to the delay runs out.
 * `delay.cancelled`, `delay.deemed`: the customer has called it off, or the law has.
 * `delay.shipped`, `delay.arrived`: they have left, or arrived.
 * `corrected`: what a customer was told turned out not to be so.
 * `statement.changed`: what is common to all cases of the incident changed in a way that its readers see.
 */
export type CaseMoment =
  | "opened" | "update.due" | "update.last" | "refund.sent" | "refund.failed" | "stopped" | "parcel.moving" | "parcel.arrived"
  | "parcel.resent" | "parcel.refunded" | "address.settled" | "hold.ended"
  | "delay.renewed" | "delay.cancelled" | "delay.deemed" | "delay.shipped" | "delay.arrived" | "corrected" | "statement.changed" | "closed";

export interface NoticeRule {
  readonly kind: string;
  readonly on: CaseMoment;
  readonly within: Span;
  /** Name of the message under `messages/`. */
  readonly message: string;
}

/** A word to everybody. It shows nothing of one customer, and says the statement. */
export interface PublicNoticeRule {
  readonly kind: string;
  /** `statement.due`: the statement changed, or the last word to everybody is as old as `within`. */
  readonly on: (typeof PUBLIC_MOMENTS)[number];
  readonly within: Span;
  readonly message: string;
  readonly surfaces: readonly (typeof SURFACES)[number][];
}

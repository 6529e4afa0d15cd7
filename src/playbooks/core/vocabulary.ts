import { CHANNEL_FOLDERS } from "./channel-folders.ts";

/** The closed lists that playbook files are written in. A word that is in none of them is an error with its line. */

/** Those that words leave over are folders of src/outreach/channels; the others are where they are published. */
export const CHANNELS = [...CHANNEL_FOLDERS, "portal", "status_page", "banner", "social", "chat", "help_desk", "phone", "post", "team_chat"] as const;

/** Channels that everybody reads. */
export const SURFACES = ["status_page", "banner", "social"] as const satisfies readonly (typeof CHANNELS)[number][];

/** Channels that only the people of the store read. */
export const TEAM_CHANNELS: ReadonlySet<string> = new Set<(typeof CHANNELS)[number]>(["team_chat", "email"]);

export const REMEDIES = ["refund", "credit", "discount", "reship", "free_shipping", "gift", "extension", "priority", "note"] as const;

/** What one case is about. */
export const SUBJECTS = ["order", "checkout", "ticket", "call", "account", "listing"] as const;

/** Whom the words of a playbook are for. */
export const AUDIENCES = ["customers", "team"] as const;

export const STARTS = [
  "refund.owed", "refund.requested", "parcel.labelled", "parcel.scanned", "payment.failed", "payment.failed_again",
  "shipment.owed", "delivery.owed", "consent.owed", "cancellation.owed", "shipment.revised", "withdrawal.declared", "case.opened", "incident.opened", "statement.released",
] as const;

export const MOMENTS = [
  "opened", "update.due", "update.last", "refund.sent", "refund.failed", "stopped", "parcel.moving", "parcel.arrived",
  "parcel.resent", "parcel.refunded", "address.settled", "hold.ended",
  "delay.renewed", "delay.cancelled", "delay.deemed", "delay.shipped", "delay.arrived", "corrected", "statement.changed", "closed",
] as const;

/** The moments of an incident that are told to everybody. */
export const PUBLIC_MOMENTS = ["incident.opened", "statement.due", "incident.ended"] as const;

/** The parts of a statement, in the order in which they are said. */
export const STATEMENT_PARTS = ["happened", "means", "done", "can", "remedy", "next"] as const;
export type StatementPart = (typeof STATEMENT_PARTS)[number];

export const PROMISE_KINDS = [
  "ship_by", "next_scan_by", "deliver_by", "refund_by", "reply_by", "first_notice_by",
  "next_update_by", "call_back_by", "acknowledge_by", "review_by", "report_by",
] as const;

/**
 * What will open a case, and nothing detects yet. A playbook that has no other trigger is complete and can be read and
 * changed, and nothing can take it live. What comes to be detected leaves this list, and the compiler asks for its detector.
 */
export const NOT_DETECTED_YET = {
  "incident.declared": "a person declares an incident",
  "surge.seen": "there is far more of something than usual",
  "probe.failed": "something that is asked again and again does not answer",
  "goods.wrong": "a customer says that what arrived is wrong, damaged or incomplete",
  "call.missed": "a call was missed, or dropped before it was answered",
  "listing.disapproved": "a marketplace or search engine disapproved a listing of the product feed",
} as const satisfies Record<string, string>;

/** What there can be far more of than usual. */
export const SURGES = ["failed-payments", "tickets", "returns", "late-shipments", "deferred-mails"] as const;

/** What can be asked again and again. */
export const PROBES = ["shop", "checkout", "mail", "phone", "chat"] as const;

/** What must hold before a playbook speaks, each with what proves it. The server looks at the proof (`src/server/readiness`). */
export const READINESS = {
  "mail-provider-configured": "a configured mail server answers",
  "reply-address-monitored": "Reply-To is an address that people write to, and mails out of its mailbox reach Makegood",
  "page-rota-filled": "somebody who can be reached is paged before a clock runs out",
  "refunds-source-heard": "a shop or a payment processor that tells of refunds has been heard and is not silent",
  "parcels-source-heard": "a tracker that tells of parcels' scans has been heard and is not silent",
  "payments-source-heard": "a payment processor has been heard and is not silent",
  "second-mail-provider": "two configured mail servers answer, so that one may fail",
  "contacts-known": "orders come with their customers' addresses, so that they can be reached when the shop cannot",
  "shipping-heard": "orders of late were told as sent, so that one that is not sent shows",
  "coordinator-named": "somebody under `people` has the role coordinator and can be reached",
  "counsel-named": "somebody under `people` has the role counsel and can be reached",
  "status-page-elsewhere": "a status page that does not share the shop's fate can be written to",
  "channel-beside-mail": "another channel than mail carries words to customers",
  "tickets-source-heard": "the help desk has been heard and is not silent",
  "calls-source-heard": "the telephone system has been heard and is not silent",
  "listings-source-heard": "what tells of the product feed has been heard and is not silent",
  "probes-answered": "what is asked again and again has answered lately",
} as const satisfies Record<string, string>;

export type ReadinessControl = keyof typeof READINESS;

/** Controls that nothing can prove yet, and why. No playbook goes live past one of them. */
export const NOT_PROVABLE_YET = {
  "status-page-elsewhere": "no status page can be connected yet",
  "tickets-source-heard": "no help desk can be connected yet",
  "calls-source-heard": "no telephone system can be connected yet",
  "listings-source-heard": "no product feed can be connected yet",
  "probes-answered": "nothing is asked by itself yet",
} as const satisfies Partial<Record<ReadinessControl, string>>;

export const READINESS_CONTROLS = Object.keys(READINESS) as readonly ReadinessControl[];

/** Numbers that a playbook points to, each with its meaning and where it is read today; nowhere yet where nothing is said. */
export const METRICS = {
  "cases": { meaning: "cases opened, by cause", read: "`makegood reconcile`, the metric `makegood_cases`" },
  "told-in-time": { meaning: "the share of those affected who were told before the first notice was due", read: "`makegood reconcile --list overdue`" },
  "silence-minutes": { meaning: "the longest that somebody affected went without a truthful word", read: "the Monday list" },
  "unreachable": { meaning: "those whom no word reaches", read: "the Monday list" },
  "owed": { meaning: "broken promises that nobody has made good or waived", read: "the Monday list, the metric `makegood_broken_promises`" },
  "time-to-put-right": { meaning: "from the first sign to the moment that it was put right", read: undefined },
  "disputes": { meaning: "orders of these cases that became a dispute at the bank", read: undefined },
  "repeat-contacts": { meaning: "customers who asked although they had been told", read: undefined },
  "cadence-kept": { meaning: "public updates that came within the time they had named", read: undefined },
  "failed-payments": { meaning: "payments that fail, against the same hour of other weeks", read: undefined },
  "baskets-recovered": { meaning: "held baskets that became orders afterwards", read: undefined },
  "deferred-mails": { meaning: "mails that wait, and how old the oldest is", read: "the metric `makegood_messages`" },
  "errors-and-latency": { meaning: "requests to the shop that fail or are slow", read: undefined },
  "wrong-price-orders": { meaning: "orders at the wrong price, and the loss if all are honoured", read: undefined },
  "listings-disapproved": { meaning: "listings that are disapproved, and since when", read: undefined },
  "calls-missed": { meaning: "calls that were missed, and how soon each was called back", read: undefined },
  "tickets-open": { meaning: "tickets without an answer from a person, and the age of the oldest", read: undefined },
  "returns-open": { meaning: "returns that have arrived and are not refunded", read: undefined },
  "late-shipments": { meaning: "orders whose promised day has moved or will", read: undefined },
  "parcels-standing-still": { meaning: "parcels that their carrier has not handled in time", read: "the Monday list" },
} as const satisfies Record<string, MetricMeaning>;

interface MetricMeaning {
  readonly meaning: string;
  readonly read: string | undefined;
}

export type Metric = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as readonly Metric[];

/** Reasons for a cancellation, as intake normalises them. */
export const CANCEL_REASONS = ["customer", "inventory", "fraud", "declined", "staff", "other", "unstated"] as const;

/** Reasons for which a warehouse holds goods back, as intake normalises them. */
export const HOLD_REASONS = ["payment", "fraud", "address", "inventory", "date_unknown", "other"] as const;

/** What a slot holds, which decides how it is written for a reader. */
export type SlotKind = "text" | "address" | "money" | "day" | "moment";

interface SlotMeaning {
  readonly kind: SlotKind;
  readonly meaning: string;
}

/** Every value that a text may show: `{{ amount }}`. Formatted for the reader's language and zone. */
export const SLOTS = {
  store_name: { kind: "text", meaning: "the store's name" },
  support_contact: { kind: "text", meaning: "how to reach a person: an address, a number, or both" },
  order_reference: { kind: "text", meaning: "what the customer calls the order, such as #1001" },
  spoken_reference: { kind: "text", meaning: "the order's reference for the phone" },
  order_page: { kind: "address", meaning: "address of the order's own page" },
  retry_link: { kind: "address", meaning: "where the buyer of a checkout can try to pay again" },
  first_name: { kind: "text", meaning: "the customer's first name" },
  full_name: { kind: "text", meaning: "the customer's first and last name, as far as known" },
  amount: { kind: "money", meaning: "the money that the case is about" },
  refund_by: { kind: "day", meaning: "the day by which the refund is sent" },
  promised_by: { kind: "day", meaning: "the day by which the broken promise was due" },
  sent_on: { kind: "day", meaning: "the day on which the refund was sent" },
  carrier: { kind: "text", meaning: "who carries the parcel" },
  last_seen_on: { kind: "day", meaning: "the day on which the carrier last handled the parcel" },
  expected_by: { kind: "day", meaning: "the day by which the carrier expects to deliver" },
  new_date: { kind: "day", meaning: "the new day by which the goods are to leave" },
  answer_by: { kind: "day", meaning: "the day on which an order that is late is called off, unless it leaves or the customer agrees to wait" },
  next_update_by: { kind: "moment", meaning: "when the customer hears from the store again at the latest" },
  started_at: { kind: "moment", meaning: "when the incident began" },
  status_page: { kind: "address", meaning: "address of the store's status page" },
  extended_until: { kind: "day", meaning: "the day until which offers that ran out are extended" },
  basket_page: { kind: "address", meaning: "address of the basket that was kept" },
  ticket_reference: { kind: "text", meaning: "what the help desk calls the question" },
  declared_at: { kind: "moment", meaning: "when the customer withdrew from the contract" },
  called_at: { kind: "moment", meaning: "when the customer called" },
  call_page: { kind: "address", meaning: "where the customer picks a time for a call" },
  agent_name: { kind: "text", meaning: "the person at the store who looks after the case" },
  queue_place: { kind: "text", meaning: "the place in the queue, as a number" },
  affected_count: { kind: "text", meaning: "how many are affected, as a number" },
} as const satisfies Record<string, SlotMeaning>;

export type SlotName = keyof typeof SLOTS;

export function isSlot(name: string): name is SlotName {
  return Object.hasOwn(SLOTS, name);
}

/** The slot without which no message leaves: the way to a person. */
export const HUMAN_WAY_OUT: SlotName = "support_contact";

/**
 * Slots that are empty for some readers or cases, and the choice that says whether there is a value.
 * A refund may fail before it was late; a store may switch off the promise or the updates that a date comes from.
 */
export const GUARDED_SLOTS: Readonly<Partial<Record<SlotName, { readonly choice: string; readonly value: string }>>> = {
  first_name: { choice: "named", value: "yes" },
  full_name: { choice: "named", value: "yes" },
  retry_link: { choice: "has_retry_link", value: "yes" },
  refund_by: { choice: "has_refund_by", value: "yes" },
  promised_by: { choice: "dated", value: "yes" },
  sent_on: { choice: "has_sent_on", value: "yes" },
  carrier: { choice: "has_carrier", value: "yes" },
  last_seen_on: { choice: "has_last_seen_on", value: "yes" },
  expected_by: { choice: "has_expected_by", value: "yes" },
  new_date: { choice: "has_new_date", value: "yes" },
  declared_at: { choice: "has_declared_at", value: "yes" },
  answer_by: { choice: "has_answer_by", value: "yes" },
  next_update_by: { choice: "has_next_update_by", value: "yes" },
  status_page: { choice: "has_status_page", value: "yes" },
  extended_until: { choice: "has_extended_until", value: "yes" },
  basket_page: { choice: "has_basket_page", value: "yes" },
  call_page: { choice: "has_call_page", value: "yes" },
  agent_name: { choice: "has_agent_name", value: "yes" },
  queue_place: { choice: "has_queue_place", value: "yes" },
};

/** What is the same for all who are affected: all that a statement and a public notice may show. */
export const COMMON_SLOTS: ReadonlySet<string> = new Set<SlotName>(["store_name", "support_contact", "next_update_by", "started_at", "status_page", "extended_until"]);

/** Slots that only a case about this subject fills. */
export const SUBJECT_OF: Readonly<Partial<Record<SlotName, (typeof SUBJECTS)[number]>>> = {
  order_reference: "order",
  spoken_reference: "order",
  order_page: "order",
  new_date: "order",
  declared_at: "order",
  basket_page: "checkout",
  ticket_reference: "ticket",
  called_at: "call",
  affected_count: "listing",
};

/** The closed lists that playbook files are written in. A word that is in none of them is an error with its line. */

export const CHANNELS = ["email", "sms", "portal", "status_page", "banner", "social", "chat", "team_chat"] as const;

export const REMEDIES = ["refund", "credit", "discount", "reship", "free_shipping", "gift", "note"] as const;

export const STARTS = ["refund.owed", "refund.requested", "parcel.labelled", "parcel.scanned", "payment.failed", "payment.failed_again", "case.opened"] as const;

export const MOMENTS = [
  "opened", "update.due", "update.last", "refund.sent", "refund.failed", "stopped", "parcel.moving", "parcel.arrived",
  "parcel.resent", "parcel.refunded", "address.settled", "hold.ended", "corrected", "closed",
] as const;

export const PROMISE_KINDS = [
  "ship_by", "next_scan_by", "deliver_by", "refund_by", "reply_by", "first_notice_by",
  "next_update_by", "call_back_by", "acknowledge_by", "review_by",
] as const;

/** What must hold before a playbook speaks, each with what proves it. The server looks at the proof (`src/server/readiness`). */
export const READINESS = {
  "mail-provider-configured": "a configured mail server answers",
  "reply-address-monitored": "Reply-To is an address that people write to, and mails out of its mailbox reach Makegood",
  "page-rota-filled": "somebody who can be reached is paged before a clock runs out",
  "refunds-source-heard": "a shop or a payment processor that tells of refunds has been heard and is not silent",
  "parcels-source-heard": "a tracker that tells of parcels' scans has been heard and is not silent",
} as const satisfies Record<string, string>;

export type ReadinessControl = keyof typeof READINESS;
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
  next_update_by: { kind: "moment", meaning: "when the customer hears from the store again at the latest" },
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
  next_update_by: { choice: "has_next_update_by", value: "yes" },
};

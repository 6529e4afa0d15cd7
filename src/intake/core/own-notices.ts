/** What a shop may write to its customers by itself: the milestones of an order, and two things that a playbook may speak of as well. */
export const OWN_NOTICES = ["order-received", "shipped", "out-for-delivery", "delivered", "new-date", "order-cancelled", "refund-sent"] as const;

export type OwnNotice = (typeof OWN_NOTICES)[number];

/** Whether a shop writes of something by itself as it comes from its vendor; what a store has changed since, no API tells. */
export interface OwnNoticeState {
  /** `none`: the shop has no such notice. */
  readonly byDefault: "on" | "off" | "none";
  /** What the store should know or look at. */
  readonly note: string;
}

export type OwnNotices = Readonly<Record<OwnNotice, OwnNoticeState>>;

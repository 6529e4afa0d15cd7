import type { OwnNotices } from "../../core/own-notices.ts";

const NONE = { byDefault: "none", note: "WooCommerce has no such email; a plug-in may send one" } as const;

/** WooCommerce's own emails to customers, as it comes (woocommerce/includes/emails): each is switched under Settings, Emails. */
export const ownNotices: OwnNotices = {
  "order-received": { byDefault: "on", note: "the emails Processing order and Order on-hold" },
  "shipped": { byDefault: "on", note: "the email Completed order, sent when somebody marks the order as completed" },
  "out-for-delivery": NONE,
  "delivered": NONE,
  "new-date": NONE,
  "order-cancelled": { byDefault: "off", note: "the email Cancelled order goes to the store; the one to the customer is off until somebody switches it on" },
  "refund-sent": { byDefault: "on", note: "the email Refunded order, sent when a refund is recorded, whether or not money has moved" },
};

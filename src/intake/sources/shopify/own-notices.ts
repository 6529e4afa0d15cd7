import type { OwnNotices } from "../../core/own-notices.ts";

/** Shopify's own notifications to customers, as it comes (Settings, Notifications, Customer notifications). */
export const ownNotices: OwnNotices = {
  "order-received": { byDefault: "on", note: "the notification Order confirmation" },
  "shipped": { byDefault: "on", note: "the notification Shipping confirmation; staff can untick it when they fulfil the order" },
  "out-for-delivery": { byDefault: "on", note: "the notification Out for delivery, where the carrier's tracking tells of it" },
  "delivered": { byDefault: "on", note: "the notification Delivered, where the carrier's tracking tells of it" },
  "new-date": { byDefault: "none", note: "Shopify has no notification of a new date of its own" },
  "order-cancelled": { byDefault: "on", note: "the notification Order canceled; staff can untick it when they cancel, and apps may leave it out" },
  "refund-sent": { byDefault: "on", note: "the notification Order refund; staff can untick it, and it is sent when the refund is asked for, not when it is paid" },
};

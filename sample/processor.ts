import { createHmac } from "node:crypto";
import { invariant } from "../src/base/errors.ts";
import { uuidOf } from "../src/base/ids.ts";
import { SECOND, type Instant } from "../src/base/time.ts";
import type { SampleOrder, SampleRefund, VendorDelivery } from "./model.ts";
import { chargeIdOf } from "./shop.ts";

/** The sample payment processor's events, in Stripe's documented format, signed as Stripe signs. */
export function refundEvent(order: SampleOrder, refund: SampleRefund, secret: string, sentAt: Instant): VendorDelivery {
  const { processor } = refund;
  invariant(processor, "a refund that the processor has spoken of");
  const topic = processor.status === "failed" ? "refund.failed" : processor.status === "pending" ? "refund.created" : "refund.updated";
  return deliver(topic, processor.at, secret, sentAt, {
    id: `re_sample${refund.id}`,
    object: "refund",
    amount: refund.amount.minor,
    currency: refund.amount.currency.toLowerCase(),
    charge: chargeIdOf(order),
    payment_intent: null,
    created: Math.floor(refund.requestedAt / SECOND),
    status: processor.status,
    failure_reason: processor.status === "failed" ? (processor.why ?? "declined") : null,
    pending_reason: processor.status === "pending" ? (processor.why ?? "processing") : null,
    metadata: {},
  });
}

export function chargeEvent(order: SampleOrder, secret: string, sentAt: Instant): VendorDelivery {
  return deliver("charge.succeeded", order.placedAt, secret, sentAt, {
    id: chargeIdOf(order),
    object: "charge",
    amount: order.total.minor,
    amount_captured: order.total.minor,
    amount_refunded: 0,
    captured: true,
    paid: true,
    refunded: false,
    status: "succeeded",
    currency: order.total.currency.toLowerCase(),
    created: Math.floor(order.placedAt / SECOND),
    payment_intent: order.till?.intent ?? null,
    metadata: order.till?.metadata ?? {},
  });
}

/** A try to pay at the till that fails: the shop gave the processor the checkout's token. */
export function declinedEvent(order: SampleOrder, token: string, at: Instant, secret: string, sentAt: Instant): VendorDelivery {
  return deliver("payment_intent.payment_failed", at, secret, sentAt, {
    id: `pi_sample${order.id}`,
    object: "payment_intent",
    amount: order.total.minor,
    currency: order.total.currency.toLowerCase(),
    status: "requires_payment_method",
    latest_charge: null,
    last_payment_error: { code: "card_declined", decline_code: "insufficient_funds", charge: chargeIdOf(order) },
    metadata: { checkout_token: token },
  });
}

/** One event of the processor, signed at the moment of sending. */
export function deliver(topic: string, at: Instant, secret: string, sentAt: Instant, object: Readonly<Record<string, unknown> & { id: string }>): VendorDelivery {
  const created = Math.floor(at / SECOND);
  const body = JSON.stringify({
    id: `evt_${uuidOf(topic, object.id, at).replaceAll("-", "")}`,
    object: "event",
    api_version: "2023-08-16",
    created,
    livemode: true,
    pending_webhooks: 1,
    type: topic,
    data: { object },
  });
  const stamp = Math.floor(sentAt / SECOND);
  const signature = createHmac("sha256", secret).update(`${stamp}.${body}`).digest("hex");
  return { source: "stripe", topic, headers: { "content-type": "application/json", "stripe-signature": `t=${stamp},v1=${signature}` }, body };
}

import type { OrderView } from "../commerce/index.ts";
import { moneyOf } from "./money.ts";

/** What may be said of why an order was cancelled (guarantee G2). `fraud` stands for its disclosure: truthful, neutral, with a way to fix it. */
export interface SpeakableReason {
  readonly say: "inventory" | "declined" | "staff" | "other" | "fraud" | "unstated" | "conflict";
  /** Where sources disagree: what each says, for the owner and for screens. The wording is then neutral. */
  readonly conflict?: string;
}

/** The reason that evidence supports: the shop's word, unless the processor's record speaks against it. */
export function speakableReason(order: OrderView): SpeakableReason {
  const reason = order.doc.cancellation?.value.reason ?? "unstated";
  const captured = Object.values(order.doc.payments).find((payment) => payment.value.status === "captured");
  if (reason === "declined" && captured !== undefined) {
    const conflict = `The shop says that the payment was declined; ${captured.source} says that payment ${captured.value.paymentId} was captured.`;
    return { say: "conflict", conflict };
  }
  const { conflict } = moneyOf(order, "cancelled");
  // The refund's two records do not touch the reason; the money is spoken of as unclear, and the owner is asked.
  const say = reason === "customer" ? "unstated" : reason;
  return conflict === undefined ? { say } : { say, conflict };
}

import type { OrderView } from "../../commerce/index.ts";

/** Minor units by currency. */
export type Amounts = ReadonlyMap<string, number>;

/**
 * The money that was taken for an order, by currency. The shop and the processors speak of the same money, so
 * their amounts are never added; several processors may each have taken a part, so theirs are.
 */
export function capturedOf(order: OrderView): Amounts {
  const shop = order.doc.details?.source;
  const captured = Object.values(order.doc.payments).filter((payment) => payment.value.status === "captured");
  const ofShop = captured.filter((payment) => payment.source === shop);
  const taken = new Map<string, number>();
  for (const currency of new Set(captured.map((payment) => payment.value.amount.currency))) {
    const sum = (payments: typeof captured): number =>
      payments.reduce((total, { value }) => total + (value.amount.currency === currency ? value.amount.minor : 0), 0);
    // Under the order's own id the shop gives the total of its transactions.
    const total = sum(ofShop.filter((payment) => payment.value.paymentId === order.orderId));
    const parts = sum(ofShop.filter((payment) => payment.value.paymentId !== order.orderId));
    const byProcessors = sum(captured.filter((payment) => payment.source !== shop));
    taken.set(currency, Math.max(total, parts, byProcessors));
  }
  return taken;
}

/** What a cause is about, which decides what its case can say, what is news of it, and when it is over. */
export type Matter = "cancellation" | "money" | "standstill" | "loss" | "address" | "hold" | "payment" | "delay" | "withdrawal";

/** How the causes begin that detection itself names; the others are the ledger's names of what is owed. */
export const LOSS = "loss/";
export const ADDRESS = "address/";
export const HOLD = "hold/";
export const LATE = "late/";
export const WITHDRAWAL = "withdrawal/";

const MATTERS: Readonly<Record<string, Matter>> = { "refund/": "money", "scan/": "standstill", "pickup/": "standstill", [LOSS]: "loss", [ADDRESS]: "address", [HOLD]: "hold", "payment/": "payment", [LATE]: "delay", [WITHDRAWAL]: "withdrawal" };

/** The matter of a cause: `cancelled`, `refund/…`, `scan/…` and `pickup/…` (a parcel that stands still), `loss/…`, `address/…`, `hold/…`, `payment/…` (one that failed), `late/…` (an order whose goods leave or arrive too late), `withdrawal/…` (its customer withdrew from the contract). */
export function matterOf(cause: string): Matter {
  return MATTERS[cause.slice(0, cause.indexOf("/") + 1)] ?? "cancellation";
}

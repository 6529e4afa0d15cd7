import type { Instant } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import { holdsIn } from "./countries.ts";

/** Where the law gives whoever buys at a distance 14 days to withdraw: Directive 2011/83/EU art. 9; Consumer Contracts Regulations 2013 reg. 29. */
const RIGHT_TO_WITHDRAW = ["EU", "GB"];

/** When its customer withdrew from the contract of an order, where the law lets them. Elsewhere the refunds that the shop records have clocks of their own. */
export function withdrawnAt({ doc: { withdrawal }, country }: OrderView): Instant | undefined {
  return holdsIn(RIGHT_TO_WITHDRAW, country) ? withdrawal?.at : undefined;
}

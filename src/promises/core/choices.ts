import { type Instant, parseInstant } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import { type Follows, leftAt } from "./departure.ts";
import { withdrawnAt } from "./withdrawal.ts";

/** An order that is called off, by whom, and since when its money is owed. */
export interface CalledOff {
  readonly at: Instant;
  readonly by: "shop" | "customer" | "law" | "withdrawal";
}

/** A cancellation counts until the goods are with the carrier: only a scan, or the warehouse's own word, says that they are. */
const WITH_CARRIER_ONLY = (): true => true;

/** To the law an order has left when its promise to leave is kept: with its label, where nobody beside the shop follows the parcel. */
function followedBeside({ doc: { details } }: OrderView): Follows {
  return (sources) => sources.some((source) => source !== details?.source);
}

/** Who called an order off first: by a cancellation, or by withdrawing from its contract while it had not left. */
export function calledOffOf(order: OrderView): CalledOff | undefined {
  const cancelled = cancelledOf(order);
  const withdrawn = withdrawnAt(order);
  const isFirst = withdrawn !== undefined && withdrawn < Math.min(cancelled?.at ?? Infinity, leftAt(order, WITH_CARRIER_ONLY) ?? Infinity);
  return isFirst ? { at: withdrawn, by: "withdrawal" } : cancelled;
}

/**
 * Who cancelled an order first: the shop, its customer while it had not left, or the law, which takes silence for a
 * cancellation unless it left or its customer agreed to wait by then (16 CFR 435.2(c)).
 */
export function cancelledOf(order: OrderView): CalledOff | undefined {
  const { cancellation, choices = {} } = order.doc;
  const left = leftAt(order, WITH_CARRIER_ONLY) ?? Infinity;
  const shipped = leftAt(order, followedBeside(order)) ?? Infinity;
  const chosen = Object.values(choices).flatMap(({ value, at }): CalledOff[] => {
    if (value.choice !== "cancel" || left <= at) return [];
    if (value.deemed !== true) return [{ at, by: "customer" }];
    return shipped <= at || (consentOf(order, at) ?? -Infinity) > at ? [] : [{ at, by: "law" }];
  });
  const all: CalledOff[] = [...(cancellation ? [{ at: cancellation.at, by: "shop" } as const] : []), ...chosen];
  return all.sort((a, b) => a.at - b.at)[0];
}

/** Until when a customer had expressly agreed to wait by `by`: the latest date, Infinity where none was named. */
export function consentOf(order: OrderView, by: Instant): number | undefined {
  const waits = Object.values(order.doc.choices ?? {}).filter(({ value, at }) => value.choice === "wait" && at <= by);
  const until = waits.map(({ value: { terms } }) => (terms === "unknown" ? Infinity : (parseInstant(terms) ?? -Infinity)));
  return until.length === 0 ? undefined : Math.max(...until);
}

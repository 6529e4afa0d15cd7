import { earliest, HOUR, type Instant, latest, MINUTE, type Milliseconds, plus } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import type { Playbook, PromiseRule, Span } from "../../playbooks/index.ts";
import { followedBy, leftAt } from "./departure.ts";
import { DELIVER } from "./goods.ts";
import type { StorePromise } from "./model.ts";
import { parcelsOf } from "./parcels.ts";

/** How long before a rule's promise breaks its playbook opens a case about it. */
export function leadOf({ detects }: Pick<Playbook, "detects">, { rule }: PromiseRule): Milliseconds | undefined {
  const trigger = detects?.find((each) => each.on === "promise.at_risk" && each.rules.includes(rule));
  return trigger?.on === "promise.at_risk" ? elapsed(trigger.before) : undefined;
}

function elapsed({ amount, unit }: Span): Milliseconds {
  return amount * (unit === "minutes" ? MINUTE : HOUR);
}

/** Of a promise's time, the share that passes before it can be at risk: what is promised for this evening is not late this morning. */
const CALM_SHARE = 1 / 2;

/** The promise with the moment from which on it is at risk. Moved away from that moment it is at risk no more. */
export function withWarning(promise: StorePromise, lead: Milliseconds | undefined, postponedAt: Instant | undefined): StorePromise {
  const { warnAt: _, atRiskAt, ...rest } = promise;
  if (lead === undefined) return promise;
  const byTime = latest(plus(promise.dueAt, -lead), plus(promise.madeAt, Math.floor((promise.dueAt - promise.madeAt) * CALM_SHARE)));
  // 16 CFR 435.2(b)(1): the offer comes within a reasonable time after the seller knows, not only just in time.
  const warnAt = earliest(byTime, latest(promise.madeAt, postponedAt ?? byTime));
  return { ...rest, warnAt, ...(atRiskAt !== undefined && atRiskAt >= warnAt && { atRiskAt }) };
}

/** Whether what is known speaks against an open promise: goods that have left are on time unless their carrier expects otherwise. */
export function isInDanger({ thing, dueAt }: StorePromise, order: OrderView | undefined, trackers: readonly string[]): boolean {
  const follows = followedBy(trackers);
  if (order === undefined || !thing.startsWith(DELIVER) || leftAt(order, follows) === undefined) return true;
  return parcelsOf(order).some(({ expectedBy, first }) => expectedBy !== undefined && expectedBy > dueAt && first.delivered === undefined);
}

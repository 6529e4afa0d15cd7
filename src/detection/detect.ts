import type { Instant } from "../base/time.ts";
import type { OrderView } from "../commerce/index.ts";
import { isDetected } from "../playbooks/index.ts";
import type { DetectedTrigger, Playbook } from "../playbooks/index.ts";
import { calledOffOf, type LedgerChange, type StorePromise } from "../promises/index.ts";
import { CANCELLED, causeOfThing, failedRefunds } from "./money.ts";
import { addressObstacles, heldFor } from "./holds.ts";
import { lostParcels } from "./parcels.ts";
import { declaredWithdrawal } from "./withdrawals.ts";
import type { Finding } from "./core/model.ts";

/**
 * What went wrong on one order: its telling events and the promises that just broke. Repeating it finds the same
 * causes again, which open nothing new. A customer's own cancellation is no failure. A test order is treated like any
 * other: whoever places one wants to see what a customer would.
 */
export function detect(playbooks: readonly Playbook[], order: OrderView, changes: readonly LedgerChange[]): readonly Finding[] {
  const broken = changes.filter(isNewlyBroken).map((change) => change.promise);
  const atRisk = changes.filter((change) => change.isWarned === true).map((change) => change.promise);
  return playbooks.flatMap((playbook) => {
    const ofLedger = [...broken, ...atRisk].filter((promise) => promise.playbook === playbook.slug && isSign(playbook, promise)).map(signOfPromise);
    const ofEvents = playbook.detects.filter(isDetected).flatMap((trigger) => signsOf(trigger, order));
    return joinByName([...ofLedger, ...ofEvents]).map((sign) => ({ playbook, order, cause: sign.names[0] as string, ...sign }));
  });
}

interface Sign {
  readonly names: readonly string[];
  readonly at: Instant;
  readonly promiseIds: readonly string[];
}

function signsOf(trigger: DetectedTrigger, order: OrderView): Sign[] {
  switch (trigger.on) {
    case "order.cancelled": {
      const { cancellation } = order.doc;
      if (cancellation === undefined || trigger.unlessReason.includes(cancellation.value.reason) || isAnswered(order)) return [];
      return [{ names: [CANCELLED], at: cancellation.at, promiseIds: [] }];
    }
    case "refund.failed":
      return failedRefunds(order).map((failed) => ({ ...failed, promiseIds: [] }));
    case "parcel.lost":
      return lostParcels(order).map((lost) => ({ ...lost, promiseIds: [] }));
    case "address.unusable":
      return addressObstacles(order).map((obstacle) => ({ ...obstacle, promiseIds: [] }));
    case "fulfilment.held":
      return heldFor(order, trigger.reasons).map((obstacle) => ({ ...obstacle, promiseIds: [] }));
    case "withdrawal.declared":
      return declaredWithdrawal(order).map((declared) => ({ ...declared, promiseIds: [] }));
    case "promise.broken":
    case "promise.at_risk":
      return [];
  }
}

/** A promise that already belongs to a case (its first notice) is that case's affair. */
function isNewlyBroken({ promise, from }: LedgerChange): boolean {
  return promise.state === "broken" && from !== "broken" && promise.caseId === undefined;
}

/**
 * Every broken promise to a customer is a sign, in its playbook's triggers or not: none may be left without a case. What
 * a team owed itself is one only where a trigger names it.
 */
function isSign({ detects }: Playbook, { owedTo, rule }: StorePromise): boolean {
  return owedTo === "customer" || detects.some((trigger) => trigger.on === "promise.broken" && trigger.rules.includes(rule));
}

/** One that is at risk counts from the moment from which on it is; one that broke, from the moment at which it did. */
function signOfPromise(promise: StorePromise): Sign {
  const at = promise.state === "open" ? promise.atRiskAt : promise.settledAt;
  return { names: [causeOfThing(promise.thing, promise.orderId)], at: at ?? promise.dueAt, promiseIds: [promise.id] };
}

/** The shop cancels what its customer, or the law, had called off: they know it, or the case of the delay has spoken of it. */
function isAnswered(order: OrderView): boolean {
  const { cancellation, withdrawal } = order.doc;
  const calledOff = calledOffOf(order);
  const isWithdrawn = withdrawal !== undefined && cancellation !== undefined && withdrawal.at <= cancellation.at;
  return isWithdrawn || (calledOff !== undefined && calledOff.by !== "shop");
}

/** Signs that share a name tell of one failure. It happened when the first of them did. */
function joinByName(signs: readonly Sign[]): Sign[] {
  const joined: Sign[] = [];
  for (const sign of signs) {
    const at = joined.findIndex((other) => other.names.some((name) => sign.names.includes(name)));
    const other = joined[at];
    if (other === undefined) joined.push(sign);
    else joined[at] = merge(other, sign);
  }
  return joined;
}

function merge(a: Sign, b: Sign): Sign {
  return {
    names: [...new Set([...a.names, ...b.names])],
    at: a.at <= b.at ? a.at : b.at,
    promiseIds: [...new Set([...a.promiseIds, ...b.promiseIds])].sort(),
  };
}

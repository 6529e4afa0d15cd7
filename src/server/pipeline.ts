import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { mergeEvents, type OrderView } from "../commerce/index.ts";
import { detect } from "../detection/index.ts";
import { openCases, reviseCases, type IncidentContext, type LiveBook } from "../incidents/index.ts";
import { keepOwnWords, type Applied, type StoreEvent } from "../intake/index.ts";
import { deemedCancelled, keepLedger, pageTeam, type LedgerChange, type LedgerContext } from "../promises/index.ts";
import { eraseElsewhere } from "./privacy.ts";
import { golivesOf } from "./stores/store.ts";

/** What the stages need to know of a store to decide. */
export interface StoreRules {
  readonly secret: string;
  readonly sample: boolean;
  readonly ledger: LedgerContext;
  readonly incidents: IncidentContext;
}

/**
 * What new events do, in one transaction: orders are brought up to date, promises made, kept or broken by them,
 * failures found, cases opened or revised. The only place that knows this order.
 */
export async function applyEvents(tx: Tx, store: StoreId, rules: StoreRules, events: readonly StoreEvent[], now: Instant): Promise<Applied> {
  const merged = await mergeEvents(tx, store, events, now, rules.secret);
  const erased = await eraseElsewhere(tx, store, merged.erasures, now);
  const changes = await keepLedger(tx, store, merged.orders, rules.incidents.playbooks, rules.ledger, now);
  await settleOrders(tx, store, rules, merged.orders, changes, now);
  return { waiting: merged.waiting, adopted: merged.adopted, erased: erased === "all" ? erased : new Set([...erased, ...merged.ofForgotten]) };
}

/**
 * What changed promises do to their orders: from events, or from the clock. The caller holds the orders' rows.
 * What the law makes of silence, and what a team owes itself, counts only where its playbook spoke from the start:
 * in shadow mode nobody was asked.
 */
export async function settleOrders(tx: Tx, store: StoreId, rules: StoreRules, orders: readonly OrderView[], changes: readonly LedgerChange[], now: Instant): Promise<void> {
  const changesByOrder = Map.groupBy(changes, (change) => change.promise.orderId);
  const findings = orders.flatMap((order) => detect(rules.incidents.playbooks, order, changesByOrder.get(order.orderId) ?? []));
  const live = await liveBookOf(tx, store, rules.sample);
  const fresh = await openCases(tx, store, findings, live, rules.incidents, now);
  const spoken = changes.filter(({ promise }) => promise.madeAt >= (live.speaksSince(promise.playbook) ?? Infinity));
  const deemed = await keepOwnWords(tx, store, deemedCancelled(spoken, orders), now);
  await pageTeam(tx, store, spoken, now);
  // What the law has just called off is revised when its word is read: nobody is asked once more in between.
  await reviseCases(tx, store, orders.filter(({ orderId }) => !fresh.has(orderId) && !deemed.has(orderId)), rules.incidents, now);
}

/** Which playbooks speak for a store, and since when. The sample store's always have; nobody can be written to by mistake. */
export async function liveBookOf(tx: Tx, store: StoreId, sample: boolean): Promise<LiveBook> {
  if (sample) return { speaksSince: () => 0 as Instant };
  const since = await golivesOf(tx, store);
  return { speaksSince: (playbook) => since.get(playbook) };
}

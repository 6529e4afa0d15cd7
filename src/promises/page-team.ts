import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import { iso, type Instant } from "../base/time.ts";
import { turnPages } from "../people/index.ts";
import type { LedgerChange, StorePromise } from "./core/model.ts";
import { CONSENT } from "./core/goods.ts";

/**
 * Calls a person when a team has not kept what it owes itself: a refund that is about to become a dispute, an order
 * that its customer cancelled and nobody cancelled in the shop. The call ends when it is done after all.
 */
export async function pageTeam(tx: Tx, store: StoreId, changes: readonly LedgerChange[], now: Instant): Promise<void> {
  const ofTeam = changes.filter(({ promise }) => promise.owedTo === "team" && !promise.thing.startsWith(CONSENT));
  const open = ofTeam.filter(({ promise, from }) => from !== "broken" && isOwed(promise)).map(({ promise }) => ({ about: aboutOf(promise), why: explain(promise) }));
  const close = ofTeam.filter(({ promise, from }) => from === "broken" && !isOwed(promise)).map(({ promise }) => aboutOf(promise));
  await turnPages(tx, store, { open, close }, now);
}

function isOwed({ state, madeGoodAt, waivedAt }: StorePromise): boolean {
  return state === "broken" && madeGoodAt === undefined && waivedAt === undefined;
}

function aboutOf({ id }: StorePromise): string {
  return `promise/${id}`;
}

function explain({ rule, orderId, dueAt, owner, playbook }: StorePromise): string {
  return [
    `Not done in time: ${rule} of order ${orderId ?? "unknown"}.`,
    `It was due at ${iso(dueAt)}, and is up to ${owner}.`,
    `What to do: the runbook of the playbook ${playbook} says what this clock is for, and what stops it.`,
  ].join("\n");
}

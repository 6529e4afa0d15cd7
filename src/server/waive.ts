import { Refusal } from "../base/errors.ts";
import { isUuid, uuidOf, type StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { iso } from "../base/time.ts";
import { lockOrders } from "../commerce/index.ts";
import { reviseCases } from "../incidents/index.ts";
import { type StorePromise, waivePromise } from "../promises/index.ts";
import type { StoreRules } from "./pipeline.ts";
import { insertAudit } from "./stores/store.ts";

/** Who releases the store from a promise, and why. */
export interface Waiver {
  readonly byWhom: string;
  readonly because: string;
}

/**
 * A person releases the store from a promise: it is owed no more, and its case ends where nothing else keeps it open.
 * What broke stays broken in the books, with who waived it. Throws a Refusal where there is nothing to waive.
 */
export async function waive(ports: Ports, store: StoreId, rules: StoreRules, promiseId: string, waiver: Waiver): Promise<StorePromise> {
  const now = ports.clock.now();
  return ports.db.transaction(async (tx) => {
    const found = isUuid(promiseId) ? await waivePromise(tx, store, promiseId, waiver, now) : undefined;
    if (found === undefined) {
      throw new Refusal({ code: "no_promise", status: 404, what: `There is no promise ${promiseId} in ${store}.`, next: "Take its id from `makegood reconcile --list owed`." });
    }
    const { promise, changed } = found;
    if (!changed) throw new Refusal({ code: "promise_settled", status: 409, what: `Promise ${promiseId} ${settledHow(promise)}.`, next: "It is owed no more: there is nothing to waive." });
    if (promise.orderId !== undefined) await reviseCases(tx, store, await lockOrders(tx, store, [promise.orderId]), rules.incidents, now);
    const detail = { because: waiver.because, ...(promise.orderId !== undefined && { order: promise.orderId }) };
    await insertAudit(tx, { store, id: uuidOf(store, "waive", promiseId, now), actor: waiver.byWhom, verb: "waive", target: `promise/${promiseId}`, detail }, now);
    return promise;
  });
}

function settledHow(promise: StorePromise): string {
  if (promise.waivedAt !== undefined) return `was waived by ${promise.waivedBy ?? "somebody"} at ${iso(promise.waivedAt)}`;
  if (promise.madeGoodAt !== undefined) return `was made good at ${iso(promise.madeGoodAt)}`;
  return promise.state === "kept" ? "was kept" : `was superseded (${promise.because ?? "another took its place"})`;
}

import type { StorePromise } from "../../promises/index.ts";
import { isFollowed } from "./news.ts";
import type { CaseFacts, Standing } from "./model.ts";

/**
 * Whether a case is over: its last word is told or handed over, nobody waits, and each of its own promises to them is
 * kept, made good or waived. Of `promises`, those of other cases and of none do not count.
 */
export function isOver(caseId: string, standing: Standing, facts: CaseFacts, promises: readonly StorePromise[]): boolean {
  if (standing.kind === "due") return false;
  // Who is excused is promised no word any more.
  const own = promises.filter((promise) => promise.caseId === caseId && promise.owedTo === "customer" && !(standing.kind === "excused" && promise.kind === "first_notice_by"));
  if (!own.every(isSettled)) return false;
  // History and what was never a failure are not followed any further; the ledger still tracks what is owed.
  const followed = standing.kind !== "excused" || standing.why === "shadow" || standing.why === "said_by_shop" || standing.why === "put_right_before_told";
  return !followed || !isFollowed(facts);
}

function isSettled(promise: StorePromise): boolean {
  if (promise.state === "broken") return promise.madeGoodAt !== undefined || promise.waivedAt !== undefined;
  return promise.state !== "open" && promise.state !== "suspended";
}

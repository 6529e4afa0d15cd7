import type { StoreId } from "../base/ids.ts";
import { keepOwnWords } from "../intake/index.ts";
import type { PortalPorts } from "./ports.ts";

/** What the customer of a late order answers: `terms` is the date that was on offer, RFC 3339, or `unknown` where there was none. */
export interface Answer {
  readonly choice: "cancel" | "wait";
  readonly terms: string;
}

/**
 * Keeps a customer's answer where one is asked for, and says whether it was. Once this has returned, the answer is not
 * lost and may be confirmed; sent again it is the same.
 */
export async function takeAnswer({ db, clock }: Pick<PortalPorts, "db" | "clock">, store: StoreId, orderId: string, isOffered: boolean, { choice, terms }: Answer): Promise<boolean> {
  const at = clock.now();
  if (isOffered) await keepOwnWords(db, store, [{ orderId, key: `${choice} ${terms}`, at, kind: "choice.made", stated: { choice, terms } }], at);
  return isOffered;
}

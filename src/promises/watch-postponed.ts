import type { Db } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { iso } from "../base/time.ts";
import { closePage, openPage } from "../people/index.ts";
import type { StorePromise } from "./core/model.ts";
import { countPostponed, postponedAgain } from "./store.ts";

/** Twice may be a passing trouble; with the pauses between, a third time it has lasted for twenty minutes. */
const REPEATEDLY = 3;

/** A page names this many; the others are counted. */
const NAMED = 5;

const ABOUT = "promises/postponed";

/**
 * Calls a person to promises that fail again and again to be settled, and takes the call back when none does. One that
 * merely waits for a source is not meant: that source has a page of its own. Answers how many there are.
 */
export async function watchPostponed(ports: Ports, store: StoreId): Promise<number> {
  const now = ports.clock.now();
  return ports.db.transaction(async (tx) => {
    const { count, first } = await postponedAgain(tx, store, REPEATEDLY, NAMED);
    if (count === 0) await closePage(tx, store, ABOUT, now);
    else await openPage(tx, store, ABOUT, explain(count, first), now);
    return count;
  });
}

/** How many promises failed when they were last to be settled, and are tried again. */
export function postponedPromises(db: Db, store: StoreId): Promise<number> {
  return countPostponed(db, store);
}

function explain(count: number, first: readonly StorePromise[]): string {
  const [what, whose] = count === 1 ? ["1 promise", "its customer hears"] : [`${count} promises`, "their customers hear"];
  return [
    `${what} cannot be settled: every attempt fails, and until one does not, ${whose} nothing.`,
    ...first.map((promise) => `${promise.kind} ${promise.id}${promise.orderId === undefined ? "" : `, order ${promise.orderId}`}, due ${iso(promise.dueAt)}`),
    ...(count > first.length ? [`and ${count - first.length} more`] : []),
    'What to do: look for "A promise cannot be settled" in the workers\' log, which has the reason, and report it. Meanwhile write to these customers yourself.',
  ].join("\n");
}

import type { StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { DAY, type Milliseconds, plus } from "../base/time.ts";
import { normalised } from "./apply.ts";
import type { Sources } from "./receive.ts";
import { claimWaiting, type ClaimedRow, settleRows } from "./store.ts";

/**
 * How long a delivery waits for its order. Vendors repeat a failed webhook for two or three days, and a backfill of
 * older orders is a matter of days; what has not come in a month comes by a person's doing, if at all.
 */
export const WAIT_MOST: Milliseconds = 30 * DAY;

/** Rows of one transaction. */
const EXPIRE_BATCH = 200;

/** A reason names this many of an event's names: enough to look one up. */
const NAMES_SHOWN = 3;

/**
 * Gives deliveries that have waited too long for their order to a person: into quarantine, with what they are about.
 * Their events wait on, so an order that comes after all still finds them. Answers how many there were.
 */
export async function expireWaiting(ports: Ports, sources: Sources, store: StoreId): Promise<number> {
  const now = ports.clock.now();
  return ports.db.transaction(async (tx) => {
    const rows = await claimWaiting(tx, store, plus(now, -WAIT_MOST), EXPIRE_BATCH);
    const outcomes = rows.map((row) => ({ inboxId: row.inboxId, attempts: row.attempts, state: "quarantined" as const, reason: `no_order: ${why(sources, store, row)}` }));
    await settleRows(tx, store, outcomes, now);
    return rows.length;
  });
}

function why(sources: Sources, store: StoreId, row: ClaimedRow): string {
  const said = normalised(sources, store, row);
  const names = said.kind === "events" ? [...new Set(said.events.flatMap((event) => event.refs))].slice(0, NAMES_SHOWN) : [];
  const named = names.length === 0 ? "" : ` (${names.join(", ")})`;
  return `No order of this name${named} was ever heard of, in ${WAIT_MOST / DAY} days. Look it up at "${row.source}": bring in the order that it belongs to and requeue this, or dismiss it.`;
}

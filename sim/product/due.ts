import { prepared } from "../../src/base/db.ts";
import type { StoreId } from "../../src/base/ids.ts";
import type { Instant, Milliseconds } from "../../src/base/time.ts";
import type { Connections } from "../engine/database.ts";

/** When a duty, by name, next has something to do. */
export type Due = ReadonlyMap<string, Instant>;

const DUE = prepared("sim.due", `
  select (select min(retry_at) from inbox where store_id = $1 and state = 'new') as "apply",
    (select min(check_at) from promises where store_id = $1 and state = 'open') as "sweep",
    (select min(n.written_at) from notices n join cases c on c.store_id = n.store_id and c.case_id = n.case_id and c.notice_id = n.notice_id
       where n.store_id = $1 and n.state = 'new') as "expand",
    (select min(ready_at) from messages where store_id = $1 and state = 'ready' and channel = 'email') as "send",
    (select min(ready_at) from messages where store_id = $1 and state = 'ready' and channel = 'sms') as "send sms",
    (select min(hand_on_at) from replies where store_id = $1) as "hand on replies",
    (select min(lease_until) from messages where store_id = $1 and state = 'leased') as "expire leases",
    (select min(evidence_until) from messages where store_id = $1 and state = 'unknown') as "settle unknown",
    (select min(retry_at) from evidence_inbox where store_id = $1 and state = 'new') as "evidence",
    (select min(tell_by) from cases c where store_id = $1 and standing = 'due' and not exists (
       select from pages g where g.store_id = c.store_id and g.about = 'incident/' || c.incident_id and g.closed_at is null)) as "deadlines",
    (select min(next_at) from pages where store_id = $1 and closed_at is null and acknowledged_at is null) as "page people"`);

/**
 * Looks over the tables for what becomes due next, so that virtual time can jump there. It only saves looks that find
 * nothing: every duty also looks by itself.
 */
export async function dueNext({ look }: Connections, store: StoreId, pagingLead: Milliseconds): Promise<Due> {
  const [row] = await look<Record<string, Instant | null>>(DUE, [store]);
  const due = new Map<string, Instant>();
  for (const [name, at] of Object.entries(row ?? {})) if (at !== null) due.set(name, name === "deadlines" ? ((at - pagingLead) as Instant) : at);
  return due;
}

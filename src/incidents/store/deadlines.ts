import { batched, type Tx } from "../../base/db.ts";
import type { StoreId } from "../../base/ids.ts";
import type { Instant } from "../../base/time.ts";

/** An incident whose customers still wait for a word. */
export interface WaitingIncident {
  readonly incidentId: string;
  readonly playbook: string;
  readonly title: string;
  readonly orderId: string;
  /** Cases that are due by `until`. */
  readonly cases: number;
  readonly firstTellBy: Instant;
  /** Why the first of them waits, where that is known: quiet hours, a gate. */
  readonly heldWhy: string | null;
}

const WAITING = `select c.incident_id as "incidentId", i.playbook, v.content->>'title' as title, min(c.order_id) as "orderId",
    count(*) as cases, min(c.tell_by) as "firstTellBy", min(c.standing_why) as "heldWhy"
  from cases c
  join incidents i on i.store_id = c.store_id and i.incident_id = c.incident_id
  join playbook_versions v on v.store_id = i.store_id and v.playbook = i.playbook and v.version = i.version
  where c.store_id = $1 and c.standing = 'due'`;
const GROUPED = `group by c.incident_id, i.playbook, v.content->>'title' order by min(c.tell_by), c.incident_id`;

/** Incidents with somebody due by `until` that no open page speaks of, the nearest deadline first. */
export function waitingUnpaged(tx: Tx, store: StoreId, until: Instant, limit: number): Promise<WaitingIncident[]> {
  return tx.rows<WaitingIncident>(
    batched(
      "incidents.waitingUnpaged",
      `${WAITING} and c.tell_by <= ms($2) and not exists (
         select from pages g where g.store_id = c.store_id and g.about = 'incident/' || c.incident_id and g.closed_at is null)
       ${GROUPED} limit $3`,
    ),
    [store, until, limit],
  );
}

export function waitingOf(tx: Tx, store: StoreId, incidentIds: readonly string[]): Promise<WaitingIncident[]> {
  return tx.rows<WaitingIncident>(batched("incidents.waitingOf", `${WAITING} and c.incident_id = any($2::uuid[]) ${GROUPED}`), [store, incidentIds]);
}

/** Pages about incidents in which nobody is due any more by `until`. */
export async function settledPages(tx: Tx, store: StoreId, until: Instant, limit: number): Promise<string[]> {
  const rows = await tx.rows<{ about: string }>(
    batched(
      "incidents.settledPages",
      `select g.about from pages g where g.store_id = $1 and g.closed_at is null and g.about like 'incident/%' and not exists (
         select from cases c where c.store_id = g.store_id and c.incident_id = substr(g.about, 10)::uuid and c.standing = 'due' and c.tell_by <= ms($2))
       order by g.about limit $3`,
    ),
    [store, until, limit],
  );
  return rows.map((row) => row.about);
}

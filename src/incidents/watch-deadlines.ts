import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { iso, plus, type Instant, type Milliseconds } from "../base/time.ts";
import { openPages, turnPages } from "../people/index.ts";
import { settledPages, waitingOf, waitingUnpaged, type WaitingIncident } from "./store/deadlines.ts";

/** Incidents paged for, and pages closed, in one transaction. What is left waits for the next look, which follows at once. */
const WATCH_BATCH = 500;

export interface WatchReport {
  readonly paged: number;
  readonly closed: number;
}

/**
 * Pages a person for every incident with somebody still due within `lead` of the deadline or past it, one page an
 * incident, and closes the pages whose people have all been reached.
 */
export async function watchDeadlines(ports: Ports, store: StoreId, lead: Milliseconds): Promise<WatchReport> {
  const now = ports.clock.now();
  const until = plus(now, lead);
  return ports.db.transaction(async (tx) => {
    const waiting = await waitingUnpaged(tx, store, until, WATCH_BATCH);
    const settled = await settledPages(tx, store, until, WATCH_BATCH);
    await turnPages(tx, store, { open: waiting.map((incident) => pageFor(incident, now)), close: settled }, now);
    return { paged: waiting.length, closed: settled.length };
  });
}

/** Pages at once for incidents whose deadline had passed before they could be known: nobody may be overdue unattended. */
export async function pageOverdue(tx: Tx, store: StoreId, incidentIds: readonly string[], now: Instant): Promise<void> {
  if (incidentIds.length === 0) return;
  const waiting = await waitingOf(tx, store, [...new Set(incidentIds)]);
  await openPages(tx, store, waiting.map((incident) => pageFor(incident, now)), now);
}

/** The name under which an incident's page stands. */
function pageAbout(incidentId: string): string {
  return `incident/${incidentId}`;
}

function pageFor(incident: WaitingIncident, now: Instant): { about: string; why: string } {
  const { cases, firstTellBy, title, orderId, heldWhy } = incident;
  const who = cases === 1 ? "1 customer has" : `${cases} customers have`;
  const clock = firstTellBy <= now ? `The deadline passed at ${iso(firstTellBy)}.` : `The deadline is ${iso(firstTellBy)}.`;
  const why = [
    `${who} not been told: ${title}`,
    clock,
    cases === 1 ? `Order: ${orderId}` : `Orders: ${orderId} and ${cases - 1} more`,
    ...(heldWhy === null ? [] : [`Waiting because of: ${heldWhy}`]),
    `What to do: look at the incident, then write or call. Playbook: ${incident.playbook}`,
  ].join("\n");
  return { about: pageAbout(incident.incidentId), why };
}

import { blameless } from "../base/blameless.ts";
import { persistently, type Tx } from "../base/db.ts";
import { invariant } from "../base/errors.ts";
import type { StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { HOUR, type Instant, type Milliseconds, MINUTE, plus, SECOND } from "../base/time.ts";
import type { Normalised } from "./core/delivery.ts";
import type { StoreEvent } from "./core/event.ts";
import { normaliseRow } from "./imports/kept-row.ts";
import { OWN_WORDS } from "./own-words.ts";
import type { Sources } from "./receive.ts";
import { claimRow, claimRows, type ClaimedRow, eraseRows, type RowOutcome, rowsFound, settleRows } from "./store.ts";

/** Rows of one transaction: enough to spread its cost, few enough that order rows are held for milliseconds. */
export const APPLY_BATCH = 200;

/** A row that makes its transaction fail is tried again after these spans, then quarantined: about a day in all. */
const RETRIES: readonly Milliseconds[] = [10 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR];

/** What the later stages make of events, in the same transaction. */
export type ApplyEvents = (tx: Tx, store: StoreId, events: readonly StoreEvent[], now: Instant) => Promise<Applied>;

export interface Applied {
  /** Inbox ids none of whose events found its order yet. */
  readonly waiting: ReadonlySet<string>;
  /** Inbox ids that were waiting and whose order came with these events. */
  readonly adopted?: ReadonlySet<string>;
  /** Inbox ids whose bodies are to be erased with the person they spoke of, these rows' own among them; or every body of the store. */
  readonly erased?: ReadonlySet<string> | "all";
}

export interface ApplyReport {
  readonly claimed: number;
  readonly applied: number;
  readonly waiting: number;
  readonly ignored: number;
  readonly quarantined: number;
  /** Put off because applying them failed. */
  readonly postponed: number;
  /** A full batch was claimed: there may be more. */
  readonly more: boolean;
}

/**
 * Reads one batch of kept deliveries and hands their events on, all in one transaction.
 * If that fails, each row is tried in a transaction of its own, so that a poison row is postponed with a growing
 * pause and finally quarantined under its error, while the rest goes on. A failure of the database itself is
 * no row's fault and is thrown; a batch that it undid for the sake of another one is read again at once.
 */
export async function applyInbox(ports: Ports, sources: Sources, store: StoreId, applyEvents: ApplyEvents): Promise<ApplyReport> {
  const now = ports.clock.now();
  let claimed: readonly ClaimedRow[] = [];
  try {
    const outcomes = await persistently(ports.db, async (tx) => {
      claimed = await claimRows(tx, store, now, APPLY_BATCH);
      return applyRows(tx, sources, store, claimed, applyEvents, now);
    });
    return report(outcomes);
  } catch (error) {
    if (claimed.length === 0 || blameless(error)) throw error;
    return report(await applyOneByOne(ports, sources, store, claimed, applyEvents, now));
  }
}

async function applyRows(
  tx: Tx,
  sources: Sources,
  store: StoreId,
  rows: readonly ClaimedRow[],
  applyEvents: ApplyEvents,
  now: Instant,
): Promise<readonly RowOutcome[]> {
  if (rows.length === 0) return [];
  const read = rows.map((row) => ({ row, said: normalised(sources, store, row) }));
  const events = read.flatMap(({ said }) => (said.kind === "events" ? said.events : []));
  const { waiting, adopted, erased }: Applied = events.length > 0 ? await applyEvents(tx, store, events, now) : { waiting: new Set() };
  const outcomes = read.map(({ row, said }) => outcome(row, said, waiting));
  await settleRows(tx, store, outcomes, now);
  await rowsFound(tx, store, [...(adopted ?? [])], now);
  await eraseRows(tx, store, erased ?? new Set());
  return outcomes;
}

/** What a row says. An adapter that throws has met a payload that it does not understand: that is quarantined, not tried again. */
export function normalised(sources: Sources, store: StoreId, row: ClaimedRow): Normalised {
  const isOwn = row.source === OWN_WORDS;
  const source = sources.get(store)?.get(row.source);
  if (!source && !isOwn) {
    return { kind: "quarantined", code: "unreadable", why: `The source "${row.source}" is no longer configured. Configure it again and requeue, or dismiss it.` };
  }
  try {
    const said = source === undefined || row.imported !== undefined ? normaliseRow(row) : source.adapter.normalise(row);
    invariant(said.kind !== "events" || said.events.length > 0, "a delivery that is read says something");
    return said;
  } catch (error) {
    return { kind: "quarantined", code: "unreadable", why: `This ${row.kind} cannot be read: ${named(error)}. It is kept; report it with its inbox id.` };
  }
}

function outcome(row: ClaimedRow, said: Normalised, waiting: ReadonlySet<string>): RowOutcome {
  const { inboxId, attempts } = row;
  switch (said.kind) {
    case "events":
      return { inboxId, attempts, state: waiting.has(inboxId) ? "waiting" : "applied" };
    case "ignored":
      return { inboxId, attempts, state: "ignored", reason: said.why };
    case "quarantined":
      return { inboxId, attempts, state: "quarantined", reason: `${said.code}: ${said.why}` };
  }
}

async function applyOneByOne(
  ports: Ports,
  sources: Sources,
  store: StoreId,
  rows: readonly ClaimedRow[],
  applyEvents: ApplyEvents,
  now: Instant,
): Promise<readonly RowOutcome[]> {
  const outcomes: RowOutcome[] = [];
  for (const { inboxId } of rows) {
    try {
      outcomes.push(
        ...(await persistently(ports.db, async (tx) => {
          // Another worker may have taken it since the batch failed.
          const row = await claimRow(tx, store, inboxId);
          return row ? applyRows(tx, sources, store, [row], applyEvents, now) : [];
        })),
      );
    } catch (error) {
      if (blameless(error)) throw error;
      outcomes.push(...(await postpone(ports, store, inboxId, error, now)));
    }
  }
  return outcomes;
}

/** The failed attempt is written in a transaction of its own: the one that failed is gone with all it did. */
async function postpone(ports: Ports, store: StoreId, inboxId: string, error: unknown, now: Instant): Promise<readonly RowOutcome[]> {
  return ports.db.transaction(async (tx) => {
    const row = await claimRow(tx, store, inboxId);
    if (!row) return [];
    const attempts = row.attempts + 1;
    const pause = RETRIES[row.attempts];
    const put: RowOutcome =
      pause === undefined
        ? { inboxId, attempts, state: "quarantined", reason: `failed: ${named(error)} (${attempts} attempts). Requeue it when the cause is gone.` }
        : { inboxId, attempts, state: "new", reason: `failed: ${named(error)}`, retryAt: plus(now, pause) };
    await settleRows(tx, store, [put], now);
    ports.log.warn({ store, inboxId, kind: row.kind, source: row.source, attempts, error: error instanceof Error ? error.name : "unknown" }, "delivery postponed");
    return [put];
  });
}

/** An error's name and message, short enough for a list. */
function named(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 500) : "unknown error";
}

function report(outcomes: readonly RowOutcome[]): ApplyReport {
  const count = (state: RowOutcome["state"]): number => outcomes.filter((each) => each.state === state).length;
  return {
    claimed: outcomes.length,
    applied: count("applied"),
    waiting: count("waiting"),
    ignored: count("ignored"),
    quarantined: count("quarantined"),
    postponed: count("new"),
    more: outcomes.length === APPLY_BATCH,
  };
}
